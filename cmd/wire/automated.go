package wire

import (
	"context"
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/demo"
	"livingprofile/internal/job"
	"livingprofile/internal/rights"
	"livingprofile/store"
)

// addAutomatedTasks keeps what machines decided as old as it may be.
func (s *Service) addAutomatedTasks() {
	s.tasks.Add(job.Task{Name: "automated.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		for {
			n, err := s.DB.SweepAutomated(ctx, now)
			if err != nil || n == 0 {
				return err
			}
		}
	}})
}

// mostCopied bounds the automated decisions in a copy, the newest.
const mostCopied = 10_000

// machines are all that systems decided about a person, as a copy has it.
func (d *desk) machines(ctx context.Context, r rights.Request) ([]rights.Machine, error) {
	list, err := store.Together{DB: d.db}.AutomatedDecisions(ctx, r.Subject, automated.Page{Now: d.db.Clock().Now(), Limit: mostCopied})
	if err != nil {
		return nil, err
	}
	org := d.org.Load()
	w := &writer{org: org, locale: r.Locale}
	all := make([]rights.Machine, 0, len(list))
	for i := range list {
		one := &list[i]
		m := rights.Machine{
			Kind: one.Kind, Label: one.Kind, At: one.At, System: w.system(one.System), Until: one.Expires,
			Outcome: one.Outcome.In(r.Locale), Logic: one.Logic.In(r.Locale), Effect: one.Effect.In(r.Locale), Fields: one.Fields,
			Statement: one.Statement.Text, Review: one.Review.Outcome, Reasons: one.Review.Reasons,
		}
		if k, ok := org.AutomatedKind(one.Kind); ok {
			m.Label = k.Label.In(r.Locale)
		}
		all = append(all, m)
	}
	return all, nil
}

// seedAutomated lets the demo's systems tell what they decided.
func (a *App) seedAutomated(ctx context.Context, all []demo.Person) error {
	for i := range all {
		decided := demo.Decided(&all[i], a.Clock.Now())
		if len(decided) == 0 {
			continue
		}
		subject, err := a.seeded(ctx, &all[i])
		if err != nil {
			return err
		}
		if subject == "" {
			continue
		}
		for _, t := range decided {
			t.Subject = subject
			if _, _, err := a.Automated.Register(ctx, t); err != nil {
				return err
			}
		}
	}
	return nil
}
