package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/keyring"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
)

// hourKeyLife is how long the key of an hour stays from its beginning at least:
// what was sealed in its last moment may still be on its way to the disk.
const hourKeyLife = time.Hour + login.MaxLinkLife

// A sealer is a key, and the name by which a row says that it has it.
type sealer struct {
	key  *keyring.DataKey
	name id.Subject // "" for that of the row's subject, or the installation's
}

// hourSealer returns the key of this hour, for what belongs to nobody yet and
// goes by time. A key that is gone with a backup that came back gets another in
// its place.
func (db *DB) hourSealer(ctx context.Context) (sealer, error) {
	began := micros(db.now().Truncate(time.Hour))
	name, err := db.hourKey(ctx, began)
	if err != nil {
		return sealer{}, err
	}
	if name != "" {
		key, err := db.ring.Subject(ctx, name)
		if !isGone(err) && !isKind(err, errs.NotFound) {
			return sealer{key, name}, err
		}
	}
	return db.newHourSealer(ctx, began, name)
}

// newHourSealer makes the key of an hour, unless it has another than was by now.
func (db *DB) newHourSealer(ctx context.Context, began int64, was id.Subject) (sealer, error) {
	fresh := id.Subject(id.New())
	if _, err := db.ring.Create(ctx, fresh); err != nil {
		return sealer{}, fmt.Errorf("key of an hour: %w", err)
	}
	err := db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into hour_keys (began_at, id)
			values ($1, $2)
			on conflict (began_at) do update set id = excluded.id where hour_keys.id = $3`, began, fresh, was)
		return err
	})
	if err != nil {
		return sealer{}, err
	}
	name, err := db.hourKey(ctx, began)
	if err != nil {
		return sealer{}, err
	}
	if name != fresh { // another was first
		if err := db.ring.Destroy(ctx, fresh); err != nil {
			return sealer{}, err
		}
	}
	key, err := db.ring.Subject(ctx, name)
	return sealer{key, name}, err
}

// hourKey names the key of the hour that began then; "" for none.
func (db *DB) hourKey(ctx context.Context, began int64) (name id.Subject, err error) {
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select coalesce(max(id), '') from hour_keys where began_at = $1", []any{began}, &name)
	})
	return name, err
}

// jobSealer returns the key of a job, of which key is the subject's. Letters
// to nobody whom we know have that of the hour. Other work without a subject has
// the installation's: it names nobody, and must be readable when a backup is put
// back.
func (db *DB) jobSealer(ctx context.Context, key *keyring.DataKey, j *job.Job) (sealer, error) {
	switch {
	case j.Subject != "":
		return sealer{key: key}, nil
	case j.Kind == login.JobKind, j.Kind == mail.JobKind:
		return db.hourSealer(ctx)
	}
	return sealer{key: db.ring.System()}, nil
}

// sealedBy returns the key of a row, by the name of a key of its own, or else of
// its subject. It is errs.Gone or errs.NotFound where it was destroyed.
func (db *DB) sealedBy(ctx context.Context, name, subject id.Subject) (*keyring.DataKey, error) {
	if name != "" {
		return db.ring.Subject(ctx, name)
	}
	return db.keyOf(ctx, subject)
}

// endHourKeys destroys the keys of hours that are over, when nothing has them
// any more. It may be repeated.
func (db *DB) endHourKeys(ctx context.Context, now time.Time) error {
	return db.destroyNamed(ctx, `
		select id
		from hour_keys h
		where began_at <= $1
			and not exists (select 1 from attempts a where a.sealed_by = h.id and a.sealed_by <> '')
			and not exists (select 1 from jobs j where j.sealed_by = h.id and j.sealed_by <> '')`,
		"delete from hour_keys where id = $1", micros(now.Add(-hourKeyLife)))
}

// destroyNamed destroys the keys that a query names, and then runs forget for
// each.
func (db *DB) destroyNamed(ctx context.Context, query, forget string, args ...any) error {
	var over []id.Subject
	err := db.main.read(ctx, func(c conn) error {
		over = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var one id.Subject
			err := rows.Scan(&one)
			over = append(over, one)
			return err
		}, query, args...)
	})
	if err != nil || len(over) == 0 {
		return err
	}
	for _, one := range over {
		if err := db.ring.Destroy(ctx, one); err != nil {
			return err
		}
	}
	return db.main.update(ctx, func(c conn) error {
		for _, one := range over {
			if _, err := c.exec(ctx, forget, one); err != nil {
				return err
			}
		}
		return nil
	})
}
