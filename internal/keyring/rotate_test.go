package keyring_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
)

func TestRewrap(t *testing.T) {
	s, m, c := keytest.NewMemory(), keytest.Master(t), newClock()
	k := open(t, m, s, c, keyring.Options{})
	subjects, keys := create(t, k, 10)
	sealed := keys[3].Seal(nil, []byte("value"), place)
	born := c.Now()
	c.Advance(time.Hour)
	primary, err := m.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Destroy(t.Context(), subjects[0]); err != nil {
		t.Fatal(err)
	}

	var progress []int
	if err := k.Rewrap(t.Context(), 4, func(done int) { progress = append(progress, done) }); err != nil {
		t.Fatalf("rewrap: %v", err)
	}
	// Nine subjects and four keys of the system, four at a time.
	if got, want := fmt.Sprint(progress), "[4 8 12 13]"; got != want {
		t.Errorf("progress: got %s, want %s", got, want)
	}
	checkAllUnder(t, s, primary)
	w, err := s.Key(t.Context(), string(subjects[3]))
	if err != nil || w.Master != primary || !w.CreatedAt.Equal(born) {
		t.Errorf("rewrapped key: got master %s, created at %v, %v: want %s and %v", w.Master, w.CreatedAt, err, primary, born)
	}
	k.Forget(subjects...)
	checkOpens(t, subject(t, k, subjects[3]), sealed, "value")
	if _, err := k.Subject(t.Context(), subjects[0]); !errors.Is(err, errs.Gone) {
		t.Errorf("destroyed key: got %v, want %v", err, errs.Gone)
	}
	if err := k.Rewrap(t.Context(), 4, nil); err != nil {
		t.Errorf("rewrap when all is done: %v", err)
	}
}

// Each number of writes is a point at which the process is killed: whatever
// was reached, everything opens after a restart, and the next run completes.
func TestRewrapCutOff(t *testing.T) {
	const subjects = 50
	for cut := range int64(subjects + 4) {
		path, s, c := masterPath(t), watched(keytest.NewMemory()), newClock()
		m := openMaster(t, path)
		k := open(t, m, s, c, keyring.Options{})
		owners, keys := create(t, k, subjects)
		sealed := make([][]byte, len(keys))
		for i, key := range keys {
			sealed[i] = key.Seal(nil, []byte(owners[i]), place)
		}
		primary, err := m.Rotate()
		if err != nil {
			t.Fatal(err)
		}

		s.cutAt = s.writes.Load() + cut
		if err := k.Rewrap(t.Context(), 7, nil); !errors.Is(err, errCut) {
			t.Fatalf("rewrap cut off after %d writes: got %v, want %v", cut, err, errCut)
		}
		s.cutAt = -1
		k = open(t, openMaster(t, path), s, c, keyring.Options{})
		for i, owner := range owners {
			checkOpens(t, subject(t, k, owner), sealed[i], string(owner))
		}
		// Of those that were under way at once some may be left as well.
		left, err := s.KeysNotUnder(t.Context(), primary, "", subjects+5)
		if err != nil || int64(len(left)) < subjects+4-cut || cut >= 7 && len(left) == subjects+4 {
			t.Fatalf("after %d writes %d keys are left, %v", cut, len(left), err)
		}
		before := s.writes.Load()
		if err := k.Rewrap(t.Context(), 7, nil); err != nil {
			t.Fatalf("rewrap resumed after %d writes: %v", cut, err)
		}
		if got := s.writes.Load() - before; got != int64(len(left)) {
			t.Errorf("resumed after %d writes: got %d more, want %d", cut, got, len(left))
		}
		checkAllUnder(t, s, primary)
	}
}

// Two processes serve while a third rotates three times. Nobody may ever meet
// a key that does not open, and in the end all are under the newest.
func TestRewrapWhileServing(t *testing.T) {
	path, s, c := masterPath(t), keytest.NewMemory(), newClock()
	operator := openMaster(t, path)
	keys := open(t, operator, s, c, keyring.Options{CacheSize: 4})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		k := open(t, openMaster(t, path), s, c, keyring.Options{CacheSize: 4})
		wg.Go(func() { serve(t, k, stop) })
	}
	for range 3 {
		if _, err := operator.Rotate(); err != nil {
			t.Fatalf("rotate: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		// Creators that have not met the new key keep it busy: it need not
		// come to an end before they do.
		err := keys.Rewrap(ctx, 5, nil)
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("rewrap: %v", err)
		}
	}
	close(stop)
	wg.Wait()
	if err := keys.Rewrap(t.Context(), 50, nil); err != nil {
		t.Fatalf("rewrap: %v", err)
	}
	checkAllUnder(t, s, operator.Primary())
	if _, err := operator.Prune(t.Context(), s, time.Now().Add(time.Hour)); err != nil {
		t.Errorf("prune: %v", err)
	}
	open(t, openMaster(t, path), s, c, keyring.Options{})
}

// serve creates, seals and opens for new and earlier subjects until stop.
func serve(t *testing.T, k *keyring.Keyring, stop <-chan struct{}) {
	var subjects []id.Subject
	var sealed [][]byte
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		s := id.Subject(id.New())
		created, err := k.Create(t.Context(), s)
		if err != nil {
			t.Errorf("create: %v", err)
			return
		}
		subjects = append(subjects, s)
		sealed = append(sealed, created[0].Seal(nil, []byte(s), place))
		earlier := i * 7 % len(subjects)
		key, err := k.Subject(t.Context(), subjects[earlier])
		if err != nil {
			t.Errorf("key of subject: %v", err)
			return
		}
		checkOpens(t, key, sealed[earlier], string(subjects[earlier]))
	}
}

func TestRewrapAtOnce(t *testing.T) {
	path, s, c := masterPath(t), keytest.NewMemory(), newClock()
	m := openMaster(t, path)
	subjects, _ := create(t, open(t, m, s, c, keyring.Options{}), 100)
	primary, err := m.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		k := open(t, openMaster(t, path), s, c, keyring.Options{})
		wg.Go(func() {
			if err := k.Rewrap(t.Context(), 10, nil); err != nil {
				t.Errorf("rewrap: %v", err)
			}
		})
	}
	wg.Wait()
	checkAllUnder(t, s, primary)
	k := open(t, openMaster(t, path), s, c, keyring.Options{})
	for _, sub := range subjects {
		subject(t, k, sub)
	}
}

// One damaged key must not keep all others under a master key that was
// perhaps stolen.
func TestRewrapPassesOverADamagedKey(t *testing.T) {
	s, m := keytest.NewMemory(), keytest.Master(t)
	k := open(t, m, s, newClock(), keyring.Options{})
	create(t, k, 5)
	damaged := keyring.Wrapped{Owner: "2", Master: "unknown", Bytes: []byte("damaged")}
	if _, err := s.AddKeys(t.Context(), []keyring.Wrapped{damaged}); err != nil {
		t.Fatal(err)
	}
	primary, err := m.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Rewrap(t.Context(), 3, nil); !errors.Is(err, keyring.ErrMaster) {
		t.Errorf("rewrap: got %v, want %v", err, keyring.ErrMaster)
	}
	left, err := s.KeysNotUnder(t.Context(), primary, "", 10)
	if err != nil || len(left) != 1 || left[0].Owner != damaged.Owner {
		t.Errorf("keys left: got %v and %v, want the damaged one", left, err)
	}
}

func checkAllUnder(t *testing.T, s keyring.Store, master string) {
	t.Helper()
	left, err := s.KeysNotUnder(t.Context(), master, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range left {
		t.Errorf("the key of %s is under master key %s, want %s", w.Owner, w.Master, master)
	}
}
