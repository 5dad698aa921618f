package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/login"
)

// Acknowledge takes what an endpoint says of deliveries later than in its answers,
// and returns what became of each. It is errs.Conflict, and nothing is taken, when
// once is full: the same signature came before.
func (db *DB) Acknowledge(ctx context.Context, t *hook.Target, all []hook.Acknowledgement, signed time.Time, once login.Counter, now time.Time) ([]hook.Heard, error) {
	heard := make([]hook.Heard, len(all))
	err := db.main.update(ctx, func(c conn) error {
		full, err := count(ctx, c, once, now)
		if err != nil {
			return err
		}
		if !full.IsZero() {
			return errs.New(errs.Conflict, "error.signature_used")
		}
		for i := range all {
			if heard[i], err = acknowledge(ctx, c, t, all[i], signed, now); err != nil {
				return fmt.Errorf("acknowledge delivery: %w", err)
			}
		}
		return nil
	})
	return heard, err
}

func acknowledge(ctx context.Context, c conn, t *hook.Target, a hook.Acknowledgement, signed, now time.Time) (hook.Heard, error) {
	var d hook.Delivery
	found := false
	// All states are listed because the index that finds it begins with one.
	err := c.each(ctx, func(rows *sql.Rows) (err error) {
		found = true
		d, err = scanDelivery(rows)
		return err
	}, "select"+deliveryColumns+`
		from hook_deliveries
		where endpoint = $1 and state in ('waiting', 'received', 'applied', 'refused', 'not_held', 'failed', 'withheld') and entry = $2`+
		c.dialect.lockRow(), t.ID, a.Entry)
	if err != nil || !found {
		return hook.Unknown, err
	}
	d, heard := d.Hear(t, a, signed, now)
	if heard != hook.Taken {
		return heard, nil
	}
	_, err = c.exec(ctx, `
		update hook_deliveries
		set state = $1, cause = $2, due_at = $3, over_at = $4, acknowledged_at = $5, lease_until = 0, set_at = $6
		where lane = $7 and endpoint = $8 and seq = $9`,
		d.State, d.Cause, micros(d.Due), micros(d.Over), micros(d.Acknowledged), micros(now), d.Lane, d.Endpoint, d.Seq)
	return heard, err
}
