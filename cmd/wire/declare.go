package wire

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

// A Declaration is a draft that is to become the organisation.
type Declaration struct {
	Draft *organisation.Draft
	Actor ledger.Actor
	Dry   bool      // plan only
	At    time.Time // when its words began to count; zero for now
	// PutBack lets the draft put back what was changed in the console.
	PutBack bool
}

// ErrPutsBack is the refusal of a draft that does not know what was changed in
// the console.
var ErrPutsBack = errors.New("nothing was changed, for the file would put back what was changed in the console: " +
	"write what stands with livingprofile declared, or put it back with --put-back")

// Declare makes a draft the organisation, and returns what that changes, with
// ErrPutsBack too.
func (a *App) Declare(ctx context.Context, d Declaration) (*organisation.Plan, error) {
	if d.At.IsZero() {
		d.At = a.Clock.Now()
	}
	var plan *organisation.Plan
	refused := false
	err := ledger.Retry(func() error {
		if err := a.Current.Refresh(ctx); err != nil {
			return err
		}
		plan = organisation.Diff(a.Current.now.Load(), d.Draft, d.At)
		refused = len(plan.PutsBack) > 0 && !d.PutBack
		if d.Dry || refused || plan.Empty() {
			return nil
		}
		return a.keep(ctx, plan, d.Actor, d.At, "organisation.declared", "")
	})
	switch {
	case err != nil:
		return nil, err
	case refused && !d.Dry:
		return plan, ErrPutsBack
	}
	return plan, a.Current.Refresh(ctx)
}

// Amend makes a change of the console the organisation, and returns what it
// changes. The errors are those of organisation.Amend.
func (a *App) Amend(ctx context.Context, by ledger.Actor, m organisation.Amendment) (*organisation.Plan, error) {
	m.At = a.Clock.Now()
	var plan *organisation.Plan
	var refusal error
	err := ledger.Retry(func() error {
		if err := a.Current.Refresh(ctx); err != nil {
			return err
		}
		if plan, refusal = organisation.Amend(a.Current.Load(), m); refusal != nil || plan.Empty() {
			return nil
		}
		return a.keep(ctx, plan, by, m.At, "organisation.amended", m.Brand)
	})
	if err := errors.Join(err, refusal); err != nil {
		return nil, err
	}
	return plan, a.Current.Refresh(ctx)
}

// keep writes what a plan comes to, with what it changes in the ledger.
func (a *App) keep(ctx context.Context, plan *organisation.Plan, by ledger.Actor, at time.Time, kind ledger.Kind, brand string) error {
	return a.DB.Declare(ctx, plan.Next, ledger.Change{
		At: at, Actor: by, Brand: brand,
		Entries: []ledger.Draft{{Kind: kind, Payload: map[string]any{"revision": plan.Next.Revision, "steps": plan.Steps}}},
	})
}
