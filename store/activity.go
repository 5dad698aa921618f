package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
)

// partActivity is what a subject decided about the rules.
const partActivity = "activity"

// An activityBody is the sealed part of an observation.
type activityBody struct {
	Event  string            `json:"e"`
	Values map[string]string `json:"v,omitempty"`
}

func activityPlace(row string) keyring.Place {
	return keyring.Place{Table: "activities", Row: row, Column: "body"}
}

// eventIndex is what a repeat of an event is known by. It is of one subject, so
// that nobody is matched with anybody by it.
func (db *DB) eventIndex(subject id.Subject, source, event string) []byte {
	b := db.ring.Blind("activity/"+source, string(subject), event)
	return b[:]
}

// activityWrites turns the rows of package activity into statements; false for
// another row.
func (db *DB) activityWrites(p *preparedChange, key *keyring.DataKey, row any) ([]write, bool, error) {
	switch r := row.(type) {
	case activity.Observation:
		w, err := db.observationWrite(p, key, r)
		return []write{w, dueWrite(p.lane, p.Subject)}, true, err
	case activity.Removal:
		return []write{{
			query:  "update activities set body = $1 where lane = $2 and subject = $3 and id = $4",
			args:   []any{[]byte{}, p.lane, p.Subject, r.Observation},
			missed: errs.NotFound,
		}, dueWrite(p.lane, p.Subject)}, true, nil
	case activity.State:
		w, err := stateWrite(p, key, partActivity, func() ([]byte, error) { return json.Marshal(r) })
		return append(w, dueWrite(p.lane, p.Subject)), true, err
	}
	return nil, false, nil
}

func (db *DB) observationWrite(p *preparedChange, key *keyring.DataKey, o activity.Observation) (write, error) {
	plain, err := json.Marshal(activityBody{o.Event, o.Values})
	if err != nil {
		return write{}, fmt.Errorf("observation: %w", err)
	}
	return write{
		query: `
			insert into activities (
				lane, subject, at, id, kind, source, event, brand, recorded_at, expires_at, body)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			on conflict (lane, subject, source, event) do nothing`,
		args: []any{
			p.lane, p.Subject, micros(o.At), o.ID, o.Kind, o.Source, db.eventIndex(p.Subject, o.Source, o.Event), o.Brand,
			micros(o.Recorded), micros(o.Expires), key.Seal(nil, plain, activityPlace(o.ID)),
		},
	}, nil
}

// dueWrite has the rules asked about a subject.
func dueWrite(lane int, subject id.Subject) write {
	return write{
		query: `
			insert into activity_dues (lane, subject, due_at, touched, revision)
			values ($1, $2, 0, 1, 0)
			on conflict (lane, subject) do update set due_at = 0, touched = activity_dues.touched + 1`,
		args: []any{lane, subject},
	}
}

// touchWrite is dueWrite where somebody of whom no activity is known is left
// alone: what they allow decides about nothing.
func touchWrite(p *preparedChange) write {
	return write{
		query: "update activity_dues set due_at = 0, touched = touched + 1 where lane = $1 and subject = $2",
		args:  []any{p.lane, p.Subject},
	}
}

// Activities returns a page of a subject's observations, newest first.
func (db *DB) Activities(ctx context.Context, subject id.Subject, p activity.Page) ([]activity.Observation, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return nil, err
	}
	query := `
		select id, kind, source, brand, at, recorded_at, expires_at, body
		from activities
		where lane = $1 and subject = $2 and at >= $3 and expires_at > $4 and length(body) > 0`
	args := []any{db.lane(subject), subject, micros(p.Since), micros(p.Now)}
	if !p.Before.Zero() {
		query += fmt.Sprintf(" and (at < $%d or at = $%d and id < $%d)", len(args)+1, len(args)+1, len(args)+2)
		args = append(args, micros(p.Before.At), p.Before.ID)
	}
	if p.ID != "" {
		args = append(args, p.ID)
		query += fmt.Sprintf(" and id = $%d", len(args))
	}
	if p.Kinds != nil {
		var marks []string
		for _, k := range p.Kinds {
			args = append(args, k)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
		query += " and kind in (" + strings.Join(marks, ", ") + ")"
	}
	args = append(args, p.Limit)
	query += fmt.Sprintf(" order by at desc, id desc limit $%d", len(args))
	var all []activity.Observation
	err = db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			o, err := scanObservation(rows, subject, key)
			all = append(all, o)
			return err
		}, query, args...)
	})
	return all, err
}

func scanObservation(rows *sql.Rows, subject id.Subject, key *keyring.DataKey) (activity.Observation, error) {
	o := activity.Observation{Subject: subject}
	var at, recorded, expires int64
	var sealed []byte
	if err := rows.Scan(&o.ID, &o.Kind, &o.Source, &o.Brand, &at, &recorded, &expires, &sealed); err != nil {
		return o, err
	}
	o.At, o.Recorded, o.Expires = fromMicros(at), fromMicros(recorded), fromMicros(expires)
	plain, err := key.Open(sealed, activityPlace(o.ID))
	if err != nil {
		return o, fmt.Errorf("observation %s: %w", o.ID, err)
	}
	var b activityBody
	if err := json.Unmarshal(plain, &b); err != nil {
		return o, fmt.Errorf("observation %s: %w", o.ID, err)
	}
	o.Event, o.Values = b.Event, b.Values
	return o, nil
}

// eventsAtOnce bounds the arguments of one look-up.
const eventsAtOnce = 100

// KnownEvents returns which events of a source are known, removed ones too.
func (db *DB) KnownEvents(ctx context.Context, subject id.Subject, source string, events []string) (map[string]bool, error) {
	known := map[string]bool{}
	err := db.main.read(ctx, func(c conn) error {
		clear(known)
		for from := 0; from < len(events); from += eventsAtOnce {
			some := events[from:min(from+eventsAtOnce, len(events))]
			args, marks, names := []any{db.lane(subject), subject, source}, make([]string, len(some)), map[string]string{}
			for i, event := range some {
				index := db.eventIndex(subject, source, event)
				args, names[string(index)] = append(args, index), event
				marks[i] = fmt.Sprintf("$%d", len(args))
			}
			err := c.each(ctx, func(rows *sql.Rows) error {
				var index []byte
				err := rows.Scan(&index)
				known[names[string(index)]] = true
				return err
			}, "select event from activities where lane = $1 and subject = $2 and source = $3 and event in ("+strings.Join(marks, ", ")+")", args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return known, err
}

// ActivityState returns what a subject decided about the rules.
func (db *DB) ActivityState(ctx context.Context, subject id.Subject) (activity.State, error) {
	var s activity.State
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return s, err
	}
	var sealed []byte
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select body from subject_states where lane = $1 and subject = $2 and part = $3",
			[]any{db.lane(subject), subject, partActivity}, &sealed)
	})
	if errors.Is(err, errs.NotFound) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	plain, err := key.Open(sealed, statePlace(subject, partActivity))
	if err == nil {
		err = json.Unmarshal(plain, &s)
	}
	if err != nil {
		return s, fmt.Errorf("%s of subject: %w", partActivity, err)
	}
	return s, nil
}

// DueActivities returns of whom the rules have to be asked anew.
func (db *DB) DueActivities(ctx context.Context, now time.Time, revision int64, limit int) ([]activity.Due, error) {
	var all []activity.Due
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		scan := func(rows *sql.Rows) error {
			var d activity.Due
			err := rows.Scan(&d.Subject, &d.Touched)
			all = append(all, d)
			return err
		}
		err := c.each(ctx, scan, "select subject, touched from activity_dues where due_at <= $1 order by due_at limit $2", micros(now), limit)
		if err != nil || len(all) > 0 {
			return err
		}
		return c.each(ctx, scan, "select subject, touched from activity_dues where revision < $1 order by revision limit $2", revision, limit)
	})
	return all, err
}

// SettleActivities notes when a subject is due next, zero for never, unless
// something has happened since.
func (db *DB) SettleActivities(ctx context.Context, d activity.Due, next time.Time, revision int64) error {
	due := int64(math.MaxInt64)
	if !next.IsZero() {
		due = micros(next)
	}
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "update activity_dues set due_at = $1, revision = $2 where lane = $3 and subject = $4 and touched = $5",
			due, revision, db.lane(d.Subject), d.Subject, d.Touched)
		return err
	})
}

// sweptAtOnce bounds how long a sweep holds the writer.
const sweptAtOnce = 5000

// SweepActivities deletes some of the observations whose time is over, and
// returns how many; call it until it returns 0.
func (db *DB) SweepActivities(ctx context.Context, now time.Time) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		n, err = c.exec(ctx, `
			delete from activities
			where (lane, subject, at, id) in (
				select lane, subject, at, id from activities where expires_at <= $1 and`+notHeld+" limit $2)", micros(now), sweptAtOnce)
		return err
	})
	return int(n), err
}
