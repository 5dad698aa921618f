// Package authztest has the contract of authz.KeyStore and a double in memory
// that keeps it.
package authztest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// Memory keeps keys in memory. It is safe for concurrent use.
type Memory struct {
	mu   sync.Mutex
	keys map[authz.KeyID]authz.APIKey
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{keys: make(map[authz.KeyID]authz.APIKey)} }

var _ authz.KeyStore = (*Memory)(nil)

// SaveKey is authz.KeyStore.SaveKey.
func (m *Memory) SaveKey(_ context.Context, _ ledger.Actor, k authz.APIKey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.keys[k.ID]; ok {
		return errs.New(errs.Conflict, "")
	}
	m.keys[k.ID] = k
	return nil
}

// Key is authz.KeyStore.Key.
func (m *Memory) Key(_ context.Context, id authz.KeyID) (authz.APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.keys[id]
	if !ok {
		return authz.APIKey{}, errs.New(errs.NotFound, "")
	}
	return k, nil
}

// Keys is authz.KeyStore.Keys.
func (m *Memory) Keys(_ context.Context, brand string) ([]authz.APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []authz.APIKey
	for _, k := range m.keys {
		if brand == authz.AllBrands || k.Brand == brand {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b authz.APIKey) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return all, nil
}

// ShortenKey is authz.KeyStore.ShortenKey.
func (m *Memory) ShortenKey(_ context.Context, _ ledger.Actor, id authz.KeyID, at time.Time) error {
	return m.update(id, func(k *authz.APIKey) {
		if at.Before(k.ExpiresAt) {
			k.ExpiresAt = at
		}
	})
}

// RevokeKey is authz.KeyStore.RevokeKey.
func (m *Memory) RevokeKey(_ context.Context, _ ledger.Actor, id authz.KeyID, at time.Time) error {
	return m.update(id, func(k *authz.APIKey) {
		if k.RevokedAt.IsZero() {
			k.RevokedAt = at
		}
	})
}

// KeyUsed is authz.KeyStore.KeyUsed.
func (m *Memory) KeyUsed(_ context.Context, id authz.KeyID, at time.Time) error {
	_ = m.update(id, func(k *authz.APIKey) {
		if k.LastUsedAt.Before(at) {
			k.LastUsedAt = at
		}
	})
	return nil
}

func (m *Memory) update(id authz.KeyID, f func(*authz.APIKey)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.keys[id]
	if !ok {
		return errs.New(errs.NotFound, "")
	}
	f(&k)
	m.keys[id] = k
	return nil
}

var (
	start  = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	tester = ledger.Actor{Kind: ledger.ByStaff, ID: "tester"}
)

func newKey(t *testing.T, s authz.KeyStore, brand string, created time.Time) authz.APIKey {
	t.Helper()
	k := authz.APIKey{
		ID: authz.KeyID(id.New()), Hash: []byte("0123456789abcdef0123456789abcdef"), Name: "ショップ",
		Brand: brand, System: "shop", Scopes: []authz.Permission{authz.ProfileRead, authz.DecisionAsk},
		Fields: []string{"email", "name"}, CreatedAt: created, ExpiresAt: created.Add(time.Hour),
	}
	if err := s.SaveKey(t.Context(), tester, k); err != nil {
		t.Fatalf("save key: %v", err)
	}
	return k
}

// want fails unless the store has the key as it is given.
func want(t *testing.T, s authz.KeyStore, k authz.APIKey) {
	t.Helper()
	got, err := s.Key(t.Context(), k.ID)
	if err != nil {
		t.Fatalf("read key: %v", err)
	}
	if d := gocmp.Diff(got, k); d != "" {
		t.Errorf("key (-got +want):\n%s", d)
	}
}

// Run holds a store to the contract of authz.KeyStore. newStore returns an
// empty one.
func Run(t *testing.T, newStore func(*testing.T) authz.KeyStore) {
	t.Helper()
	t.Run("a_key_is_read_as_written", func(t *testing.T) { roundTrip(t, newStore(t)) })
	t.Run("a_key_is_only_ever_shortened", func(t *testing.T) { shorten(t, newStore(t)) })
	t.Run("a_key_is_revoked_once", func(t *testing.T) { revoke(t, newStore(t)) })
	t.Run("last_use_moves_forward_only", func(t *testing.T) { used(t, newStore(t)) })
	t.Run("list_has_the_brand_the_newest_first", func(t *testing.T) { list(t, newStore(t)) })
	t.Run("an_unknown_key_is_not_found", func(t *testing.T) { unknown(t, newStore(t)) })
}

func roundTrip(t *testing.T, s authz.KeyStore) {
	k := newKey(t, s, "hibiki", start)
	want(t, s, k)
	if err := s.SaveKey(t.Context(), tester, k); !errors.Is(err, errs.Conflict) {
		t.Errorf("saved twice: %v, want a conflict", err)
	}
}

func shorten(t *testing.T, s authz.KeyStore) {
	k := newKey(t, s, "hibiki", start)
	for _, d := range []time.Duration{time.Minute, time.Hour} {
		if err := s.ShortenKey(t.Context(), tester, k.ID, start.Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	k.ExpiresAt = start.Add(time.Minute)
	want(t, s, k)
}

func revoke(t *testing.T, s authz.KeyStore) {
	k := newKey(t, s, "hibiki", start)
	for _, d := range []time.Duration{time.Minute, time.Hour} {
		if err := s.RevokeKey(t.Context(), tester, k.ID, start.Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	k.RevokedAt = start.Add(time.Minute)
	want(t, s, k)
}

func used(t *testing.T, s authz.KeyStore) {
	k := newKey(t, s, "hibiki", start)
	for _, d := range []time.Duration{time.Minute, time.Second} {
		if err := s.KeyUsed(t.Context(), k.ID, start.Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	k.LastUsedAt = start.Add(time.Minute)
	want(t, s, k)
}

func list(t *testing.T, s authz.KeyStore) {
	a := newKey(t, s, "hibiki", start)
	b := newKey(t, s, "other", start.Add(time.Second))
	c := newKey(t, s, "hibiki", start.Add(2*time.Second))
	for brand, want := range map[string][]authz.APIKey{
		"hibiki": {c, a}, authz.AllBrands: {c, b, a}, "none": nil,
	} {
		got, err := s.Keys(t.Context(), brand)
		if err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(got, want); d != "" && len(got)+len(want) > 0 {
			t.Errorf("keys of %s (-got +want):\n%s", brand, d)
		}
	}
}

func unknown(t *testing.T, s authz.KeyStore) {
	ctx := t.Context()
	name := authz.KeyID(id.New())
	_, err := s.Key(ctx, name)
	for what, err := range map[string]error{
		"read": err, "shorten": s.ShortenKey(ctx, tester, name, start), "revoke": s.RevokeKey(ctx, tester, name, start),
	} {
		if !errors.Is(err, errs.NotFound) {
			t.Errorf("%s: got %v, want not found", what, err)
		}
	}
	if err := s.KeyUsed(ctx, name, start); err != nil {
		t.Errorf("use: %v", err)
	}
}
