package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
)

// countHour adds what attempts came to to the hour in which they ended.
func countHour(ctx context.Context, c conn, t hook.Turn) error {
	var h hook.Hour
	for i := range t.Outcomes {
		o := &t.Outcomes[i]
		switch {
		case o.State == hook.Withheld || o.Unread || len(o.Attempts) == 0:
			continue
		case o.Worked:
			h.Reached++
		default:
			h.Missed++
		}
		h.Took += o.Attempts[len(o.Attempts)-1].Took
	}
	if h.Reached+h.Missed == 0 {
		return nil
	}
	_, err := c.exec(ctx, `
		insert into hook_hours (endpoint, hour, reached, missed, took)
		values ($1, $2, $3, $4, $5)
		on conflict (endpoint, hour) do update
		set reached = hook_hours.reached + excluded.reached, missed = hook_hours.missed + excluded.missed,
			took = hook_hours.took + excluded.took`,
		t.Endpoint, micros(t.Now.Truncate(time.Hour)), h.Reached, h.Missed, h.Took.Microseconds())
	return err
}

// NoteBacklogs adds what waits for endpoints now to the hour.
func (db *DB) NoteBacklogs(ctx context.Context, endpoints []string, now time.Time) error {
	for _, endpoint := range endpoints {
		b, err := db.Backlog(ctx, endpoint)
		if err != nil {
			return err
		}
		if b.Waiting == 0 {
			continue
		}
		err = db.main.update(ctx, func(c conn) error {
			_, err := c.exec(ctx, `
				insert into hook_hours (endpoint, hour, reached, missed, took, waiting, lag)
				values ($1, $2, 0, 0, 0, $3, $4)
				on conflict (endpoint, hour) do update
				set waiting = case when hook_hours.waiting < excluded.waiting then excluded.waiting else hook_hours.waiting end,
					lag = case when hook_hours.lag < excluded.lag then excluded.lag else hook_hours.lag end`,
				endpoint, micros(now.Truncate(time.Hour)), b.Waiting, max(now.Sub(b.Oldest), 0).Microseconds())
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Hours returns what attempts at endpoints came to since a time and what waited,
// oldest first; hours without any of it are left out.
func (db *DB) Hours(ctx context.Context, endpoint string, since time.Time) ([]hook.Hour, error) {
	var all []hook.Hour
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			h := hook.Hour{Endpoint: endpoint}
			var at, took, lag int64
			err := rows.Scan(&at, &h.Reached, &h.Missed, &took, &h.Waiting, &lag)
			h.At, h.Took, h.Lag = fromMicros(at), time.Duration(took)*time.Microsecond, time.Duration(lag)*time.Microsecond
			all = append(all, h)
			return err
		}, "select hour, reached, missed, took, waiting, lag from hook_hours where endpoint = $1 and hour >= $2 order by hour", endpoint, micros(since))
	})
	return all, err
}

// Backlog returns what waits for an endpoint.
func (db *DB) Backlog(ctx context.Context, endpoint string) (hook.Backlog, error) {
	var b hook.Backlog
	var oldest int64
	err := db.main.read(ctx, func(c conn) error {
		err := c.one(ctx, `
			select count(*)
			from (select 1 from hook_deliveries where endpoint = $1 and state = 'waiting' limit $2) w`,
			[]any{endpoint, hook.CountedTo}, &b.Waiting)
		if err != nil {
			return err
		}
		err = c.one(ctx, "select at from hook_deliveries where endpoint = $1 and state = 'waiting' order by entry limit 1", []any{endpoint}, &oldest)
		if isKind(err, errs.NotFound) {
			return nil
		}
		return err
	})
	b.Oldest = fromMicros(oldest)
	return b, err
}

// DeliveryPage returns a page of an endpoint's deliveries, newest first. Each
// state is read by its index, so that a page costs the same however many there
// are.
func (db *DB) DeliveryPage(ctx context.Context, p hook.Page) ([]hook.Delivery, error) {
	states := []hook.State{p.State}
	if p.State == "" {
		states = hook.States()
	}
	var all []hook.Delivery
	for _, s := range states {
		condition, args := "endpoint = $1 and state = $2 order by entry desc limit $3", []any{p.Endpoint, string(s), p.Limit}
		if p.Before != "" {
			condition, args = "endpoint = $1 and state = $2 and entry < $4 order by entry desc limit $3", append(args, p.Before)
		}
		some, err := db.deliveriesWhere(ctx, condition, args...)
		if err != nil {
			return nil, fmt.Errorf("page of deliveries: %w", err)
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b hook.Delivery) int { return cmp.Compare(b.Entry, a.Entry) })
	return all[:min(len(all), p.Limit)], nil
}

// Delivery returns one delivery; errs.NotFound for none.
func (db *DB) Delivery(ctx context.Context, endpoint, entry string) (hook.Delivery, error) {
	for _, s := range hook.States() {
		all, err := db.deliveriesWhere(ctx, "endpoint = $1 and state = $2 and entry = $3", endpoint, string(s), entry)
		if err != nil {
			return hook.Delivery{}, fmt.Errorf("delivery: %w", err)
		}
		if len(all) == 1 {
			return all[0], nil
		}
	}
	return hook.Delivery{}, errs.NotFound
}

// Secrets returns what may be shown of the secrets of an endpoint that are
// valid, the newest first.
func (db *DB) Secrets(ctx context.Context, endpoint string, now time.Time) ([]hook.Held, error) {
	var all []hook.Held
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var h hook.Held
			var since, until int64
			var sealed []byte
			if err := rows.Scan(&h.ID, &sealed, &since, &until); err != nil {
				return err
			}
			s, err := db.ring.System().Open(sealed, secretPlace(h.ID))
			h.Since, h.Until, h.Public = fromMicros(since), fromMicros(until), hook.Secret(s).Public()
			all = append(all, h)
			return err
		}, "select id, secret, created_at, until from hook_secrets where endpoint = $1 and (until = 0 or until > $2) order by id desc", endpoint, micros(now))
	})
	return all, err
}

// EndSecrets ends the older secrets of an endpoint now; errs.Conflict when there
// are none.
func (db *DB) EndSecrets(ctx context.Context, endpoint string, actor ledger.Actor, now time.Time) error {
	_, err := db.Commit(ctx, ledger.Change{
		At: now, Actor: actor,
		Entries: []ledger.Draft{{Kind: hook.SecretEnded, Payload: hook.Trace{Endpoint: endpoint}}},
		Rows: []any{write{
			query:  "delete from hook_secrets where endpoint = $1 and until > 0",
			args:   []any{endpoint},
			missed: errs.New(errs.Conflict, "error.no_old_secret"),
		}},
	})
	return err
}

// NotePing puts into the ledger that an endpoint was tried, and its answer.
func (db *DB) NotePing(ctx context.Context, endpoint string, reply hook.Reply, actor ledger.Actor, now time.Time) error {
	_, err := db.Commit(ctx, ledger.Change{At: now, Actor: actor, Entries: []ledger.Draft{{
		Kind: hook.EndpointPinged, Payload: hook.Trace{Endpoint: endpoint, Answer: reply.Status, Cause: reply.Cause},
	}}})
	return err
}
