package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/review"
)

// Amiss returns since when the last word about somebody does not get through to an
// endpoint, or is refused; of what ended since a time. That there is no address to
// tell a yes to is no refusal that somebody has to look at.
func (db *DB) Amiss(ctx context.Context, endpoint string, since time.Time) (review.Amiss, error) {
	var a review.Amiss
	err := db.main.read(ctx, func(c conn) error {
		a = review.Amiss{}
		for _, look := range []struct {
			into *time.Time
			cond string
			args []any
		}{
			{&a.Untold, "state = 'waiting' and tries >= $2", []any{hook.HurryBelow}},
			{&a.Untold, "state = 'failed' and over_at >= $2" + lastWord, []any{micros(since)}},
			{&a.Refused, "state = 'refused' and cause <> '" + hook.NoAddress + "' and over_at >= $2" + lastHeard, []any{micros(since)}},
		} {
			var at int64
			err := c.one(ctx, "select at from hook_deliveries where endpoint = $1 and "+look.cond+" order by entry limit 1",
				append([]any{endpoint}, look.args...), &at)
			if err != nil && !errors.Is(err, errs.NotFound) {
				return fmt.Errorf("look for what is amiss: %w", err)
			}
			if when := fromMicros(at); look.into.IsZero() || !when.IsZero() && when.Before(*look.into) {
				*look.into = when
			}
		}
		return nil
	})
	return a, err
}

// lastHeard is the condition of a delivery that reached its endpoint, after which
// none about the same person did.
const lastHeard = `
	and not exists (
		select 1
		from hook_deliveries n
		where n.lane = hook_deliveries.lane and n.subject = hook_deliveries.subject and n.endpoint = hook_deliveries.endpoint
			and n.seq > hook_deliveries.seq and n.state in ('received', 'applied', 'refused', 'not_held'))`
