package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"livingprofile/internal/errs"
)

// ErrMaster is the error of a wrapped key that no master key at hand opens:
// the master key file is not the one that belongs to this key store, or is
// older than the last rotation, or the wrapped key was tampered with.
var ErrMaster = errors.New("wrong master key: it does not open this key store")

// PruneAfter is how long after a rotation the old master keys are kept at
// least, unless the operator knows that nothing runs: by then every process
// has read the new file, and none still wraps with an old key.
const PruneAfter = time.Hour

// A Master is a master keyset in a file: a Tink keyset of AES-256-GCM keys, of
// which the primary wraps and all unwrap. It is a Wrapper, safe for concurrent
// use, and processes may share the file.
type Master struct {
	path  string
	mu    sync.Mutex // held while the file is read or written
	state atomic.Pointer[masterState]
}

type masterState struct {
	handle  *keyset.Handle
	aead    tink.AEAD
	primary string
	file    fs.FileInfo
	// refused is why the file that is there now was not taken over, if so.
	refused error
}

// OpenMaster reads the master keyset at path, and creates one when there is
// none, as on the first start; created says so. Of several processes that
// start at once, one creates it. A file that others than its owner may read
// or write is refused.
//
// Whether it is the right master for a key store, New finds out.
func OpenMaster(path string) (m *Master, created bool, err error) {
	m = &Master{path: path}
	st, err := readMaster(path)
	if errors.Is(err, fs.ErrNotExist) {
		st, created, err = createMaster(path)
	}
	if err != nil {
		return nil, false, fmt.Errorf("master key: %w", err)
	}
	m.state.Store(st)
	return m, created, nil
}

// Primary returns the id of the key that wraps.
func (m *Master) Primary() string { return m.state.Load().primary }

// Wrap seals plaintext with the primary key. It refuses after the file was
// exchanged for one of another installation, since what it wrapped could not
// be read after the next start.
func (m *Master) Wrap(_ context.Context, plaintext, aad []byte) (wrapped []byte, key string, err error) {
	st := m.state.Load()
	if st.refused != nil {
		return nil, "", st.refused
	}
	b, err := st.aead.Encrypt(plaintext, aad)
	if err != nil {
		return nil, "", fmt.Errorf("master key %s: %w", st.primary, err)
	}
	return b, st.primary, nil
}

// Unwrap opens wrapped with whichever key sealed it. When none does, it looks
// whether the file has a newer keyset before it gives up with ErrMaster.
func (m *Master) Unwrap(_ context.Context, wrapped, aad []byte) ([]byte, error) {
	b, err := m.state.Load().aead.Decrypt(wrapped, aad)
	if err == nil {
		return b, nil
	}
	if _, err := m.Reload(); err != nil {
		return nil, errors.Join(ErrMaster, err)
	}
	if b, err = m.state.Load().aead.Decrypt(wrapped, aad); err != nil {
		return nil, ErrMaster
	}
	return b, nil
}

// Reload takes over the file if it changed since it was last read, and tells
// whether it did. Call it every minute or so: PruneAfter relies on it. After
// an error the keys are those from before, and another call tries again. A
// keyset that shares no key with the one in use is an error, and until the
// file is put right nothing more is wrapped.
func (m *Master) Reload() (changed bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.state.Load()
	unchanged, err := sameFile(m.path, old.file)
	if err != nil {
		return false, fmt.Errorf("reload master key: %w", err)
	}
	if unchanged {
		// A refused file may have made way again for the one in use.
		if old.refused != nil {
			m.adopt(old, nil)
		}
		return false, nil
	}
	st, err := readMaster(m.path)
	if err != nil {
		return false, fmt.Errorf("reload master key: %w", err)
	}
	if !shareKey(old.handle, st.handle) {
		err := fmt.Errorf("reload master key: %s has none of the keys in use: %w", m.path, ErrMaster)
		m.adopt(old, err)
		return false, err
	}
	m.state.Store(st)
	return true, nil
}

// Rotate adds a fresh key to the file and makes it the primary; the others
// stay for reading. It returns the id of the new key. Keyring.Rewrap and, an
// hour later, Prune complete the rotation. Cut off in the middle, the file is
// the old one or the new one.
func (m *Master) Rotate() (primary string, err error) {
	err = m.edit(func(st *masterState) (*keyset.Handle, error) {
		km := keyset.NewManagerFromHandle(st.handle)
		key, err := km.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			return nil, err
		}
		if err := km.SetPrimary(key); err != nil {
			return nil, err
		}
		return km.Handle()
	})
	if err != nil {
		return "", fmt.Errorf("rotate master key: %w", err)
	}
	return m.Primary(), nil
}

// Prune removes the keys that no data key in s is wrapped with any more, and
// returns their ids. The error is of kind errs.Conflict, and nothing is
// removed, while a data key is still under one of them or when the file was
// changed after rotatedBefore: a process that has not yet read it may be
// wrapping with the old key. Give it the time PruneAfter ago.
func (m *Master) Prune(ctx context.Context, s Store, rotatedBefore time.Time) (removed []string, err error) {
	err = m.edit(func(st *masterState) (*keyset.Handle, error) {
		if st.handle.Len() == 1 {
			return nil, nil
		}
		if at := st.file.ModTime(); at.After(rotatedBefore) {
			return nil, fmt.Errorf("the last rotation was at %s: %w", at.UTC().Format(time.RFC3339), errs.Conflict)
		}
		left, err := s.KeysNotUnder(ctx, st.primary, "", 1)
		if err != nil {
			return nil, err
		}
		if len(left) > 0 {
			return nil, fmt.Errorf("data keys are still under master key %s: %w", left[0].Master, errs.Conflict)
		}
		var h *keyset.Handle
		h, removed, err = onlyPrimary(st.handle)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("prune master keys: %w", err)
	}
	return removed, nil
}

// edit replaces the keyset by what change makes of the one in the file, which
// may be newer than the one in memory. No other process edits it meanwhile. A
// nil handle from change means that all stays as it is.
func (m *Master) edit(change func(*masterState) (*keyset.Handle, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return withLock(m.path, func() error {
		st, err := readMaster(m.path)
		if err != nil {
			return err
		}
		if !shareKey(m.state.Load().handle, st.handle) {
			return fmt.Errorf("%s has none of the keys in use: %w", m.path, ErrMaster)
		}
		h, err := change(st)
		if err != nil {
			return err
		}
		if h != nil {
			if err := writeMaster(m.path, h); err != nil {
				return err
			}
			if st, err = readMaster(m.path); err != nil {
				return err
			}
		}
		m.state.Store(st)
		return nil
	})
}

// adopt puts st in force with refused as its answer to Wrap.
func (m *Master) adopt(st *masterState, refused error) {
	next := *st
	next.refused = refused
	m.state.Store(&next)
}

func onlyPrimary(h *keyset.Handle) (*keyset.Handle, []string, error) {
	primary, err := h.Primary()
	if err != nil {
		return nil, nil, err
	}
	km := keyset.NewManagerFromHandle(h)
	var removed []string
	for _, k := range h.KeysetInfo().GetKeyInfo() {
		if k.GetKeyId() == primary.KeyID() {
			continue
		}
		if err := km.Delete(k.GetKeyId()); err != nil {
			return nil, nil, err
		}
		removed = append(removed, keyName(k.GetKeyId()))
	}
	pruned, err := km.Handle()
	return pruned, removed, err
}

func shareKey(a, b *keyset.Handle) bool {
	held := make(map[uint32]bool, a.Len())
	for _, k := range a.KeysetInfo().GetKeyInfo() {
		held[k.GetKeyId()] = true
	}
	for _, k := range b.KeysetInfo().GetKeyInfo() {
		if held[k.GetKeyId()] {
			return true
		}
	}
	return false
}

// keyName is the id of a master key as it stands beside the data keys.
func keyName(id uint32) string { return fmt.Sprintf("%08x", id) }
