package review

import (
	"context"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/staff"
)

// A Warning is what a staff member has to answer soon: what is theirs, and what
// is nobody's. Each is counted up to CountedTo.
type Warning struct {
	Member  staff.Member
	Overdue int
	Soon    int
	Nobodys int // of those, assigned to nobody
}

// Pressing tells whether there is anything to warn of.
func (w *Warning) Pressing() bool { return w.Overdue+w.Soon > 0 }

// Warnings returns what each of members has to answer within a time, for those
// who can answer and have something that presses.
func (s *Service) Warnings(ctx context.Context, members []staff.Member, within time.Duration) ([]Warning, error) {
	now := s.clock.Now()
	var all []Warning
	for _, m := range members {
		if !m.Enabled() || m.JoinedAt.IsZero() || !m.Role.Has(authz.RequestDecide) {
			continue
		}
		w := Warning{Member: m}
		for _, whose := range []string{string(m.ID), Nobody} {
			rows, err := s.store.Queue(ctx, Filter{
				Assignee: whose, DueBefore: now.Add(within), Brands: m.Brands, Limit: CountedTo,
			})
			if err != nil {
				return nil, err
			}
			for i := range rows {
				if rows[i].DueAt.Before(now) {
					w.Overdue++
				} else {
					w.Soon++
				}
			}
			if whose == Nobody {
				w.Nobodys = len(rows)
			}
		}
		if w.Pressing() {
			all = append(all, w)
		}
	}
	return all, nil
}
