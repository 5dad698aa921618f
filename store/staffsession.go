package store

import (
	"context"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/staff"
)

// sessionRowWrites are staffWrites for sessions and openings.
func sessionRowWrites(p *preparedChange, row any) ([]write, bool) {
	switch r := row.(type) {
	case staff.Session:
		return []write{{
			query: `
				insert into staff_sessions (
					digest, id, member, created_at, last_seen, idle_until, absolute_until, ended_at)
				values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			args: []any{
				r.Digest, r.ID, r.Member.ID, micros(r.CreatedAt), micros(r.LastSeen), micros(r.IdleUntil),
				micros(r.AbsoluteUntil), micros(r.EndedAt),
			},
		}}, true
	case staff.SignedOut:
		return []write{{
			query: "update staff_sessions set ended_at = $1 where id = $2 and ended_at = 0",
			args:  []any{micros(p.At), r.Session},
		}}, true
	case staff.Opened:
		return []write{{
			query: `
				insert into staff_openings (member, subject, until)
				values ($1, $2, $3)
				on conflict (member, subject) do update set until = excluded.until`,
			args: []any{r.Member, p.Subject, micros(r.Until)},
		}}, true
	}
	return nil, false
}

// StaffInvite returns an invitation by the digest of its token.
func (db *DB) StaffInvite(ctx context.Context, token []byte) (staff.Invite, error) {
	i := staff.Invite{Token: token}
	var created, expires, spent int64
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select member, created_at, expires_at, spent_at from staff_invites where token = $1",
			[]any{token}, &i.Member, &created, &expires, &spent)
	})
	i.CreatedAt, i.ExpiresAt, i.SpentAt = fromMicros(created), fromMicros(expires), fromMicros(spent)
	return i, err
}

// ceremonyPlace names the row by when it was made and for whom: a digest is no
// text, and the challenge within says which it is.
func ceremonyPlace(token []byte) keyring.Place {
	return keyring.Place{Table: "staff_ceremonies", Row: string(token), Column: "body"}
}

// SaveCeremony writes a challenge that waits for its answer.
func (db *DB) SaveCeremony(ctx context.Context, s staff.Ceremony) error {
	body := db.ring.System().Seal(nil, s.Body, ceremonyPlace(s.Token))
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into staff_ceremonies (token, member, invite, body, created_at, expires_at)
			values ($1, $2, $3, $4, $5, $6)`,
			s.Token, s.Member, s.Invite, body, micros(s.CreatedAt), micros(s.ExpiresAt))
		return err
	})
}

// TakeCeremony returns a challenge and deletes it.
func (db *DB) TakeCeremony(ctx context.Context, token []byte, now time.Time) (staff.Ceremony, error) {
	gone := errs.New(errs.Gone, "error.passkey_late")
	s := staff.Ceremony{Token: token}
	var body []byte
	var created, expires int64
	err := db.main.update(ctx, func(c conn) error {
		err := c.one(ctx, "select member, invite, body, created_at, expires_at from staff_ceremonies where token = $1"+c.dialect.lockRow(),
			[]any{token}, &s.Member, &s.Invite, &body, &created, &expires)
		if isKind(err, errs.NotFound) {
			return gone
		}
		if err != nil {
			return err
		}
		n, err := c.exec(ctx, "delete from staff_ceremonies where token = $1", token)
		if err == nil && n == 0 {
			return gone
		}
		return err
	})
	if err != nil {
		return staff.Ceremony{}, err
	}
	s.CreatedAt, s.ExpiresAt = fromMicros(created), fromMicros(expires)
	if !now.Before(s.ExpiresAt) {
		return staff.Ceremony{}, gone
	}
	s.Body, err = db.ring.System().Open(body, ceremonyPlace(token))
	return s, err
}

// StaffSession returns a session with its member as they are now.
func (db *DB) StaffSession(ctx context.Context, digest []byte) (staff.Session, error) {
	s := staff.Session{Digest: digest}
	var m sealedMember
	var created, seen, idle, absolute, ended int64
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, `
			select s.id, s.created_at, s.last_seen, s.idle_until, s.absolute_until, s.ended_at,`+memberColumns+`
			from staff_sessions s
			join staff_members m on m.id = s.member
			where s.digest = $1`, []any{digest},
			append([]any{&s.ID, &created, &seen, &idle, &absolute, &ended}, m.dest()...)...)
	})
	if err != nil {
		return staff.Session{}, err
	}
	s.CreatedAt, s.LastSeen, s.IdleUntil = fromMicros(created), fromMicros(seen), fromMicros(idle)
	s.AbsoluteUntil, s.EndedAt = fromMicros(absolute), fromMicros(ended)
	s.Member, err = db.openMember(&m)
	return s, err
}

// TouchStaff notes that a session was used.
func (db *DB) TouchStaff(ctx context.Context, s staff.Session) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			update staff_sessions
			set last_seen = $1, idle_until = $2
			where digest = $3 and ended_at = 0 and last_seen <= $1`,
			micros(s.LastSeen), micros(s.IdleUntil), s.Digest)
		return err
	})
}

// OpenedUntil returns until when a member may look at a subject.
func (db *DB) OpenedUntil(ctx context.Context, m staff.MemberID, s id.Subject) (time.Time, error) {
	var until int64
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select coalesce(max(until), 0) from staff_openings where member = $1 and subject = $2", []any{m, s}, &until)
	})
	return fromMicros(until), err
}

// SweepStaff deletes what nobody can use any more.
func (db *DB) SweepStaff(ctx context.Context, now time.Time) (int, error) {
	total := 0
	err := db.main.update(ctx, func(c conn) error {
		total = 0
		for _, q := range []string{
			"delete from staff_invites where expires_at < $1",
			"delete from staff_ceremonies where expires_at < $1",
			"delete from staff_sessions where absolute_until < $1 or (ended_at > 0 and ended_at < $1)",
			"delete from staff_openings where until < $1",
		} {
			n, err := c.exec(ctx, q, micros(now))
			if err != nil {
				return err
			}
			total += int(n)
		}
		return nil
	})
	return total, err
}
