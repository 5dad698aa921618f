package keyring

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/errs"
)

// rewrapAtOnce is how many keys are replaced at the same time: the store
// commits concurrent changes in groups.
const rewrapAtOnce = 8

// fruitless is how many passes in a row may replace nothing while keys remain.
// One is normal when two processes rewrap at once.
const fruitless = 3

// Rewrap wraps every data key that is not yet under the current master key
// with that key, batch keys at a time, and calls progress, which may be nil,
// with the number done so far. The data is not touched and the keys keep
// working meanwhile.
//
// It may be cut off at any point and called again, goes on where it is needed,
// and may run in several processes at once. It returns nil when no key is left
// under another master key. Keys that no master key opens are left as they
// are: the others are done first, and then the error is ErrMaster.
func (k *Keyring) Rewrap(ctx context.Context, batch int, progress func(done int)) error {
	if progress == nil {
		progress = func(int) {}
	}
	r := rewrapper{keyring: k, batch: max(batch, 1), progress: progress}
	for idle := 0; idle < fruitless; {
		before := r.done.Load()
		found, err := r.pass(ctx)
		if err != nil {
			return fmt.Errorf("rewrap data keys: %w", err)
		}
		if found == 0 {
			return nil
		}
		// Creators that do not yet know the new master key may have added
		// keys behind the cursor, hence another pass.
		if idle++; r.done.Load() > before {
			idle = 0
		}
	}
	if err := r.shut.Load(); err != nil {
		return fmt.Errorf("rewrap data keys: %w", *err)
	}
	return fmt.Errorf("rewrap data keys: the store keeps changing: %w", errs.Conflict)
}

type rewrapper struct {
	keyring  *Keyring
	batch    int
	progress func(int)
	done     atomic.Int64
	shut     atomic.Pointer[error] // of the last key that did not open
}

// pass goes once through the keys under other master keys and returns how many
// it came across.
func (r *rewrapper) pass(ctx context.Context) (found int, err error) {
	after := ""
	for {
		keys, err := r.keyring.store.KeysNotUnder(ctx, r.keyring.wrapper.Primary(), after, r.batch)
		if err != nil || len(keys) == 0 {
			return found, err
		}
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(rewrapAtOnce)
		for _, old := range keys {
			g.Go(func() error { return r.replace(gctx, old) })
		}
		if err := g.Wait(); err != nil {
			return found, err
		}
		found += len(keys)
		after = keys[len(keys)-1].Owner
		r.progress(int(r.done.Load()))
	}
}

func (r *rewrapper) replace(ctx context.Context, old Wrapped) error {
	raw, err := unwrap(ctx, r.keyring.wrapper, old)
	if errors.Is(err, ErrMaster) {
		r.shut.Store(&err)
		return nil
	}
	if err != nil {
		return err
	}
	defer clear(raw)
	next, err := wrap(ctx, r.keyring.wrapper, old.Owner, raw)
	if err != nil {
		return err
	}
	next.CreatedAt = old.CreatedAt
	err = r.keyring.store.ReplaceKey(ctx, old, next)
	if errors.Is(err, errs.Conflict) {
		// Destroyed meanwhile, or another process was quicker.
		return nil
	}
	if err != nil {
		return fmt.Errorf("replace data key of %s: %w", old.Owner, err)
	}
	r.done.Add(1)
	return nil
}
