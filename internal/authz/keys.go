package authz

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// keyDomain is the domain of the digests of keys.
const keyDomain = "authz.key"

// usedEvery is how exactly the last use of a key is known.
const usedEvery = time.Minute

// A Digester makes what may be stored of a secret. It is a part of
// keyring.Keyring.
type Digester interface {
	Digest(domain string, secret []byte) []byte
}

// KeyStore keeps API keys. Each method is one transaction, in which what a
// person should be able to trace (made, revoked, shortened) goes to the ledger;
// all are safe for concurrent use. authztest.Run is the contract.
type KeyStore interface {
	// SaveKey writes a new key that by made; errs.Conflict if its id is taken.
	SaveKey(ctx context.Context, by ledger.Actor, k APIKey) error

	// Key returns a key, ended or not; errs.NotFound if there is none.
	Key(ctx context.Context, id KeyID) (APIKey, error)

	// Keys returns the keys of a brand, or of all for AllBrands, the newest
	// first.
	Keys(ctx context.Context, brand string) ([]APIKey, error)

	// ShortenKey makes the key expire at at unless it does earlier already;
	// errs.NotFound if there is none.
	ShortenKey(ctx context.Context, by ledger.Actor, id KeyID, at time.Time) error

	// RevokeKey ends the key at once and for good; the first time stands.
	// errs.NotFound if there is none.
	RevokeKey(ctx context.Context, by ledger.Actor, id KeyID, at time.Time) error

	// KeyUsed sets LastUsedAt unless it is later already. It writes nothing to
	// the ledger, and an unknown key is no error.
	KeyUsed(ctx context.Context, id KeyID, at time.Time) error
}

// Keys makes and checks API keys. It is safe for concurrent use. What is done
// to a key with it counts from the next request on; what another process does,
// or another Keys over the same store, from 20 milliseconds on.
type Keys struct {
	store  KeyStore
	memory *memory
	digest Digester
	clock  clock.Clock
	by     ledger.Actor
}

// NewKeys returns the service over store, for the shell.
func NewKeys(store KeyStore, d Digester, c clock.Clock) *Keys {
	return &Keys{store: store, memory: &memory{}, digest: d, clock: c, by: ledger.Actor{Kind: ledger.ByProgram, ID: "apikey"}}
}

// As returns the service for somebody else, whom the ledger names from then on.
func (s *Keys) As(by ledger.Actor) *Keys {
	as := *s
	as.by = by
	return &as
}

// Make makes a key as k describes it and returns it with its text, which is
// kept nowhere. The error is that of APIKey.Validate.
func (s *Keys) Make(ctx context.Context, k APIKey) (APIKey, string, error) {
	now := s.clock.Now()
	if err := k.Validate(now); err != nil {
		return APIKey{}, "", err
	}
	k, text := newKey(s.digest, k, now)
	if err := s.store.SaveKey(ctx, s.by, k); err != nil {
		return APIKey{}, "", fmt.Errorf("save key: %w", err)
	}
	return k, text, nil
}

// Replace makes a key that may what the given one may, until expires, and lets
// the old one go on for overlap so that the system can change over.
func (s *Keys) Replace(ctx context.Context, old KeyID, expires time.Time, overlap time.Duration) (APIKey, string, error) {
	k, err := s.store.Key(ctx, old)
	if err != nil {
		return APIKey{}, "", err
	}
	now := s.clock.Now()
	if err := k.Alive(now); err != nil {
		return APIKey{}, "", errs.New(errs.Gone, "error.key_ended")
	}
	k.ExpiresAt = expires
	next, text, err := s.Make(ctx, k)
	if err != nil {
		return APIKey{}, "", err
	}
	defer s.memory.forget() // also after an error: it may have come after the deed
	if err := s.store.ShortenKey(ctx, s.by, old, now.Add(max(overlap, 0))); err != nil {
		return APIKey{}, "", fmt.Errorf("shorten old key: %w", err)
	}
	return next, text, nil
}

// Authenticate returns the live key of a text, and notes its use about once a
// minute. Everything else is errs.Unauthenticated, without a word why.
func (s *Keys) Authenticate(ctx context.Context, text string) (APIKey, error) {
	k, err := s.key(ctx, text)
	if err != nil {
		return APIKey{}, err
	}
	now := s.clock.Now()
	if err := k.Alive(now); err != nil {
		return APIKey{}, err
	}
	if now.Sub(k.LastUsedAt) >= usedEvery {
		defer s.memory.forget()
		if err := s.store.KeyUsed(ctx, k.ID, now); err != nil {
			return APIKey{}, fmt.Errorf("note use of key: %w", err)
		}
		k.LastUsedAt = now
	}
	return k, nil
}

// key returns the key of a text as it stands, ended or not;
// errs.Unauthenticated if there is none.
func (s *Keys) key(ctx context.Context, text string) (APIKey, error) {
	print := sha256.Sum256([]byte(text))
	k, moves, ok := s.memory.recall(print)
	if ok {
		return k, nil
	}
	began := time.Now()
	k, err := s.read(ctx, text)
	if err == nil {
		s.memory.keep(print, k, began, moves)
	}
	return k, err
}

// read is key from the store.
func (s *Keys) read(ctx context.Context, text string) (APIKey, error) {
	unknown := errs.New(errs.Unauthenticated, "error.key_unknown")
	name, sec, err := ParseKey(text)
	if err != nil {
		return APIKey{}, err
	}
	k, err := s.store.Key(ctx, name)
	if errors.Is(err, errs.NotFound) {
		return APIKey{}, unknown
	}
	if err != nil {
		return APIKey{}, fmt.Errorf("find key: %w", err)
	}
	if subtle.ConstantTimeCompare(s.digest.Digest(keyDomain, []byte(sec)), k.Hash) != 1 {
		return APIKey{}, unknown
	}
	return k, nil
}

// List returns the keys of a brand, or of all for AllBrands, the newest first.
func (s *Keys) List(ctx context.Context, brand string) ([]APIKey, error) {
	return s.store.Keys(ctx, brand)
}

// Revoke ends a key at once.
func (s *Keys) Revoke(ctx context.Context, id KeyID) error {
	defer s.memory.forget()
	return s.store.RevokeKey(ctx, s.by, id, s.clock.Now())
}
