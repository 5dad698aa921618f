package activity

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A Stand is where a rule stands for a person.
type Stand string

// Where a rule may stand.
const (
	Works  Stand = "works"
	Waits  Stand = "waits"  // frozen or paused: what was worked out stays as it is
	Denied Stand = "denied" // no purpose allows it: nothing is worked out
	Off    Stand = "off"    // the person switched it off
)

// Standing tells where a rule stands, and until when. Both what it looks at and
// what it makes have to be allowed.
func Standing(schema Schema, f decision.Facts, state State, r *Rule, now time.Time) (Stand, time.Time) {
	if _, off := state.Off[r.Name]; off {
		return Off, time.Time{}
	}
	k, known := schema.Activity(r.Activity)
	field, made := schema.Field(r.Field)
	if r.Retired || !known || !made || field.Retired {
		return Denied, time.Time{}
	}
	sees := Basis(f, k, schema.AllPurposes(), "", now)
	makes := Basis(f, &Kind{Name: field.Name, Category: field.Category, Purposes: field.Purposes}, schema.AllPurposes(), "", now)
	until := sooner(sees.Until, makes.Until)
	for _, v := range []decision.Verdict{sees, makes} {
		switch {
		case v.Allow:
		case v.Reasons[0] == decision.Restricted:
			return Waits, until
		default:
			return Denied, until
		}
	}
	return Works, until
}

// Infer asks the rules about everybody who is due, and returns how many people
// that were. It may be repeated, and two processes may do it at the same time.
func (s *Service) Infer(ctx context.Context) (int, error) {
	done := 0
	for {
		revision := s.schema().DeclaredAs()
		due, err := s.store.DueActivities(ctx, s.clock.Now(), revision, dueAtOnce)
		if err != nil || len(due) == 0 {
			return done, err
		}
		g, within := errgroup.WithContext(ctx)
		g.SetLimit(8)
		for _, d := range due {
			g.Go(func() error { return s.infer(within, d, revision) })
		}
		if err := g.Wait(); err != nil {
			return done, err
		}
		if done += len(due); len(due) < dueAtOnce {
			return done, nil
		}
	}
}

// dueAtOnce is how many people are asked about at a time.
const dueAtOnce = 200

// infer asks the rules about one person. What they work out from all records of
// the person is written to each, or one would go on claiming what it said of
// itself alone.
func (s *Service) infer(ctx context.Context, d Due, revision int64) error {
	circle, err := s.store.Circle(ctx, d.Subject)
	if err != nil && !over(err) {
		return err
	}
	var next time.Time
	for _, subject := range circle {
		var until time.Time
		err := ledger.Retry(func() (err error) {
			until, err = s.ask(ctx, subject, circle)
			return err
		})
		if over(err) {
			continue
		}
		if err != nil {
			return err
		}
		next = sooner(next, until)
	}
	return s.store.SettleActivities(ctx, d, next, revision)
}

// over tells of a record that it was erased meanwhile.
func over(err error) bool { return errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) }

// ask asks the rules about the person whose records are circle, and writes what
// they say to that of subject.
func (s *Service) ask(ctx context.Context, subject id.Subject, circle []id.Subject) (next time.Time, err error) {
	schema, now := s.schema(), s.clock.Now()
	facts, err := s.store.Facts(ctx, subject)
	if err != nil {
		return next, err
	}
	state, err := s.state(ctx, circle)
	if err != nil {
		return next, err
	}
	held, whole := facts.Profile, facts.Whole()
	var steps []profile.Step
	rules := schema.InferenceRules()
	for i := range rules {
		r := &rules[i]
		stand, until := Standing(schema, whole, state, r, now)
		next = sooner(next, until)
		if stand == Waits {
			continue
		}
		wanted := ""
		if stand == Works {
			seen, err := s.seen(ctx, circle, r, now)
			if err != nil {
				return next, err
			}
			wanted = r.Infer(seen, now)
			next = sooner(next, r.Next(seen, now))
		}
		var step profile.Step
		if held, step = settle(schema, held, r, wanted, now); !step.Empty() {
			steps = append(steps, step)
		}
	}
	if len(steps) == 0 {
		return next, nil
	}
	c := ledger.Change{
		Subject: subject, Base: facts.Version, At: now, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: SourceRule}, Rows: []any{held},
	}
	for _, step := range steps {
		c.Entries = append(c.Entries, step.Entry())
	}
	_, err = s.store.Commit(ctx, c)
	return next, err
}

// says returns what a rule says of a person now, if it may.
func (s *Service) says(ctx context.Context, schema Schema, f decision.Facts, subject id.Subject, r *Rule, now time.Time) (string, error) {
	if stand, _ := Standing(schema, f, State{}, r, now); stand != Works {
		return "", nil
	}
	circle, err := s.store.Circle(ctx, subject)
	if err != nil {
		return "", err
	}
	seen, err := s.seen(ctx, circle, r, now)
	if err != nil {
		return "", err
	}
	return r.Infer(seen, now), nil
}

// maxSeen bounds how many observations of a record a rule looks at, the newest
// first.
const maxSeen = 20_000

// seen is what a rule looks at: what the person's timeline shows.
func (s *Service) seen(ctx context.Context, circle []id.Subject, r *Rule, now time.Time) ([]Observation, error) {
	p := Page{Kinds: []string{r.Activity}, Now: now, Limit: maxSeen}
	if r.Window > 0 {
		p.Since = now.Add(-r.Window)
	}
	var all []Observation
	for _, one := range circle {
		some, err := s.store.Activities(ctx, one, p)
		if err != nil && !over(err) {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// state is what the person decided about the rules: one is off when it is off
// for any record.
func (s *Service) state(ctx context.Context, circle []id.Subject) (State, error) {
	var all State
	for _, one := range circle {
		state, err := s.store.ActivityState(ctx, one)
		if err != nil && !over(err) {
			return all, err
		}
		all = all.With(state)
	}
	return all, nil
}

// settle makes value what the rule claims about its field; "" for nothing any
// more. A value that it has is left as it is, with its time.
func settle(schema Schema, held profile.State, r *Rule, value string, now time.Time) (profile.State, profile.Step) {
	f, ok := schema.Field(r.Field)
	if !ok {
		return held, profile.Step{}
	}
	if old, had := held.Of(f.Name, SourceRule); old.Value == value || !had && value == "" {
		return held, profile.Step{}
	}
	next, step, _ := profile.Observe(held, f, profile.Claim{
		Value: value, Source: SourceRule, Origin: profile.Inferred, At: now, Recorded: now, Entry: id.New(),
	}, schema.Rank)
	return next, step
}
