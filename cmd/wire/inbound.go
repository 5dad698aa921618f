package wire

import (
	"context"
	"encoding/json"

	"livingprofile/internal/errs"
	"livingprofile/internal/inbound"
)

// author returns a system as one who tells something without a key: in the
// answer to a hook, or in its feed. Any may tell of decisions; values come from
// those alone that are declared as a source.
func (a *App) author(system string) (*inbound.Author, error) {
	org := a.Current.Load()
	s, ok := org.System(system)
	if !ok || s.Retired {
		return nil, errs.NotFound
	}
	return &inbound.Author{
		Organisation: org, System: s, MayField: func(string) bool { return true }, MayProfile: s.Source, MayConsent: true,
	}, nil
}

// answered takes the changes that the answer to a hook carried.
func (a *App) answered(ctx context.Context, system, cause string, changes []json.RawMessage) (refused int, err error) {
	author, err := a.author(system)
	if err != nil {
		return 0, err
	}
	batch, err := a.Door.Read(ctx, author, changes, nil)
	if err != nil {
		return 0, err
	}
	if err := batch.Take(ctx, author.Sender(cause)); err != nil {
		return 0, err
	}
	return batch.Count()[inbound.Refused], nil
}
