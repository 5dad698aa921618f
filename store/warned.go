package store

import (
	"context"
	"database/sql"
	"time"

	"livingprofile/internal/review"
)

// Warned returns of which troubles staff were told, and when.
func (db *DB) Warned(ctx context.Context) (map[string]time.Time, error) {
	all := map[string]time.Time{}
	err := db.main.read(ctx, func(c conn) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			var about string
			var at int64
			err := rows.Scan(&about, &at)
			all[about] = fromMicros(at)
			return err
		}, "select about, at from hook_warnings")
	})
	return all, err
}

func warnedWrite(w review.Warned) write {
	if w.At.IsZero() {
		return write{query: "delete from hook_warnings where about = $1", args: []any{w.About}}
	}
	return write{
		query: "insert into hook_warnings (about, at) values ($1, $2) on conflict (about) do update set at = excluded.at",
		args:  []any{w.About, micros(w.At)},
	}
}
