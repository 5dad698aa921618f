package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/once"
)

func answerPlace(key []byte) keyring.Place {
	return keyring.Place{Table: "answers", Row: hex.EncodeToString(key), Column: "body"}
}

// A storedAnswer is a row of answers, its body sealed.
type storedAnswer struct {
	print, body []byte
	subject     id.Subject
	status      int
	header      string
	began       time.Time
}

// Begin claims a request, or returns the answer that it was given before.
func (db *DB) Begin(ctx context.Context, r once.Request, now time.Time) (*once.Answer, error) {
	var old storedAnswer
	var claimed bool
	err := db.main.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, `
			insert into answers (key, print, subject, status, header, body, began_at)
			values ($1, $2, '', 0, '', null, $3)
			on conflict (key) do nothing`, r.Key, r.Print, micros(now))
		if err != nil {
			return err
		}
		if claimed = n > 0; claimed {
			return nil
		}
		var began int64
		err = c.one(ctx, `
			select print, subject, status, header, body, began_at
			from answers
			where key = $1`+c.dialect.lockRow(), []any{r.Key},
			&old.print, &old.subject, &old.status, &old.header, &old.body, &began)
		if err != nil {
			return err
		}
		old.began = fromMicros(began)
		if claimed = old.over(now); !claimed {
			return nil
		}
		_, err = c.exec(ctx, `
			update answers
			set print = $2, subject = '', status = 0, header = '', body = null, began_at = $3
			where key = $1`, r.Key, r.Print, micros(now))
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("begin request: %w", err)
	case claimed:
		return nil, nil
	case !bytes.Equal(old.print, r.Print):
		return nil, errs.New(errs.Invalid, "error.request_differs")
	case old.status == 0:
		return nil, errs.New(errs.Conflict, "error.request_running")
	}
	return db.openAnswer(ctx, r, old)
}

// over tells whether the row counts no more: its answer is too old to be given
// again, or whoever began it is gone.
func (a *storedAnswer) over(now time.Time) bool {
	keep := once.Keep
	if a.status == 0 {
		keep = once.Lease
	}
	return !now.Before(a.began.Add(keep))
}

func (db *DB) openAnswer(ctx context.Context, r once.Request, old storedAnswer) (*once.Answer, error) {
	key, err := db.keyOf(ctx, old.subject)
	if err != nil {
		return nil, err
	}
	a := &once.Answer{Status: old.status, Subject: old.subject}
	if a.Body, err = key.Open(old.body, answerPlace(r.Key)); err != nil {
		return nil, fmt.Errorf("kept answer: %w", err)
	}
	if err := json.Unmarshal([]byte(old.header), &a.Header); err != nil {
		return nil, fmt.Errorf("kept answer: %w", err)
	}
	return a, nil
}

// Keep writes the answer of a request that was begun.
func (db *DB) Keep(ctx context.Context, r once.Request, a once.Answer) error {
	key, err := db.keyOf(ctx, a.Subject)
	if err != nil {
		return err
	}
	header, err := json.Marshal(a.Header)
	if err != nil {
		return err
	}
	body := key.Seal(nil, a.Body, answerPlace(r.Key))
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			update answers
			set subject = $3, status = $4, header = $5, body = $6
			where key = $1 and print = $2 and status = 0`,
			r.Key, r.Print, a.Subject, a.Status, string(header), body)
		return err
	})
}

// Forget deletes a request that is still carried out.
func (db *DB) Forget(ctx context.Context, r once.Request) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "delete from answers where key = $1 and print = $2 and status = 0", r.Key, r.Print)
		return err
	})
}

// SweepAnswers deletes requests that were begun before a time.
func (db *DB) SweepAnswers(ctx context.Context, before time.Time) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		n, err = c.exec(ctx, "delete from answers where began_at < $1", micros(before))
		return err
	})
	return int(n), err
}
