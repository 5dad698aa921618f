package job

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
)

// A Runner does the jobs of the kinds registered with it, several at a time.
// Kinds that may hold a worker for long belong in a Runner of their own, so
// that nobody's mail waits behind them.
//
// It is the one place beside the handlers' error page that logs errors.
type Runner struct {
	store Store
	clock clock.Clock
	opts  Options
	works map[string]Work
	kinds []string
	wake  chan struct{}
	// more is set while there may be due jobs that had no free worker.
	more atomic.Bool

	mu   sync.Mutex
	span *span // nil before Start
}

// Options are the settings of a Runner or a Schedule; the zero value is usable.
type Options struct {
	Workers int           // jobs done at a time; 0 means 4
	Poll    time.Duration // how often to look for work that others left; 0 means 1 s
	// Lease is how long a silent process keeps what it took; 0 means one
	// minute. A living Runner renews the lease while the work lasts.
	Lease time.Duration
	Log   *slog.Logger // nil means no log
	// Observe is told of every finished attempt, for metrics; may be nil. It is
	// called by several goroutines at a time.
	Observe func(kind string, o Outcome, took time.Duration)
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = 4
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(string, Outcome, time.Duration) {}
	}
	return o
}

// NewRunner returns a Runner that does nothing until Start.
func NewRunner(store Store, c clock.Clock, opts Options) *Runner {
	return &Runner{
		store: store, clock: c, opts: opts.withDefaults(),
		works: make(map[string]Work), wake: make(chan struct{}, 1),
	}
}

// Handle registers how jobs of a kind are done. It must be called before Start
// and panics on a kind that is empty, without Do, or registered already.
func (r *Runner) Handle(w Work) {
	if _, ok := r.works[w.Kind]; ok || w.Kind == "" || w.Do == nil {
		panic("job: bad registration of kind " + w.Kind)
	}
	r.works[w.Kind] = w.withDefaults()
	r.kinds = append(r.kinds, w.Kind)
}

// Start begins to look for jobs. A second call has no effect.
func (r *Runner) Start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.span != nil {
		return
	}
	s := newSpan()
	r.span = s
	s.goes(func() { r.loop(s) })
}

// Stop claims nothing more and waits until the running jobs are finished. When
// ctx ends first, their contexts are cancelled, what is unfinished becomes due
// at once for whoever looks next, and the error of ctx is returned. Stop may be
// called again, and before Start.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	s := r.span
	r.mu.Unlock()
	if s == nil {
		return nil
	}
	return s.stop(ctx)
}

// Wake makes the Runner look for work now. It never blocks; call it after a
// commit that enqueued something.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Runner) loop(s *span) {
	slots := make(chan struct{}, r.opts.Workers)
	failures := 0
	var rewound time.Time
	for !s.ended() {
		if rewound.IsZero() || time.Since(rewound) >= time.Minute {
			rewound = time.Now()
			r.rewind(s)
		}
		// Set before the claim: a worker that comes free during it looks again.
		r.more.Store(true)
		free := cap(slots) - len(slots)
		jobs, err := r.claim(s, free)
		if err == nil && len(jobs) < free {
			r.more.Store(false)
		}
		for _, j := range jobs {
			slots <- struct{}{}
			s.goes(func() {
				defer func() {
					<-slots
					if r.more.Swap(false) {
						r.Wake()
					}
				}()
				r.attempt(s, j)
			})
		}
		if err != nil {
			failures++
			r.opts.Log.Error("claim jobs", "error", err, "failures", failures)
		} else {
			failures = 0
		}
		if !s.sleep(r.wait(failures), r.wake) {
			return
		}
	}
}

// wait is the time to the next look: about Poll, up to thirty seconds while the
// database does not answer.
func (r *Runner) wait(failures int) time.Duration {
	d := r.opts.Poll << min(failures, 5)
	d = max(min(d, 30*time.Second), r.opts.Poll)
	return d - rand.N(d/5+1) //nolint:gosec // spreading load, not a secret
}

func (r *Runner) claim(s *span, free int) ([]Job, error) {
	if free == 0 || len(r.kinds) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(s.work, 30*time.Second)
	defer cancel()
	return r.store.Claim(ctx, r.kinds, r.clock.Now(), r.opts.Lease, free)
}

func (r *Runner) rewind(s *span) {
	ctx, cancel := context.WithTimeout(s.work, 30*time.Second)
	defer cancel()
	n, err := r.store.Rewind(ctx, r.clock.Now(), ClockSkew)
	if err != nil {
		r.opts.Log.Error("rewind jobs", "error", err)
	}
	if n > 0 {
		r.opts.Log.Warn("jobs from the future made due; was the clock wrong?", "jobs", n)
	}
}

func (r *Runner) attempt(s *span, j Job) {
	w := r.works[j.Kind]
	began := time.Now()
	var err error
	var v verdict
	if j.Attempt > w.Tries {
		// Each earlier attempt ended without a word: the job may be what kills
		// the process.
		v = verdict{outcome: Parked, cause: "died"}
	} else {
		err = r.do(s, w, j)
		v = judge(w, j.Attempt, err, r.clock.Now())
		if v.outcome != Succeeded && s.work.Err() != nil {
			v = verdict{outcome: Retried, at: r.clock.Now(), cause: "stopped"}
		}
	}
	v = r.settle(j, v)
	took := time.Since(began)
	r.opts.Observe(j.Kind, v.outcome, took)
	r.report(j, v, err, took)
}

// do runs one attempt under its time limit and keeps the lease alive.
func (r *Runner) do(s *span, w Work, j Job) error {
	ctx, cancel := context.WithTimeout(s.work, w.Limit)
	defer cancel()
	finished := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() { r.renew(ctx, cancel, j, finished) })
	defer renewing.Wait()
	defer close(finished)
	return safely(func() error { return w.Do(ctx, j) })
}

// renew extends the lease until finished. It cancels the attempt when the job
// was taken over, and when the lease ran out because the store did not answer:
// then somebody else is about to.
func (r *Runner) renew(ctx context.Context, cancel context.CancelFunc, j Job, finished <-chan struct{}) {
	t := time.NewTicker(r.opts.Lease / 3)
	defer t.Stop()
	extended := time.Now()
	for {
		select {
		case <-finished:
			return
		case <-ctx.Done():
			return
		case <-t.C:
		}
		now := r.clock.Now()
		err := r.store.Extend(ctx, j.ID, j.Attempt, now, now.Add(r.opts.Lease))
		switch {
		case err == nil:
			extended = time.Now()
		case errors.Is(err, errs.Conflict), time.Since(extended) >= r.opts.Lease:
			cancel()
			return
		}
	}
}

// settle writes what became of the job. When that fails, the lease runs out and
// the job is done again, which handlers must bear anyway.
func (r *Runner) settle(j Job, v verdict) verdict {
	// Not the context of the work: what was done must be noted even when the
	// Runner is told to end.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	now := r.clock.Now()
	var err error
	switch v.outcome {
	case Succeeded:
		err = r.store.Done(ctx, j.ID, j.Attempt)
	case Retried:
		err = r.store.Retry(ctx, j.ID, j.Attempt, now, v.at, v.cause)
	case Parked:
		err = r.store.Park(ctx, j.ID, j.Attempt, now, v.cause)
	}
	if errors.Is(err, errs.Conflict) {
		v.outcome = Lost
	} else if err != nil {
		r.opts.Log.Error("settle job", "job", j.ID, "kind", j.Kind, "error", err)
	}
	return v
}

func (r *Runner) report(j Job, v verdict, err error, took time.Duration) {
	log := r.opts.Log.With("job", j.ID, "kind", j.Kind, "attempt", j.Attempt, "took", took)
	switch v.outcome {
	case Succeeded:
		log.Debug("job done")
	case Retried:
		log.Warn("job failed, will be tried again", "cause", v.cause, "at", v.at, "error", err)
	case Parked:
		log.Error("job given up", "cause", v.cause, "error", err)
	case Lost:
		log.Warn("job was taken over by another process", "error", err)
	}
}
