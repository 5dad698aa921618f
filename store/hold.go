package store

import (
	"context"
	"errors"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/rights"
)

// Holds returns what open erasures of a person must not lose, in whichever of
// their records they were asked for.
func (db *DB) Holds(ctx context.Context, subject id.Subject) (rights.Holds, error) {
	circle, err := db.Circle(ctx, subject)
	if err != nil {
		return rights.Holds{}, err
	}
	var all []rights.Request
	for _, one := range circle {
		d, err := db.Docket(ctx, one)
		if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
			continue // erased in this moment
		}
		if err != nil {
			return rights.Holds{}, err
		}
		all = append(all, d.Requests...)
	}
	return rights.HoldsOf(all), nil
}

// notHeld leaves out the rows of people of whom everything is on hold.
const notHeld = ` subject not in (
	select subject from requests where held = 1 and closed_at = 0
	union
	select s.id
	from requests r
	join subjects h on h.lane = r.lane and h.id = r.subject
	join subjects s on s.circle = h.circle
	where r.held = 1 and r.closed_at = 0 and s.circle <> '')`
