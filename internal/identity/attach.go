package identity

import (
	"context"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// Attach adds an identifier that a system knows the subject by, and returns it
// as it stands then; one that the subject bears already is returned as it is.
//
// A number of the system's own is proved by the system's word. An address or
// phone number proves nothing until the person proves it: nobody is signed in
// or joined by what a system says of it. It is errs.Invalid for a number that
// the system gave to somebody else.
func (s *Service) Attach(ctx context.Context, subject id.Subject, system string, i Identifier, brand string) (Identifier, error) {
	i.Source = system
	at := s.clock.Now()
	err := ledger.Retry(func() error {
		now, err := s.store.Subject(ctx, subject)
		if err != nil {
			return err
		}
		all, err := s.store.Identifiers(ctx, subject)
		if err != nil {
			return err
		}
		for _, held := range all {
			if held.Kind == i.Kind && held.Scope == i.Scope && held.Value == i.Value {
				i = held
				return nil
			}
		}
		if err := s.free(ctx, subject, i); err != nil {
			return err
		}
		i.ID, i.Subject, i.CreatedAt, i.VerifiedAt = id.New(), subject, at, time.Time{}
		if i.Scope == system {
			i.VerifiedAt = at
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: subject, Base: now.Version, At: at, Brand: brand,
			Actor:   ledger.Actor{Kind: ledger.BySystem, ID: system},
			Entries: []ledger.Draft{i.Entry(IdentifierAdded)}, Rows: []any{i},
		})
		return err
	})
	return i, err
}

// free refuses a number of one system that another subject bears.
func (s *Service) free(ctx context.Context, subject id.Subject, i Identifier) error {
	if i.Scope == "" {
		return nil
	}
	holders, err := s.store.Holders(ctx, i.Kind, i.Scope, i.Value)
	if err != nil {
		return err
	}
	for _, h := range holders {
		if h.Subject != subject {
			return errs.InvalidFields(errs.At("value", "error.identifier_taken"))
		}
	}
	return nil
}
