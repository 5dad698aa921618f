package store

import (
	"context"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/keyring"
	"livingprofile/internal/login"
)

// Spend counts, in a transaction of its own, and stops at the first counter
// that is full.
func (db *DB) Spend(ctx context.Context, counters []login.Counter, now time.Time) (time.Time, error) {
	var until time.Time
	err := db.main.update(ctx, func(c conn) error {
		until = time.Time{}
		for _, counter := range counters {
			full, err := count(ctx, c, counter, now)
			if err != nil || !full.IsZero() {
				until = full
				return err
			}
		}
		return nil
	})
	return until, err
}

func count(ctx context.Context, c conn, counter login.Counter, now time.Time) (full time.Time, err error) {
	// The row is there before it is locked, so that two first counts meet.
	_, err = c.exec(ctx, `
		insert into counts (key, began_at, n)
		values ($1, 0, 0)
		on conflict (key) do nothing`, counter.Key)
	if err != nil {
		return time.Time{}, fmt.Errorf("count: %w", err)
	}
	var old login.Count
	var began int64
	if err := c.one(ctx, "select began_at, n from counts where key = $1"+c.dialect.lockRow(), []any{counter.Key}, &began, &old.N); err != nil {
		return time.Time{}, fmt.Errorf("count: %w", err)
	}
	old.Began = fromMicros(began)
	next, ok := counter.Add(old, now)
	if !ok {
		return counter.Until(next), nil
	}
	_, err = c.exec(ctx, "update counts set began_at = $1, n = $2 where key = $3", micros(next.Began), next.N, counter.Key)
	return time.Time{}, err
}

func attemptPlace(a login.AttemptID) keyring.Place {
	return keyring.Place{Table: "attempts", Row: string(a), Column: "address"}
}

// attemptWrite is the statement for a new attempt. What somebody asks who is
// not signed in has the key of the hour: nobody knows yet whose address it is.
func (db *DB) attemptWrite(ctx context.Context, a login.Attempt) (write, error) {
	by, err := db.attemptSealer(ctx, &a)
	if err != nil {
		return write{}, fmt.Errorf("seal attempt: %w", err)
	}
	sealed := by.key.Seal(nil, []byte(a.Address), attemptPlace(a.ID))
	return write{
		query: `
			insert into attempts (
				token, id, binding, code, purpose, brand, address, blind, subject,
				session, reference, locale, created_at, expires_at, closed_at, spent, tries, sealed_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		args: []any{
			a.Token, a.ID, a.Binding, a.Code, a.Purpose, a.Brand,
			sealed, a.Index, a.Subject,
			a.Session, a.Reference, a.Locale, micros(a.CreatedAt), micros(a.ExpiresAt), micros(a.ClosedAt), flag(a.Spent), a.Tries, by.name,
		},
	}, nil
}

func (db *DB) attemptSealer(ctx context.Context, a *login.Attempt) (sealer, error) {
	if a.Subject == "" {
		return db.hourSealer(ctx)
	}
	key, err := db.ring.Subject(ctx, a.Subject)
	return sealer{key, a.Subject}, err
}

// SaveAttempt writes an attempt and the job that mails its link.
func (db *DB) SaveAttempt(ctx context.Context, a login.Attempt, mail job.Job) error {
	key, err := db.keyOf(ctx, mail.Subject)
	if err != nil {
		return err
	}
	writes, err := db.jobWrites(ctx, key, mail)
	if err != nil {
		return err
	}
	w, err := db.attemptWrite(ctx, a)
	if err != nil {
		return err
	}
	writes = append(writes, w)
	return db.main.update(ctx, func(c conn) error {
		for _, w := range writes {
			if err := w.run(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// Attempt returns an attempt by the digest of its token.
func (db *DB) Attempt(ctx context.Context, token []byte) (login.Attempt, error) {
	var a login.Attempt
	var by id.Subject
	err := db.main.read(ctx, func(c conn) (err error) {
		a, by, err = readAttempt(ctx, c, token)
		return err
	})
	if err != nil {
		return login.Attempt{}, err
	}
	key, err := db.sealedBy(ctx, by, "")
	if isGone(err) || isKind(err, errs.NotFound) {
		return login.Attempt{}, errs.New(errs.Gone, "error.link_expired") // it came back with a backup
	}
	if err != nil {
		return login.Attempt{}, err
	}
	address, err := key.Open([]byte(a.Address), attemptPlace(a.ID))
	if err != nil {
		return login.Attempt{}, fmt.Errorf("attempt %s: %w", a.ID, err)
	}
	a.Address = string(address)
	return a, nil
}

// readAttempt returns an attempt whose Address is still sealed, and with which
// key.
func readAttempt(ctx context.Context, c conn, token []byte) (a login.Attempt, by id.Subject, err error) {
	a.Token = token
	var address []byte
	var created, expires, closed, spent int64
	err = c.one(ctx, `
		select id, binding, code, purpose, brand, address, blind, subject,
			session, reference, locale, created_at, expires_at, closed_at, spent, tries, sealed_by
		from attempts
		where token = $1`, []any{token},
		&a.ID, &a.Binding, &a.Code, &a.Purpose, &a.Brand, &address, &a.Index, &a.Subject,
		&a.Session, &a.Reference, &a.Locale, &created, &expires, &closed, &spent, &a.Tries, &by)
	a.Address, a.Spent = string(address), spent != 0
	a.CreatedAt, a.ExpiresAt, a.ClosedAt = fromMicros(created), fromMicros(expires), fromMicros(closed)
	return a, by, err
}

// usable is login.Attempt.Usable as a condition; it takes $1 the token, $2 now
// and $3 login.MadeBy(now).
const usable = " where token = $1 and closed_at = 0 and expires_at > $2 and created_at <= $3"

// refusal says why an attempt could not be used.
func refusal(ctx context.Context, c conn, token []byte, now time.Time) error {
	a, _, err := readAttempt(ctx, c, token)
	if isKind(err, errs.NotFound) {
		return errs.New(errs.Gone, "error.link_expired")
	}
	if err != nil {
		return err
	}
	return a.Usable(now)
}

// CountTry counts a typed code before anybody looks at it.
func (db *DB) CountTry(ctx context.Context, token []byte, now time.Time) (int, error) {
	var tries int
	err := db.main.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, "update attempts set tries = tries + 1"+usable+" and tries < $4",
			token, micros(now), micros(login.MadeBy(now)), login.CodeTries)
		if err != nil {
			return err
		}
		if n == 0 {
			if err := refusal(ctx, c, token, now); err != nil {
				return err
			}
			return errs.New(errs.TooMany, "error.code_used_up")
		}
		return c.one(ctx, "select tries from attempts where token = $1", []any{token}, &tries)
	})
	return tries, err
}

// Redeem spends an attempt and starts the session that it is for.
func (db *DB) Redeem(ctx context.Context, token []byte, now time.Time, start *login.Start) error {
	var begin func(conn) error
	if start != nil {
		var err error
		if begin, err = db.startSession(ctx, *start); err != nil {
			return err
		}
	}
	return db.main.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, "update attempts set spent = 1, closed_at = $2"+usable, token, micros(now), micros(login.MadeBy(now)))
		if err != nil {
			return err
		}
		if n == 0 {
			if err := refusal(ctx, c, token, now); err != nil {
				return err
			}
			return errs.New(errs.Gone, "error.link_used")
		}
		if begin == nil {
			return nil
		}
		return begin(c)
	})
}

// Expire closes an attempt whose time is over.
func (db *DB) Expire(ctx context.Context, token []byte, now time.Time) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "update attempts set closed_at = $2 where token = $1 and closed_at = 0 and expires_at <= $2", token, micros(now))
		return err
	})
}

// Sweep deletes what sign-in has no more use for, and the keys of what is gone.
func (db *DB) Sweep(ctx context.Context, now time.Time, keepCounts, keepSessions time.Duration) (int, error) {
	total := 0
	sweeps := []struct {
		query  string
		before time.Time
	}{
		{"delete from attempts where expires_at < $1", now},
		{"delete from frame_links where expires_at < $1", now},
		{"delete from counts where began_at < $1", now.Add(-keepCounts)},
		{"delete from sessions where (ended_at > 0 and ended_at < $1) or absolute_until < $1", now.Add(-keepSessions)},
	}
	err := db.main.update(ctx, func(c conn) error {
		total = 0
		for _, s := range sweeps {
			n, err := c.exec(ctx, s.query, micros(s.before))
			if err != nil {
				return err
			}
			total += int(n)
		}
		return nil
	})
	if err == nil {
		err = db.endHourKeys(ctx, now)
	}
	return total, err
}
