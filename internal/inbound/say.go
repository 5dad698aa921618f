package inbound

import (
	"cmp"
	"context"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// A Saying is all that a system says of one person at once. It is taken whole
// or, when one of its items is refused, not at all.
type Saying struct {
	Items   []Item // their Subject and ID are left alone
	Rows    []any
	Entries []ledger.Draft
}

// A Returns answers whether somebody of these identifiers was erased.
type Returns interface {
	// ErasedAmong returns which of identifiers belonged to somebody who was
	// erased, by their place in the list.
	ErasedAmong(ctx context.Context, identifiers []identity.Identifier) (map[int]bool, error)
}

// Say takes what say returns. It is asked again when the person moved
// meanwhile, and has to read anew what it decides by. An item that is refused
// is the error, but for values that the profile does not take now: of those the
// outcome says so.
func (s *Service) Say(ctx context.Context, from Sender, subject id.Subject, say func() (Saying, error)) ([]Outcome, error) {
	var outcomes []Outcome
	var refused error // is never asked again
	err := ledger.Retry(func() error {
		k := &known{subject: subject}
		var err error
		if k.facts, err = s.store.Facts(ctx, subject); err != nil {
			return err
		}
		if k.identifiers, err = s.store.Identifiers(ctx, subject); err != nil {
			return err
		}
		var said Saying
		if said, refused = say(); refused != nil {
			return nil
		}
		outcomes, err = s.say(ctx, k, from, &said)
		return err
	})
	return outcomes, cmp.Or(refused, err)
}

// Introduce takes what say returns of somebody whom nobody knows, who bears
// identifiers by the system's word. It is errs.Gone when somebody bore one of
// them who was erased: no system brings anybody back (Art. 17(1) GDPR).
func (s *Service) Introduce(ctx context.Context, from Sender, gone Returns, bears []identity.Identifier, say func(id.Subject) (Saying, error)) (id.Subject, []Outcome, error) {
	erased, err := gone.ErasedAmong(ctx, bears)
	if err != nil {
		return "", nil, err
	}
	if len(erased) > 0 {
		return "", nil, errs.New(errs.Gone, "error.subject_gone")
	}
	k := &known{
		subject: id.Subject(id.New()),
		entries: []ledger.Draft{{Kind: identity.SubjectCreated}},
	}
	said, err := say(k.subject)
	if err != nil {
		return "", nil, err
	}
	for i := range bears {
		said.Items = append(said.Items, Item{Identifier: &bears[i]})
	}
	outcomes, err := s.say(ctx, k, from, &said)
	return k.subject, outcomes, err
}

// say decides on what is said and writes it.
func (s *Service) say(ctx context.Context, k *known, from Sender, said *Saying) ([]Outcome, error) {
	k.holders = func(i identity.Identifier) ([]identity.Holder, error) {
		return s.store.Holders(ctx, i.Kind, i.Scope, i.Value)
	}
	now, catalogue := s.clock.Now(), s.catalogue()
	k.entries, k.rows = append(k.entries, said.Entries...), append(k.rows, said.Rows...)
	outcomes := make([]Outcome, len(said.Items))
	var err error
	for i := range said.Items {
		if outcomes[i], err = k.decide(catalogue, from.System, &said.Items[i], now); err != nil {
			return nil, err
		}
		if o := &outcomes[i]; o.Result == Refused && o.Reason != NotTaken {
			return nil, cmp.Or(o.Err, error(errs.Invalid))
		}
	}
	c := k.change(from.System, from.Brand, from.Cause, now)
	if c.Empty() {
		return outcomes, nil
	}
	_, err = s.store.Commit(ctx, c)
	return outcomes, err
}
