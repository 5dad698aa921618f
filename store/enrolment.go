package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/scim"
)

func enrolmentPlace(subject id.Subject, system string) keyring.Place {
	return keyring.Place{Table: "enrolments", Row: string(subject) + "/" + system, Column: "name"}
}

// enrolledName is the keyed digest of what a system calls somebody, whatever
// its case.
func (db *DB) enrolledName(system, name string) []byte {
	blind := db.ring.Blind("enrolment", system, strings.ToLower(norm.NFC.String(name)))
	return blind[:]
}

// enrolmentWrites turns a row about an enrolment into statements; ok is false
// for any other row.
func (db *DB) enrolmentWrites(p *preparedChange, key *keyring.DataKey, row any) (writes []write, ok bool) {
	switch r := row.(type) {
	case scim.Enrolment:
		return []write{{
			query: `
				insert into enrolments (lane, subject, system, blind, name, active, created_at, changed_at)
				values ($1, $2, $3, $4, $5, $6, $7, $8)
				on conflict (lane, subject, system) do update
				set blind = excluded.blind, name = excluded.name, active = excluded.active, changed_at = excluded.changed_at`,
			args: []any{
				p.lane, p.Subject, r.System, db.enrolledName(r.System, r.Name),
				key.Seal(nil, []byte(r.Name), enrolmentPlace(p.Subject, r.System)),
				flag(r.Active), micros(r.CreatedAt), micros(r.ChangedAt),
			},
		}}, true
	case scim.Ended:
		return []write{{
			query: "delete from enrolments where lane = $1 and subject = $2 and system = $3",
			args:  []any{p.lane, p.Subject, r.System},
		}}, true
	}
	return nil, false
}

// Enrolment returns that a system deals with a subject; errs.NotFound when it
// does not, and errs.Gone when the subject is erased.
func (db *DB) Enrolment(ctx context.Context, system string, subject id.Subject) (scim.Enrolment, error) {
	e := scim.Enrolment{System: system, Subject: subject}
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return e, err
	}
	var sealed []byte
	var active, created, changed int64
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select name, active, created_at, changed_at from enrolments where lane = $1 and subject = $2 and system = $3",
			[]any{db.lane(subject), subject, system}, &sealed, &active, &created, &changed)
	})
	if err != nil {
		return e, err
	}
	plain, err := key.Open(sealed, enrolmentPlace(subject, system))
	if err != nil {
		return e, fmt.Errorf("enrolment: %w", err)
	}
	e.Name, e.Active, e.CreatedAt, e.ChangedAt = string(plain), active != 0, fromMicros(created), fromMicros(changed)
	return e, nil
}

// EnrolledAs returns whom a system calls by name; errs.NotFound for nobody.
func (db *DB) EnrolledAs(ctx context.Context, system, name string) (id.Subject, error) {
	var subject id.Subject
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select subject from enrolments where system = $1 and blind = $2", []any{system, db.enrolledName(system, name)}, &subject)
	})
	return subject, err
}

// Enrolled returns some of those whom a system deals with, oldest first, and how
// many there are.
func (db *DB) Enrolled(ctx context.Context, system string, offset, limit int) (all []id.Subject, total int, err error) {
	err = db.main.snapshot(ctx, func(c conn) error {
		all = nil
		if err := c.one(ctx, "select count(*) from enrolments where system = $1", []any{system}, &total); err != nil || limit <= 0 {
			return err
		}
		return c.each(ctx, func(rows *sql.Rows) error {
			var s id.Subject
			err := rows.Scan(&s)
			all = append(all, s)
			return err
		}, "select subject from enrolments where system = $1 order by created_at, subject limit $2 offset $3", system, limit, offset)
	})
	return all, total, err
}
