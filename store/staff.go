package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"livingprofile/internal/errs"
	"livingprofile/internal/keyring"
	"livingprofile/internal/staff"
)

func memberPlace(m staff.MemberID, column string) keyring.Place {
	return keyring.Place{Table: "staff_members", Row: string(m), Column: column}
}

func passkeyPlace(id string) keyring.Place {
	return keyring.Place{Table: "staff_passkeys", Row: id, Column: "body"}
}

// staffWrites turns a row about staff into statements; ok is false for any
// other row.
func (db *DB) staffWrites(p *preparedChange, row any) (writes []write, ok bool) {
	key := db.ring.System()
	switch r := row.(type) {
	case staff.Added:
		m := r.Member
		return []write{{
			query: `
				insert into staff_members (id, name, email, role, brands, created_at, disabled_at)
				values ($1, $2, $3, $4, $5, $6, 0)`,
			args: []any{
				m.ID, key.Seal(nil, []byte(m.Name), memberPlace(m.ID, "name")),
				key.Seal(nil, []byte(m.Email), memberPlace(m.ID, "email")),
				m.Role, strings.Join(m.Brands, " "), micros(m.CreatedAt),
			},
		}}, true
	case staff.Placed:
		return []write{{
			query: `
				update staff_members
				set role = $1, brands = $2
				where id = $3 and disabled_at = 0 and ($1 = 'administrator' or` + notTheLast + ")",
			args:   []any{r.Role, strings.Join(r.Brands, " "), r.Member},
			missed: errs.New(errs.Conflict, "error.staff_last_admin"),
		}}, true
	case staff.Spoke:
		return []write{{query: "update staff_members set locale = $1 where id = $2", args: []any{r.Locale, r.Member}}}, true
	case staff.Chose:
		return []write{{query: "update staff_members set digest = $1 where id = $2", args: []any{r.Digest, r.Member}}}, true
	case staff.Arranged:
		views, err := json.Marshal(r.Views)
		if err != nil {
			views = nil // strings alone cannot fail
		}
		return []write{{
			query: "update staff_members set views = $1 where id = $2",
			args:  []any{key.Seal(nil, views, memberPlace(r.Member, "views")), r.Member},
		}}, true
	case staff.Digested:
		return []write{{
			query:  "update staff_members set digest_at = $1 where id = $2 and digest_at = $3",
			args:   []any{micros(p.At), r.Member, micros(r.Last)},
			missed: errs.New(errs.Conflict, ""),
		}}, true
	case staff.Disabled:
		return disableWrites(p, r.Member), true
	case staff.Invite:
		return []write{{
			query: `
				insert into staff_invites (token, member, created_at, expires_at, spent_at)
				values ($1, $2, $3, $4, $5)`,
			args: []any{r.Token, r.Member, micros(r.CreatedAt), micros(r.ExpiresAt), micros(r.SpentAt)},
		}}, true
	case staff.Superseded:
		return []write{{
			query: "update staff_invites set spent_at = $1 where member = $2 and spent_at = 0",
			args:  []any{micros(p.At), r.Member},
		}}, true
	case staff.TakenUp:
		return []write{{
			query:  "update staff_invites set spent_at = $1 where token = $2 and spent_at = 0 and expires_at > $1",
			args:   []any{micros(p.At), r.Token},
			missed: errs.New(errs.Gone, "error.invite_gone"),
		}}, true
	case staff.Passkey:
		return []write{{
			query: `
				insert into staff_passkeys (id, member, body, created_at, used_at)
				select $1, id, $2, $3, 0
				from staff_members
				where id = $4 and disabled_at = 0`,
			args:   []any{r.ID, key.Seal(nil, r.Credential, passkeyPlace(r.ID)), micros(r.CreatedAt), r.Member},
			missed: errs.New(errs.Gone, "error.invite_gone"),
		}}, true
	case staff.Used:
		return []write{{
			query:  "update staff_passkeys set body = $1, used_at = $2 where id = $3 and member = $4",
			args:   []any{key.Seal(nil, r.Passkey.Credential, passkeyPlace(r.Passkey.ID)), micros(r.Passkey.UsedAt), r.Passkey.ID, r.Passkey.Member},
			missed: errs.New(errs.Forbidden, "error.passkey_refused"),
		}}, true
	}
	return sessionRowWrites(p, row)
}

// notTheLast holds for a member who is no administrator with a passkey, or not
// the only one. Each change about staff takes the lock of one lane's head first,
// so two that are made at the same time see each other.
const notTheLast = `
	role <> 'administrator'
	or not exists (select 1 from staff_passkeys k where k.member = staff_members.id)
	or exists (
		select 1
		from staff_members o
		join staff_passkeys k on k.member = o.id
		where o.role = 'administrator' and o.disabled_at = 0 and o.id <> staff_members.id)`

func disableWrites(p *preparedChange, m staff.MemberID) []write {
	return []write{
		{
			query:  "update staff_members set disabled_at = $1 where id = $2 and disabled_at = 0 and (" + notTheLast + ")",
			args:   []any{micros(p.At), m},
			missed: errs.New(errs.Conflict, "error.staff_last_admin"),
		},
		{query: "update staff_sessions set ended_at = $1 where member = $2 and ended_at = 0", args: []any{micros(p.At), m}},
		{query: "delete from staff_passkeys where member = $1", args: []any{m}},
	}
}

const memberColumns = `
	m.id, m.name, m.email, m.role, m.brands, m.locale, m.digest, m.digest_at, m.created_at, m.disabled_at, m.views,
	coalesce((select min(k.created_at) from staff_passkeys k where k.member = m.id), 0)`

// A sealedMember is a member whose name and address are still sealed.
type sealedMember struct {
	staff.Member
	name, email, views        []byte
	brands                    string
	digested                  int64
	created, disabled, joined int64
}

func (s *sealedMember) dest() []any {
	return []any{&s.ID, &s.name, &s.email, &s.Role, &s.brands, &s.Locale, &s.Digest, &s.digested, &s.created, &s.disabled, &s.views, &s.joined}
}

func (db *DB) openMember(s *sealedMember) (staff.Member, error) {
	m := s.Member
	m.Brands = strings.Fields(s.brands)
	if len(m.Brands) == 0 {
		m.Brands = nil
	}
	m.DigestAt = fromMicros(s.digested)
	m.CreatedAt, m.DisabledAt, m.JoinedAt = fromMicros(s.created), fromMicros(s.disabled), fromMicros(s.joined)
	name, err := db.ring.System().Open(s.name, memberPlace(m.ID, "name"))
	if err != nil {
		return m, fmt.Errorf("staff member %s: %w", m.ID, err)
	}
	email, err := db.ring.System().Open(s.email, memberPlace(m.ID, "email"))
	if err != nil {
		return m, fmt.Errorf("staff member %s: %w", m.ID, err)
	}
	m.Name, m.Email = string(name), string(email)
	if s.views == nil {
		return m, nil
	}
	views, err := db.ring.System().Open(s.views, memberPlace(m.ID, "views"))
	if err == nil {
		err = json.Unmarshal(views, &m.Views)
	}
	if err != nil {
		return m, fmt.Errorf("views of staff member %s: %w", m.ID, err)
	}
	return m, nil
}

// StaffMember returns a member, disabled ones too.
func (db *DB) StaffMember(ctx context.Context, m staff.MemberID) (staff.Member, error) {
	all, err := db.membersWhere(ctx, "m.id = $1", m)
	if err == nil && len(all) == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return staff.Member{}, err
	}
	return all[0], nil
}

// StaffMembers returns all members, the oldest first.
func (db *DB) StaffMembers(ctx context.Context) ([]staff.Member, error) {
	return db.membersWhere(ctx, "1 = 1 order by m.created_at, m.id")
}

func (db *DB) membersWhere(ctx context.Context, condition string, args ...any) ([]staff.Member, error) {
	var all []staff.Member
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var s sealedMember
			if err := rows.Scan(s.dest()...); err != nil {
				return err
			}
			m, err := db.openMember(&s)
			all = append(all, m)
			return err
		}, "select"+memberColumns+" from staff_members m where "+condition, args...)
	})
	return all, err
}

// StaffPasskeys returns the passkeys of a member, the oldest first.
func (db *DB) StaffPasskeys(ctx context.Context, m staff.MemberID) ([]staff.Passkey, error) {
	var all []staff.Passkey
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			k := staff.Passkey{Member: m}
			var body []byte
			var created, used int64
			if err := rows.Scan(&k.ID, &body, &created, &used); err != nil {
				return err
			}
			plain, err := db.ring.System().Open(body, passkeyPlace(k.ID))
			if err != nil {
				return fmt.Errorf("passkey %s: %w", k.ID, err)
			}
			k.Credential, k.CreatedAt, k.UsedAt = plain, fromMicros(created), fromMicros(used)
			all = append(all, k)
			return nil
		}, "select id, body, created_at, used_at from staff_passkeys where member = $1 order by created_at, id", m)
	})
	return all, err
}
