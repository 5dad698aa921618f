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
		return a.keep(ctx, plan, "organisation.declared", ledger.Change{At: d.At, Actor: d.Actor})
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
	return a.amend(ctx, func(current *organisation.Organisation) (*organisation.Plan, error) {
		return organisation.Amend(current, m)
	}, ledger.Change{At: m.At, Actor: by, Brand: m.Brand})
}

// Publish gives a purpose the words of a draft, which ends with it, and returns
// what that changes. The errors are those of organisation.Publish, and
// errs.Conflict when the draft is another by now.
func (a *App) Publish(ctx context.Context, by ledger.Actor, d organisation.PurposeDraft, reaskBy time.Time) (*organisation.Plan, error) {
	at := a.Clock.Now()
	return a.amend(ctx, func(current *organisation.Organisation) (*organisation.Plan, error) {
		return organisation.Publish(current, &d, reaskBy, at)
	}, ledger.Change{At: at, Actor: by, Rows: []any{organisation.DraftPublished{Purpose: d.Purpose, At: d.At}}})
}

// amend makes what decide says the organisation, with c.
func (a *App) amend(
	ctx context.Context, decide func(*organisation.Organisation) (*organisation.Plan, error), c ledger.Change,
) (*organisation.Plan, error) {
	var plan *organisation.Plan
	var refusal error
	err := ledger.Retry(func() error {
		if err := a.Current.Refresh(ctx); err != nil {
			return err
		}
		if plan, refusal = decide(a.Current.Load()); refusal != nil || plan.Empty() {
			return nil
		}
		return a.keep(ctx, plan, "organisation.amended", c)
	})
	if err := errors.Join(err, refusal); err != nil {
		return nil, err
	}
	return plan, a.Current.Refresh(ctx)
}

// keep writes what a plan comes to, with what it changes in the ledger.
func (a *App) keep(ctx context.Context, plan *organisation.Plan, kind ledger.Kind, c ledger.Change) error {
	c.Entries = []ledger.Draft{{Kind: kind, Payload: map[string]any{"revision": plan.Next.Revision, "steps": plan.Steps}}}
	return a.DB.Declare(ctx, plan.Next, c)
}
