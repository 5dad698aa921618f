package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/rights"
)

// A requestBody is the sealed part of a request.
type requestBody struct {
	Locale   string         `json:"locale"`
	Matter   rights.Matter  `json:"matter,omitzero"`
	Proof    rights.Proof   `json:"proof,omitzero"`
	Rule     rights.Rule    `json:"rule"`
	Zone     string         `json:"zone"`
	Extended bool           `json:"extended,omitempty"`
	Held     bool           `json:"held,omitempty"`
	HeldFor  []string       `json:"held_fields,omitempty"`
	ThawAt   time.Time      `json:"thaw_at,omitzero"`
	Pauses   []rights.Pause `json:"pauses,omitempty"`
	Steps    []rights.Step  `json:"steps"`
}

func requestPlace(r rights.RequestID) keyring.Place {
	return keyring.Place{Table: "requests", Row: string(r), Column: "body"}
}

func requestWrite(p *preparedChange, key *keyring.DataKey, r rights.Request) ([]write, error) {
	plain, err := json.Marshal(requestBody{r.Locale, r.Matter, r.Proof, r.Rule, r.Zone, r.Extended, r.Held, r.HeldFields, r.ThawAt, r.Pauses, r.Steps})
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	return []write{{
		query: `
			insert into requests (
				lane, id, subject, number, kind, state, brand, pack,
				received_at, due_at, act_at, closed_at, assignee, held, paused, ground, body)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
			on conflict (lane, id) do update set
				state = excluded.state, received_at = excluded.received_at, due_at = excluded.due_at,
				act_at = excluded.act_at, closed_at = excluded.closed_at,
				assignee = excluded.assignee, held = excluded.held, paused = excluded.paused,
				ground = excluded.ground, body = excluded.body`,
		args: []any{
			p.lane, r.ID, p.Subject, r.Number, r.Kind, r.State, r.Brand, r.Pack,
			micros(r.ReceivedAt), micros(r.DueAt), micros(r.ActAt), micros(r.ClosedAt),
			r.Assignee, flag(r.Held), flag(r.Paused()), r.Refusal(), key.Seal(nil, plain, requestPlace(r.ID)),
		},
	}}, nil
}

// Docket reads what an active subject has asked for, newest first, and what is
// frozen.
func (db *DB) Docket(ctx context.Context, subject id.Subject) (rights.Docket, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return rights.Docket{}, err
	}
	var d rights.Docket
	err = db.main.snapshot(ctx, func(c conn) error {
		d = rights.Docket{}
		var frozen []byte
		err := c.one(ctx, `
			select s.version, t.body
			from subjects s
			left join subject_states t on t.lane = s.lane and t.subject = s.id and t.part = $3
			where s.lane = $1 and s.id = $2 and s.state = 'active'`,
			[]any{db.lane(subject), subject, partFreezes}, &d.Version, &frozen)
		if err != nil {
			return err
		}
		if frozen != nil {
			if d.Freezes, err = openFreezes(key, subject, frozen); err != nil {
				return err
			}
		}
		if d.Holds, err = holdsOn(ctx, c, db.lane(subject), subject, key); err != nil {
			return err
		}
		return c.each(ctx, func(rows *sql.Rows) error {
			r, err := scanRequest(rows, subject, key)
			d.Requests = append(d.Requests, r)
			return err
		}, `
			select id, number, kind, state, brand, pack, received_at, due_at, act_at, closed_at, assignee, body
			from requests
			where lane = $1 and subject = $2
			order by received_at desc, id desc`, db.lane(subject), subject)
	})
	return d, err
}

func openFreezes(key *keyring.DataKey, subject id.Subject, body []byte) (rights.Freezes, error) {
	plain, err := key.Open(body, statePlace(subject, partFreezes))
	if err != nil {
		return nil, fmt.Errorf("%s of subject: %w", partFreezes, err)
	}
	var fs rights.Freezes
	if err := json.Unmarshal(plain, &fs); err != nil {
		return nil, fmt.Errorf("%s of subject: %w", partFreezes, err)
	}
	return fs, nil
}

func scanRequest(rows *sql.Rows, subject id.Subject, key *keyring.DataKey) (rights.Request, error) {
	r := rights.Request{Subject: subject}
	var sealed []byte
	var received, due, act, closed int64
	err := rows.Scan(&r.ID, &r.Number, &r.Kind, &r.State, &r.Brand, &r.Pack, &received, &due, &act, &closed, &r.Assignee, &sealed)
	if err != nil {
		return r, err
	}
	r.ReceivedAt, r.DueAt, r.ActAt, r.ClosedAt = fromMicros(received), fromMicros(due), fromMicros(act), fromMicros(closed)
	plain, err := key.Open(sealed, requestPlace(r.ID))
	if err != nil {
		return r, fmt.Errorf("request %s: %w", r.ID, err)
	}
	var b requestBody
	if err := json.Unmarshal(plain, &b); err != nil {
		return r, fmt.Errorf("request %s: %w", r.ID, err)
	}
	r.Locale, r.Matter, r.Proof, r.Rule = b.Locale, b.Matter, b.Proof, b.Rule
	r.Zone, r.Extended, r.Held, r.HeldFields, r.ThawAt, r.Pauses, r.Steps = b.Zone, b.Extended, b.Held, b.HeldFor, b.ThawAt, b.Pauses, b.Steps
	return r, nil
}

func copyPlace(copied string) keyring.Place {
	return keyring.Place{Table: "copies", Row: copied, Column: "body"}
}

func copyWrite(p *preparedChange, key *keyring.DataKey, c rights.Copy) write {
	return write{
		query: `
			insert into copies (lane, id, subject, request, body, size, made_at, expires_at, taken_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
		args: []any{
			p.lane, c.ID, p.Subject, c.Request, key.Seal(nil, c.Body, copyPlace(c.ID)), c.Size,
			micros(c.MadeAt), micros(c.ExpiresAt),
		},
	}
}

func copyTakenWrite(p *preparedChange, c rights.CopyTaken) write {
	return write{
		query: `
			update copies
			set taken_at = $1, body = $2
			where lane = $3 and subject = $4 and id = $5 and taken_at = 0 and expires_at > $1`,
		args:   []any{micros(p.At), []byte{}, p.lane, p.Subject, c.ID},
		missed: errs.New(errs.Gone, "rights.error.copy_gone"),
	}
}

// Copies returns the copies of a subject that can still be taken, newest first,
// without their content.
func (db *DB) Copies(ctx context.Context, subject id.Subject, now time.Time) ([]rights.Copy, error) {
	var all []rights.Copy
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var one rights.Copy
			var made, expires int64
			err := rows.Scan(&one.ID, &one.Request, &one.Size, &made, &expires)
			one.MadeAt, one.ExpiresAt = fromMicros(made), fromMicros(expires)
			all = append(all, one)
			return err
		}, `
			select id, request, size, made_at, expires_at
			from copies
			where lane = $1 and subject = $2 and taken_at = 0 and expires_at > $3
			order by made_at desc, id desc`, db.lane(subject), subject, micros(now))
	})
	return all, err
}

// CopyBody opens a copy that nobody took.
func (db *DB) CopyBody(ctx context.Context, subject id.Subject, copied string) ([]byte, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return nil, err
	}
	var sealed []byte
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select body from copies where lane = $1 and subject = $2 and id = $3 and taken_at = 0",
			[]any{db.lane(subject), subject, copied}, &sealed)
	})
	if isKind(err, errs.NotFound) {
		return nil, errs.New(errs.Gone, "rights.error.copy_gone")
	}
	if err != nil {
		return nil, err
	}
	body, err := key.Open(sealed, copyPlace(copied))
	if err != nil {
		return nil, fmt.Errorf("copy %s: %w", copied, err)
	}
	return body, nil
}

// SweepCopies deletes the copies whose time is over, and returns how many.
func (db *DB) SweepCopies(ctx context.Context, now time.Time) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		n, err = c.exec(ctx, "delete from copies where expires_at <= $1", micros(now))
		return err
	})
	return int(n), err
}
