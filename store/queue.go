package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
)

const rowColumns = `
	id, number, subject, kind, state, brand, pack,
	received_at, due_at, act_at, closed_at, assignee, paused`

func scanRow(rows *sql.Rows) (review.Row, error) {
	var r review.Row
	var received, due, act, closed, paused int64
	err := rows.Scan(&r.ID, &r.Number, &r.Subject, &r.Kind, &r.State, &r.Brand, &r.Pack, &received, &due, &act, &closed, &r.Assignee, &paused)
	r.ReceivedAt, r.DueAt, r.ActAt, r.ClosedAt = fromMicros(received), fromMicros(due), fromMicros(act), fromMicros(closed)
	r.Paused = paused != 0
	return r, err
}

// Queue returns requests of all lanes: the open ones by due date, or the closed
// ones, the latest first. It opens nothing that is sealed, and reads no more
// rows than it returns where one filter is used alone.
func (db *DB) Queue(ctx context.Context, f review.Filter) ([]review.Row, error) {
	query, args := queueSQL(f)
	var all []review.Row
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			r, err := scanRow(rows)
			all = append(all, r)
			return err
		}, query, args...)
	})
	return all, err
}

func queueSQL(f review.Filter) (string, []any) {
	where, order, follows := []string{"closed_at = 0"}, "due_at, id", "(due_at, id) > ($%d, $%d)"
	if f.Closed {
		where, order, follows = []string{"closed_at > 0"}, "closed_at desc, id desc", "(closed_at, id) < ($%d, $%d)"
	}
	var args []any
	add := func(condition string, values ...any) {
		places := make([]any, len(values))
		for i, v := range values {
			args = append(args, v)
			places[i] = len(args)
		}
		where = append(where, fmt.Sprintf(condition, places...))
	}
	if f.State != "" {
		add("state = $%d", f.State)
	}
	if f.Kind != "" {
		add("kind = $%d", f.Kind)
	}
	if f.Brand != "" {
		add("brand = $%d", f.Brand)
	}
	if f.Law != "" {
		add("substr(pack, 1, length($%[1]d)) = $%[1]d", f.Law+"/")
	}
	switch f.Assignee {
	case "":
	case review.Nobody:
		add("assignee = ''")
	default:
		add("assignee = $%d", f.Assignee)
	}
	if !f.DueBefore.IsZero() {
		add("due_at < $%d and paused = 0", micros(f.DueBefore))
	}
	if len(f.Brands) > 0 {
		add("brand in ("+marks(len(f.Brands))+")", anys(f.Brands)...)
	}
	if !f.After.Zero() {
		add(follows, micros(f.After.At), f.After.ID)
	}
	args = append(args, f.Limit)
	return "select" + rowColumns + "\nfrom requests\nwhere " + strings.Join(where, " and ") +
		fmt.Sprintf("\norder by %s\nlimit $%d", order, len(args)), args
}

// marks are n places for arguments, to be filled in by number.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("$%d, ", n), ", ") }

func anys[T any](list []T) []any {
	all := make([]any, len(list))
	for i, one := range list {
		all[i] = one
	}
	return all
}

// RequestRow returns one request without what is sealed.
func (db *DB) RequestRow(ctx context.Context, request rights.RequestID) (review.Row, error) {
	var all []review.Row
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			r, err := scanRow(rows)
			all = append(all, r)
			return err
		}, "select"+rowColumns+"\nfrom requests\nwhere id = $1", request)
	})
	if err == nil && len(all) == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return review.Row{}, err
	}
	return all[0], nil
}

// Pressing counts what needs somebody, each at one place of an index and no
// further than anybody wants to know.
func (db *DB) Pressing(ctx context.Context, brands []string, now time.Time) (review.Pressing, error) {
	var p review.Pressing
	soon := now.Add(review.Soon)
	err := db.main.snapshot(ctx, func(c conn) error {
		for _, count := range []struct {
			into *int
			cond string
			args []any
		}{
			{&p.Overdue, "due_at < $%d and paused = 0", []any{micros(now)}},
			{&p.DueSoon, "due_at >= $%d and due_at < $%d and paused = 0", []any{micros(now), micros(soon)}},
			{&p.OnPerson, "state = $%d", []any{rights.RequiresAction}},
			{&p.OnSystem, "state = $%d", []any{rights.Accepted}},
			{&p.Nobodys, "assignee = $%d", []any{""}},
		} {
			cond, args := count.cond, append(count.args, anys(brands)...)
			if len(brands) > 0 {
				cond += " and brand in (" + marks(len(brands)) + ")"
			}
			args = append(args, review.CountedTo)
			places := make([]any, len(args))
			for i := range args {
				places[i] = i + 1
			}
			query := fmt.Sprintf("select count(*) from (select 1 from requests where closed_at = 0 and "+cond+" limit $%d) as counted", places...)
			if err := c.one(ctx, query, args, count.into); err != nil {
				return fmt.Errorf("count requests: %w", err)
			}
		}
		return nil
	})
	return p, err
}
