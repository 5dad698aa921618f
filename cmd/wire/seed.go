package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// demoSeed makes the same people each time.
const demoSeed = 2026

// Seed declares the demo's organisation and brings its people in, through the
// same files and services as anybody else's. An installation that has an
// organisation is left as it is. folder keeps the source files.
func (a *App) Seed(ctx context.Context, folder string, people int) error {
	if a.Current.Load().Revision > 0 {
		return nil
	}
	draft, err := demo.Draft()
	if err != nil {
		return err
	}
	if _, err := a.Declare(ctx, draft, ledger.Actor{Kind: ledger.ByProgram, ID: "demo"}, false); err != nil {
		return err
	}
	folder = filepath.Join(folder, "sources")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	all := demo.People(demoSeed, people, a.Clock.Now())
	files, err := demo.Files(all, folder)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := a.seedFile(ctx, f); err != nil {
			return fmt.Errorf("import of %s: %w", f.System, err)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for i := range all {
		g.Go(func() error { return a.seedPerson(ctx, &all[i]) })
	}
	return g.Wait()
}

func (a *App) seedFile(ctx context.Context, f demo.SourceFile) error {
	m, err := intake.LoadMap(f.Map)
	if err != nil {
		return err
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	_, err = a.Import(ctx, file, ImportOptions{Source: f.System, Map: m})
	return errors.Join(err, file.Close())
}

// seedPerson lets a person have decided and corrected what the demo says, each
// at its time.
func (a *App) seedPerson(ctx context.Context, p *demo.Person) error {
	subject, err := a.Identity.ByEmail(ctx, p.Email)
	if errors.Is(err, errs.NotFound) {
		return nil // known to no system that has the address
	}
	if err != nil {
		return err
	}
	now := a.Clock.Now()
	for _, d := range demo.Decisions(p, now) {
		_, err := a.Consent.Decide(ctx, consent.Ask{
			Subject: subject, Actor: ledger.Self(subject), Purpose: d.Purpose, Answer: d.Answer, Scope: d.Scope,
			Locale: d.Locale, Proof: consent.Proof{Kind: d.Proof, Ref: "demo"}, Brand: d.Brand, Channel: d.Channel, At: d.At,
			// The mail of a first yes that waits was sent and never opened.
			Confirm: func(context.Context, consent.Record) ([]any, error) { return nil, nil },
		})
		if err != nil {
			return fmt.Errorf("decision on %s: %w", d.Purpose, err)
		}
	}
	return a.seedWishes(ctx, p, subject)
}

func (a *App) seedWishes(ctx context.Context, p *demo.Person, subject id.Subject) error {
	now := a.Clock.Now()
	then := clock.NewFake(now)
	consents := consent.NewService(a.DB, func() consent.Catalogue { return a.Current.Load() }, then)
	values := profile.NewService(a.DB, func() profile.Schema { return a.Current.Load() }, then)
	language, wishes := demo.Preferences(p, now)
	who := consent.Wisher{Subject: subject, Actor: ledger.Self(subject)}
	if language != "" {
		if err := consents.Speak(ctx, who, language); err != nil {
			return err
		}
	}
	for _, w := range wishes {
		then.Advance(w.At.Sub(then.Now()))
		who.Brand = w.Brand
		if _, err := consents.Wish(ctx, who, w.Scope, func(consent.Wishes) consent.Wishes { return w.Wishes }); err != nil {
			return fmt.Errorf("wishes: %w", err)
		}
	}
	for _, c := range demo.Corrections(p, now) {
		then.Advance(c.At.Sub(then.Now()))
		editor := profile.Editor{Subject: subject, Actor: ledger.Self(subject), Brand: c.Brand, Country: p.Country}
		if _, err := values.Correct(ctx, editor, c.Field, c.Value); err != nil {
			return fmt.Errorf("correction of %s: %w", c.Field, err)
		}
	}
	return nil
}
