package job

import (
	"context"
	"time"
)

// ClockSkew is how far apart the clocks of the processes may be. A time that
// lies further ahead than the rules allow by more than this is a mistake.
const ClockSkew = 10 * time.Minute

// Store keeps the jobs. Every method is one transaction, and all are safe for
// concurrent use by several processes. jobtest.Run is the contract.
type Store interface {
	// Enqueue writes new jobs. A change that needs a job writes it in its own
	// transaction instead; Enqueue is for work that stands alone.
	Enqueue(ctx context.Context, jobs ...Job) error

	// Claim takes up to limit due jobs (Job.Due) of the kinds for the caller: it
	// adds one to Attempt and sets LeaseUntil to now plus lease and SetAt to
	// now. Two callers never get the same attempt of a job. Higher priority
	// comes first, then the earlier RunAt, then the smaller ID. An empty answer
	// takes no write lock.
	Claim(ctx context.Context, kinds []string, now time.Time, lease time.Duration, limit int) ([]Job, error)

	// Extend moves LeaseUntil to until and SetAt to now. Like Done, Retry and
	// Park it is errs.Conflict, and changes nothing, unless attempt is the
	// job's latest and still has its lease: it was not done, tried again or
	// parked since. A lease that has merely run out is still had.
	Extend(ctx context.Context, id ID, attempt int, now, until time.Time) error

	// Done ends the job for good; its row may be deleted at once.
	Done(ctx context.Context, id ID, attempt int) error

	// Retry frees the lease and makes the job due at at. SetAt becomes now.
	Retry(ctx context.Context, id ID, attempt int, now, at time.Time, cause string) error

	// Park gives the job up: it is never claimed again, and kept for a person
	// to look at.
	Park(ctx context.Context, id ID, attempt int, now time.Time, cause string) error

	// Oldest returns the earliest RunAt of the jobs that are due at now, whether
	// or not somebody works on them; zero when there are none.
	Oldest(ctx context.Context, now time.Time) (time.Time, error)

	// Rewind makes every job that is not parked and whose SetAt is later than
	// now plus skew due at now, free of its lease, with SetAt now; it returns
	// how many. Such rows were written under a clock that ran ahead, and would
	// otherwise wait until the time it showed.
	Rewind(ctx context.Context, now time.Time, skew time.Duration) (int, error)
}

// Parking is what staff can do about jobs that were given up.
type Parking interface {
	// Parked returns at most limit parked jobs, the latest first.
	Parked(ctx context.Context, limit int) ([]Job, error)

	// Revive makes a parked job due at now, with Attempt kept so that earlier
	// attempts stay fenced off. It is errs.NotFound for a job that is not
	// parked.
	Revive(ctx context.Context, id ID, now time.Time) error

	// ForgetParked deletes the jobs that were parked before a time; it returns how
	// many.
	ForgetParked(ctx context.Context, before time.Time) (int, error)
}

// KeepParked is how long a job that was given up is there to be looked at. Its
// payload is personal, so it does not stay for ever.
const KeepParked = 30 * 24 * time.Hour

// Sweep is the task that forgets what was parked KeepParked ago.
func Sweep(p Parking) Task {
	return Task{Name: "job.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		_, err := p.ForgetParked(ctx, now.Add(-KeepParked))
		return err
	}}
}

// Turns keeps who does which recurring task, one row a task.
type Turns interface {
	// Take claims the task when it is due and nobody holds it: it adds one to
	// the turn's number and lends it until now plus lease. A task that was
	// never taken is due at once. A due time later than now plus every, or the
	// end of a lease later than now plus lease, does not count when it is later
	// by more than ClockSkew: it was written under a clock that ran ahead.
	// When the task cannot be taken, Taken is false and NotBefore says when to
	// look again.
	Take(ctx context.Context, task string, now time.Time, every, lease time.Duration) (Turn, error)

	// Finish frees the task and makes it due at next. It is errs.Conflict, and
	// changes nothing, when the turn is no longer the latest.
	Finish(ctx context.Context, task string, number int, next time.Time) error
}

// A Turn is the answer to Take.
type Turn struct {
	Taken     bool
	Number    int       // fence for Finish
	NotBefore time.Time // when not taken: due time or end of the lease
}
