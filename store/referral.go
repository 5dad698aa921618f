package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/keyring"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/rights"
)

func referralPlace(system, ref string) keyring.Place {
	return keyring.Place{Table: "referrals", Row: system + "/" + ref, Column: "callbacks"}
}

const referralColumns = "system, ref, kind, subject, request, print, callbacks, received_at, expected_at, told, due_at, tries"

func (db *DB) scanReferral(rows *sql.Rows) (opendsr.Referral, error) {
	var r opendsr.Referral
	var sealed []byte
	var received, expected, due int64
	err := rows.Scan(&r.System, &r.ID, &r.Type, &r.Subject, &r.Request, &r.Print, &sealed, &received, &expected, &r.Told, &due, &r.Tries)
	if err != nil {
		return r, err
	}
	r.ReceivedAt, r.Expected, r.DueAt = fromMicros(received), fromMicros(expected), fromMicros(due)
	plain, err := db.ring.System().Open(sealed, referralPlace(r.System, r.ID))
	if err != nil {
		return r, fmt.Errorf("callbacks: %w", err)
	}
	return r, json.Unmarshal(plain, &r.Callbacks)
}

func (db *DB) referrals(ctx context.Context, condition string, args ...any) ([]opendsr.Referral, error) {
	var all []opendsr.Referral
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			r, err := db.scanReferral(rows)
			all = append(all, r)
			return err
		}, "select "+referralColumns+" from referrals where "+condition, args...)
	})
	return all, err
}

// Referral returns what a system passed on under an id; errs.NotFound for
// nothing.
func (db *DB) Referral(ctx context.Context, system, ref string) (opendsr.Referral, error) {
	all, err := db.referrals(ctx, "system = $1 and ref = $2", system, ref)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "error.opendsr_none")
	}
	if err != nil {
		return opendsr.Referral{}, err
	}
	return all[0], nil
}

// DueReferrals returns those whose callbacks are due, the longest first.
func (db *DB) DueReferrals(ctx context.Context, now time.Time, limit int) ([]opendsr.Referral, error) {
	return db.referrals(ctx, "due_at > 0 and due_at <= $1 order by due_at limit $2", micros(now), limit)
}

// KeepReferral writes a new referral; errs.Conflict when there is one.
func (db *DB) KeepReferral(ctx context.Context, r opendsr.Referral) error {
	plain, err := json.Marshal(r.Callbacks)
	if err != nil {
		return err
	}
	w := write{
		query: `
			insert into referrals (` + referralColumns + `)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			on conflict (system, ref) do nothing`,
		args: []any{
			r.System, r.ID, r.Type, r.Subject, r.Request, r.Print, db.ring.System().Seal(nil, plain, referralPlace(r.System, r.ID)),
			micros(r.ReceivedAt), micros(r.Expected), r.Told, micros(r.DueAt), r.Tries,
		},
		missed: errs.Conflict,
	}
	return db.main.update(ctx, func(c conn) error { return w.run(ctx, c) })
}

// MoveReferral writes what the callbacks of a referral came to.
func (db *DB) MoveReferral(ctx context.Context, r opendsr.Referral) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "update referrals set told = $1, due_at = $2, tries = $3 where system = $4 and ref = $5",
			r.Told, micros(r.DueAt), r.Tries, r.System, r.ID)
		return err
	})
}

// RequestState returns how far a request is, and when it is due. What it is
// about is not read, so that it works for whoever is erased.
func (db *DB) RequestState(ctx context.Context, r rights.RequestID) (state rights.State, due time.Time, err error) {
	var at int64
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select state, due_at from requests where id = $1", []any{r}, &state, &at)
	})
	return state, fromMicros(at), err
}
