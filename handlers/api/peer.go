package api

import (
	"context"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/authz"
	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// A Caller is the system that asks, for those who speak another protocol under
// the same keys.
type Caller struct {
	Key          authz.APIKey
	Organisation *organisation.Organisation
	System       *organisation.System
	Author       *inbound.Author
	Recipient    decision.Recipient
	Fields       []*profile.Field // that it may have and tell of

	who *caller
}

// CallerOf returns who asks, on a route for systems.
func CallerOf(c echo.Context) *Caller {
	who := callerOf(c)
	return &Caller{
		Key: who.key, Organisation: who.org, System: who.system, Author: who.author(), Recipient: who.recipient(),
		Fields: who.fields(), who: who,
	}
}

// Know reads what is held of a subject. It is errs.NotFound for one that is
// missing, erased or of another brand's people alone.
func (a *API) Know(ctx context.Context, caller *Caller, subject id.Subject) (decision.Facts, error) {
	p, err := a.know(ctx, caller.who, subject)
	if err != nil {
		return decision.Facts{}, err
	}
	return p.facts, nil
}

// Note writes into a subject's history that the caller reads of them, before it
// is answered.
func (a *API) Note(ctx context.Context, caller *Caller, subject id.Subject) error {
	_, err := a.note(ctx, caller.who, subject)
	return err
}
