package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/rights"
)

// Holds returns what must not be lost of a person, in whichever of their records
// it is held.
func (db *DB) Holds(ctx context.Context, subject id.Subject) (rights.Holds, error) {
	all, err := db.dockets(ctx, subject)
	return all.Held(), err
}

// PersonHolds returns the holds on a person, in whichever of their records.
func (db *DB) PersonHolds(ctx context.Context, subject id.Subject) ([]rights.PersonHold, error) {
	all, err := db.dockets(ctx, subject)
	return all.Holds, err
}

// dockets are the requests of all records of a person, and the holds on them.
func (db *DB) dockets(ctx context.Context, subject id.Subject) (all rights.Docket, err error) {
	circle, err := db.Circle(ctx, subject)
	if err != nil {
		return all, err
	}
	for _, one := range circle {
		d, err := db.Docket(ctx, one)
		if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
			continue // erased in this moment
		}
		if err != nil {
			return rights.Docket{}, err
		}
		all.Requests, all.Holds = append(all.Requests, d.Requests...), append(all.Holds, d.Holds...)
	}
	return all, nil
}

func holdPlace(subject id.Subject) keyring.Place {
	return keyring.Place{Table: "holds", Row: string(subject), Column: "body"}
}

func holdWrite(p *preparedChange, key *keyring.DataKey, h rights.PersonHold) ([]write, error) {
	plain, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("hold: %w", err)
	}
	return []write{{
		query: "insert into holds (lane, subject, everything, until_at, body) values ($1, $2, $3, $4, $5)",
		args:  []any{p.lane, p.Subject, flag(len(h.Fields) == 0), micros(h.Until), key.Seal(nil, plain, holdPlace(p.Subject))},
	}}, nil
}

func holdEnded(p *preparedChange) []write {
	return []write{{
		query: "delete from holds where lane = $1 and subject = $2", args: []any{p.lane, p.Subject},
		missed: errs.New(errs.Conflict, "error.conflict"),
	}}
}

// holdsOn returns the hold on a record, if there is one.
func holdsOn(ctx context.Context, c conn, lane int, subject id.Subject, key *keyring.DataKey) ([]rights.PersonHold, error) {
	var all []rights.PersonHold
	err := c.each(ctx, func(rows *sql.Rows) error {
		var sealed []byte
		if err := rows.Scan(&sealed); err != nil {
			return err
		}
		plain, err := key.Open(sealed, holdPlace(subject))
		if err != nil {
			return fmt.Errorf("hold: %w", err)
		}
		var h rights.PersonHold
		if err := json.Unmarshal(plain, &h); err != nil {
			return fmt.Errorf("hold: %w", err)
		}
		all = append(all, h)
		return nil
	}, "select body from holds where lane = $1 and subject = $2", lane, subject)
	return all, err
}

// HoldsOver returns some of those on whom a hold is over at a time.
func (db *DB) HoldsOver(ctx context.Context, now time.Time) ([]id.Subject, error) {
	var all []id.Subject
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var one id.Subject
			err := rows.Scan(&one)
			all = append(all, one)
			return err
		}, "select subject from holds where until_at > 0 and until_at <= $1 limit $2", micros(now), sweptAtOnce)
	})
	return all, err
}

// notHeld leaves out the rows of people of whom everything is on hold.
const notHeld = ` subject not in (
	select subject from requests where held = 1 and closed_at = 0
	union
	select subject from holds where everything = 1
	union
	select s.id
	from (
		select lane, subject from requests where held = 1 and closed_at = 0
		union
		select lane, subject from holds where everything = 1) r
	join subjects h on h.lane = r.lane and h.id = r.subject
	join subjects s on s.circle = h.circle
	where s.circle <> '')`
