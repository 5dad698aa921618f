package rights

import (
	"context"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// A Wish is a value that a person proposes for a field, where staff decide, or
// takes back.
type Wish struct {
	Field string
	Words string // the value as the person reads it
	Over  bool   // taken back
}

// Wishes prepares what commits with wishes, so that staff have each before
// them: the first for a field files a request for correction, a later one
// stands on the open request, and one that is taken back cancels what it filed.
// f says who asks and where; its kind and matter are not read. It is decided on
// a version of the subject, and errs.Conflict when there is another by now.
//
// Requests in other records of the person are left alone: a proposal is decided
// on the record that has it.
func (s *Service) Wishes(ctx context.Context, f Filing, wishes []Wish, version int64) (ledger.Change, error) {
	docket, err := s.store.Docket(ctx, f.Subject)
	if err != nil {
		return ledger.Change{}, err
	}
	if docket.Version != version {
		return ledger.Change{}, errs.Conflict
	}
	f.At, f.Kind = s.clock.Now(), Rectification
	c := change{freeze: docket.Freezes}
	for _, w := range wishes {
		f.Matter = Matter{Scope: FieldScope, Name: w.Field, Text: w.Words, Proposed: true}
		if err := s.wish(&c, f, w, docket); err != nil {
			return ledger.Change{}, err
		}
	}
	return s.whole(ctx, c)
}

func (s *Service) wish(c *change, f Filing, w Wish, docket Docket) error {
	r, err := New(f)
	if err != nil {
		return err
	}
	open := Link(&r, docket.Requests).Known
	if w.Over && (open == nil || !open.Matter.Proposed) {
		return nil
	}
	if err := mayKeep(docket.Requests, len(f.Files), f.At); err != nil {
		return err
	}
	c.Cause = string(r.ID)
	if open == nil {
		return s.open(c, &r, f, false)
	}
	r, c.Cause = *open, string(open.ID)
	act := Act{Move: Reply, At: f.At, Actor: f.Actor, Note: w.Words, Files: f.Files}
	if w.Over {
		act = Act{Move: Cancel, At: f.At, Actor: f.Actor}
	}
	if err := c.step(&r, act); err != nil {
		return err
	}
	c.attach(&r, act.Files)
	if r.Matter.Proposed && !w.Over {
		r.Matter.Text = w.Words
	}
	c.put(r)
	return nil
}
