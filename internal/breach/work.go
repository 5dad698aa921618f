package breach

import (
	"context"
	"errors"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// program is the actor of what the program does about breaches.
func program() ledger.Actor { return ledger.Actor{Kind: ledger.ByProgram, ID: "breach"} }

// Work goes on with what the program has to do: finding people, and telling
// them. What is cut off by the end of ctx is gone on with in another turn, from
// the last page of people, or from who was not told. What fails of one breach
// keeps no other waiting.
func (s *Service) Work(ctx context.Context) error {
	all, err := s.store.Breaches(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, b := range all {
		switch b.State {
		case Searching:
			err = s.search(ctx, b)
		case Telling:
			err = s.tell(ctx, b)
		default:
			continue
		}
		if !errors.Is(err, errs.Conflict) { // another process is at it
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (s *Service) search(ctx context.Context, b Breach) error {
	for {
		found, next, err := s.crowd.Whom(ctx, b.Search.Where, b.Search.After)
		if err != nil {
			return err
		}
		row := Named{b.ID, found}
		if next == "" {
			return s.found(ctx, b, row)
		}
		b.Search.After = next
		// How far it is alone: what it comes to has an entry at the end.
		_, err = s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: program(), Rows: []any{b, row}})
		if err != nil {
			return err
		}
		b.Version++
	}
}

// found ends a search, with how many people there are in all.
func (s *Service) found(ctx context.Context, b Breach, last Named) error {
	if _, err := s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: program(), Rows: []any{last}}); err != nil {
		return err
	}
	n, err := s.store.Affected(ctx, b.ID)
	if err != nil {
		return err
	}
	_, err = s.move(ctx, b, Act{Move: Found, At: s.clock.Now(), Actor: program(), Count: n.People})
	return err
}

// untold is how many people are held at a time.
const untold = 200

// tell gives everybody on the list their notice. One after the other: two
// records of one person must not be told at the same time.
func (s *Service) tell(ctx context.Context, b Breach) error {
	for {
		page, err := s.store.Untold(ctx, b.ID, untold)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			n, err := s.store.Affected(ctx, b.ID)
			if err != nil {
				return err
			}
			_, err = s.move(ctx, b, Act{Move: Told, At: s.clock.Now(), Actor: program(), Count: n.Mailed + n.Silent})
			return err
		}
		for _, subject := range page {
			if err := s.tellOne(ctx, &b, subject); err != nil {
				return err
			}
		}
	}
}

// tellOne gives one person their notice. That they were told, the entry of it
// and the mail are one change, so it is done once whatever is cut off.
func (s *Service) tellOne(ctx context.Context, b *Breach, subject id.Subject) error {
	circle, err := s.store.Circle(ctx, subject)
	if err != nil {
		return err
	}
	already, err := s.store.Reached(ctx, b.ID, circle)
	if err != nil {
		return err
	}
	c := ledger.Change{Subject: subject, Base: ledger.AnyVersion, At: s.clock.Now(), Actor: program(), Brand: b.Brand, Cause: string(b.ID)}
	if already {
		c.Rows = []any{Reached{b.ID, Already}}
	} else {
		err = s.write(ctx, &c, b)
	}
	if err == nil {
		_, err = s.store.Commit(ctx, c)
	}
	switch errs.KindOf(err) {
	case errs.Conflict: // told by another process meanwhile
		return nil
	case errs.Gone, errs.NotFound: // erased since they were found
		_, err = s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: program(), Rows: []any{Dropped{b.ID, subject}}})
	}
	return err
}

func (s *Service) write(ctx context.Context, c *ledger.Change, b *Breach) error {
	n, err := s.desk.Notice(ctx, b, c.Subject)
	if err != nil {
		return err
	}
	way := Silent
	if n.Mail != nil {
		way = ByMail
		c.Rows = append(c.Rows, n.Mail)
	}
	c.Rows = append(c.Rows, Reached{b.ID, way})
	c.Entries = []ledger.Draft{{Kind: NoticeGiven, Payload: Trace{
		Breach: b.ID, Number: b.Number, Text: n.Text, Mailed: n.Mail != nil,
	}}}
	return nil
}
