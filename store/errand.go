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

func errandPlace(errand string) keyring.Place {
	return keyring.Place{Table: "errands", Row: errand, Column: "names"}
}

// errandNames seals by what a processor knows somebody; nothing when it is over.
func (db *DB) errandNames(e *opendsr.Errand) ([]byte, error) {
	if len(e.Names) == 0 {
		return []byte{}, nil
	}
	plain, err := json.Marshal(e.Names)
	if err != nil {
		return nil, fmt.Errorf("names of an errand: %w", err)
	}
	return db.ring.System().Seal(nil, plain, errandPlace(e.ID)), nil
}

const errandColumns = "id, system, request, subject, kind, state, names, submitted_at, expected_at, changed_at, due_at, tries, cause"

func (db *DB) errands(ctx context.Context, condition string, args ...any) ([]opendsr.Errand, error) {
	var all []opendsr.Errand
	var names [][]byte
	err := db.main.read(ctx, func(c conn) error {
		all, names = nil, nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var e opendsr.Errand
			var sealed []byte
			var submitted, expected, changed, due int64
			err := rows.Scan(&e.ID, &e.System, &e.Request, &e.Subject, &e.Type, &e.State, &sealed, &submitted, &expected, &changed, &due, &e.Tries, &e.Cause)
			e.Submitted, e.Expected, e.ChangedAt, e.DueAt = fromMicros(submitted), fromMicros(expected), fromMicros(changed), fromMicros(due)
			all, names = append(all, e), append(names, sealed)
			return err
		}, "select "+errandColumns+" from errands where "+condition, args...)
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if len(names[i]) == 0 {
			continue
		}
		plain, err := db.ring.System().Open(names[i], errandPlace(all[i].ID))
		if err == nil {
			err = json.Unmarshal(plain, &all[i].Names)
		}
		if err != nil {
			return nil, fmt.Errorf("errand %s: %w", all[i].ID, err)
		}
	}
	return all, nil
}

// KeepErrand writes a new errand, unless the request went to the system before.
func (db *DB) KeepErrand(ctx context.Context, e opendsr.Errand) error {
	names, err := db.errandNames(&e)
	if err != nil {
		return err
	}
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into errands (`+errandColumns+`)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
			on conflict (request, system) do nothing`,
			e.ID, e.System, e.Request, e.Subject, e.Type, e.State, names, micros(e.Submitted), micros(e.Expected),
			micros(e.ChangedAt), micros(e.DueAt), e.Tries, e.Cause)
		return err
	})
}

// MoveErrand writes what became of an errand; errs.Conflict when it is not in
// the state from any more.
func (db *DB) MoveErrand(ctx context.Context, e opendsr.Errand, from opendsr.ErrandState) error {
	names, err := db.errandNames(&e)
	if err != nil {
		return err
	}
	w := write{
		query: `
			update errands
			set state = $1, names = $2, expected_at = $3, changed_at = $4, due_at = $5, tries = $6, cause = $7
			where id = $8 and state = $9`,
		args:   []any{e.State, names, micros(e.Expected), micros(e.ChangedAt), micros(e.DueAt), e.Tries, e.Cause, e.ID, from},
		missed: errs.Conflict,
	}
	return db.main.update(ctx, func(c conn) error { return w.run(ctx, c) })
}

// Errand returns one; errs.NotFound for none.
func (db *DB) Errand(ctx context.Context, errand string) (opendsr.Errand, error) {
	all, err := db.errands(ctx, "id = $1", errand)
	if err == nil && len(all) == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return opendsr.Errand{}, err
	}
	return all[0], nil
}

// DueErrands returns those that are due, the longest first.
func (db *DB) DueErrands(ctx context.Context, now time.Time, limit int) ([]opendsr.Errand, error) {
	return db.errands(ctx, "due_at > 0 and due_at <= $1 order by due_at limit $2", micros(now), limit)
}

// Errands returns those of a request, by system.
func (db *DB) Errands(ctx context.Context, r rights.RequestID) ([]opendsr.Errand, error) {
	return db.errands(ctx, "request = $1 order by system", r)
}
