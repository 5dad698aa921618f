// Package keytest serves tests of and around package keyring: the contract of
// keyring.Store as tests, a store in memory that passes them, and a keyring
// that is ready for use.
package keytest

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/keyring"
)

// New returns a keyring of its own over a store in memory, with a master key
// that nothing else has.
func New(tb testing.TB, c clock.Clock) *keyring.Keyring {
	tb.Helper()
	k, err := keyring.New(tb.Context(), Master(tb), NewMemory(), c, keyring.Options{})
	if err != nil {
		tb.Fatalf("keyring: %v", err)
	}
	return k
}

// Master returns a fresh master keyset in a temporary file.
func Master(tb testing.TB) *keyring.Master {
	tb.Helper()
	m, _, err := keyring.OpenMaster(filepath.Join(tb.TempDir(), "master.json"))
	if err != nil {
		tb.Fatalf("master key: %v", err)
	}
	return m
}

// A Memory is a keyring.Store that lasts as long as the process.
type Memory struct {
	mu   sync.Mutex
	keys map[string]keyring.Wrapped // without Bytes: destroyed
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{keys: make(map[string]keyring.Wrapped)}
}

// Key fulfils keyring.Store.
func (m *Memory) Key(ctx context.Context, owner string) (keyring.Wrapped, error) {
	if err := ctx.Err(); err != nil {
		return keyring.Wrapped{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w, ok := m.keys[owner]
	switch {
	case !ok:
		return keyring.Wrapped{}, errs.NotFound
	case w.Bytes == nil:
		return keyring.Wrapped{}, errs.Gone
	}
	return clone(w), nil
}

// AddKeys fulfils keyring.Store.
func (m *Memory) AddKeys(ctx context.Context, keys []keyring.Wrapped) (added int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range keys {
		if _, ok := m.keys[w.Owner]; !ok {
			m.keys[w.Owner] = clone(w)
			added++
		}
	}
	return added, nil
}

// ReplaceKey fulfils keyring.Store.
func (m *Memory) ReplaceKey(ctx context.Context, old, next keyring.Wrapped) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.keys[old.Owner]
	if w.Bytes == nil || !bytes.Equal(w.Bytes, old.Bytes) {
		return errs.Conflict
	}
	m.keys[old.Owner] = clone(next)
	return nil
}

// KeysNotUnder fulfils keyring.Store.
func (m *Memory) KeysNotUnder(ctx context.Context, master, after string, limit int) ([]keyring.Wrapped, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []keyring.Wrapped
	for owner, w := range m.keys {
		if w.Bytes != nil && w.Master != master && owner > after {
			found = append(found, clone(w))
		}
	}
	slices.SortFunc(found, func(a, b keyring.Wrapped) int { return strings.Compare(a.Owner, b.Owner) })
	return found[:min(limit, len(found))], nil
}

// DestroyKey fulfils keyring.Store.
func (m *Memory) DestroyKey(ctx context.Context, owner string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if w, ok := m.keys[owner]; ok {
		clear(w.Bytes)
		m.keys[owner] = keyring.Wrapped{Owner: owner, CreatedAt: w.CreatedAt}
	}
	return nil
}

func clone(w keyring.Wrapped) keyring.Wrapped {
	w.Bytes = bytes.Clone(w.Bytes)
	return w
}
