package wire

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/activity"
	"livingprofile/internal/demo"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// seedActivities lets the systems tell what people did, and works out what the
// rules say of it.
func (a *App) seedActivities(ctx context.Context, all []demo.Person) error {
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for i := range all {
		g.Go(func() error { return a.seedActs(within, &all[i]) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if _, err := a.Activity.Infer(ctx); err != nil {
		return err
	}
	for _, one := range demo.Audiences() {
		if _, err := a.Audience.Create(ctx, one, ledger.Actor{Kind: ledger.ByProgram, ID: "demo"}); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) seedActs(ctx context.Context, p *demo.Person) error {
	subject, err := a.seeded(ctx, p)
	if err != nil || subject == "" {
		return err
	}
	for _, r := range demo.Activities(p, a.Clock.Now()) {
		if _, err := a.Activity.Take(ctx, activity.Taking{Subject: subject, System: r.System, Brand: r.Brand, Items: r.Items}); err != nil {
			return err
		}
	}
	return nil
}

// seeded finds a person of the demo; "" for somebody whom no system knows.
func (a *App) seeded(ctx context.Context, p *demo.Person) (id.Subject, error) {
	if p.CRM != nil {
		holders, err := a.DB.Holders(ctx, identity.Customer, demo.CRM, p.CRM.Number)
		if err != nil || len(holders) == 0 {
			return "", err
		}
		return holders[0].Subject, nil
	}
	subject, err := a.Identity.ByEmail(ctx, p.Email)
	if errors.Is(err, errs.NotFound) {
		return "", nil
	}
	return subject, err
}
