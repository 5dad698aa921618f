package profile

import (
	"context"

	"livingprofile/internal/attachment"
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
	asked  Asked                                            // nil for nobody
}

// Asked prepares what commits with the steps of one change that bring proposals
// or take them back, so that staff have each before them (Art. 16 GDPR): its
// entries, rows and cause. It is decided on a version of the subject, and
// errs.Conflict when there is another by now.
type Asked func(ctx context.Context, e Editor, steps []Step, version int64) (ledger.Change, error)

// NewService returns a Service. schema is asked at every call.
func NewService(s Store, schema func() Schema, c clock.Clock) *Service {
	return &Service{store: s, schema: schema, clock: c}
}

// SeenBy has the person's wishes compared with what they see, which is more
// than what the store has of them where records are joined.
func (s *Service) SeenBy(seen func(context.Context, id.Subject) (State, error)) { s.seen = seen }

// AskedOf has proposals brought before staff.
func (s *Service) AskedOf(asked Asked) { s.asked = asked }

// An Editor is who changes values, and where.
type Editor struct {
	Subject id.Subject
	Actor   ledger.Actor
	Brand   string
	Country string // ISO 3166, in which a phone number without prefix is read
	Locale  string // in which they read an answer; "" for that of the brand
	Session string // in which they say it, and how that was proved; "" for none
	Method  string
	Cause   string // what led to it, as a request; "" for the person's own act
	// Files show that a proposal is right: Asked has them brought before staff.
	Files []attachment.File
}

// Correct records the person's wish that a field should have a value, as the
// function Correct does. What was typed is brought into canonical form first.
// Files are taken with a proposal, and refused with anything else.
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
		next, step, err := correct(now, f, value, current, rank, s.clock.Now())
		if err == nil && len(e.Files) > 0 && step.Kind != Proposed {
			err = errs.InvalidFields(errs.At("files", "attachment.error.nothing_asked"))
		}
		return next, step, err
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

// Settling returns what records what staff found a field should be, as the
// function Settle does: it commits with the end of the request, on the same
// version of the subject. errs.Conflict when there is another by now.
func (s *Service) Settling(ctx context.Context, e Editor, version int64, field, typed string) (ledger.Change, error) {
	return s.beside(ctx, e, version, field, func(now State, f *Field, rank Rank) (State, Step, error) {
		value := ""
		if p, waits := now.Proposals[f.Name]; typed != "" || !waits || p.Value != "" {
			canonical, err := Canonical(f, typed, e.Country)
			if err != nil {
				return now, Step{}, err
			}
			value = canonical
		}
		return Settle(now, f, value, rank, s.clock.Now())
	})
}

// Ending returns, as Settling does, what ends a proposal that waits without
// changing what counts: rejected, or retracted by the person.
func (s *Service) Ending(ctx context.Context, e Editor, version int64, field string) (ledger.Change, error) {
	return s.beside(ctx, e, version, field, func(now State, f *Field, rank Rank) (State, Step, error) {
		p, waits := now.Proposals[f.Name]
		switch {
		case !waits:
			return now, Step{}, nil
		case e.Actor.Kind == ledger.BySubject:
			return retract(now, f, rank)
		}
		return Reject(now, f, p.ID, rank)
	})
}

// Undo takes the last correction, or the proposal that waits, back.
func (s *Service) Undo(ctx context.Context, e Editor, field string) (Step, error) {
	return s.change(ctx, e, field, func(now State, f *Field, rank Rank) (State, Step, error) {
		return Undo(now, f, rank, s.clock.Now())
	})
}

type decide func(State, *Field, Rank) (State, Step, error)

func (s *Service) change(ctx context.Context, e Editor, field string, decide decide) (Step, error) {
	schema, f, err := s.field(field)
	if err != nil {
		return Step{}, err
	}
	var step Step
	err = ledger.Retry(func() error {
		now, version, err := s.store.Profile(ctx, e.Subject)
		if err != nil {
			return err
		}
		var next State
		if next, step, err = decide(now, f, schema.Rank); err != nil || step.Empty() {
			return err
		}
		return s.commit(ctx, e, version, ledger.Change{Entries: []ledger.Draft{step.Entry()}, Rows: []any{next}}, []Step{step})
	})
	return step, err
}

// commit writes what e does in steps, with what brings it before staff.
func (s *Service) commit(ctx context.Context, e Editor, version int64, c ledger.Change, steps []Step) error {
	c.Subject, c.Base, c.At, c.Actor, c.Brand, c.Cause = e.Subject, version, s.clock.Now(), e.Actor, e.Brand, e.Cause
	var wishes []Step
	for _, step := range steps {
		if step.Kind == Proposed || step.Kind == Retracted {
			wishes = append(wishes, step)
		}
	}
	if len(wishes) > 0 && s.asked != nil {
		asked, err := s.asked(ctx, e, wishes, version)
		if err != nil {
			return err
		}
		c.Entries, c.Rows = append(c.Entries, asked.Entries...), append(c.Rows, asked.Rows...)
		if c.Cause == "" {
			c.Cause = asked.Cause
		}
	}
	_, err := s.store.Commit(ctx, c)
	return err
}

// beside is change without the commit, which is another's.
func (s *Service) beside(ctx context.Context, e Editor, version int64, field string, decide decide) (ledger.Change, error) {
	schema, f, err := s.field(field)
	if err != nil {
		return ledger.Change{}, err
	}
	now, at, err := s.store.Profile(ctx, e.Subject)
	if err != nil {
		return ledger.Change{}, err
	}
	if at != version {
		return ledger.Change{}, errs.Conflict
	}
	next, step, err := decide(now, f, schema.Rank)
	if err != nil || step.Empty() {
		return ledger.Change{}, err
	}
	return ledger.Change{Entries: []ledger.Draft{step.Entry()}, Rows: []any{next}}, nil
}

func (s *Service) field(name string) (Schema, *Field, error) {
	schema := s.schema()
	f, ok := schema.Field(name)
	if !ok {
		return schema, nil, errs.New(errs.NotFound, "error.no_field")
	}
	return schema, f, nil
}
