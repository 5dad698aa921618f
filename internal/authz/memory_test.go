package authz_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/authz/authztest"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// watched counts how often a key is read, and may be slow at it.
type watched struct {
	*authztest.Memory
	reads int
	while func() // a key is read; nil for nothing
}

func (w *watched) Key(ctx context.Context, id authz.KeyID) (authz.APIKey, error) {
	w.reads++
	k, err := w.Memory.Key(ctx, id)
	if w.while != nil {
		w.while()
	}
	return k, err
}

// TestKeysAreRemembered: a key is not read for each request, and what is done
// to it counts all the same: at once in this process, soon in another.
func TestKeysAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &watched{Memory: authztest.NewMemory()}
		here := authz.NewKeys(store, hashes{}, clock.NewFake(now))
		there := authz.NewKeys(store, hashes{}, clock.NewFake(now))
		made, text, err := here.Make(t.Context(), key())
		if err != nil {
			t.Fatal(err)
		}
		works := func(want bool) {
			t.Helper()
			_, err := here.Authenticate(t.Context(), text)
			if (err == nil) != want || err != nil && !errors.Is(err, errs.Unauthenticated) {
				t.Errorf("got %v, want it to work: %t", err, want)
			}
		}
		works(true) // and notes the use, which the next reading has to see
		store.reads = 0
		for range 10 {
			works(true)
		}
		if store.reads != 1 {
			t.Errorf("ten requests read the key %d times, want once", store.reads)
		}
		<-time.After(20 * time.Millisecond) // of the bubble's clock
		works(true)
		if store.reads != 2 {
			t.Errorf("it is believed for more than 20 ms: %d readings, want 2", store.reads)
		}
		if err := there.Revoke(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		<-time.After(20 * time.Millisecond) // of the bubble's clock
		works(false)
	})
}

// TestRevokedWhileItIsRead: a key that was read before it was revoked, and
// comes after, is not remembered.
func TestRevokedWhileItIsRead(t *testing.T) {
	store := &watched{Memory: authztest.NewMemory()}
	keys := authz.NewKeys(store, hashes{}, clock.NewFake(now))
	made, text, err := keys.Make(t.Context(), key())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.KeyUsed(t.Context(), made.ID, now); err != nil {
		t.Fatal(err)
	}
	store.while = func() {
		store.while = nil
		if err := keys.As(ledger.Actor{Kind: ledger.ByStaff, ID: "other"}).Revoke(t.Context(), made.ID); err != nil {
			t.Error(err)
		}
	}
	_, _ = keys.Authenticate(t.Context(), text)
	if _, err := keys.Authenticate(t.Context(), text); !errors.Is(err, errs.Unauthenticated) {
		t.Errorf("a revoked key works: %v", err)
	}
}
