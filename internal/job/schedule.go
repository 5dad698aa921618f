package job

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
)

// A Task is recurring work.
type Task struct {
	Name string // unique, dotted: "login.sweep"
	// Every is the time from one begin to the next. A task that missed its time
	// is done once, not once for each miss.
	Every time.Duration
	// Lease is how long one turn may take; then its context ends and another
	// process may take over. 0 means one minute.
	Lease time.Duration
	// Do does one turn. A failed turn is tried again after Every or a minute,
	// whichever is less. As with jobs, two turns may overlap after a pause of a
	// whole process, and Stop cuts one off, so Do must be safe to repeat.
	Do func(ctx context.Context, now time.Time) error
}

// A Schedule does tasks at their time, each in one of several processes.
type Schedule struct {
	turns Turns
	clock clock.Clock
	opts  Options
	tasks map[string]Task

	mu   sync.Mutex
	span *span // nil before Start
}

// NewSchedule returns a Schedule that does nothing until Start. Of the options
// it uses Log and Observe.
func NewSchedule(turns Turns, c clock.Clock, opts Options) *Schedule {
	return &Schedule{turns: turns, clock: c, opts: opts.withDefaults(), tasks: make(map[string]Task)}
}

// Add registers a task. It must be called before Start and panics on a task
// without name, period or Do, and on a name that is taken.
func (s *Schedule) Add(t Task) {
	if _, ok := s.tasks[t.Name]; ok || t.Name == "" || t.Every <= 0 || t.Do == nil {
		panic("job: bad registration of task " + t.Name)
	}
	if t.Lease <= 0 {
		t.Lease = time.Minute
	}
	s.tasks[t.Name] = t
}

// Start begins to take turns. A second call has no effect.
func (s *Schedule) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.span != nil {
		return
	}
	p := newSpan()
	s.span = p
	for _, t := range s.tasks {
		p.goes(func() { s.loop(p, t) })
	}
}

// patience is how long a turn may go on after Stop. One may be of hours, as what a
// new rule works out of everybody, and is as well done next time.
const patience = time.Second

// Stop begins nothing more. Turns that go on have their contexts cancelled soon,
// and are due at once for whoever looks next; one that does not heed that is waited
// for until ctx ends, whose error is returned then. It may be called again, and
// before Start.
func (s *Schedule) Stop(ctx context.Context) error {
	s.mu.Lock()
	p := s.span
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	soon, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if p.stop(soon) == nil {
		return nil
	}
	return p.stop(ctx)
}

func (s *Schedule) loop(p *span, t Task) {
	for !p.ended() {
		if !p.sleep(s.turn(p, t), nil) {
			return
		}
	}
}

// turn takes the task if it is due, does it, and returns how long to wait. It
// never waits longer than a minute at a time, so that a clock that is set right
// is noticed.
func (s *Schedule) turn(p *span, t Task) time.Duration {
	retry := min(t.Every, time.Minute)
	now := s.clock.Now()
	turn, err := s.turns.Take(p.work, t.Name, now, t.Every, t.Lease)
	if err != nil {
		if !p.ended() {
			s.opts.Log.Error("take turn", "task", t.Name, "error", err)
		}
		return retry
	}
	if !turn.Taken {
		d := max(turn.NotBefore.Sub(now), 0)
		// Processes that wait for the same moment should not all arrive in it.
		return min(d, time.Minute) + rand.N(retry/10+1) //nolint:gosec // not a secret
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(p.work, t.Lease)
	err = safely(func() error { return t.Do(ctx, now) })
	cancel()
	s.finish(p, t, turn, now, err, time.Since(began))
	return retry
}

func (s *Schedule) finish(p *span, t Task, turn Turn, began time.Time, err error, took time.Duration) {
	next, outcome := began.Add(t.Every), Succeeded
	switch {
	case err != nil && p.work.Err() != nil: // cut off
		next, outcome = began, Retried
	case err != nil:
		next, outcome = began.Add(min(t.Every, time.Minute)), Retried
		s.opts.Log.Error("task failed", "task", t.Name, "error", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = s.turns.Finish(ctx, t.Name, turn.Number, next)
	if errors.Is(err, errs.Conflict) {
		outcome = Lost
	}
	if err != nil {
		s.opts.Log.Error("finish turn", "task", t.Name, "error", err)
	}
	s.opts.Observe(t.Name, outcome, took)
}
