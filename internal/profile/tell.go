package profile

import (
	"context"
	"maps"
	"slices"

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

// A Told is what became of a Telling.
type Told struct {
	Steps []Step
	After State
	// Refused are the fields whose values were not taken in, and why.
	Refused map[string]Refusal
}

// Tell records what a system says, as ObserveAll does, and returns what it led
// to. What the person said stands above it, and what the gate refuses does not
// enter. It is errs.NotFound for a field that is not declared.
func (s *Service) Tell(ctx context.Context, t Telling) (Told, error) {
	schema := s.schema()
	at := s.clock.Now()
	claims := make(map[string]Claim, len(t.Claims))
	for name, c := range t.Claims {
		if _, ok := schema.Field(name); !ok {
			return Told{}, errs.New(errs.NotFound, "error.no_field")
		}
		c.Source, c.Recorded = t.System, at
		claims[name] = c
	}
	field := func(name string) *Field {
		f, _ := schema.Field(name)
		return f
	}
	var told Told
	err := ledger.Retry(func() error {
		now, version, err := s.store.Profile(ctx, t.Subject)
		if err != nil {
			return err
		}
		told = Told{}
		if s.gate != nil {
			if told.Refused, err = s.gate(ctx, t.Subject, t.System, slices.Sorted(maps.Keys(claims))); err != nil {
				return err
			}
		}
		enters, noted, entries := Sieve(now, claims, told.Refused, at)
		told.After, told.Steps = ObserveAll(noted, enters, field, schema.Rank)
		if len(told.Steps) > 0 {
			entries = append(entries, Entry(told.Steps...))
		}
		if len(entries) == 0 {
			return nil
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: t.Subject, Base: version, At: at, Brand: t.Brand,
			Actor:   ledger.Actor{Kind: ledger.BySystem, ID: t.System},
			Entries: entries, Rows: []any{told.After},
		})
		return err
	})
	return told, err
}
