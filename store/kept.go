package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/retention"
	"livingprofile/internal/rights"
)

func keptPlace(row string) keyring.Place {
	return keyring.Place{Table: "kept_values", Row: row, Column: "value"}
}

// keptWrites seal what survives an erasure, each value with a new key of its
// own. A key whose change is refused opens nothing.
func (db *DB) keptWrites(ctx context.Context, p *preparedChange, e rights.Erased) ([]write, error) {
	var writes []write
	for _, k := range e.Plan.Keeps {
		keys, err := db.ring.Create(ctx, id.Subject(k.ID))
		if err != nil {
			return nil, fmt.Errorf("key of what is kept: %w", err)
		}
		writes = append(writes, keptWrite(e.Certificate, rights.KeptSealed{
			ID: k.ID, Duty: k.Duty, Field: k.Field, At: p.At, Until: k.Until, Sealed: keys[0].Seal(nil, []byte(k.Value), keptPlace(k.ID)),
		}))
	}
	if e.Again != nil {
		again, err := db.keptAgain(ctx, e.Again)
		return append(writes, again...), err
	}
	return writes, nil
}

func keptWrite(certificate string, k rights.KeptSealed) write {
	return write{
		query: `
			insert into kept_values (id, certificate, duty, field, kept_at, until_at, value)
			values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (id) do nothing`,
		args: []any{k.ID, certificate, k.Duty, k.Field, micros(k.At), micros(k.Until), k.Sealed},
	}
}

// keptAgain puts back what an erasure kept and a backup lacks. What has ended
// since stays ended: its key was destroyed. A key that a key store from before
// the erasure lacks may still come back with a newer one.
func (db *DB) keptAgain(ctx context.Context, m *rights.Mark) ([]write, error) {
	var writes []write
	for _, k := range m.Kept {
		_, err := db.ring.Subject(ctx, id.Subject(k.ID))
		if errors.Is(err, errs.Gone) {
			continue
		}
		if err != nil && !errors.Is(err, errs.NotFound) {
			return nil, err
		}
		writes = append(writes, keptWrite(m.Certificate, k))
	}
	return writes, nil
}

// KeptKeyless returns how many kept values no key opens, because the key store
// was put back from before they were kept.
func (db *DB) KeptKeyless(ctx context.Context) (int, error) {
	var all []id.Subject
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var one id.Subject
			err := rows.Scan(&one)
			all = append(all, one)
			return err
		}, "select id from kept_values")
	})
	keyless := 0
	for _, one := range all {
		_, wrong := db.ring.Subject(ctx, one)
		if errors.Is(wrong, errs.NotFound) {
			keyless++
		} else if wrong != nil {
			err = errors.Join(err, wrong)
		}
	}
	return keyless, err
}

// KeptOf returns what is kept of one erasure, with its values.
func (db *DB) KeptOf(ctx context.Context, certificate string) ([]rights.Kept, error) {
	var all []rights.Kept
	var sealed [][]byte
	err := db.main.read(ctx, func(c conn) error {
		all, sealed = nil, nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var k rights.Kept
			var until int64
			var value []byte
			err := rows.Scan(&k.ID, &k.Duty, &k.Field, &until, &value)
			k.Until = fromMicros(until)
			all, sealed = append(all, k), append(sealed, value)
			return err
		}, "select id, duty, field, until_at, value from kept_values where certificate = $1 order by duty, field, id", certificate)
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		k := &all[i]
		key, err := db.ring.Subject(ctx, id.Subject(k.ID))
		if errors.Is(err, errs.NotFound) {
			return nil, errs.Wrap(errs.Unavailable, "hold.error.keyless", err)
		}
		if err != nil {
			return nil, fmt.Errorf("kept value %s: %w", k.ID, err)
		}
		plain, err := key.Open(sealed[i], keptPlace(k.ID))
		if err != nil {
			return nil, fmt.Errorf("kept value %s: %w", k.ID, err)
		}
		k.Value = string(plain)
	}
	return all, nil
}

// KeptDue returns some of what is kept and whose time is over: ids and duties,
// without values.
func (db *DB) KeptDue(ctx context.Context, now time.Time, limit int) ([]rights.Kept, error) {
	return db.kept(ctx, "until_at > 0 and until_at <= $1", micros(now), limit)
}

// KeptOnHold returns what a hold keeps of one erasure, without values.
func (db *DB) KeptOnHold(ctx context.Context, certificate string, limit int) ([]rights.Kept, error) {
	return db.kept(ctx, "duty = '"+rights.OnHold+"' and certificate = $1", certificate, limit)
}

func (db *DB) kept(ctx context.Context, where string, arg any, limit int) ([]rights.Kept, error) {
	var all []rights.Kept
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var k rights.Kept
			err := rows.Scan(&k.ID, &k.Duty, &k.Field)
			all = append(all, k)
			return err
		}, "select id, duty, field from kept_values where "+where+" order by id limit $2", arg, limit)
	})
	return all, err
}

// EndKept destroys the keys of kept values, then deletes them with an entry
// that says how many and why. It may be repeated: what has no row is left out.
func (db *DB) EndKept(ctx context.Context, kept []rights.Kept, c ledger.Change) error {
	for _, k := range kept {
		if err := db.ring.Destroy(ctx, id.Subject(k.ID)); err != nil {
			return err
		}
		c.Rows = append(c.Rows, write{
			query: "delete from kept_values where id = $1", args: []any{k.ID}, missed: errs.New(errs.Conflict, "error.conflict"),
		})
	}
	if _, err := db.Commit(ctx, c); err != nil {
		return err
	}
	if lite, ok := db.main.(*sqliteEngine); ok {
		return lite.truncateLog(ctx)
	}
	return nil
}

// KeptSets returns what is kept, by erasure and duty, the oldest first.
func (db *DB) KeptSets(ctx context.Context, limit int) ([]retention.KeptSet, error) {
	var all []retention.KeptSet
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var k retention.KeptSet
			var at, until int64
			err := rows.Scan(&k.Certificate, &k.Number, &k.Duty, &k.Count, &at, &until)
			k.At, k.Until = fromMicros(at), fromMicros(until)
			all = append(all, k)
			return err
		}, `
			select k.certificate, coalesce(e.number, ''), k.duty, count(*), min(k.kept_at), max(k.until_at)
			from kept_values k
			left join erasures e on e.id = k.certificate
			group by k.certificate, e.number, k.duty
			order by min(k.kept_at), k.certificate, k.duty
			limit $1`, limit)
	})
	return all, err
}
