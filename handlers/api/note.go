package api

import (
	"context"
	"errors"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// note writes into a subject's history that the caller reads of them, once a day
// for each key; anew tells whether it did. Nothing may be read without.
func (a *API) note(ctx context.Context, who *caller, subject id.Subject) (anew bool, err error) {
	r := decision.Reading{Key: string(who.key.ID), At: a.Clock.Now()}
	err = ledger.Retry(func() error {
		noted, err := a.Store.Noted(ctx, subject, r)
		if err != nil || noted {
			return err
		}
		anew = true
		_, err = a.Store.Commit(ctx, ledger.Change{
			Subject: subject, Base: ledger.AnyVersion, At: r.At, Brand: who.brand,
			Actor:   ledger.Actor{Kind: ledger.BySystem, ID: who.system.Name},
			Entries: []ledger.Draft{{Kind: decision.Read, Payload: decision.Reader{System: who.system.Name}}},
			Rows:    []any{r},
		})
		return err
	})
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
		err = noSubject()
	}
	return anew, err
}
