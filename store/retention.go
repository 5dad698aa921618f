package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"livingprofile/internal/retention"
)

// retentionWrite has the values of the change's subject looked at.
func retentionWrite(p *preparedChange) write {
	return write{
		query: `
			insert into retention_dues (lane, subject, due_at, touched, revision)
			values ($1, $2, 0, 1, 0)
			on conflict (lane, subject) do update set due_at = 0, touched = retention_dues.touched + 1`,
		args: []any{p.lane, p.Subject},
	}
}

// DueRetention returns whose values have to be looked at: those whose time has
// come, and those who were last looked at under another declaration.
func (db *DB) DueRetention(ctx context.Context, now time.Time, revision int64, limit int) ([]retention.Due, error) {
	var all []retention.Due
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		scan := func(rows *sql.Rows) error {
			var d retention.Due
			err := rows.Scan(&d.Subject, &d.Touched)
			all = append(all, d)
			return err
		}
		err := c.each(ctx, scan, "select subject, touched from retention_dues where due_at <= $1 order by due_at limit $2", micros(now), limit)
		if err != nil || len(all) > 0 {
			return err
		}
		return c.each(ctx, scan, "select subject, touched from retention_dues where revision < $1 order by revision limit $2", revision, limit)
	})
	return all, err
}

// SettleRetention notes when a subject is due next, zero for never, unless the
// profile has changed since.
func (db *DB) SettleRetention(ctx context.Context, d retention.Due, next time.Time, revision int64) error {
	due := int64(math.MaxInt64)
	if !next.IsZero() {
		due = micros(next)
	}
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "update retention_dues set due_at = $1, revision = $2 where lane = $3 and subject = $4 and touched = $5",
			due, revision, db.lane(d.Subject), d.Subject, d.Touched)
		return err
	})
}

// Ending counts what ends until a time: people with a value of theirs, and the
// rows of each kind that have a time of their own.
func (db *DB) Ending(ctx context.Context, until time.Time) (retention.Ending, error) {
	e := retention.Ending{Activities: map[string]int{}, Decisions: map[string]int{}, Kept: map[string]int{}}
	err := db.main.snapshot(ctx, func(c conn) error {
		if err := c.one(ctx, "select count(*) from retention_dues where due_at <= $1", []any{micros(until)}, &e.People); err != nil {
			return fmt.Errorf("count people: %w", err)
		}
		for _, one := range []struct {
			into  map[string]int
			query string
		}{
			{e.Activities, "select kind, count(*) from activities where expires_at <= $1 group by kind"},
			{e.Decisions, "select kind, count(*) from automated_decisions where expires_at <= $1 group by kind"},
			{e.Kept, "select duty, count(*) from kept_values where until_at > 0 and until_at <= $1 group by duty"},
		} {
			clear(one.into)
			err := c.each(ctx, func(rows *sql.Rows) error {
				var kind string
				var n int
				err := rows.Scan(&kind, &n)
				one.into[kind] = n
				return err
			}, one.query, micros(until))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return e, err
}
