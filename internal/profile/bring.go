package profile

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// Brought is what a person brings along from elsewhere and makes their own word
// here.
type Brought struct {
	Values map[string]string // as they came, by field
	Via    string            // where from: a controller that is declared
	// Entry is the entry that tells of it; taken are the fields of Values.
	Entry func(taken []string) ledger.Draft
	Rows  []any // that are written in the same change
}

// Bring records all of what the person brings as their own corrections, or
// proposals where staff decide, in one change. What is wrong with any value is
// an errs.Invalid that names its field, and then nothing is changed.
func (s *Service) Bring(ctx context.Context, e Editor, b Brought) ([]Step, error) {
	schema := s.schema()
	var steps []Step
	err := ledger.Retry(func() error {
		now, version, err := s.store.Profile(ctx, e.Subject)
		if err != nil {
			return err
		}
		seen := now
		if s.seen != nil {
			if seen, err = s.seen(ctx, e.Subject); err != nil {
				return err
			}
		}
		at := s.clock.Now()
		next, all, err := bring(now, seen, b, schema, e.Country, at)
		if err != nil {
			return err
		}
		steps = all
		c := ledger.Change{
			Entries: []ledger.Draft{b.Entry(slices.Sorted(maps.Keys(b.Values)))}, Rows: append([]any{next}, b.Rows...),
		}
		for _, step := range steps {
			c.Entries = append(c.Entries, step.Entry())
		}
		return s.commit(ctx, e, version, c, steps)
	})
	return steps, err
}

// bring is correct for each value of b, in the order of the fields' names. seen
// is what the person sees, of all records of theirs.
func bring(now, seen State, b Brought, schema Schema, country string, at time.Time) (State, []Step, error) {
	var steps []Step
	var wrong []errs.Field
	next := now
	for _, name := range slices.Sorted(maps.Keys(b.Values)) {
		f, ok := schema.Field(name)
		if !ok {
			wrong = append(wrong, errs.At(name, "error.no_field"))
			continue
		}
		value, err := Canonical(f, b.Values[name], country)
		var step Step
		if err == nil {
			next, step, err = correct(next, f, value, seen.Value(f, schema.Rank), schema.Rank, at)
		}
		var refusal *errs.Error
		switch {
		case errors.As(err, &refusal):
			wrong = append(wrong, errs.Field{Path: name, ID: refusal.ID, Args: refusal.Args})
		case err != nil:
			return now, nil, err
		case !step.Empty():
			if step.Kind != Retracted {
				step.Via = b.Via
				next.via(name, b.Via)
			}
			steps = append(steps, step)
		}
	}
	if err := errs.InvalidFields(wrong...); err != nil {
		return now, nil, err
	}
	return next, steps, nil
}

// via notes where the person brought their own claim or proposal about a field
// from. s is fresh from correct, so that its maps are nobody else's.
func (s State) via(field, from string) {
	if p, waits := s.Proposals[field]; waits {
		p.Via = from
		s.Proposals[field] = p
	} else if own, ok := s.Of(field, SourceSubject); ok {
		own.Via = from
		s.put(field, own)
	}
}
