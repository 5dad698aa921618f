package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
)

// Fresh returns what no fan-out has seen yet.
func (db *DB) Fresh(ctx context.Context, limit int, wanted func(*ledger.Entry) bool) ([]hook.Stretch, error) {
	var all []hook.Stretch
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		err := c.each(ctx, func(rows *sql.Rows) error {
			var s hook.Stretch
			err := rows.Scan(&s.Lane, &s.After, &s.Until)
			all = append(all, s)
			return err
		}, `
			select h.lane, coalesce(c.seq, 0), h.seq
			from ledger_heads h
			left join hook_cursors c on c.lane = h.lane
			where h.seq > coalesce(c.seq, 0)
			order by h.seq - coalesce(c.seq, 0) desc`)
		for i := 0; err == nil && limit > 0 && i < len(all); i++ {
			s := &all[i]
			if err = freshEntries(ctx, c, s, limit); err == nil && len(s.Entries) >= limit {
				all = all[:i+1]
			}
			limit -= len(s.Entries)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read fresh entries: %w", err)
	}
	for i := range all {
		for e := range all[i].Entries {
			if err := db.openFresh(ctx, &all[i].Entries[e], wanted); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func freshEntries(ctx context.Context, c conn, s *hook.Stretch, limit int) error {
	s.Entries = nil
	entries, err := ledgerSource{c}.EntriesAfter(ctx, s.Lane, s.After, limit)
	for i := range entries {
		s.Entries = append(s.Entries, ledger.Happening{Entry: entries[i]})
		s.Until = entries[i].Seq
	}
	return err
}

// openFresh opens a payload. One that does not open was spoilt, which
// verification finds; it must not stop the feed of everybody else.
func (db *DB) openFresh(ctx context.Context, h *ledger.Happening, wanted func(*ledger.Entry) bool) error {
	if len(h.Entry.Payload) == 0 || !wanted(&h.Entry) {
		return nil
	}
	key, err := db.ring.Subject(ctx, h.Subject)
	if isGone(err) || isKind(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if plain, err := key.Open(h.Entry.Payload, entryPlace(h.ID)); err == nil {
		h.Payload = plain
	}
	return nil
}

// Spread writes deliveries and moves the cursors, together.
func (db *DB) Spread(ctx context.Context, revision int64, stretches []hook.Stretch, all []hook.Delivery) error {
	now := micros(db.now())
	return db.main.update(ctx, func(c conn) error {
		var newest int64
		if err := c.one(ctx, "select coalesce(max(revision), 0) from organisations", nil, &newest); err != nil {
			return err
		}
		if newest != revision {
			return errs.Conflict
		}
		for _, s := range stretches {
			n, err := c.exec(ctx, `
				insert into hook_cursors (lane, seq)
				values ($1, $2)
				on conflict (lane) do update set seq = excluded.seq where hook_cursors.seq = $3`, s.Lane, s.Until, s.After)
			if err == nil && n == 0 {
				err = errs.Conflict
			}
			if err != nil {
				return err
			}
		}
		for i := range all {
			d := &all[i]
			if _, err := c.exec(ctx, `
				insert into hook_deliveries (`+deliveryColumns+`, lease_until, set_at)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', '', '', 0, 0, $17)
				on conflict (lane, endpoint, seq) do nothing`,
				d.Lane, d.Endpoint, d.Seq, d.Entry, d.Subject, d.Version, d.Kind, micros(d.At),
				d.State, d.Attempt, d.Tries, micros(d.Due), micros(d.Tried), micros(d.Over), d.Told, d.Cause, now); err != nil {
				return fmt.Errorf("write delivery: %w", err)
			}
		}
		return nil
	})
}

const deliveryColumns = `
	lane, endpoint, seq, entry, subject, version, kind, at,
	state, attempt, tries, due_at, tried_at, over_at, told, cause, attempts, fields, said, acknowledged_at`

func scanDelivery(rows *sql.Rows) (hook.Delivery, error) {
	var d hook.Delivery
	var at, due, tried, over, acknowledged int64
	var attempts, fields, said string
	err := rows.Scan(&d.Lane, &d.Endpoint, &d.Seq, &d.Entry, &d.Subject, &d.Version, &d.Kind, &at,
		&d.State, &d.Attempt, &d.Tries, &due, &tried, &over, &d.Told, &d.Cause, &attempts, &fields, &said, &acknowledged)
	if err == nil && attempts != "" {
		err = json.Unmarshal([]byte(attempts), &d.Attempts)
	}
	if err == nil && said != "" {
		err = json.Unmarshal([]byte(said), &d.Said)
	}
	if fields != "" {
		d.Fields = strings.Split(fields, " ")
	}
	d.At, d.Due, d.Tried, d.Over = fromMicros(at), fromMicros(due), fromMicros(tried), fromMicros(over)
	d.Acknowledged = fromMicros(acknowledged)
	return d, err
}

// Standing returns where endpoints and their queues stand.
func (db *DB) Standing(ctx context.Context, endpoints []string, now time.Time) (map[string]hook.Standing, error) {
	all := make(map[string]hook.Standing, len(endpoints))
	err := db.main.read(ctx, func(c conn) error {
		for _, e := range endpoints {
			s, err := db.standing(ctx, c, e, now)
			if err != nil {
				return err
			}
			all[e] = s
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("standing of endpoints: %w", err)
	}
	return all, nil
}

func (db *DB) standing(ctx context.Context, c conn, endpoint string, now time.Time) (hook.Standing, error) {
	s := hook.Standing{Health: hook.Health{Mode: hook.Active}}
	var due, since, failing, slow, worked int64
	err := c.one(ctx, `
		select coalesce(min(due_at), 0)
		from hook_deliveries
		where endpoint = $1 and due_at > 0 and lease_until <= $2`, []any{endpoint, micros(now)}, &due)
	if err != nil {
		return s, err
	}
	err = c.one(ctx, "select mode, cause, note, since, failing_since, slow_until, worked_at from hook_endpoints where endpoint = $1",
		[]any{endpoint}, &s.Mode, &s.Cause, &s.Note, &since, &failing, &slow, &worked)
	if err != nil && !isKind(err, errs.NotFound) {
		return s, err
	}
	s.Due, s.Since, s.Failing, s.Slow, s.Worked = fromMicros(due), fromMicros(since), fromMicros(failing), fromMicros(slow), fromMicros(worked)
	s.Secrets, err = db.secrets(ctx, c, endpoint, now)
	return s, err
}

// Turn writes what became of deliveries and claims others.
func (db *DB) Turn(ctx context.Context, t hook.Turn) ([]hook.Delivery, error) {
	var claimed []hook.Delivery
	if len(t.Outcomes) == 0 && t.Health == nil {
		// It looks before it takes the write lock, so that waiting costs the
		// writer nothing.
		err := db.main.read(ctx, func(c conn) (err error) {
			claimed, err = dueDeliveries(ctx, c, t, "")
			return err
		})
		if err != nil || len(claimed) == 0 {
			return nil, err
		}
	}
	err := db.main.update(ctx, func(c conn) (err error) {
		for i := range t.Outcomes {
			if err := settleDelivery(ctx, c, &t.Outcomes[i].Delivery, t.Now); err != nil {
				return err
			}
		}
		if err := countHour(ctx, c, t); err != nil {
			return err
		}
		if err := writeHealth(ctx, c, t); err != nil {
			return err
		}
		if claimed, err = dueDeliveries(ctx, c, t, c.dialect.skipLocked()); err != nil || len(claimed) == 0 {
			return err
		}
		return claimDeliveries(ctx, c, t, claimed)
	})
	if err != nil {
		return nil, fmt.Errorf("turn of endpoint: %w", err)
	}
	return claimed, nil
}

// dueDeliveries returns what may be claimed: half of it the oldest, half the
// newest, which come first. A decision of this moment waits behind no backlog
// and nothing that is told again, and nothing waits for ever.
func dueDeliveries(ctx context.Context, c conn, t hook.Turn, lock string) ([]hook.Delivery, error) {
	if t.Limit <= 0 {
		return nil, nil
	}
	half := t.Limit / 2
	oldest, err := dueInOrder(ctx, c, t, "due_at", t.Limit-half, lock)
	if err != nil || half == 0 || len(oldest) < t.Limit-half {
		return oldest, err
	}
	newest, err := dueInOrder(ctx, c, t, "due_at desc", half, lock)
	if err != nil {
		return nil, err
	}
	newest = slices.DeleteFunc(newest, func(d hook.Delivery) bool {
		return slices.ContainsFunc(oldest, func(o hook.Delivery) bool { return o.Lane == d.Lane && o.Seq == d.Seq })
	})
	return append(newest, oldest...), nil
}

func dueInOrder(ctx context.Context, c conn, t hook.Turn, order string, limit int, lock string) ([]hook.Delivery, error) {
	until := micros(t.Now)
	if t.Probe {
		until = micros(t.Now.AddDate(100, 0, 0))
	}
	var all []hook.Delivery
	err := c.each(ctx, func(rows *sql.Rows) error {
		d, err := scanDelivery(rows)
		d.Probe = d.Due.After(t.Now)
		all = append(all, d)
		return err
	}, "select"+deliveryColumns+`
		from hook_deliveries
		where endpoint = $1 and due_at > 0 and due_at <= $2 and lease_until <= $3
		order by `+order+`
		limit $4`+lock, t.Endpoint, until, micros(t.Now), limit)
	return all, err
}

func claimDeliveries(ctx context.Context, c conn, t hook.Turn, claimed []hook.Delivery) error {
	args := []any{micros(t.Now.Add(t.Lease)), micros(t.Now), t.Endpoint}
	keys := make([]string, len(claimed))
	for i := range claimed {
		d := &claimed[i]
		d.Attempt++
		args = append(args, d.Lane, d.Seq)
		keys[i] = fmt.Sprintf("(cast($%d as bigint), cast($%d as bigint))", len(args)-1, len(args))
	}
	_, err := c.exec(ctx, `
		update hook_deliveries
		set attempt = attempt + 1, lease_until = $1, set_at = $2
		where endpoint = $3 and (lane, seq) in (values `+strings.Join(keys, ", ")+")", args...)
	return err
}

// settleDelivery writes what an attempt came to, if it is still the latest.
func settleDelivery(ctx context.Context, c conn, d *hook.Delivery, now time.Time) error {
	attempts, err := listed(d.Attempts)
	if err != nil {
		return fmt.Errorf("attempts of a delivery: %w", err)
	}
	said, err := listed(d.Said)
	if err != nil {
		return fmt.Errorf("what a delivery said: %w", err)
	}
	_, err = c.exec(ctx, `
		update hook_deliveries
		set state = $1, tries = $2, due_at = $3, tried_at = $4, over_at = $5, told = $6, cause = $7,
			lease_until = 0, set_at = $8, attempts = $9, fields = $10, said = $11
		where lane = $12 and endpoint = $13 and seq = $14 and attempt = $15 and due_at > 0`,
		d.State, d.Tries, micros(d.Due), micros(d.Tried), micros(d.Over), d.Told, d.Cause,
		micros(now), attempts, strings.Join(d.Fields, " "), said, d.Lane, d.Endpoint, d.Seq, d.Attempt)
	return err
}

// listed writes a list as JSON; an empty one is nothing.
func listed[T any](all []T) (string, error) {
	if len(all) == 0 {
		return "", nil
	}
	text, err := json.Marshal(all)
	return string(text), err
}

// Said returns the topics that an endpoint has been told yes of a subject, by the
// last delivery that told it anything.
func (db *DB) Said(ctx context.Context, endpoint string, s id.Subject) ([]string, error) {
	last, err := db.deliveriesWhere(ctx, "lane = $1 and subject = $2 and endpoint = $3 and told > 0 order by told desc, tried_at desc limit 1", db.lane(s), s, endpoint)
	if err != nil || len(last) == 0 {
		return nil, err
	}
	return last[0].Said, nil
}

func writeHealth(ctx context.Context, c conn, t hook.Turn) error {
	if h := t.Health; h != nil {
		// A mode that staff set meanwhile stays.
		_, err := c.exec(ctx, `
			insert into hook_endpoints (endpoint, mode, cause, since, failing_since, slow_until, worked_at)
			values ($1, 'active', '', 0, $2, $3, $4)
			on conflict (endpoint) do update
			set failing_since = excluded.failing_since, slow_until = excluded.slow_until, worked_at = excluded.worked_at`,
			t.Endpoint, micros(h.Failing), micros(h.Slow), micros(h.Worked))
		if err != nil {
			return err
		}
	}
	if t.Hurry == 0 {
		return nil
	}
	_, err := c.exec(ctx, "update hook_deliveries set due_at = $1, set_at = $1 where endpoint = $2 and due_at > $1 and tries < $3",
		micros(t.Now), t.Endpoint, t.Hurry)
	return err
}

// givenUp is the condition of a delivery that failed and is tried anew. A farewell
// by which nobody can be found any more is for staff.
const givenUp = "state = 'failed' and cause <> '" + hook.NamesGone + "'" + lastWord

// lastWord is the condition of a delivery of which nothing newer is on its way or
// has said as much.
const lastWord = `
	and not exists (
		select 1
		from hook_deliveries n
		where n.lane = hook_deliveries.lane and n.subject = hook_deliveries.subject and n.endpoint = hook_deliveries.endpoint
			and (n.seq > hook_deliveries.seq and n.state in ('waiting', 'failed')
				or n.told >= hook_deliveries.version and n.state in ('received', 'applied', 'refused', 'not_held')))`

// revivedAtOnce bounds the rows of one transaction.
const revivedAtOnce = 1000

// ReviveDeliveries makes due what was given up and is the last word to be told. It keeps
// the longer waits between attempts.
func (db *DB) ReviveDeliveries(ctx context.Context, endpoint string, now time.Time) (int, error) {
	entries, err := db.entries(ctx, "endpoint = $1 and "+givenUp+" order by entry limit $2", endpoint, revivedAtOnce)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	var n int64
	err = db.main.update(ctx, func(c conn) error {
		args := append([]any{micros(now), endpoint, hook.HurryBelow}, anys(entries)...)
		places := make([]string, len(entries))
		for i := range entries {
			places[i] = fmt.Sprintf("$%d", i+4)
		}
		n, err = c.exec(ctx, `
			update hook_deliveries
			set state = 'waiting', due_at = $1, set_at = $1, over_at = 0, tries = $3, attempt = attempt + 1
			where endpoint = $2 and state = 'failed' and entry in (`+strings.Join(places, ", ")+")", args...)
		return err
	})
	return int(n), err
}

// entries are those of deliveries that meet a condition.
func (db *DB) entries(ctx context.Context, condition string, args ...any) ([]string, error) {
	var all []string
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var one string
			err := rows.Scan(&one)
			all = append(all, one)
			return err
		}, "select entry from hook_deliveries where "+condition, args...)
	})
	return all, err
}

// SetMode pauses, resumes or disables an endpoint.
func (db *DB) SetMode(ctx context.Context, endpoint string, m hook.Mode, cause, note string, actor ledger.Actor, now time.Time) error {
	kind := hook.EndpointPaused
	switch m {
	case hook.Active:
		kind = hook.EndpointResumed
	case hook.Disabled:
		kind = hook.EndpointDisabled
	case hook.Paused:
	}
	rows := []any{write{
		query: `
			insert into hook_endpoints (endpoint, mode, cause, note, since, failing_since, slow_until, worked_at)
			values ($1, $2, $3, $5, $4, 0, 0, 0)
			on conflict (endpoint) do update
			set mode = excluded.mode, cause = excluded.cause, note = excluded.note, since = excluded.since, failing_since = 0, slow_until = 0`,
		args: []any{endpoint, m, cause, micros(now), note},
	}}
	if m == hook.Active {
		rows = append(rows, write{
			query: "update hook_deliveries set due_at = $1, set_at = $1 where endpoint = $2 and due_at > $1",
			args:  []any{micros(now), endpoint},
		})
	}
	_, err := db.Commit(ctx, ledger.Change{
		At: now, Actor: actor, Entries: []ledger.Draft{{Kind: kind, Payload: hook.Trace{Endpoint: endpoint, Cause: cause, Note: note}}}, Rows: rows,
	})
	return err
}

// RewindDeliveries makes due what was written under a clock that ran ahead.
func (db *DB) RewindDeliveries(ctx context.Context, now time.Time, skew time.Duration) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		n, err = c.exec(ctx, `
			update hook_deliveries
			set due_at = $1, lease_until = 0, set_at = $1
			where due_at > 0 and set_at > $2`, micros(now), micros(now.Add(skew)))
		return err
	})
	return int(n), err
}

func secretPlace(rowID string) keyring.Place {
	return keyring.Place{Table: "hook_secrets", Row: rowID, Column: "secret"}
}

// secrets returns those that are valid, the newest first.
func (db *DB) secrets(ctx context.Context, c conn, endpoint string, now time.Time) ([]hook.Secret, error) {
	var all []hook.Secret
	err := c.each(ctx, func(rows *sql.Rows) error {
		var rowID string
		var sealed []byte
		if err := rows.Scan(&rowID, &sealed); err != nil {
			return err
		}
		s, err := db.ring.System().Open(sealed, secretPlace(rowID))
		all = append(all, s)
		return err
	}, "select id, secret from hook_secrets where endpoint = $1 and (until = 0 or until > $2) order by id desc", endpoint, micros(now))
	return all, err
}

// AddSecret writes a secret that is valid from now on, and ends the older ones
// at until.
func (db *DB) AddSecret(ctx context.Context, endpoint string, s hook.Secret, until time.Time, actor ledger.Actor, now time.Time) error {
	rowID := id.New()
	_, err := db.Commit(ctx, ledger.Change{
		At: now, Actor: actor,
		Entries: []ledger.Draft{{Kind: hook.SecretMade, Payload: hook.Trace{Endpoint: endpoint, Until: until}}},
		Rows: []any{
			write{
				query: "delete from hook_secrets where endpoint = $1 and until > 0 and until <= $2",
				args:  []any{endpoint, micros(now)},
			},
			write{
				query: "update hook_secrets set until = $1 where endpoint = $2 and (until = 0 or until > $1)",
				args:  []any{micros(until), endpoint},
			},
			write{
				query: "insert into hook_secrets (id, endpoint, secret, created_at, until) values ($1, $2, $3, $4, 0)",
				args:  []any{rowID, endpoint, db.ring.System().Seal(nil, s, secretPlace(rowID)), micros(now)},
			},
		},
	})
	return err
}
