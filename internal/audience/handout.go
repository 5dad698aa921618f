package audience

import (
	"context"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
)

// A Handout says of somebody that they were in the file of an audience which was
// handed out. Of one audience and taker the last one is kept.
type Handout struct {
	Audience string
	Purpose  consent.PurposeID
	Taker    string   // system; "" for a staff member
	Fields   []string // whose values the file may have
	At       time.Time
}

// HandOut asks an audience about everybody, as Run does, for a file that taker
// gets: a system, or "" for a staff member. Nobody is given of whom that is not
// kept yet; it is kept for a page of people at a time, so that a file of everybody
// is no write for each.
func (s *Service) HandOut(ctx context.Context, a *Audience, taker string, give func(Member) error) (Count, error) {
	h := Handout{Audience: a.ID, Purpose: a.Purpose, Taker: taker, Fields: a.Give, At: s.clock.Now()}
	var page []Member
	return s.run(ctx, a, func(m Member) error {
		page = append(page, m)
		return nil
	}, func() error {
		to := make([]id.Subject, len(page))
		for i := range page {
			to[i] = page[i].Subject
		}
		if len(to) > 0 {
			if err := s.store.Handed(ctx, h, to); err != nil {
				return err
			}
		}
		for _, m := range page {
			if err := give(m); err != nil {
				return err
			}
		}
		page = page[:0]
		return nil
	})
}
