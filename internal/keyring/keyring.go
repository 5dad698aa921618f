package keyring

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// The owners of the keys that belong to no subject. The slash keeps them apart
// from every subject's id.
const (
	ownerSystem     = "system/sealed"     // seals what has no subject
	ownerIndex      = "system/index"      // HMAC: blind indexes
	ownerToken      = "system/token"      // HMAC: tokens at rest
	ownerCheckpoint = "system/checkpoint" // Ed25519 seed: the ledger's signature
)

// Options bound what a Keyring holds in memory. The zero value takes the
// defaults.
type Options struct {
	CacheSize int           // data keys held at most; 10,000 if 0
	CacheTTL  time.Duration // how long one is held at most; 60 s if 0
}

// A Keyring hands out the data keys of subjects and uses those of the system.
// It is safe for concurrent use.
type Keyring struct {
	wrapper Wrapper
	store   Store
	clock   clock.Clock
	cache   *cache

	system     *DataKey
	index      [keySize]byte
	token      [keySize]byte
	checkpoint [keySize]byte
	pairs      sync.Map // of a cipher.Block for each system that was named
}

// New returns the keyring over s, and creates the system's keys in it that are
// missing. The error is ErrMaster when w does not open those that are there,
// and then the program must not start: w is the wrong master key.
//
// New cannot tell an empty store from a lost one. Who keeps the data compares
// Fingerprint with that of the last start.
func New(ctx context.Context, w Wrapper, s Store, c clock.Clock, o Options) (*Keyring, error) {
	if o.CacheSize == 0 {
		o.CacheSize = 10_000
	}
	if o.CacheTTL == 0 {
		o.CacheTTL = time.Minute
	}
	k := &Keyring{wrapper: w, store: s, clock: c, cache: newCache(o.CacheSize, o.CacheTTL)}
	if err := k.loadSystem(ctx); err != nil {
		return nil, err
	}
	return k, nil
}

// System returns the key for what must be sealed and belongs to no subject,
// such as a message to an address that nobody has.
func (k *Keyring) System() *DataKey { return k.system }

// Subject returns the data key of s. The error is of kind errs.NotFound when s
// never had one, and errs.Gone when it was destroyed: what it sealed is
// erased.
func (k *Keyring) Subject(ctx context.Context, s id.Subject) (*DataKey, error) {
	owner, err := ownerOf(s)
	if err != nil {
		return nil, err
	}
	now := k.clock.Now()
	if key := k.cache.get(owner, now); key != nil {
		return key, nil
	}
	mark := k.cache.mark()
	raw, err := k.load(ctx, owner)
	if err != nil {
		return nil, err
	}
	key, err := newDataKey(owner, raw)
	if err != nil {
		return nil, err
	}
	k.cache.put(mark, now, key)
	return key, nil
}

// Create makes the data keys of new subjects, all or none, and returns them in
// the order of subjects. They are on disk when it returns, so that nothing is
// ever sealed with a key that a crash can take away. A subject that has a key
// keeps it and gets it, which makes Create safe to repeat; the error is of
// kind errs.Gone when one of them was destroyed.
func (k *Keyring) Create(ctx context.Context, subjects ...id.Subject) ([]*DataKey, error) {
	owners := make([]string, len(subjects))
	for i, s := range subjects {
		owner, err := ownerOf(s)
		if err != nil {
			return nil, err
		}
		owners[i] = owner
	}
	now := k.clock.Now()
	if keys := k.held(owners, now); keys != nil {
		return keys, nil
	}
	mark := k.cache.mark()
	raws, err := k.create(ctx, owners)
	if err != nil {
		return nil, err
	}
	keys := make([]*DataKey, len(owners))
	for i, raw := range raws {
		if keys[i], err = newDataKey(owners[i], raw); err != nil {
			return nil, err
		}
	}
	k.cache.put(mark, now, keys...)
	return keys, nil
}

// held returns the keys of owners when all of them are in memory, else nil.
func (k *Keyring) held(owners []string, now time.Time) []*DataKey {
	keys := make([]*DataKey, len(owners))
	for i, owner := range owners {
		if keys[i] = k.cache.get(owner, now); keys[i] == nil {
			return nil
		}
	}
	return keys
}

// Destroy makes all that was ever sealed for s unreadable, in the data and in
// each backup of it. It cannot be undone and may be repeated. Other processes
// notice when their cached key expires, after Options.CacheTTL at the latest.
func (k *Keyring) Destroy(ctx context.Context, s id.Subject) error {
	owner, err := ownerOf(s)
	if err != nil {
		return err
	}
	// Also after an error: it may have come after the deed.
	defer k.cache.forget(owner)
	if err := k.store.DestroyKey(ctx, owner); err != nil {
		return fmt.Errorf("destroy data key of %s: %w", owner, err)
	}
	return nil
}

// Forget drops the keys of subjects from memory, so that the next use reads
// the store again.
func (k *Keyring) Forget(subjects ...id.Subject) {
	owners := make([]string, len(subjects))
	for i, s := range subjects {
		owners[i] = string(s)
	}
	k.cache.forget(owners...)
}

// ownerOf refuses what could name a key of the system.
func ownerOf(s id.Subject) (string, error) {
	if s == "" || strings.Contains(string(s), "/") {
		return "", fmt.Errorf("subject id %q: %w", string(s), errs.NotFound)
	}
	return string(s), nil
}

// load reads and unwraps the key of owner. The caller overwrites what it gets.
func (k *Keyring) load(ctx context.Context, owner string) ([]byte, error) {
	w, err := k.store.Key(ctx, owner)
	if err != nil {
		return nil, fmt.Errorf("data key of %s: %w", owner, err)
	}
	return unwrap(ctx, k.wrapper, w)
}

// create stores a fresh key for each owner and returns what is then stored for
// them. The caller overwrites what it gets.
func (k *Keyring) create(ctx context.Context, owners []string) ([][]byte, error) {
	now := k.clock.Now()
	raws := make([][]byte, len(owners))
	wrapped := make([]Wrapped, len(owners))
	for i, owner := range owners {
		raws[i] = make([]byte, keySize)
		_, _ = rand.Read(raws[i]) // never fails; the runtime aborts instead
		var err error
		if wrapped[i], err = wrap(ctx, k.wrapper, owner, raws[i]); err != nil {
			return nil, err
		}
		wrapped[i].CreatedAt = now
	}
	added, err := k.store.AddKeys(ctx, wrapped)
	if err != nil {
		return nil, fmt.Errorf("add data keys: %w", err)
	}
	if added == len(owners) {
		return raws, nil
	}
	// Somebody else was first with at least one of them, and theirs counts.
	for i, owner := range owners {
		clear(raws[i])
		if raws[i], err = k.load(ctx, owner); err != nil {
			return nil, err
		}
	}
	return raws, nil
}

// loadSystem fills the keys of the system, creating what is missing.
func (k *Keyring) loadSystem(ctx context.Context) error {
	raws := make(map[string][]byte)
	var missing []string
	for _, owner := range []string{ownerSystem, ownerIndex, ownerToken, ownerCheckpoint} {
		raw, err := k.load(ctx, owner)
		switch {
		case errors.Is(err, errs.NotFound):
			missing = append(missing, owner)
		case err != nil:
			return fmt.Errorf("open key store: %w", err)
		}
		raws[owner] = raw
	}
	if len(missing) > 0 {
		created, err := k.create(ctx, missing)
		if err != nil {
			return fmt.Errorf("create system keys: %w", err)
		}
		for i, owner := range missing {
			raws[owner] = created[i]
		}
	}
	return k.adopt(raws)
}

func (k *Keyring) adopt(raws map[string][]byte) error {
	for owner, to := range map[string]*[keySize]byte{
		ownerIndex:      &k.index,
		ownerToken:      &k.token,
		ownerCheckpoint: &k.checkpoint,
	} {
		raw := raws[owner]
		if len(raw) != keySize {
			return fmt.Errorf("data key of %s has %d bytes: want %d", owner, len(raw), keySize)
		}
		copy(to[:], raw)
		clear(raw)
	}
	var err error
	k.system, err = newDataKey(ownerSystem, raws[ownerSystem])
	return err
}

// wrap seals raw with the master key, bound to owner: a wrapped key that is
// moved to another owner in the key store does not open there.
func wrap(ctx context.Context, w Wrapper, owner string, raw []byte) (Wrapped, error) {
	b, key, err := w.Wrap(ctx, raw, wrapAAD(owner))
	if err != nil {
		return Wrapped{}, fmt.Errorf("wrap data key of %s: %w", owner, err)
	}
	return Wrapped{Owner: owner, Master: key, Bytes: b}, nil
}

func unwrap(ctx context.Context, w Wrapper, k Wrapped) ([]byte, error) {
	raw, err := w.Unwrap(ctx, k.Bytes, wrapAAD(k.Owner))
	if err != nil {
		return nil, fmt.Errorf("unwrap data key of %s, wrapped under master key %s: %w", k.Owner, k.Master, err)
	}
	return raw, nil
}

func wrapAAD(owner string) []byte { return join(useWrap, "livingprofile data key", owner) }
