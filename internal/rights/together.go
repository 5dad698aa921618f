package rights

import (
	"cmp"
	"context"
	"slices"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// All returns what a person has asked for, in all records of theirs that are
// joined now, newest first. Each request names the record that it is about.
func (s *Service) All(ctx context.Context, subject id.Subject) (Docket, error) {
	all, err := s.store.Docket(ctx, subject)
	if err != nil {
		return all, err
	}
	others, err := s.others(ctx, subject)
	all.Requests = append(all.Requests, others.Requests...)
	all.Freezes = append(slices.Clone(all.Freezes), others.Freezes...)
	all.Holds = append(slices.Clone(all.Holds), others.Holds...)
	slices.SortStableFunc(all.Requests, func(a, b Request) int {
		return cmp.Or(b.ReceivedAt.Compare(a.ReceivedAt), cmp.Compare(b.ID, a.ID))
	})
	return all, err
}

// others is what the person asked for in their other records.
func (s *Service) others(ctx context.Context, subject id.Subject) (Docket, error) {
	var all Docket
	circle, err := s.store.Circle(ctx, subject)
	if err != nil {
		return all, err
	}
	for _, one := range circle {
		if one == subject {
			continue
		}
		d, err := s.store.Docket(ctx, one)
		switch errs.KindOf(err) {
		case errs.Gone, errs.NotFound:
			continue // erased in this moment
		}
		if err != nil {
			return all, err
		}
		all.Requests, all.Freezes = append(all.Requests, d.Requests...), append(all.Freezes, d.Freezes...)
		all.Holds = append(all.Holds, d.Holds...)
	}
	return all, nil
}
