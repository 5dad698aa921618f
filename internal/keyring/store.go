package keyring

import (
	"context"
	"time"
)

// A Wrapped is a data key as the key store keeps it: sealed by a master key,
// and so of no use to whoever reads the store alone.
type Wrapped struct {
	Owner     string    // a subject's id, or a name with a slash for a system key
	Master    string    // id of the master key that Bytes is sealed with
	Bytes     []byte    // opaque to the store
	CreatedAt time.Time // of the data key; rewrapping leaves it
}

// A Store keeps wrapped data keys, apart from the data that they open and with
// backups of its own. It is safe for concurrent use by any number of
// processes. keytest.Run is this contract as tests.
type Store interface {
	// Key returns the key of owner. The error is of kind errs.NotFound when
	// there never was one, and errs.Gone when it was destroyed.
	Key(ctx context.Context, owner string) (Wrapped, error)

	// AddKeys stores any number of keys, all or none, and says how many of
	// them it stored. An owner that has a key, or had one that was destroyed,
	// is left as it is, which is not an error; of two keys for one owner
	// within keys the first counts. The keys are on disk when it returns.
	AddKeys(ctx context.Context, keys []Wrapped) (added int, err error)

	// ReplaceKey puts next, which is for the same owner, in the place of old,
	// durably. The error is of kind errs.Conflict when what is stored no
	// longer has the Bytes of old; then nothing was changed.
	ReplaceKey(ctx context.Context, old, next Wrapped) error

	// KeysNotUnder lists up to limit keys whose Master is not master and
	// whose Owner sorts after after, by Owner in byte order. Destroyed keys
	// are not among them.
	KeysNotUnder(ctx context.Context, master, after string, limit int) ([]Wrapped, error)

	// DestroyKey overwrites the key of owner for good, durably, and leaves
	// the mark by which Key answers errs.Gone and AddKeys does not bring
	// owner back. Destroying twice, or what never was, is not an error.
	DestroyKey(ctx context.Context, owner string) error
}
