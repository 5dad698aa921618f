package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/keyring"
)

func jobPlace(jobID job.ID) keyring.Place {
	return keyring.Place{Table: "jobs", Row: string(jobID), Column: "payload"}
}

// jobWrites seals the payload with key, which is the key of the job's subject,
// or another where it has none.
func (db *DB) jobWrites(ctx context.Context, key *keyring.DataKey, j job.Job) ([]write, error) {
	by, err := db.jobSealer(ctx, key, &j)
	if err != nil {
		return nil, err
	}
	return []write{{
		query: `
			insert into jobs (
				id, kind, subject, payload, priority, run_at, set_at,
				created_at, attempt, lease_until, cause, parked_at, sealed_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		args: []any{
			j.ID, j.Kind, j.Subject, by.key.Seal(nil, j.Payload, jobPlace(j.ID)), j.Priority,
			micros(j.RunAt), micros(j.SetAt), micros(j.CreatedAt), j.Attempt, micros(j.LeaseUntil), j.Cause, micros(j.ParkedAt), by.name,
		},
	}}, nil
}

// Enqueue writes jobs that belong to no other change.
func (db *DB) Enqueue(ctx context.Context, jobs ...job.Job) error {
	var writes []write
	for _, j := range jobs {
		key, err := db.keyOf(ctx, j.Subject)
		if err != nil {
			return err
		}
		w, err := db.jobWrites(ctx, key, j)
		if err != nil {
			return err
		}
		writes = append(writes, w...)
	}
	return db.main.update(ctx, func(c conn) error {
		for _, w := range writes {
			if err := w.run(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

const jobColumns = `
	id, kind, subject, payload, priority, run_at, set_at,
	created_at, attempt, lease_until, cause, parked_at, sealed_by`

// A sealedJob is one whose payload is still sealed, with the key that by names.
type sealedJob struct {
	job.Job
	by id.Subject
}

func scanJob(rows *sql.Rows) (j sealedJob, err error) {
	var run, set, created, lease, parked int64
	err = rows.Scan(&j.ID, &j.Kind, &j.Subject, &j.Payload, &j.Priority, &run, &set,
		&created, &j.Attempt, &lease, &j.Cause, &parked, &j.by)
	j.RunAt, j.SetAt, j.CreatedAt = fromMicros(run), fromMicros(set), fromMicros(created)
	j.LeaseUntil, j.ParkedAt = fromMicros(lease), fromMicros(parked)
	return j, err
}

// openJobs opens the payloads. A job whose key is gone, or whose payload was not
// sealed for it, is returned with an empty payload: its handler says so, and the
// jobs that were claimed with it are done all the same.
func (db *DB) openJobs(ctx context.Context, sealed []sealedJob) ([]job.Job, error) {
	var jobs []job.Job
	for _, s := range sealed {
		key, err := db.sealedBy(ctx, s.by, s.Subject)
		switch {
		case isGone(err), s.by != "" && isKind(err, errs.NotFound):
			s.Payload = nil
		case err != nil:
			return nil, err
		default:
			if s.Payload, err = key.Open(s.Payload, jobPlace(s.ID)); err != nil {
				s.Payload = nil
			}
		}
		jobs = append(jobs, s.Job)
	}
	return jobs, nil
}

const dueJobs = "parked_at = 0 and run_at <= $1 and lease_until <= $1"

// Claim lends due jobs to the caller. It looks before it takes the write lock,
// so that an idle runner costs the writer nothing.
func (db *DB) Claim(ctx context.Context, kinds []string, now time.Time, lease time.Duration, limit int) ([]job.Job, error) {
	if len(kinds) == 0 || limit <= 0 {
		return nil, nil
	}
	args := []any{micros(now), limit, job.Usual}
	marks := make([]string, len(kinds))
	for i, k := range kinds {
		args = append(args, k)
		marks[i] = fmt.Sprintf("$%d", i+4)
	}
	// One priority after the other, each by its index: a backlog is not sorted
	// anew for every handful of jobs.
	query := "select" + jobColumns + " from jobs where " + dueJobs + " and priority = $3 and kind in (" + strings.Join(marks, ", ") + `)
		order by run_at, id
		limit $2`
	var jobs []sealedJob
	look := func(c conn, lock string) error {
		jobs = nil
		for _, p := range job.Priorities {
			args[1], args[2] = limit-len(jobs), p
			err := c.each(ctx, func(rows *sql.Rows) error {
				j, err := scanJob(rows)
				jobs = append(jobs, j)
				return err
			}, query+lock, args...)
			if err != nil || len(jobs) == limit {
				return err
			}
		}
		return nil
	}
	if err := db.main.read(ctx, func(c conn) error { return look(c, "") }); err != nil || len(jobs) == 0 {
		return nil, err
	}
	err := db.main.update(ctx, func(c conn) error {
		if err := look(c, c.dialect.skipLocked()); err != nil {
			return err
		}
		for i := range jobs {
			j := &jobs[i]
			j.Attempt++
			j.LeaseUntil, j.SetAt = now.Add(lease), now
			_, err := c.exec(ctx, "update jobs set attempt = $1, lease_until = $2, set_at = $3 where id = $4",
				j.Attempt, micros(j.LeaseUntil), micros(j.SetAt), j.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	return db.openJobs(ctx, jobs)
}

// holding is the fence: the attempt is the latest and still has its lease.
const holding = " where id = $1 and attempt = $2 and lease_until > 0 and parked_at = 0"

// fenced runs a statement about a job that the caller must still hold.
func (db *DB) fenced(ctx context.Context, query string, args ...any) error {
	return db.main.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, query+holding, args...)
		if err == nil && n == 0 {
			err = errs.Conflict
		}
		return err
	})
}

// Extend moves the end of a lease.
func (db *DB) Extend(ctx context.Context, jobID job.ID, attempt int, now, until time.Time) error {
	return db.fenced(ctx, "update jobs set lease_until = $3, set_at = $4", jobID, attempt, micros(until), micros(now))
}

// Done deletes a job.
func (db *DB) Done(ctx context.Context, jobID job.ID, attempt int) error {
	return db.fenced(ctx, "delete from jobs", jobID, attempt)
}

// Retry frees the lease and sets when the job is due.
func (db *DB) Retry(ctx context.Context, jobID job.ID, attempt int, now, at time.Time, cause string) error {
	return db.fenced(ctx, "update jobs set lease_until = 0, run_at = $3, set_at = $4, cause = $5",
		jobID, attempt, micros(at), micros(now), cause)
}

// Park gives a job up.
func (db *DB) Park(ctx context.Context, jobID job.ID, attempt int, now time.Time, cause string) error {
	return db.fenced(ctx, "update jobs set lease_until = 0, parked_at = $3, set_at = $3, cause = $4",
		jobID, attempt, micros(now), cause)
}

// Oldest returns the earliest due time of the jobs that are due.
func (db *DB) Oldest(ctx context.Context, now time.Time) (time.Time, error) {
	var at int64
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select coalesce(min(run_at), 0) from jobs where parked_at = 0 and run_at <= $1", []any{micros(now)}, &at)
	})
	return fromMicros(at), err
}

// Waiting counts the jobs of a kind about a subject that are neither done nor
// given up.
func (db *DB) Waiting(ctx context.Context, kind string, subject id.Subject) (int, error) {
	var n int
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select count(*) from jobs where subject = $1 and subject <> '' and kind = $2 and parked_at = 0",
			[]any{subject, kind}, &n)
	})
	return n, err
}

// Rewind brings back jobs that were written under a clock that ran ahead.
func (db *DB) Rewind(ctx context.Context, now time.Time, skew time.Duration) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		n, err = c.exec(ctx, `
			update jobs
			set run_at = $1, lease_until = 0, set_at = $1
			where parked_at = 0 and set_at > $2`, micros(now), micros(now.Add(skew)))
		return err
	})
	return int(n), err
}

// Parked returns the jobs that were given up, the latest first.
func (db *DB) Parked(ctx context.Context, limit int) ([]job.Job, error) {
	var jobs []sealedJob
	err := db.main.read(ctx, func(c conn) error {
		jobs = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			j, err := scanJob(rows)
			jobs = append(jobs, j)
			return err
		}, "select"+jobColumns+" from jobs where parked_at > 0 order by parked_at desc, id desc limit $1", limit)
	})
	if err != nil {
		return nil, err
	}
	return db.openJobs(ctx, jobs)
}

// ForgetParked deletes the jobs that were parked before a time.
func (db *DB) ForgetParked(ctx context.Context, before time.Time) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		n, err = c.exec(ctx, "delete from jobs where parked_at > 0 and parked_at < $1", micros(before))
		return err
	})
	return int(n), err
}

// Revive makes a parked job due.
func (db *DB) Revive(ctx context.Context, jobID job.ID, now time.Time) error {
	return db.main.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, "update jobs set parked_at = 0, run_at = $2, set_at = $2 where id = $1 and parked_at > 0", jobID, micros(now))
		if err == nil && n == 0 {
			err = errs.NotFound
		}
		return err
	})
}
