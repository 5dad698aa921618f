package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// Deliveries returns what the systems of a subject were told, or are to be,
// newest first.
func (db *DB) Deliveries(ctx context.Context, subject id.Subject, limit int) ([]hook.Delivery, error) {
	return db.deliveriesWhere(ctx, "lane = $1 and subject = $2 order by seq desc, endpoint limit $3", db.lane(subject), subject, limit)
}

// DeliveriesOf returns those of the entries that a cause, as a request, led to,
// newest first.
func (db *DB) DeliveriesOf(ctx context.Context, subject id.Subject, cause string) ([]hook.Delivery, error) {
	return db.deliveriesWhere(ctx, `lane = $1 and subject = $2
		and entry in (select id from ledger_entries where lane = $1 and subject = $2 and cause = $3)
		order by seq desc, endpoint`, db.lane(subject), subject, cause)
}

// Recent returns the latest deliveries of an endpoint, newest first.
func (db *DB) Recent(ctx context.Context, endpoint string, limit int) ([]hook.Delivery, error) {
	return db.deliveriesWhere(ctx, "endpoint = $1 order by at desc, entry desc limit $2", endpoint, limit)
}

func (db *DB) deliveriesWhere(ctx context.Context, condition string, args ...any) ([]hook.Delivery, error) {
	var all []hook.Delivery
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			d, err := scanDelivery(rows)
			all = append(all, d)
			return err
		}, "select"+deliveryColumns+" from hook_deliveries where "+condition, args...)
	})
	return all, err
}

// Counts returns how many deliveries of an endpoint are in each state.
func (db *DB) Counts(ctx context.Context, endpoint string) (map[hook.State]int, error) {
	counts := map[hook.State]int{}
	err := db.main.read(ctx, func(c conn) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			var s hook.State
			var n int
			err := rows.Scan(&s, &n)
			counts[s] = n
			return err
		}, "select state, count(*) from hook_deliveries where endpoint = $1 group by state", endpoint)
	})
	return counts, err
}

// Replay makes due again what a span selects, with an entry in the ledger of who
// wanted it, and returns how many. Of a subject that is what is told of any record
// that is joined with it.
func (db *DB) Replay(ctx context.Context, endpoint string, s hook.Span, actor ledger.Actor, now time.Time) (int, error) {
	where := []string{"endpoint = $2", "lease_until <= $1"}
	args := []any{micros(now), endpoint}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if s.Subject != "" {
		circle, err := db.Circle(ctx, s.Subject)
		if err != nil && !isKind(err, errs.NotFound) {
			return 0, err
		}
		var records []string
		for _, one := range circle {
			args = append(args, db.lane(one), one)
			records = append(records, fmt.Sprintf("lane = $%d and subject = $%d", len(args)-1, len(args)))
		}
		where = append(where, "("+strings.Join(records, " or ")+")")
	}
	if s.Entry != "" {
		add("entry = $%d", s.Entry)
	}
	if !s.From.IsZero() {
		add("at >= $%d", micros(s.From))
	}
	if !s.To.IsZero() {
		add("at < $%d", micros(s.To))
	}
	if s.Failed {
		add("state = $%d", hook.Failed)
	}
	those := " where " + strings.Join(where, " and ")
	n := 0
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select count(*) from hook_deliveries"+those, args, &n)
	})
	if err != nil || n == 0 {
		return 0, err
	}
	_, err = db.Commit(ctx, ledger.Change{
		At: now, Actor: actor,
		Entries: []ledger.Draft{{Kind: hook.EndpointReplayed, Payload: hook.Trace{Endpoint: endpoint, Span: &s, Count: n}}},
		Rows: []any{write{
			query: `
				update hook_deliveries
				set state = 'waiting', due_at = $1, set_at = $1, over_at = 0, tries = 0, attempt = attempt + 1, cause = ''` + those,
			args: args,
		}},
	})
	return n, err
}

// SweepDeliveries deletes what was over before a time, but for the last that
// each endpoint was told of each subject, and gives up what still waits since
// then.
func (db *DB) SweepDeliveries(ctx context.Context, before time.Time) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		if _, err = c.exec(ctx, `
			update hook_deliveries
			set state = 'failed', cause = 'too_old', due_at = 0, over_at = $1
			where due_at > 0 and at < $2 and set_at < $2`, micros(db.now()), micros(before)); err != nil {
			return err
		}
		if _, err = c.exec(ctx, "delete from hook_hours where hour < $1", micros(before)); err != nil {
			return err
		}
		n, err = c.exec(ctx, `
			delete from hook_deliveries
			where over_at > 0 and over_at < $1
				and exists (
					select 1
					from hook_deliveries n
					where n.lane = hook_deliveries.lane and n.subject = hook_deliveries.subject
						and n.endpoint = hook_deliveries.endpoint and n.seq > hook_deliveries.seq
						and n.over_at > 0 and (n.told > 0 or hook_deliveries.told = 0)
						and (n.state <> 'withheld' or hook_deliveries.state <> 'failed'))`, micros(before))
		return err
	})
	return int(n), err
}
