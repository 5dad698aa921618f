package inbound

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// Names finds people.
type Names interface {
	Blinder
	// Paired returns the subject whom a system knows by name.
	Paired(system, name string) (id.Subject, error)
}

// A Batch is changes as they were told, with what became of each.
type Batch struct {
	Told     []Told
	Outcomes []Outcome
	door     *Service
	places   []int // of those that are to be decided on
}

// Read reads changes and finds their people. Whoever may be told of is for
// known, which returns errs.NotFound for a person whom the author may not know.
func (s *Service) Read(ctx context.Context, a *Author, raw []json.RawMessage, may func(context.Context, id.Subject) error) (*Batch, error) {
	b := &Batch{Told: make([]Told, len(raw)), Outcomes: make([]Outcome, len(raw)), door: s}
	for i := range raw {
		t, err := a.Read(raw[i])
		if err == nil {
			t.Print = s.print(a.System.Name, raw[i])
			t.Subject, err = s.find(ctx, a, &t)
		}
		if err == nil && may != nil {
			err = may(ctx, t.Subject)
		}
		b.Told[i] = t
		switch {
		case err == nil:
			b.places = append(b.places, i)
		case errors.Is(err, errs.NotFound), errors.Is(err, errs.Gone):
			b.Outcomes[i] = Outcome{Result: Refused, Reason: NoSubject}
		default:
			if b.Outcomes[i], err = refusal(err); err != nil {
				return nil, err
			}
			b.Outcomes[i].Fields = errs.FieldsOf(b.Outcomes[i].Err)
		}
	}
	return b, nil
}

// print is the digest of a change, whatever its blanks.
func (s *Service) print(system string, raw json.RawMessage) []byte {
	var v any
	if json.Unmarshal(raw, &v) == nil {
		if plain, err := json.Marshal(v); err == nil {
			raw = plain
		}
	}
	sum := s.blind.Blind("inbound.print", system, string(raw))
	return sum[:]
}

// JoinedBy has identifiers of several records name the person of whom they are:
// circle returns those that are joined with one.
func (s *Service) JoinedBy(circle func(context.Context, id.Subject) ([]id.Subject, error)) {
	s.circle = circle
}

// find returns the record that a change names; errs.NotFound for nobody, and for
// several people.
func (s *Service) find(ctx context.Context, a *Author, t *Told) (id.Subject, error) {
	if t.Name != "" {
		return s.blind.Paired(a.System.Name, t.Name)
	}
	// A number of the system says which of joined records it tells of.
	slices.SortStableFunc(t.Names, func(a, b identity.Identifier) int { return cmp.Compare(b.Scope, a.Scope) })
	var named []id.Subject
	for _, i := range t.Names {
		holders, err := s.store.Holders(ctx, i.Kind, i.Scope, i.Value)
		if err != nil {
			return "", err
		}
		named = append(named, identity.Named(holders)...)
	}
	return identity.OneOf(ctx, named, s.circle)
}

// items are those that are to be decided on.
func (b *Batch) items() []Item {
	items := make([]Item, len(b.places))
	for n, i := range b.places {
		items[n] = b.Told[i].Item
	}
	return items
}

func (b *Batch) settle(outcomes []Outcome) {
	for n, i := range b.places {
		b.Outcomes[i] = outcomes[n]
	}
}

// Take is Service.Take for the batch. What was refused is kept with its reason.
func (b *Batch) Take(ctx context.Context, from Sender) error {
	outcomes, err := b.door.Take(ctx, from, b.items())
	b.settle(outcomes)
	if err != nil {
		return err
	}
	now := b.door.clock.Now()
	if rows := from.refusals(b.Outcomes, now); len(rows) > 0 {
		err = b.door.store.CommitAll(ctx, []ledger.Change{from.alone(rows, now)})
	}
	b.door.saw(&from, b.Outcomes)
	return err
}

// TakeWith is Service.TakeWith for the batch, with the rows that also returns
// beside its outcomes.
func (b *Batch) TakeWith(ctx context.Context, from Sender, also func() any) error {
	outcomes, err := b.door.TakeWith(ctx, from, b.items(), func(outcomes []Outcome) ledger.Change {
		b.settle(outcomes)
		now := b.door.clock.Now()
		return from.alone(append(from.refusals(b.Outcomes, now), also()), now)
	})
	b.settle(outcomes)
	if err == nil {
		b.door.saw(&from, b.Outcomes)
	}
	return err
}

// Refuse keeps that something of a sender was not looked at, for a reason, so
// many times.
func (s *Service) Refuse(ctx context.Context, from Sender, reason string, times int) error {
	now, all := s.clock.Now(), slices.Repeat([]Outcome{{Result: Refused, Reason: reason}}, times)
	s.saw(&from, all)
	return s.store.CommitAll(ctx, []ledger.Change{from.alone(from.refusals(all, now), now)})
}

// Contested tells whether some of it was not decided on, as its person moved again
// and again: whoever told it has to tell it again.
func (b *Batch) Contested() bool {
	return slices.ContainsFunc(b.Outcomes, func(o Outcome) bool { return o.Reason == Contested })
}

// Count returns how many came to each result.
func (b *Batch) Count() map[Result]int {
	n := map[Result]int{Applied: 0, Unchanged: 0, Waiting: 0, Refused: 0}
	for i := range b.Outcomes {
		n[b.Outcomes[i].Result]++
	}
	return n
}
