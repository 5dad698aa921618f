package profile

import (
	"context"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Store keeps what is claimed.
type Store interface {
	// Profile reads the state of a subject, with the version that a change
	// must be based on.
	Profile(ctx context.Context, subject id.Subject) (State, int64, error)
	// Commit writes a change whole or not at all; errs.Conflict when the
	// subject is no longer at the change's Base.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Schema knows the declared fields and how far a source is to be believed.
type Schema interface {
	Field(name string) (*Field, bool)
	Rank(source string) int
}

// A Service lets a person correct their values. It is safe for concurrent use.
type Service struct {
	store  Store
	schema func() Schema
	clock  clock.Clock
	seen   func(context.Context, id.Subject) (State, error) // nil for what the store has
}

// NewService returns a Service. schema is asked at every call.
func NewService(s Store, schema func() Schema, c clock.Clock) *Service {
	return &Service{store: s, schema: schema, clock: c}
}

// SeenBy has the person's wishes compared with what they see, which is more
// than what the store has of them where records are joined.
func (s *Service) SeenBy(seen func(context.Context, id.Subject) (State, error)) { s.seen = seen }

// An Editor is who changes values, and where.
type Editor struct {
	Subject id.Subject
	Actor   ledger.Actor
	Brand   string
	Country string // ISO 3166, in which a phone number without prefix is read
	Cause   string // what led to it, as a request; "" for the person's own act
}

// Correct records the person's wish that a field should have a value, as the
// function Correct does. What was typed is brought into canonical form first.
func (s *Service) Correct(ctx context.Context, e Editor, field, typed string) (Step, error) {
	return s.change(ctx, e, field, func(now State, f *Field, rank Rank) (State, Step, error) {
		value := ""
		if typed != "" {
			canonical, err := Canonical(f, typed, e.Country)
			if err != nil {
				return now, Step{}, err
			}
			value = canonical
		}
		current, err := s.current(ctx, e.Subject, now, f, rank)
		if err != nil {
			return now, Step{}, err
		}
		return correct(now, f, value, current, rank, s.clock.Now())
	})
}

// current is the value that the person sees.
func (s *Service) current(ctx context.Context, subject id.Subject, now State, f *Field, rank Rank) (string, error) {
	if s.seen == nil {
		return now.Value(f, rank), nil
	}
	seen, err := s.seen(ctx, subject)
	return seen.Value(f, rank), err
}

// Settle records what staff found a field should be, when the person contested
// it, as the function Settle does.
func (s *Service) Settle(ctx context.Context, e Editor, field, typed string) (Step, error) {
	return s.change(ctx, e, field, func(now State, f *Field, rank Rank) (State, Step, error) {
		value, err := Canonical(f, typed, e.Country)
		if err != nil {
			return now, Step{}, err
		}
		return Settle(now, f, value, rank, s.clock.Now())
	})
}

// Undo takes the last correction, or the proposal that waits, back.
func (s *Service) Undo(ctx context.Context, e Editor, field string) (Step, error) {
	return s.change(ctx, e, field, func(now State, f *Field, rank Rank) (State, Step, error) {
		return Undo(now, f, rank, s.clock.Now())
	})
}

func (s *Service) change(ctx context.Context, e Editor, field string, decide func(State, *Field, Rank) (State, Step, error)) (Step, error) {
	schema := s.schema()
	f, ok := schema.Field(field)
	if !ok {
		return Step{}, errs.New(errs.NotFound, "error.no_field")
	}
	var step Step
	err := ledger.Retry(func() error {
		now, version, err := s.store.Profile(ctx, e.Subject)
		if err != nil {
			return err
		}
		var next State
		if next, step, err = decide(now, f, schema.Rank); err != nil || step.Empty() {
			return err
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: e.Subject, Base: version, At: s.clock.Now(), Actor: e.Actor, Brand: e.Brand, Cause: e.Cause,
			Entries: []ledger.Draft{step.Entry()},
			Rows:    []any{next},
		})
		return err
	})
	return step, err
}
