package store

import (
	"context"
	"database/sql"
	"fmt"

	"livingprofile/internal/decision"
	"livingprofile/internal/id"
)

// mostMoved is how many subjects Moved names.
const mostMoved = 5000

// Moved returns whose data changed since the given ends of the lanes, and the
// ends now; all when they are too many to name.
func (db *DB) Moved(ctx context.Context, since decision.Ends) (subjects []id.Subject, all bool, now decision.Ends, err error) {
	err = db.main.read(ctx, func(c conn) error {
		subjects, all, now = nil, false, make(decision.Ends, db.lanes)
		err := c.each(ctx, func(rows *sql.Rows) error {
			var lane int
			var seq int64
			if err := rows.Scan(&lane, &seq); err != nil {
				return err
			}
			now[lane] = seq
			return nil
		}, "select lane, seq from ledger_heads")
		if err != nil || since == nil {
			return err
		}
		news := int64(0)
		for lane := range now {
			news += now[lane] - since[lane]
		}
		if all = news > mostMoved; all {
			return nil
		}
		for lane := range now {
			if now[lane] == since[lane] {
				continue
			}
			err := c.each(ctx, func(rows *sql.Rows) error {
				var s id.Subject
				err := rows.Scan(&s)
				subjects = append(subjects, s)
				return err
			}, "select distinct subject from ledger_entries where lane = $1 and seq > $2 and seq <= $3 and subject <> ''",
				lane, since[lane], now[lane])
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, nil, fmt.Errorf("who moved: %w", err)
	}
	return subjects, all, now, nil
}
