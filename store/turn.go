package store

import (
	"context"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/job"
)

// Take claims the turn of a recurring task.
func (db *DB) Take(ctx context.Context, task string, now time.Time, every, lease time.Duration) (job.Turn, error) {
	var t job.Turn
	if t, err := db.peekTurn(ctx, task, now, every, lease); err != nil || !t.NotBefore.IsZero() {
		return t, err
	}
	err := db.main.update(ctx, func(c conn) error {
		t = job.Turn{}
		if _, err := c.exec(ctx, `
			insert into turns (task, number, due_at, lease_until)
			values ($1, 0, 0, 0)
			on conflict (task) do nothing`, task); err != nil {
			return err
		}
		number, wait, err := readTurn(ctx, c, c.dialect.lockRow(), task, now, every, lease)
		if err != nil {
			return err
		}
		if !wait.IsZero() {
			t.NotBefore = wait
			return nil
		}
		t.Taken, t.Number = true, number+1
		_, err = c.exec(ctx, "update turns set number = $1, lease_until = $2 where task = $3", t.Number, micros(now.Add(lease)), task)
		return err
	})
	return t, err
}

// peekTurn looks without a lock; the zero Turn says that it may be taken.
func (db *DB) peekTurn(ctx context.Context, task string, now time.Time, every, lease time.Duration) (job.Turn, error) {
	var t job.Turn
	err := db.main.read(ctx, func(c conn) (err error) {
		_, t.NotBefore, err = readTurn(ctx, c, "", task, now, every, lease)
		return err
	})
	if isKind(err, errs.NotFound) {
		err = nil
	}
	return t, err
}

// readTurn returns the latest number and, when the task cannot be taken, when
// to look again. Times too far ahead were written under a wrong clock.
func readTurn(ctx context.Context, c conn, lock, task string, now time.Time, every, lease time.Duration) (number int, wait time.Time, err error) {
	var due, until int64
	err = c.one(ctx, "select number, due_at, lease_until from turns where task = $1"+lock, []any{task}, &number, &due, &until)
	if err != nil {
		return 0, time.Time{}, err
	}
	for at, most := range map[int64]time.Duration{due: every, until: lease} {
		t := fromMicros(at)
		if t.After(now) && !t.After(now.Add(most+job.ClockSkew)) && t.After(wait) {
			wait = t
		}
	}
	return number, wait, nil
}

// Finish frees a task that the caller still holds.
func (db *DB) Finish(ctx context.Context, task string, number int, next time.Time) error {
	return db.main.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, "update turns set due_at = $1, lease_until = 0 where task = $2 and number = $3", micros(next), task, number)
		if err == nil && n == 0 {
			err = errs.Conflict
		}
		return err
	})
}
