package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"livingprofile/internal/figures"
)

const requestFiguresName = "requests"

// CountRequests counts requests by week, at one moment.
func (db *DB) CountRequests(ctx context.Context, from, now time.Time) (figures.Requests, error) {
	r := figures.Requests{CountedAt: now, From: from}
	week := figures.Week.Microseconds()
	err := db.main.snapshot(ctx, func(c conn) error {
		r.Received, r.Closed = nil, nil
		err := c.each(ctx, func(rows *sql.Rows) error {
			var l figures.Received
			err := rows.Scan(&l.Brand, &l.Week, &l.Requests)
			r.Received = append(r.Received, l)
			return err
		}, `
			select brand, (received_at - $1) / $2, count(*)
			from requests
			where received_at >= $1
			group by 1, 2
			order by 1, 2`, micros(from), week)
		if err != nil {
			return fmt.Errorf("count received: %w", err)
		}
		err = c.each(ctx, func(rows *sql.Rows) error {
			var l figures.Closed
			var took int64
			err := rows.Scan(&l.Brand, &l.Kind, &l.State, &l.Week, &l.Requests, &l.Late, &took)
			l.Took = time.Duration(took) * time.Microsecond
			r.Closed = append(r.Closed, l)
			return err
		}, `
			select brand, kind, state, (closed_at - $1) / $2, count(*),
				sum(case when closed_at > due_at then 1 else 0 end),
				cast(sum(closed_at - received_at) as bigint)
			from requests
			where closed_at >= $1
			group by 1, 2, 3, 4
			order by 1, 2, 3, 4`, micros(from), week)
		if err != nil {
			return fmt.Errorf("count closed: %w", err)
		}
		return nil
	})
	return r, err
}

// SaveRequestFigures keeps what was counted.
func (db *DB) SaveRequestFigures(ctx context.Context, r figures.Requests) error {
	return db.saveFigures(ctx, requestFiguresName, r.CountedAt, r)
}

// RequestFigures returns what was counted last.
func (db *DB) RequestFigures(ctx context.Context) (figures.Requests, error) {
	var r figures.Requests
	err := db.keptFigures(ctx, requestFiguresName, &r)
	return r, err
}
