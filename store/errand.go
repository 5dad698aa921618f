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
	"livingprofile/internal/opendsr"
	"livingprofile/internal/rights"
)

func errandPlace(errand string) keyring.Place {
	return keyring.Place{Table: "errands", Row: errand, Column: "names"}
}

// errandNames seals by what a processor knows somebody, with a new key of its own.
func (db *DB) errandNames(ctx context.Context, e *opendsr.Errand) (sealed []byte, key id.Subject, err error) {
	if len(e.Names) == 0 {
		return []byte{}, "", nil
	}
	plain, err := json.Marshal(e.Names)
	if err != nil {
		return nil, "", fmt.Errorf("names of an errand: %w", err)
	}
	key = id.Subject(id.New())
	keys, err := db.ring.Create(ctx, key)
	if err != nil {
		return nil, "", fmt.Errorf("key of an errand: %w", err)
	}
	return keys[0].Seal(nil, plain, errandPlace(e.ID)), key, nil
}

// openNames opens by what a processor knows somebody; none where the key is gone
// with a backup that came back.
func (db *DB) openNames(ctx context.Context, e *opendsr.Errand, sealed []byte, by id.Subject) error {
	key := db.ring.System()
	if by != "" {
		var err error
		if key, err = db.ring.Subject(ctx, by); isKind(err, errs.Gone) || isKind(err, errs.NotFound) {
			return nil
		} else if err != nil {
			return err
		}
	}
	plain, err := key.Open(sealed, errandPlace(e.ID))
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &e.Names)
}

const errandColumns = "id, system, request, subject, kind, state, names, submitted_at, expected_at, changed_at, due_at, tries, cause, regulation, sealed_by"

func (db *DB) errands(ctx context.Context, condition string, args ...any) ([]opendsr.Errand, error) {
	var all []opendsr.Errand
	var names [][]byte
	var keys []id.Subject
	err := db.main.read(ctx, func(c conn) error {
		all, names, keys = nil, nil, nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var e opendsr.Errand
			var sealed []byte
			var key id.Subject
			var submitted, expected, changed, due int64
			err := rows.Scan(&e.ID, &e.System, &e.Request, &e.Subject, &e.Type, &e.State, &sealed, &submitted, &expected, &changed, &due, &e.Tries, &e.Cause, &e.Regulation, &key)
			e.Submitted, e.Expected, e.ChangedAt, e.DueAt = fromMicros(submitted), fromMicros(expected), fromMicros(changed), fromMicros(due)
			all, names, keys = append(all, e), append(names, sealed), append(keys, key)
			return err
		}, "select "+errandColumns+" from errands where "+condition, args...)
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].State != opendsr.Waiting || len(names[i]) == 0 {
			continue
		}
		if err := db.openNames(ctx, &all[i], names[i], keys[i]); err != nil {
			return nil, fmt.Errorf("errand %s: %w", all[i].ID, err)
		}
	}
	return all, nil
}

// KeepErrand writes a new errand, unless the request went to the system before.
func (db *DB) KeepErrand(ctx context.Context, e opendsr.Errand) error {
	names, key, err := db.errandNames(ctx, &e)
	if err != nil {
		return err
	}
	var n int64
	err = db.main.update(ctx, func(c conn) error {
		n, err = c.exec(ctx, `
			insert into errands (`+errandColumns+`)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
			on conflict (request, system) do nothing`,
			e.ID, e.System, e.Request, e.Subject, e.Type, e.State, names, micros(e.Submitted), micros(e.Expected),
			micros(e.ChangedAt), micros(e.DueAt), e.Tries, e.Cause, e.Regulation, key)
		return err
	})
	if err == nil && n == 0 && key != "" {
		err = db.ring.Destroy(ctx, key)
	}
	return err
}

// MoveErrand writes what became of an errand; errs.Conflict when it is not in
// the state from any more. One that waits no more has no names.
func (db *DB) MoveErrand(ctx context.Context, e opendsr.Errand, from opendsr.ErrandState) error {
	w := write{
		query: `
			update errands
			set state = $1, names = case when $1 = $2 or sealed_by <> '' then names else $3 end,
				expected_at = $4, changed_at = $5, due_at = $6, tries = $7, cause = $8
			where id = $9 and state = $10`,
		args:   []any{e.State, opendsr.Waiting, []byte{}, micros(e.Expected), micros(e.ChangedAt), micros(e.DueAt), e.Tries, e.Cause, e.ID, from},
		missed: errs.Conflict,
	}
	return db.main.update(ctx, func(c conn) error { return w.run(ctx, c) })
}

// ForgetNames destroys the keys of the names of errands that wait no more, and
// then deletes the names. It may be repeated.
func (db *DB) ForgetNames(ctx context.Context) error {
	var over []id.Subject
	err := db.main.read(ctx, func(c conn) error {
		over = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var key id.Subject
			err := rows.Scan(&key)
			over = append(over, key)
			return err
		}, "select sealed_by from errands where sealed_by <> '' and state <> $1", opendsr.Waiting)
	})
	if err != nil || len(over) == 0 {
		return err
	}
	for _, key := range over {
		if err := db.ring.Destroy(ctx, key); err != nil {
			return err
		}
	}
	err = db.main.update(ctx, func(c conn) error {
		for _, key := range over {
			if _, err := c.exec(ctx, "update errands set names = $1, sealed_by = '' where sealed_by = $2", []byte{}, key); err != nil {
				return err
			}
		}
		return nil
	})
	if lite, ok := db.main.(*sqliteEngine); ok && err == nil {
		return lite.truncateLog(ctx)
	}
	return err
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
