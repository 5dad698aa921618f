package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"livingprofile/internal/audience"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
)

func sendPlace(row string) keyring.Place {
	return keyring.Place{Table: "audience_sends", Row: row, Column: "body"}
}

func (db *DB) sendWrite(s audience.Send) (write, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return write{}, fmt.Errorf("sending: %w", err)
	}
	return write{
		query: `
			insert into audience_sends (id, audience, endpoint, state, created_at, body)
			values ($1, $2, $3, $4, $5, $6)
			on conflict (id) do update set state = excluded.state, body = excluded.body`,
		args: []any{s.ID, s.Audience, s.Endpoint, s.State, micros(s.At), db.ring.System().Seal(nil, plain, sendPlace(s.ID))},
	}, nil
}

func placeWrite(p *preparedChange, r audience.Place) write {
	return write{
		query: `
			insert into audience_places (lane, subject, audience, endpoint, purpose, brand, member, send, placed_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (lane, subject, endpoint, audience) do update
			set purpose = excluded.purpose, brand = excluded.brand, member = excluded.member,
				send = excluded.send, placed_at = excluded.placed_at`,
		args: []any{p.lane, p.Subject, r.Audience, r.Endpoint, r.Purpose, r.Brand, flag(r.Member), r.Send, micros(p.At)},
	}
}

// Sends returns the sendings of an audience, the newest first.
func (db *DB) Sends(ctx context.Context, audience string) ([]audience.Send, error) {
	return db.sends(ctx, "where audience = $1 order by created_at desc, id desc", audience)
}

// NextSend returns the oldest sending that is not at its end; errs.NotFound for
// none.
func (db *DB) NextSend(ctx context.Context) (audience.Send, error) {
	all, err := db.sends(ctx, "where state in ('waiting', 'running') order by created_at, id limit 1")
	if err == nil && len(all) == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return audience.Send{}, err
	}
	return all[0], nil
}

func (db *DB) sends(ctx context.Context, which string, args ...any) ([]audience.Send, error) {
	var all []audience.Send
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var row string
			var sealed []byte
			if err := rows.Scan(&row, &sealed); err != nil {
				return err
			}
			plain, err := db.ring.System().Open(sealed, sendPlace(row))
			var s audience.Send
			if err == nil {
				err = json.Unmarshal(plain, &s)
			}
			if err != nil {
				return fmt.Errorf("sending %s: %w", row, err)
			}
			all = append(all, s)
			return nil
		}, "select id, body from audience_sends "+which, args...)
	})
	return all, err
}

// Places returns where those of subjects stand who are or were in an audience at
// an endpoint.
func (db *DB) Places(ctx context.Context, inAudience, endpoint string, subjects []id.Subject) (map[id.Subject]audience.Place, error) {
	all := map[id.Subject]audience.Place{}
	if len(subjects) == 0 {
		return all, nil
	}
	args := []any{inAudience, endpoint}
	keys := make([]string, len(subjects))
	for i, s := range subjects {
		args = append(args, db.lane(s), s)
		keys[i] = fmt.Sprintf("(cast($%d as bigint), cast($%d as text))", len(args)-1, len(args))
	}
	err := db.main.read(ctx, func(c conn) error {
		clear(all)
		return c.each(ctx, func(rows *sql.Rows) error {
			var s id.Subject
			var member int64
			p := audience.Place{Endpoint: endpoint, Group: hook.Group{Audience: inAudience}}
			err := rows.Scan(&s, &p.Purpose, &p.Brand, &member, &p.Send)
			p.Member = member != 0
			all[s] = p
			return err
		}, `
			select subject, purpose, brand, member, send
			from audience_places
			where audience = $1 and endpoint = $2 and (lane, subject) in (values `+strings.Join(keys, ", ")+")", args...)
	})
	return all, err
}

// Sent returns to which endpoints an audience was sent that has people there
// still.
func (db *DB) Sent(ctx context.Context, audience string) ([]string, error) {
	var all []string
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var endpoint string
			err := rows.Scan(&endpoint)
			all = append(all, endpoint)
			return err
		}, "select distinct endpoint from audience_places where audience = $1 and member = 1 order by endpoint", audience)
	})
	return all, err
}

// Groups returns the audiences that were sent to an endpoint and that a subject
// is or was in.
func (db *DB) Groups(ctx context.Context, subject id.Subject, endpoint string) ([]hook.Group, error) {
	var all []hook.Group
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var g hook.Group
			var member int64
			err := rows.Scan(&g.Audience, &g.Purpose, &g.Brand, &member)
			g.Member = member != 0
			all = append(all, g)
			return err
		}, `
			select audience, purpose, brand, member
			from audience_places
			where lane = $1 and subject = $2 and endpoint = $3
			order by audience`, db.lane(subject), subject, endpoint)
	})
	return all, err
}
