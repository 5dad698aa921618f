package profile

import (
	"context"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Telling is what one system says about some fields of a person. Values are
// canonical, "" for what it holds no more; when they were recorded is set by
// the service.
type Telling struct {
	Subject id.Subject
	System  string
	Brand   string
	Claims  map[string]Claim
}

// Tell records what a system says, as ObserveAll does, and returns the steps
// that it led to and what is claimed after it. What the person said stands
// above it. It is errs.NotFound for a field that is not declared.
func (s *Service) Tell(ctx context.Context, t Telling) ([]Step, State, error) {
	schema := s.schema()
	at := s.clock.Now()
	claims := make(map[string]Claim, len(t.Claims))
	for name, c := range t.Claims {
		if _, ok := schema.Field(name); !ok {
			return nil, State{}, errs.New(errs.NotFound, "error.no_field")
		}
		c.Source, c.Recorded = t.System, at
		claims[name] = c
	}
	field := func(name string) *Field {
		f, _ := schema.Field(name)
		return f
	}
	var steps []Step
	var next State
	err := ledger.Retry(func() error {
		now, version, err := s.store.Profile(ctx, t.Subject)
		if err != nil {
			return err
		}
		next, steps = ObserveAll(now, claims, field, schema.Rank)
		if len(steps) == 0 {
			return nil
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: t.Subject, Base: version, At: at, Brand: t.Brand,
			Actor:   ledger.Actor{Kind: ledger.BySystem, ID: t.System},
			Entries: []ledger.Draft{Entry(steps...)}, Rows: []any{next},
		})
		return err
	})
	return steps, next, err
}
