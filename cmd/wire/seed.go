package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// demoSeed makes the same people each time.
const demoSeed = 2026

// Seed declares the demo's organisation and brings its people in, through the
// same files and services as anybody else's. An installation that has them is
// left as it is, and one with another organisation is refused: in a demo all
// mail can be read by anybody. folder keeps the source files.
func (a *App) Seed(ctx context.Context, folder string, people int) error {
	draft, err := demo.Draft()
	if err != nil {
		return err
	}
	folder = filepath.Join(folder, "sources")
	if now := a.Current.Load(); now.Revision > 0 {
		return seeded(now, draft, folder)
	}
	if _, err := a.Declare(ctx, Declaration{
		Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "demo"}, At: a.Clock.Now().AddDate(-4, 0, 0),
	}); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	all := demo.People(demoSeed, people, a.Clock.Now())
	files, err := demo.Files(all, folder)
	if err != nil {
		return err
	}
	if _, err := demo.Orders(all, folder, a.Clock.Now()); err != nil {
		return err
	}
	// Whom the customer desk knows has a past here, which comes before what the
	// systems send today; the others decided after they were brought in.
	if err := a.seedPeople(ctx, all, func(p *demo.Person) bool { return p.CRM != nil }); err != nil {
		return err
	}
	for _, f := range files {
		if err := a.seedFile(ctx, f); err != nil {
			return fmt.Errorf("import of %s: %w", f.System, err)
		}
	}
	if _, err := a.Joiner.Turn(ctx); err != nil {
		return fmt.Errorf("join records: %w", err)
	}
	if err := a.seedPeople(ctx, all, func(p *demo.Person) bool { return p.CRM == nil }); err != nil {
		return err
	}
	if err := a.seedActivities(ctx, all); err != nil {
		return fmt.Errorf("what people did: %w", err)
	}
	if err := a.seedAutomated(ctx, all); err != nil {
		return fmt.Errorf("what was decided: %w", err)
	}
	if err := a.settle(ctx); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, seedMark), nil, 0o600)
}

// settle does what would be done behind the first who looks: what was given long
// ago has run out, what was kept long enough has gone, records that are near are
// weighed.
func (a *App) settle(ctx context.Context) error {
	_, expired := a.Consent.ExpireDue(ctx, a.DB)
	_, kept := a.Retention.Enforce(ctx)
	_, joined := a.Joiner.Turn(ctx)
	return errors.Join(expired, kept, joined)
}

// seedMark is the file that tells that a demo was made to its end.
const seedMark = "complete"

// seeded is nil when the organisation that stands is the demo's.
func seeded(now *organisation.Organisation, draft *organisation.Draft, folder string) error {
	if now.Contact != draft.Declared.Contact {
		return errors.New("another organisation is declared here: give the demo a folder or a database of its own")
	}
	_, err := os.Stat(folder)
	_, unmarked := os.Stat(filepath.Join(folder, seedMark))
	if err == nil && unmarked != nil {
		return fmt.Errorf("it was cut off while it was made: delete %s and begin anew", filepath.Dir(folder))
	}
	return nil
}

func (a *App) seedPeople(ctx context.Context, all []demo.Person, which func(*demo.Person) bool) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for i := range all {
		if which(&all[i]) {
			g.Go(func() error { return a.seedPerson(ctx, &all[i]) })
		}
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

// A past is what one person did, each thing at its time.
type past struct {
	*App
	person   *demo.Person
	subject  id.Subject
	clock    *clock.Fake
	consents *consent.Service
	values   *profile.Service
}

// A deed is one thing that a person did.
type deed struct {
	at time.Time
	do func(context.Context) error
}

// seedPerson lets a person have decided and corrected what the demo says.
func (a *App) seedPerson(ctx context.Context, p *demo.Person) error {
	then := clock.NewFake(a.Clock.Now())
	h := &past{
		App: a, person: p, clock: then,
		consents: consent.NewService(a.DB, func() consent.Catalogue { return a.Current.Load() }, then),
		values:   profile.NewService(a.DB, func() profile.Schema { return a.Current.Load() }, then),
	}
	deeds := h.deeds(a.Clock.Now())
	slices.SortStableFunc(deeds, func(x, y deed) int { return x.at.Compare(y.at) })
	if known, err := h.begin(ctx, deeds); err != nil || !known {
		return err
	}
	for _, d := range deeds {
		then.Advance(d.at.Sub(then.Now()))
		if err := d.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// begin finds the person, or has the customer desk make them known the day
// before their first deed. It is false for somebody whom no system knows.
func (h *past) begin(ctx context.Context, deeds []deed) (known bool, err error) {
	if h.person.CRM == nil {
		h.subject, err = h.Identity.ByEmail(ctx, h.person.Email)
		if errors.Is(err, errs.NotFound) {
			return false, nil
		}
		return err == nil, err
	}
	at := h.clock.Now().AddDate(0, -1, 0)
	if len(deeds) > 0 {
		at = deeds[0].at.AddDate(0, 0, -1)
	}
	c := identity.New([]identity.Identifier{{
		Kind: identity.Customer, Scope: demo.CRM, Value: h.person.CRM.Number, VerifiedAt: at, Source: demo.CRM,
	}}, ledger.Actor{Kind: ledger.BySystem, ID: demo.CRM}, at)
	h.subject = c.Subject
	_, err = h.DB.Commit(ctx, c)
	return err == nil, err
}

func (h *past) deeds(now time.Time) []deed {
	var all []deed
	for _, d := range demo.Decisions(h.person, now) {
		all = append(all, deed{d.At, func(ctx context.Context) error { return h.decide(ctx, d) }})
	}
	language, wishes := demo.Preferences(h.person, now)
	if language != "" {
		all = append(all, deed{now.AddDate(0, 0, -40), func(ctx context.Context) error {
			return h.consents.Speak(ctx, consent.Wisher{Subject: h.subject, Actor: ledger.Self(h.subject)}, language)
		}})
	}
	for _, w := range wishes {
		all = append(all, deed{w.At, func(ctx context.Context) error {
			who := consent.Wisher{Subject: h.subject, Actor: ledger.Self(h.subject), Brand: w.Brand}
			_, err := h.consents.Wish(ctx, who, w.Scope, func(consent.Wishes) consent.Wishes { return w.Wishes })
			return err
		}})
	}
	for _, c := range demo.Corrections(h.person, now) {
		all = append(all, deed{c.At, func(ctx context.Context) error {
			editor := profile.Editor{Subject: h.subject, Actor: ledger.Self(h.subject), Brand: c.Brand, Country: h.person.Country}
			_, err := h.values.Correct(ctx, editor, c.Field, c.Value)
			return err
		}})
	}
	return all
}

func (h *past) decide(ctx context.Context, d demo.Decision) error {
	_, err := h.consents.Decide(ctx, consent.Ask{
		Subject: h.subject, Actor: ledger.Self(h.subject), Purpose: d.Purpose, Answer: d.Answer, Scope: d.Scope,
		Locale: d.Locale, Proof: consent.Proof{Kind: d.Proof, Ref: "demo"}, Brand: d.Brand, Channel: d.Channel, At: d.At,
		// The mail of a first yes that waits was sent and never opened.
		Confirm: func(context.Context, consent.Record) ([]any, error) { return nil, nil },
	})
	if err != nil {
		return fmt.Errorf("decision on %s: %w", d.Purpose, err)
	}
	return nil
}
