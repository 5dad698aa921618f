package hook

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/outbound"
)

// A Door posts a letter; outbound.Door is the one that does.
type Door interface {
	Post(ctx context.Context, l outbound.Letter) (outbound.Answer, error)
}

// Deps are what a Worker stands on.
type Deps struct {
	Feed   Feed
	Queue  Queue
	People People
	Door   Door
	Clock  clock.Clock
	// Catalogue returns the newest declaration that this process knows, and its
	// revision.
	Catalogue func() (Catalogue, int64)
	// Alias returns the name of a subject for one system.
	Alias  func(system string, s id.Subject) (string, error)
	Source string // address of this installation, for CloudEvents
	Intake Intake // nil for none: then answers bring nothing
	Carry  Carry  // nil for none: then nothing is told by connectors
}

// Options are the settings of a Worker; the zero value is usable.
type Options struct {
	Poll time.Duration // how often to look for something to do; 0 for 500 ms
	// AtOnce is how many deliveries one endpoint is sent at a time; 0 for 16.
	AtOnce int
	Lease  time.Duration // how long a claimed delivery is left alone; 0 for a minute
	Log    *slog.Logger  // nil for no log
	// Observe is told of each attempt, for metrics; may be nil. It is called by
	// several goroutines at a time.
	Observe func(s State, took time.Duration)
}

func (o Options) withDefaults() Options {
	if o.Poll <= 0 {
		o.Poll = 500 * time.Millisecond
	}
	if o.AtOnce <= 0 {
		o.AtOnce = 16
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(State, time.Duration) {}
	}
	return o
}

// A Worker spreads what is new and sends what is due. Several processes may
// have one each.
//
// Each endpoint that has something due has a goroutine of its own and a bounded
// number of exchanges, so that one that is slow or hostile costs the others
// nothing.
type Worker struct {
	Deps
	opts Options
	wake chan struct{}

	mu      sync.Mutex
	running map[string]bool // endpoints that are being sent to
	fed     map[string]bool // endpoints that have something to send, for all we know
	ctx     context.Context // ends when running exchanges have to give up
	abort   context.CancelFunc
	quit    chan struct{} // closed when nothing new may begin
	stop    sync.Once
	work    sync.WaitGroup
}

// NewWorker returns a Worker that does nothing until Start.
func NewWorker(d Deps, o Options) *Worker {
	w := &Worker{
		Deps: d, opts: o.withDefaults(), wake: make(chan struct{}, 1),
		running: map[string]bool{}, fed: map[string]bool{}, quit: make(chan struct{}),
	}
	w.ctx, w.abort = context.WithCancel(context.Background())
	return w
}

// Start begins to work. It is called once.
func (w *Worker) Start() { w.work.Go(w.loop) }

// Wake makes the Worker look for something to do now. It never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Stop begins nothing more and waits for what runs. When ctx ends first, the
// exchanges are broken off; their deliveries are due again when the lease is
// over, here or elsewhere. It may be called again, and before Start.
func (w *Worker) Stop(ctx context.Context) error {
	w.stop.Do(func() { close(w.quit) })
	done := make(chan struct{})
	go func() {
		w.work.Wait()
		close(done)
	}()
	defer w.abort()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	w.abort()
	<-done
	return ctx.Err()
}

func (w *Worker) stopping() bool {
	select {
	case <-w.quit:
		return true
	default:
		return false
	}
}

// rewindEvery is how often the Worker looks for times of a wrong clock.
const rewindEvery = time.Minute

// reviveEvery is how often the Worker looks for what was given up and has to be
// told all the same.
const reviveEvery = 5 * time.Minute

// revive begins anew with what was given up: the attempts at one delivery end, but
// a person's newest word has to arrive however long that takes.
func (w *Worker) revive(targets []Target, now time.Time) {
	for i := range targets {
		n, err := w.Queue.ReviveDeliveries(w.ctx, targets[i].ID, now)
		switch {
		case err != nil && w.ctx.Err() == nil:
			w.opts.Log.Error("take up what was given up", "endpoint", targets[i].ID, "error", err)
		case n > 0:
			w.opts.Log.Warn("given up, and the last word of somebody: tried anew", "endpoint", targets[i].ID, "deliveries", n)
		}
	}
}

// clockSkew is how far apart the clocks of the processes may be.
const clockSkew = 10 * time.Minute

func (w *Worker) loop() {
	var rewound, looked, revived time.Time
	for !w.stopping() {
		if time.Since(rewound) >= rewindEvery {
			rewound = time.Now()
			if n, err := w.Queue.RewindDeliveries(w.ctx, w.Clock.Now(), clockSkew); err != nil || n > 0 {
				w.opts.Log.Warn("deliveries from the future made due; was the clock wrong?", "deliveries", n, "error", err)
			}
		}
		c, revision := w.Catalogue()
		targets := c.Targets()
		if now := w.Clock.Now(); now.Sub(revived).Abs() >= reviveEvery {
			revived = now
			w.revive(targets, now)
		}
		more, err := w.spread(revision, targets)
		if err == nil {
			all := time.Since(looked) >= w.opts.Poll // what became due by itself, or by another process
			if all {
				looked = time.Now()
			}
			err = w.rouse(c, targets, all)
		}
		if err != nil && w.ctx.Err() == nil {
			w.opts.Log.Error("hooks", "error", err)
		}
		if !more || err != nil {
			w.rest(len(targets) > 0)
		}
	}
}

// rest waits for something to do. A change wakes, but not at once after another,
// so that what happens close together is spread together.
func (w *Worker) rest(told bool) {
	pause := w.opts.Poll / 4
	if w.sleep(pause, nil); told {
		w.sleep(w.opts.Poll-pause, w.wake)
	} else {
		w.sleep(w.opts.Poll-pause, nil)
	}
}

// sleep ends early when the Worker stops or something comes from wake.
func (w *Worker) sleep(d time.Duration, wake <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-w.quit:
	case <-wake:
	case <-t.C:
	}
}

// atOnce is how many entries one fan-out takes.
const atOnce = 500

// spread turns new entries into deliveries. more says that there may be others.
// Without endpoints the cursors follow the ledger, so that the first one that is
// declared is not told the past.
func (w *Worker) spread(revision int64, targets []Target) (more bool, err error) {
	limit := atOnce
	if len(targets) == 0 {
		limit = 0
	}
	stretches, err := w.Feed.Fresh(w.ctx, limit, func(e *ledger.Entry) bool {
		return e.Subject != "" && told(e.Kind) != ""
	})
	if err != nil || len(stretches) == 0 {
		return false, err
	}
	now := w.Clock.Now()
	read := 0
	var all []Delivery
	for _, s := range stretches {
		read += len(s.Entries)
		all = append(all, FanOut(targets, s.Entries, now)...)
	}
	err = w.Feed.Spread(w.ctx, revision, stretches, all)
	if errors.Is(err, errs.Conflict) {
		// Another process was first, or there is a newer declaration, which is
		// known here in a moment.
		return false, nil
	}
	if err == nil {
		w.feed(all)
	}
	return limit > 0 && read >= limit, err
}

func (w *Worker) feed(all []Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range all {
		w.fed[all[i].Endpoint] = true
	}
}

// FanOut returns the deliveries that entries lead to.
func FanOut(targets []Target, entries []ledger.Happening, now time.Time) []Delivery {
	var all []Delivery
	for i := range entries {
		if told(entries[i].Kind) == "" {
			continue
		}
		e := Read(&entries[i])
		for t := range targets {
			if targets[t].Wants(&e) {
				all = append(all, New(&targets[t], &e, now))
			}
		}
	}
	return all
}

// rouse starts the queues that have something to send; it looks at those that
// were fed, or at all.
func (w *Worker) rouse(c Catalogue, targets []Target, all bool) error {
	var idle []string
	w.mu.Lock()
	for i := range targets {
		if one := targets[i].ID; !w.running[one] && targets[i].Unreadable == "" && (all || w.fed[one]) {
			idle = append(idle, one)
			delete(w.fed, one)
		}
	}
	w.mu.Unlock()
	if len(idle) == 0 {
		return nil
	}
	now := w.Clock.Now()
	standings, err := w.Queue.Standing(w.ctx, idle, now)
	if err != nil {
		return err
	}
	for i := range targets {
		standing, ok := standings[targets[i].ID]
		standing.Unsigned = targets[i].Speaks != ""
		if limit, _ := standing.ready(now, w.opts.AtOnce); ok && limit > 0 {
			w.begin(c, &targets[i], standing)
		}
	}
	return nil
}

func (w *Worker) begin(c Catalogue, t *Target, s Standing) {
	w.mu.Lock()
	w.running[t.ID] = true
	w.mu.Unlock()
	w.work.Go(func() {
		q := &queue{Worker: w, catalogue: c, target: t, standing: s}
		q.run()
		w.mu.Lock()
		delete(w.running, t.ID)
		if q.more {
			w.fed[t.ID] = true
		}
		w.mu.Unlock()
		w.Wake()
	})
}

// Ping sends an endpoint a body about nobody, so that an operator sees what it
// answers.
func Ping(ctx context.Context, door Door, t *Target, secrets []Secret, source string, now time.Time) (Reply, error) {
	m := Message{Type: "endpoint.ping", Timestamp: now, Data: Content{Permissions: []Permission{}}}
	letterID := id.New()
	body, media, err := m.Write(t.Envelope, source, letterID)
	if err != nil {
		return Reply{}, err
	}
	return Post(ctx, door, outbound.Letter{URL: t.URL, Headers: Headers(secrets, letterID, now, media, body), Body: body}), nil
}

// luck spreads what would otherwise happen at the same moment.
func luck() float64 { return rand.Float64() } //nolint:gosec // not a secret
