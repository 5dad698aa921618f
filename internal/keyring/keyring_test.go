package keyring_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
)

func TestNewKeepsTheSystemKeys(t *testing.T) {
	path, s, c := masterPath(t), keytest.NewMemory(), newClock()
	first := open(t, openMaster(t, path), s, c, keyring.Options{})
	sealed := first.System().Seal(nil, []byte("value"), place)

	second := open(t, openMaster(t, path), s, c, keyring.Options{})
	checkOpens(t, second.System(), sealed, "value")
	if got, want := second.Blind("email", "", "a"), first.Blind("email", "", "a"); got != want {
		t.Errorf("blind index after a restart: got %x, want %x", got, want)
	}
	if got, want := second.Fingerprint(), first.Fingerprint(); got != want {
		t.Errorf("fingerprint after a restart: got %s, want %s", got, want)
	}
	other := keytest.New(t, c)
	if got, other := first.Fingerprint(), other.Fingerprint(); got == other {
		t.Errorf("two key stores have the fingerprint %s", got)
	}
}

func TestNewRefusesTheWrongMaster(t *testing.T) {
	s, c := keytest.NewMemory(), newClock()
	open(t, keytest.Master(t), s, c, keyring.Options{})

	_, err := keyring.New(t.Context(), keytest.Master(t), s, c, keyring.Options{})
	if !errors.Is(err, keyring.ErrMaster) {
		t.Fatalf("open with another master: got %v, want %v", err, keyring.ErrMaster)
	}
	if !strings.Contains(err.Error(), "wrong master key") {
		t.Errorf("the error does not say what is wrong: %v", err)
	}
}

// Processes that start at once on an empty store must end with the same keys.
func TestNewAtOnce(t *testing.T) {
	path, s, c := masterPath(t), keytest.NewMemory(), newClock()
	prints := make([]string, 8)
	var wg sync.WaitGroup
	for i := range prints {
		wg.Go(func() {
			m, _, err := keyring.OpenMaster(path)
			if err != nil {
				t.Errorf("open master: %v", err)
				return
			}
			k, err := keyring.New(t.Context(), m, s, c, keyring.Options{})
			if err != nil {
				t.Errorf("open keyring: %v", err)
				return
			}
			prints[i] = k.Fingerprint()
		})
	}
	wg.Wait()
	for _, got := range prints {
		if got != prints[0] {
			t.Fatalf("fingerprints differ: %q", prints)
		}
	}
}

func TestCreate(t *testing.T) {
	path, s, c := masterPath(t), keytest.NewMemory(), newClock()
	k := open(t, openMaster(t, path), s, c, keyring.Options{})
	subjects, keys := create(t, k, 3)
	sealed := make([][]byte, len(keys))
	for i, key := range keys {
		sealed[i] = key.Seal(nil, []byte(subjects[i]), place)
	}
	reopened := open(t, openMaster(t, path), s, c, keyring.Options{})

	t.Run("the keys are durable and in order", func(t *testing.T) {
		for i, sub := range subjects {
			checkOpens(t, subject(t, reopened, sub), sealed[i], string(sub))
		}
	})
	t.Run("a repetition gives the same keys", func(t *testing.T) {
		fresh := id.Subject(id.New())
		again, err := reopened.Create(t.Context(), subjects[0], fresh, subjects[2])
		if err != nil {
			t.Fatal(err)
		}
		checkOpens(t, again[0], sealed[0], string(subjects[0]))
		checkOpens(t, again[2], sealed[2], string(subjects[2]))
		mine := again[1].Seal(nil, []byte("fresh"), place)
		checkOpens(t, subject(t, k, fresh), mine, "fresh")
	})
	t.Run("the time of creation is that of the clock", func(t *testing.T) {
		w, err := s.Key(t.Context(), string(subjects[0]))
		if err != nil || !w.CreatedAt.Equal(c.Now()) {
			t.Errorf("created at %v, %v: want %v", w.CreatedAt, err, c.Now())
		}
	})
	t.Run("nobody is no subject", func(t *testing.T) {
		if keys, err := k.Create(t.Context()); len(keys) != 0 || err != nil {
			t.Errorf("create for nobody: got %v and %v", keys, err)
		}
	})
}

// A key that did not reach the disk must not be handed out: what it sealed
// could never be read.
func TestCreateFailsWithTheStore(t *testing.T) {
	s := watched(keytest.NewMemory())
	k := open(t, keytest.Master(t), s, newClock(), keyring.Options{})
	s.cutAt = s.writes.Load()
	sub := id.Subject(id.New())
	if keys, err := k.Create(t.Context(), sub); keys != nil || !errors.Is(err, errCut) {
		t.Fatalf("create: got %v and %v, want %v", keys, err, errCut)
	}
	if _, err := k.Subject(t.Context(), sub); !errors.Is(err, errs.NotFound) {
		t.Errorf("key after a failed creation: got %v, want %v", err, errs.NotFound)
	}
}

func TestSubject(t *testing.T) {
	k := keytest.New(t, newClock())
	for name, s := range map[string]id.Subject{
		"unknown":      id.Subject(id.New()),
		"empty":        "",
		"a system key": "system/sealed",
	} {
		if _, err := k.Subject(t.Context(), s); !errors.Is(err, errs.NotFound) {
			t.Errorf("%s: got %v, want %v", name, err, errs.NotFound)
		}
	}
	for _, s := range []id.Subject{"", "system/token"} {
		if _, err := k.Create(t.Context(), s); !errors.Is(err, errs.NotFound) {
			t.Errorf("create %q: got %v, want %v", s, err, errs.NotFound)
		}
		if err := k.Destroy(t.Context(), s); !errors.Is(err, errs.NotFound) {
			t.Errorf("destroy %q: got %v, want %v", s, err, errs.NotFound)
		}
	}
}

// The key store's rows carry no proof of their own beyond the wrapping: a row
// moved to another subject must not open as theirs.
func TestSubjectRefusesAMovedKey(t *testing.T) {
	s, m := keytest.NewMemory(), keytest.Master(t)
	k := open(t, m, s, newClock(), keyring.Options{})
	subjects, _ := create(t, k, 1)
	w, err := s.Key(t.Context(), string(subjects[0]))
	if err != nil {
		t.Fatal(err)
	}
	thief := id.Subject(id.New())
	w.Owner = string(thief)
	if _, err := s.AddKeys(t.Context(), []keyring.Wrapped{w}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Subject(t.Context(), thief); !errors.Is(err, keyring.ErrMaster) {
		t.Errorf("moved key: got %v, want %v", err, keyring.ErrMaster)
	}
}

func TestDestroy(t *testing.T) {
	k := keytest.New(t, newClock())
	subjects, _ := create(t, k, 2)
	for range 2 {
		if err := k.Destroy(t.Context(), subjects[0]); err != nil {
			t.Fatalf("destroy: %v", err)
		}
	}
	if _, err := k.Subject(t.Context(), subjects[0]); !errors.Is(err, errs.Gone) {
		t.Errorf("destroyed key: got %v, want %v", err, errs.Gone)
	}
	if _, err := k.Create(t.Context(), subjects...); !errors.Is(err, errs.Gone) {
		t.Errorf("create for a destroyed subject: got %v, want %v", err, errs.Gone)
	}
	subject(t, k, subjects[1])
}

// A request that read the key just before it was destroyed must not leave it
// in the cache just after.
func TestDestroyBeatsALateReader(t *testing.T) {
	s := watched(keytest.NewMemory())
	k := open(t, keytest.Master(t), s, newClock(), keyring.Options{})
	subjects, _ := create(t, k, 1)
	k.Forget(subjects[0])
	s.afterIn = func() {
		s.afterIn = nil
		if err := k.Destroy(t.Context(), subjects[0]); err != nil {
			t.Errorf("destroy: %v", err)
		}
	}
	subject(t, k, subjects[0])
	if _, err := k.Subject(t.Context(), subjects[0]); !errors.Is(err, errs.Gone) {
		t.Errorf("destroyed key: got %v, want %v", err, errs.Gone)
	}
}

func TestCache(t *testing.T) {
	const size, ttl = 3, time.Minute
	c, s := newClock(), watched(keytest.NewMemory())
	k := open(t, keytest.Master(t), s, c, keyring.Options{CacheSize: size, CacheTTL: ttl})
	subjects, _ := create(t, k, size+1)

	// reads tells how often the store is asked when subjects are used.
	reads := func(subjects ...id.Subject) int {
		before := s.reads.Load()
		for _, sub := range subjects {
			subject(t, k, sub)
		}
		return int(s.reads.Load() - before)
	}
	for _, step := range []struct {
		name  string
		do    func()
		using []id.Subject
		want  int
	}{
		{"the last created are held", nil, subjects[1:], 0},
		{"the one least recently used is not", nil, subjects[:1], 1},
		{"it has displaced the next", nil, subjects[1:2], 1},
		{"what is used stays", nil, []id.Subject{subjects[3], subjects[2], subjects[3]}, 1},
		{"all is held until the end of its time", func() { c.Advance(ttl - time.Microsecond) }, []id.Subject{subjects[3], subjects[2]}, 0},
		{"and no longer, however often used", func() { c.Advance(time.Microsecond) }, []id.Subject{subjects[3], subjects[2], subjects[3]}, 2},
		{"a clock that was set back makes all expire", func() { c.Advance(-time.Hour) }, []id.Subject{subjects[3], subjects[3]}, 1},
		{"a forgotten key is read again", func() { k.Forget(subjects[3]) }, []id.Subject{subjects[3], subjects[3]}, 1},
	} {
		if step.do != nil {
			step.do()
		}
		if got := reads(step.using...); got != step.want {
			t.Errorf("%s: the store was asked %d times, want %d", step.name, got, step.want)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	k := open(t, keytest.Master(t), keytest.NewMemory(), newClock(), keyring.Options{CacheSize: 4})
	subjects, _ := create(t, k, 10)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 200 {
				s := subjects[(i+j)%len(subjects)]
				key, err := k.Subject(context.Background(), s)
				if err != nil {
					t.Errorf("key of subject: %v", err)
					return
				}
				checkOpens(t, key, key.Seal(nil, []byte(s), place), string(s))
				if j%50 == 0 {
					k.Forget(s)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkSubject(b *testing.B) {
	ctx := context.Background()
	k := keytest.New(b, newClock())
	subjects, _ := create(b, k, 1)
	b.Run("cached", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.Subject(ctx, subjects[0]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("uncached", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			k.Forget(subjects[0])
			if _, err := k.Subject(ctx, subjects[0]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCreate(b *testing.B) {
	k := keytest.New(b, newClock())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Create(context.Background(), id.Subject(id.New())); err != nil {
			b.Fatal(err)
		}
	}
}
