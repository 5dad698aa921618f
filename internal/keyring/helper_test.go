package keyring_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
)

var place = keyring.Place{Table: "attributes", Row: "r1", Column: "value"}

var errCut = errors.New("the power is off")

// A store counts what it passes on and can be cut off.
type store struct {
	keyring.Store
	reads   atomic.Int64
	writes  atomic.Int64
	cutAt   int64  // writes that still succeed; negative: all
	afterIn func() // called when Key has read, before it answers
}

func watched(s keyring.Store) *store { return &store{Store: s, cutAt: -1} }

func (s *store) write(f func() error) error {
	if n := s.writes.Add(1); s.cutAt >= 0 && n > s.cutAt {
		return errCut
	}
	return f()
}

func (s *store) Key(ctx context.Context, owner string) (keyring.Wrapped, error) {
	s.reads.Add(1)
	w, err := s.Store.Key(ctx, owner)
	if s.afterIn != nil {
		s.afterIn()
	}
	return w, err
}

func (s *store) AddKeys(ctx context.Context, keys []keyring.Wrapped) (added int, err error) {
	err = s.write(func() error {
		added, err = s.Store.AddKeys(ctx, keys)
		return err
	})
	return added, err
}

func (s *store) ReplaceKey(ctx context.Context, old, next keyring.Wrapped) error {
	return s.write(func() error { return s.Store.ReplaceKey(ctx, old, next) })
}

func (s *store) DestroyKey(ctx context.Context, owner string) error {
	return s.write(func() error { return s.Store.DestroyKey(ctx, owner) })
}

func masterPath(t testing.TB) string { return filepath.Join(t.TempDir(), "master.json") }

func openMaster(t testing.TB, path string) *keyring.Master {
	t.Helper()
	m, _, err := keyring.OpenMaster(path)
	if err != nil {
		t.Fatalf("open master: %v", err)
	}
	return m
}

func open(t testing.TB, w keyring.Wrapper, s keyring.Store, c clock.Clock, o keyring.Options) *keyring.Keyring {
	t.Helper()
	k, err := keyring.New(context.Background(), w, s, c, o)
	if err != nil {
		t.Fatalf("open keyring: %v", err)
	}
	return k
}

func newClock() *clock.Fake { return clock.NewFake(time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)) }

func create(t testing.TB, k *keyring.Keyring, n int) ([]id.Subject, []*keyring.DataKey) {
	t.Helper()
	subjects := make([]id.Subject, n)
	for i := range subjects {
		subjects[i] = id.Subject(id.New())
	}
	keys, err := k.Create(context.Background(), subjects...)
	if err != nil {
		t.Fatalf("create keys: %v", err)
	}
	return subjects, keys
}

func subject(t testing.TB, k *keyring.Keyring, s id.Subject) *keyring.DataKey {
	t.Helper()
	key, err := k.Subject(context.Background(), s)
	if err != nil {
		t.Fatalf("key of subject: %v", err)
	}
	return key
}

// checkOpens fails unless key opens sealed at place as want.
func checkOpens(t testing.TB, key *keyring.DataKey, sealed []byte, want string) {
	t.Helper()
	got, err := key.Open(sealed, place)
	if err != nil || string(got) != want {
		t.Errorf("open: got %q and %v, want %q", got, err, want)
	}
}
