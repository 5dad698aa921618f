package store

import (
	"context"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

func readingWrite(p *preparedChange, r decision.Reading) write {
	return write{
		query: `
			insert into readings (lane, subject, api_key, day)
			values ($1, $2, $3, $4)
			on conflict (lane, subject, api_key) do update
			set day = excluded.day
			where readings.day < excluded.day`,
		args:   []any{p.lane, p.Subject, r.Key, r.Day()},
		missed: errs.Conflict,
	}
}

// Noted tells whether the history of a subject says already that the key of r
// read of them on its day.
func (db *DB) Noted(ctx context.Context, subject id.Subject, r decision.Reading) (bool, error) {
	var n int
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select count(*) from readings where lane = $1 and subject = $2 and api_key = $3 and day >= $4",
			[]any{db.lane(subject), subject, r.Key, r.Day()}, &n)
	})
	return n > 0, err
}
