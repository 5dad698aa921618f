package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/identity"
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

// toldAnew makes due what a system that gave a number now said to know nobody of:
// it can be told of whom it knows by that number.
func toldAnew(p *preparedChange, i *identity.Identifier) []write {
	if i.Kind != identity.Customer || p.Base == 0 { // of a new subject nobody was told
		return nil
	}
	return []write{{
		query: `
			update hook_deliveries
			set state = 'waiting', due_at = $1, set_at = $1, over_at = 0, tries = 0, attempt = attempt + 1, cause = ''
			where lane = $2 and subject = $3 and state = 'not_held' and substr(endpoint, 1, length($4)) = $4` + lastHeard,
		args: []any{micros(p.At), p.lane, p.Subject, i.Scope + "/"},
	}}
}

// lastHeard is the condition of a delivery that reached its endpoint, after which
// none about the same person did.
const lastHeard = `
	and not exists (
		select 1
		from hook_deliveries n
		where n.lane = hook_deliveries.lane and n.subject = hook_deliveries.subject and n.endpoint = hook_deliveries.endpoint
			and n.seq > hook_deliveries.seq and n.state in ('received', 'applied', 'refused', 'not_held'))`
