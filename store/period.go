package store

import (
	"context"
	"database/sql"

	"livingprofile/internal/figures"
)

// Handled returns the requests that came or ended in a period.
func (db *DB) Handled(ctx context.Context, p figures.Period) ([]figures.Handled, error) {
	var all []figures.Handled
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var h figures.Handled
			var received, due, closed int64
			err := rows.Scan(&h.Brand, &h.Kind, &h.State, &h.Ground, &received, &due, &closed)
			h.Received, h.Due, h.Closed = fromMicros(received), fromMicros(due), fromMicros(closed)
			all = append(all, h)
			return err
		}, `
			select brand, kind, state, ground, received_at, due_at, closed_at
			from requests
			where (received_at >= $1 and received_at < $2) or (closed_at >= $1 and closed_at < $2)`,
			micros(p.From), micros(p.Until))
	})
	return all, err
}

// Decided counts the consent records of a period.
func (db *DB) Decided(ctx context.Context, p figures.Period) ([]figures.Decided, error) {
	var all []figures.Decided
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var d figures.Decided
			err := rows.Scan(&d.Purpose, &d.Version, &d.Brand, &d.Status, &d.Records)
			all = append(all, d)
			return err
		}, `
			select purpose, version, brand, status, count(*)
			from consent_records
			where at >= $1 and at < $2
			group by purpose, version, brand, status
			order by purpose, version, brand, status`, micros(p.From), micros(p.Until))
	})
	return all, err
}
