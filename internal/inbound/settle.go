package inbound

import (
	"context"
	"slices"

	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// Open returns the conflicts that wait for a person and stand still beside what
// is held.
func (s *Service) Open(ctx context.Context, subject id.Subject, f decision.Facts) ([]Conflict, error) {
	all, err := s.store.ConflictsOf(ctx, subject)
	if err != nil {
		return nil, err
	}
	c := s.catalogue()
	var open []Conflict
	for i := range all {
		if all[i].Asks == AsksSubject && all[i].Stands(f, c.Field, c.Rank) {
			open = append(open, all[i])
		}
	}
	return open, nil
}

// Answered settles what waits about one thing of a person: somebody who may has
// said which word holds. What they said is recorded where it belongs; this ends
// the asking.
func (s *Service) Answered(ctx context.Context, subject id.Subject, about About, name string, by ledger.Actor, took Took) error {
	_, err := s.settle(ctx, subject, by, took, func(c *Conflict) bool { return c.About == about && c.Name == name })
	return err
}

// Kept settles a conflict about a value for the person, who keeps their own. It is
// errs.Conflict when it is not the one that was shown any more.
func (s *Service) Kept(ctx context.Context, subject id.Subject, conflict string, by ledger.Actor) error {
	n, err := s.settle(ctx, subject, by, TookOurs, func(c *Conflict) bool {
		return c.ID == conflict && c.About == AboutField && c.Asks == AsksSubject
	})
	if err == nil && n == 0 {
		return moved()
	}
	return err
}

// settle ends those that wait for an answer which is given now, and returns how
// many there were.
func (s *Service) settle(ctx context.Context, subject id.Subject, by ledger.Actor, took Took, answered func(*Conflict) bool) (n int, err error) {
	err = ledger.Retry(func() error {
		all, err := s.store.ConflictsOf(ctx, subject)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		var changes []ledger.Change // of each record that has some
		n = 0
		for _, c := range all {
			if !answered(&c) {
				continue
			}
			i := slices.IndexFunc(changes, func(change ledger.Change) bool { return change.Subject == c.Subject })
			if i < 0 {
				i = len(changes)
				changes = append(changes, ledger.Change{Subject: c.Subject, Base: ledger.AnyVersion, At: now, Actor: by})
			}
			c.Settled = now
			draft := ledger.Draft{Kind: ConflictSettled, Payload: Trace{
				Conflict: c.ID, About: c.About, Name: c.Name, System: c.System, Took: took,
			}}
			change := &changes[i]
			change.Entries, change.Rows = append(change.Entries, draft), append(change.Rows, c)
			n++
		}
		if n == 0 {
			return nil
		}
		return s.store.CommitAll(ctx, changes)
	})
	return n, err
}
