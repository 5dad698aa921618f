package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"time"

	"livingprofile/internal/errs"
)

// Work says how jobs of one kind are done. Only Kind and Do are needed.
type Work struct {
	Kind string

	// Do does one attempt. nil ends the job. An error of kind Invalid,
	// Forbidden, NotFound or Gone parks it, because no repetition can help; a
	// Later says when to try again; any other error is tried again on the
	// schedule of Backoff. A panic counts as an error without a kind.
	Do func(context.Context, Job) error

	// Limit is how long one attempt may take before its context ends; 0 means
	// five minutes.
	Limit time.Duration

	// Tries is how many attempts there are before the job is parked; 0 means
	// 12, which with the usual Backoff is a little over a day.
	Tries int

	// Backoff returns how long to wait after the given attempt, 1 being the
	// first; nil means Backoff.
	Backoff func(attempt int) time.Duration
}

func (w Work) withDefaults() Work {
	if w.Limit <= 0 {
		w.Limit = 5 * time.Minute
	}
	if w.Tries <= 0 {
		w.Tries = 12
	}
	if w.Backoff == nil {
		w.Backoff = Backoff
	}
	return w
}

// Backoff is the usual wait after a failed attempt: 2 s, 10 s, 1 min, 5 min, 15
// min, 1 h, then every 4 h, each shortened by up to a fifth at random so that
// work that failed together does not come back together.
func Backoff(attempt int) time.Duration {
	steps := [...]time.Duration{
		2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute,
		15 * time.Minute, time.Hour, 4 * time.Hour,
	}
	d := steps[min(max(attempt, 1), len(steps))-1]
	return d - rand.N(d/5) //nolint:gosec // spreading load, not a secret
}

// Later returns an error that asks for the next attempt at at instead of after
// the usual wait. The attempt still counts. cause is why, and must not be nil.
func Later(at time.Time, cause error) error { return &later{at: at, cause: cause} }

type later struct {
	at    time.Time
	cause error
}

func (l *later) Error() string { return l.cause.Error() }
func (l *later) Unwrap() error { return l.cause }

// A verdict is what becomes of a job after an attempt.
type verdict struct {
	outcome Outcome
	at      time.Time // of the next attempt, for Retried
	cause   string
}

// An Outcome is how an attempt ended.
type Outcome string

// The outcomes.
const (
	Succeeded Outcome = "done"
	Retried   Outcome = "retried"
	Parked    Outcome = "parked"
	Lost      Outcome = "lost" // another process has taken the job over
)

// judge decides what becomes of a job whose attempt ended with err at now.
func judge(w Work, attempt int, err error, now time.Time) verdict {
	if err == nil {
		return verdict{outcome: Succeeded}
	}
	cause := causeOf(err)
	if permanent(err) || attempt >= w.Tries {
		return verdict{outcome: Parked, cause: cause}
	}
	at := now.Add(w.Backoff(attempt))
	if l := (*later)(nil); errors.As(err, &l) {
		at = l.at
	}
	return verdict{outcome: Retried, at: at, cause: cause}
}

func permanent(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Forbidden, errs.NotFound, errs.Gone:
		return true
	}
	return false
}

// causeOf is the code kept in the row. It is never the text of an error, which
// may come from another machine and say anything.
func causeOf(err error) string {
	var e *errs.Error
	switch {
	case errors.As(err, &e) && e.ID != "":
		return e.ID
	case errs.KindOf(err) != "":
		return string(errs.KindOf(err))
	case errors.Is(err, errPanic):
		return "panic"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "stopped"
	}
	return "internal"
}

var errPanic = errors.New("panic")

// safely turns a panic into an error. The value is not kept unless it comes
// from the runtime, since it may hold personal data.
func safely(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("%w: %w\n%s", errPanic, v, debug.Stack())
		default:
			err = fmt.Errorf("%w: %T\n%s", errPanic, v, debug.Stack())
		}
	}()
	return f()
}
