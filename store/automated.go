package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
)

// partHumans is for which kinds of automated decision a subject wants a human.
const partHumans = "humans"

// An automatedBody is the sealed part of an automated decision.
type automatedBody struct {
	Event     string              `json:"event"`
	Outcome   i18n.Text           `json:"outcome"`
	Logic     i18n.Text           `json:"logic"`
	Effect    i18n.Text           `json:"effect"`
	Fields    []string            `json:"fields,omitempty"`
	Against   bool                `json:"against,omitempty"`
	Statement automated.Statement `json:"statement,omitzero"`
	Review    automated.Review    `json:"review,omitzero"`
}

func automatedPlace(row string) keyring.Place {
	return keyring.Place{Table: "automated_decisions", Row: row, Column: "body"}
}

// automatedIndex is what a repeat is known by, among those of one subject.
func (db *DB) automatedIndex(subject id.Subject, system, event string) []byte {
	b := db.ring.Blind("automated/"+system, string(subject), event)
	return b[:]
}

// automatedWrites turns the rows of package automated into statements; false
// for another row.
func (db *DB) automatedWrites(p *preparedChange, key *keyring.DataKey, row any) ([]write, bool, error) {
	switch r := row.(type) {
	case automated.Humans:
		w, err := stateWrite(p, key, partHumans, func() ([]byte, error) { return json.Marshal(r) })
		return w, true, err
	case automated.Decision:
		body, err := automatedSeal(key, &r)
		return []write{{
			query: `
				insert into automated_decisions (
					lane, subject, at, id, kind, system, event, brand, recorded_at, expires_at, body)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			args: []any{
				p.lane, p.Subject, micros(r.At), r.ID, r.Kind, r.System, db.automatedIndex(p.Subject, r.System, r.Event), r.Brand,
				micros(r.Recorded), micros(r.Expires), body,
			},
		}}, true, err
	case automated.Settled:
		body, err := automatedSeal(key, &r.Decision)
		return []write{{
			query:  "update automated_decisions set body = $1 where lane = $2 and subject = $3 and id = $4",
			args:   []any{body, p.lane, p.Subject, r.ID},
			missed: errs.NotFound,
		}}, true, err
	}
	return nil, false, nil
}

func automatedSeal(key *keyring.DataKey, d *automated.Decision) ([]byte, error) {
	plain, err := json.Marshal(automatedBody{d.Event, d.Outcome, d.Logic, d.Effect, d.Fields, d.Against, d.Statement, d.Review})
	if err != nil {
		return nil, fmt.Errorf("automated decision: %w", err)
	}
	return key.Seal(nil, plain, automatedPlace(d.ID)), nil
}

// Humans returns for which kinds an active subject wants a human, and the
// version that the answer is of.
func (db *DB) Humans(ctx context.Context, subject id.Subject) (automated.Humans, int64, error) {
	f, err := db.facts(ctx, subject, " and t.part = '"+partHumans+"'")
	return f.Humans, f.Version, err
}

// AutomatedDecisions returns a subject's automated decisions, the newest first.
func (db *DB) AutomatedDecisions(ctx context.Context, subject id.Subject, p automated.Page) ([]automated.Decision, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return nil, err
	}
	query := `
		select id, kind, system, brand, at, recorded_at, expires_at, body
		from automated_decisions
		where lane = $1 and subject = $2 and expires_at > $3`
	args := []any{db.lane(subject), subject, micros(p.Now)}
	with := func(column string, value any) {
		args = append(args, value)
		query += fmt.Sprintf(" and %s = $%d", column, len(args))
	}
	if p.ID != "" {
		with("id", p.ID)
	}
	if p.System != "" {
		with("system", p.System)
	}
	if p.Event != "" {
		with("event", db.automatedIndex(subject, p.System, p.Event))
	}
	args = append(args, p.Limit)
	query += fmt.Sprintf(" order by at desc, id desc limit $%d", len(args))
	var all []automated.Decision
	err = db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			d, err := scanAutomated(rows, subject, key)
			all = append(all, d)
			return err
		}, query, args...)
	})
	return all, err
}

func scanAutomated(rows *sql.Rows, subject id.Subject, key *keyring.DataKey) (automated.Decision, error) {
	d := automated.Decision{Subject: subject}
	var at, recorded, expires int64
	var sealed []byte
	if err := rows.Scan(&d.ID, &d.Kind, &d.System, &d.Brand, &at, &recorded, &expires, &sealed); err != nil {
		return d, err
	}
	d.At, d.Recorded, d.Expires = fromMicros(at), fromMicros(recorded), fromMicros(expires)
	plain, err := key.Open(sealed, automatedPlace(d.ID))
	if err != nil {
		return d, fmt.Errorf("automated decision %s: %w", d.ID, err)
	}
	var b automatedBody
	if err := json.Unmarshal(plain, &b); err != nil {
		return d, fmt.Errorf("automated decision %s: %w", d.ID, err)
	}
	d.Event, d.Outcome, d.Logic, d.Effect = b.Event, b.Outcome, b.Logic, b.Effect
	d.Fields, d.Against, d.Statement, d.Review = b.Fields, b.Against, b.Statement, b.Review
	return d, nil
}

// SweepAutomated deletes some of the automated decisions whose time is over,
// and returns how many; call it until it returns 0.
func (db *DB) SweepAutomated(ctx context.Context, now time.Time) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		n, err = c.exec(ctx, `
			delete from automated_decisions
			where (lane, subject, at, id) in (
				select lane, subject, at, id from automated_decisions where expires_at <= $1 and`+notHeld+" limit $2)", micros(now), sweptAtOnce)
		return err
	})
	return int(n), err
}
