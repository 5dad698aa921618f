package review

import (
	"cmp"
	"context"
	"slices"
	"time"

	"livingprofile/internal/approval"
	"livingprofile/internal/authz"
	"livingprofile/internal/staff"
)

// A Digest counts what waits for a staff member: requests of theirs and of
// nobody's, for a DPO whoever's are overdue, up to CountedTo each, and what else
// their role looks after.
type Digest struct {
	Overdue   int
	Soon      int
	Nobodys   int // of those, assigned to nobody
	Approvals int // that the member may give
	Systems   int // that cannot be told or asked
}

// Empty tells whether nothing waits.
func (d *Digest) Empty() bool { return d.Requests()+d.Approvals+d.Systems == 0 }

// Requests counts those that press.
func (d *Digest) Requests() int { return d.Overdue + d.Soon }

// DigestOf counts what waits for m: requests that are due within a time, and
// what stands of approvals and troubles.
func (s *Service) DigestOf(ctx context.Context, m staff.Member, within time.Duration, approvals []approval.Approval, troubles []Trouble) (Digest, error) {
	var d Digest
	if m.Role.Has(authz.RequestDecide) {
		if err := s.due(ctx, &d, m, within); err != nil {
			return d, err
		}
	}
	if m.Role.Has(authz.ApprovalGive) {
		for i := range approvals {
			if approvals[i].Waits(string(m.ID)) {
				d.Approvals++
			}
		}
	}
	if m.Role.Has(authz.SystemOperate) {
		systems := map[string]bool{}
		for _, t := range troubles {
			systems[t.System] = true
		}
		d.Systems = len(systems)
	}
	return d, nil
}

func (s *Service) due(ctx context.Context, d *Digest, m staff.Member, within time.Duration) error {
	now := s.clock.Now()
	mine := []string{string(m.ID), Nobody}
	for _, whose := range mine {
		rows, err := s.store.Queue(ctx, Filter{
			Assignee: whose, DueBefore: now.Add(within), Brands: m.Brands, Limit: CountedTo,
		})
		if err != nil {
			return err
		}
		for i := range rows {
			if rows[i].DueAt.Before(now) {
				d.Overdue++
			} else {
				d.Soon++
			}
		}
		if whose == Nobody {
			d.Nobodys = len(rows)
		}
	}
	if m.Role != authz.DPO {
		return nil
	}
	// Whoever has one may be ill, or not be a member any more.
	rows, err := s.store.Queue(ctx, Filter{DueBefore: now, Brands: m.Brands, Limit: CountedTo})
	for i := range rows {
		if !slices.Contains(mine, cmp.Or(rows[i].Assignee, Nobody)) {
			d.Overdue++
		}
	}
	return err
}
