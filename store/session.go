package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
)

func sessionPlace(s login.SessionID, column string) keyring.Place {
	return keyring.Place{Table: "sessions", Row: string(s), Column: column}
}

// StartSession writes a session and the ledger's line about it.
func (db *DB) StartSession(ctx context.Context, s login.Start) error {
	begin, err := db.startSession(ctx, s)
	if err != nil {
		return err
	}
	return db.main.update(ctx, begin)
}

// startSession makes the write of a session ready.
func (db *DB) startSession(ctx context.Context, s login.Start) (func(conn) error, error) {
	key, err := db.ring.Subject(ctx, s.Session.Subject)
	if err != nil {
		return nil, err
	}
	insert := sessionWrite(key, s.Session)
	journal, err := journalChange(s.Journal, key)
	if err != nil {
		return nil, err
	}
	journal.lane = db.lane(s.Journal.Subject)
	end := func(conn) ([]login.Session, error) { return nil, nil }
	if s.Replaces.Subject != "" {
		if end, err = db.endSessions(ctx, s.Replaces, s.Journal.At, login.WhyReplaced); err != nil {
			return nil, err
		}
	}
	return func(c conn) error {
		if s.Succeeds != "" {
			n, err := c.exec(ctx, `
				update sessions
				set ended_at = $1, ended_why = $2
				where id = $3 and subject = $4 and ended_at = 0`,
				micros(s.Journal.At), login.WhyProved, s.Succeeds, s.Session.Subject)
			if err != nil {
				return err
			}
			if n == 0 {
				return errs.New(errs.Unauthenticated, "error.session_ended")
			}
		}
		if _, err := end(c); err != nil {
			return err
		}
		if err := insert.run(ctx, c); err != nil {
			return err
		}
		_, err := journal.write(ctx, c)
		return err
	}, nil
}

func sessionWrite(key *keyring.DataKey, s login.Session) write {
	return write{
		query: `
			insert into sessions (
				digest, id, subject, brand, method, assurance, user_agent, network,
				created_at, last_seen, idle_until, absolute_until, fresh_until,
				previous, ended_at, ended_why, frame)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		args: []any{
			s.Digest, s.ID, s.Subject, s.Brand, s.Method, int(s.Assurance),
			key.Seal(nil, []byte(s.UserAgent), sessionPlace(s.ID, "user_agent")),
			key.Seal(nil, []byte(s.Network), sessionPlace(s.ID, "network")),
			micros(s.CreatedAt), micros(s.LastSeen), micros(s.IdleUntil), micros(s.AbsoluteUntil), micros(s.FreshUntil),
			s.Previous, micros(s.EndedAt), s.EndedWhy, frameText(s.Frame),
		},
	}
}

// A sessionTrace is the sealed payload of an entry about a session.
type sessionTrace struct {
	Session   login.SessionID `json:"session"`
	Previous  login.SessionID `json:"previous,omitempty"`
	Method    login.Method    `json:"method"`
	Assurance login.Assurance `json:"assurance"`
	Why       string          `json:"why,omitempty"`
}

// journalChange is the ledger's line about a session, as a change of its own.
func journalChange(j login.Journal, key *keyring.DataKey) (*preparedChange, error) {
	c := ledger.Change{
		Subject: j.Subject, Base: ledger.AnyVersion, At: j.At,
		Actor: ledger.Self(j.Subject), Brand: j.Brand,
	}
	if j.Why == login.WhyExpired {
		c.Actor = ledger.Actor{Kind: ledger.ByProgram, ID: "login"}
	}
	e, err := draw(c, ledger.Draft{Kind: ledger.Kind(j.Kind), Payload: sessionTrace{
		Session: j.Session, Previous: j.Previous, Method: j.Method, Assurance: j.Assurance, Why: j.Why,
	}}, key)
	if err != nil {
		return nil, err
	}
	return &preparedChange{Change: c, entries: []ledger.Entry{e}}, nil
}

const sessionColumns = `
	digest, id, subject, brand, method, assurance, user_agent, network,
	created_at, last_seen, idle_until, absolute_until, fresh_until,
	previous, ended_at, ended_why, frame`

// scanSession reads a session whose UserAgent and Network are still sealed.
func scanSession(rows *sql.Rows) (login.Session, error) {
	var s login.Session
	var agent, network []byte
	var frame string
	var created, seen, idle, absolute, fresh, ended int64
	err := rows.Scan(&s.Digest, &s.ID, &s.Subject, &s.Brand, &s.Method, &s.Assurance, &agent, &network,
		&created, &seen, &idle, &absolute, &fresh, &s.Previous, &ended, &s.EndedWhy, &frame)
	s.UserAgent, s.Network = string(agent), string(network)
	s.CreatedAt, s.LastSeen, s.IdleUntil = fromMicros(created), fromMicros(seen), fromMicros(idle)
	s.AbsoluteUntil, s.FreshUntil, s.EndedAt = fromMicros(absolute), fromMicros(fresh), fromMicros(ended)
	if err == nil {
		s.Frame, err = readFrame(frame)
	}
	return s, err
}

func openSession(key *keyring.DataKey, s *login.Session) error {
	agent, err := key.Open([]byte(s.UserAgent), sessionPlace(s.ID, "user_agent"))
	if err != nil {
		return fmt.Errorf("session %s: %w", s.ID, err)
	}
	network, err := key.Open([]byte(s.Network), sessionPlace(s.ID, "network"))
	if err != nil {
		return fmt.Errorf("session %s: %w", s.ID, err)
	}
	s.UserAgent, s.Network = string(agent), string(network)
	return nil
}

// sessionsWhere reads sessions; condition takes args.
func sessionsWhere(ctx context.Context, c conn, condition string, args ...any) ([]login.Session, error) {
	var all []login.Session
	err := c.each(ctx, func(rows *sql.Rows) error {
		s, err := scanSession(rows)
		all = append(all, s)
		return err
	}, "select"+sessionColumns+" from sessions where "+condition, args...)
	return all, err
}

// Session returns a session by the digest of its cookie. A session of an
// erased subject is not found.
func (db *DB) Session(ctx context.Context, digest []byte) (login.Session, error) {
	var all []login.Session
	err := db.main.read(ctx, func(c conn) (err error) {
		all, err = sessionsWhere(ctx, c, "digest = $1", digest)
		return err
	})
	if err != nil {
		return login.Session{}, err
	}
	if len(all) == 0 {
		return login.Session{}, errs.NotFound
	}
	key, err := db.ring.Subject(ctx, all[0].Subject)
	if isGone(err) || isKind(err, errs.NotFound) {
		return login.Session{}, errs.NotFound
	}
	if err != nil {
		return login.Session{}, err
	}
	return all[0], openSession(key, &all[0])
}

// Touch notes that a session was used.
func (db *DB) Touch(ctx context.Context, digest []byte, lastSeen, idleUntil time.Time) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			update sessions
			set last_seen = $1, idle_until = $2
			where digest = $3 and ended_at = 0 and last_seen <= $1`,
			micros(lastSeen), micros(idleUntil), digest)
		return err
	})
}

// EndSessions ends sessions, with a line in the ledger for each.
func (db *DB) EndSessions(ctx context.Context, which login.Which, now time.Time, why string) ([]login.Session, error) {
	if which.Subject == "" {
		return nil, nil
	}
	end, err := db.endSessions(ctx, which, now, why)
	if err != nil {
		return nil, err
	}
	var ended []login.Session
	err = db.main.update(ctx, func(c conn) (err error) {
		ended, err = end(c)
		return err
	})
	return ended, err
}

func (db *DB) endSessions(ctx context.Context, which login.Which, now time.Time, why string) (func(conn) ([]login.Session, error), error) {
	key, err := db.ring.Subject(ctx, which.Subject)
	if err != nil {
		return nil, err
	}
	return func(c conn) ([]login.Session, error) {
		all, err := sessionsWhere(ctx, c, `
			subject = $1 and ended_at = 0
			and ($2 = '' or id = $2) and ($3 = '' or id <> $3)
			order by id`+c.dialect.lockRow(), which.Subject, string(which.Only), string(which.Except))
		if err != nil {
			return nil, err
		}
		for i := range all {
			s := &all[i]
			s.EndedAt, s.EndedWhy = now, why
			if err := openSession(key, s); err != nil {
				return nil, err
			}
			if _, err := c.exec(ctx, "update sessions set ended_at = $1, ended_why = $2 where digest = $3", micros(now), why, s.Digest); err != nil {
				return nil, err
			}
			line, err := journalChange(login.Ended(*s), key)
			if err != nil {
				return nil, err
			}
			line.lane = db.lane(which.Subject)
			if _, err := line.write(ctx, c); err != nil {
				return nil, err
			}
		}
		return all, nil
	}, nil
}

// Sessions returns the live sessions of a subject, the one used last first.
func (db *DB) Sessions(ctx context.Context, subject id.Subject, now time.Time) ([]login.Session, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return nil, err
	}
	var all []login.Session
	err = db.main.read(ctx, func(c conn) (err error) {
		all, err = sessionsWhere(ctx, c, `
			subject = $1 and ended_at = 0 and idle_until > $2 and absolute_until > $2
			order by last_seen desc, id desc`, subject, micros(now))
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := openSession(key, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}
