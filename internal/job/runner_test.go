package job_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/job"
	"livingprofile/internal/job/jobtest"
)

// These tests run in bubbles, where time passes when everybody waits.

// pass lets time pass until everybody else waits again.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// busy is work that takes d and does not listen.
func busy(d time.Duration) { <-time.After(d) }

func newJob(t *testing.T, kind string) job.Job {
	t.Helper()
	j, err := job.New(kind, "", nil, clock.System{}.Now())
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func enqueue(t *testing.T, s job.Store, kind string) job.Job {
	t.Helper()
	j := newJob(t, kind)
	if err := s.Enqueue(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	return j
}

func stop(t *testing.T, r interface{ Stop(context.Context) error }) {
	t.Helper()
	if err := r.Stop(context.Background()); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// left returns what is in the store after everything has fallen due.
func left(t *testing.T, s *jobtest.Memory, kind string) []job.Job {
	t.Helper()
	jobs, err := s.Claim(t.Context(), []string{kind}, time.Now().Add(1000*time.Hour), time.Minute, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

func TestRunnerDoesAndForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		want := enqueue(t, s, "a")
		r := job.NewRunner(s, clock.System{}, job.Options{})
		var got []job.ID
		r.Handle(job.Work{Kind: "a", Do: func(_ context.Context, j job.Job) error {
			got = append(got, j.ID)
			return nil
		}})
		r.Start()
		r.Start()
		synctest.Wait()
		stop(t, r)
		stop(t, r)
		if d := cmp.Diff(got, []job.ID{want.ID}); d != "" {
			t.Errorf("done (-got +want):\n%s", d)
		}
		if jobs := left(t, s, "a"); len(jobs) != 0 {
			t.Errorf("left %v", jobs)
		}
	})
}

func TestRunnerIsWokenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		r := job.NewRunner(s, clock.System{}, job.Options{Poll: time.Hour})
		var done atomic.Int32
		r.Handle(job.Work{Kind: "a", Do: func(context.Context, job.Job) error { done.Add(1); return nil }})
		r.Start()
		defer stop(t, r)
		synctest.Wait()
		began := time.Now()
		enqueue(t, s, "a")
		r.Wake()
		synctest.Wait()
		if done.Load() != 1 || time.Since(began) != 0 {
			t.Errorf("%d done after %v, want one at once", done.Load(), time.Since(began))
		}
		enqueue(t, s, "a")
		pass(time.Hour)
		synctest.Wait()
		if done.Load() != 2 {
			t.Error("a job that nobody announced was not found by looking")
		}
	})
}

// More work than workers is all done without waiting for the next look.
func TestRunnerUsesItsWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		for range 10 {
			enqueue(t, s, "a")
		}
		r := job.NewRunner(s, clock.System{}, job.Options{Workers: 3, Poll: time.Hour})
		var running, most, done atomic.Int32
		r.Handle(job.Work{Kind: "a", Do: func(context.Context, job.Job) error {
			n := running.Add(1)
			for {
				m := most.Load()
				if n <= m || most.CompareAndSwap(m, n) {
					break
				}
			}
			busy(time.Second)
			running.Add(-1)
			done.Add(1)
			return nil
		}})
		began := time.Now()
		r.Start()
		pass(4 * time.Second)
		synctest.Wait()
		if done.Load() != 10 || most.Load() != 3 {
			t.Errorf("%d done after %v, at most %d at a time; want 10 and 3",
				done.Load(), time.Since(began), most.Load())
		}
		stop(t, r)
	})
}

func TestRunnerTriesAgainAndGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		j := enqueue(t, s, "a")
		var log bytes.Buffer
		var outcomes []job.Outcome
		r := job.NewRunner(s, clock.System{}, job.Options{
			Log:     slog.New(slog.NewTextHandler(&log, nil)),
			Observe: func(_ string, o job.Outcome, _ time.Duration) { outcomes = append(outcomes, o) },
		})
		var at []time.Duration
		began := time.Now()
		r.Handle(job.Work{
			Kind: "a", Tries: 3,
			Backoff: func(int) time.Duration { return time.Minute },
			Do: func(_ context.Context, j job.Job) error {
				at = append(at, time.Since(began).Truncate(time.Minute))
				if j.Attempt == 2 {
					panic("hana@example.com")
				}
				return errs.New(errs.Unavailable, "")
			},
		})
		r.Start()
		pass(time.Hour)
		stop(t, r)
		if d := cmp.Diff(at, []time.Duration{0, time.Minute, 2 * time.Minute}); d != "" {
			t.Errorf("attempts (-got +want):\n%s", d)
		}
		if d := cmp.Diff(outcomes, []job.Outcome{job.Retried, job.Retried, job.Parked}); d != "" {
			t.Errorf("outcomes (-got +want):\n%s", d)
		}
		parked, _ := s.Parked(t.Context(), 10)
		if len(parked) != 1 || parked[0].ID != j.ID || parked[0].Cause != "unavailable" {
			t.Errorf("parked %+v", parked)
		}
		if !bytes.Contains(log.Bytes(), []byte("panic")) || bytes.Contains(log.Bytes(), []byte("hana")) {
			t.Errorf("log: %s", log.String())
		}
	})
}

// A process that dies leaves its lease behind; whoever finds it expired goes
// on. A job that kills every process which tries it is given up.
func TestRunnerTakesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		enqueue(t, s, "a")
		dead := func() {
			jobs, err := s.Claim(t.Context(), []string{"a"}, time.Now(), time.Minute, 1)
			if err != nil || len(jobs) != 1 {
				t.Fatalf("claimed %d, %v", len(jobs), err)
			}
		}
		dead()
		r := job.NewRunner(s, clock.System{}, job.Options{})
		var runs, attempt atomic.Int64
		r.Handle(job.Work{Kind: "a", Tries: 2, Do: func(_ context.Context, j job.Job) error {
			runs.Add(1)
			attempt.Store(int64(j.Attempt))
			return nil
		}})
		r.Start()
		pass(59 * time.Second)
		if runs.Load() != 0 {
			t.Error("taken over during the lease")
		}
		pass(3 * time.Second)
		stop(t, r)
		if runs.Load() != 1 || attempt.Load() != 2 {
			t.Errorf("done %d times, as attempt %d; want once, as 2", runs.Load(), attempt.Load())
		}

		enqueue(t, s, "a")
		for range 2 {
			dead()
			pass(time.Minute)
		}
		r = job.NewRunner(s, clock.System{}, job.Options{})
		r.Handle(job.Work{Kind: "a", Tries: 2, Do: func(context.Context, job.Job) error {
			t.Error("tried once too often")
			return nil
		}})
		r.Start()
		synctest.Wait()
		stop(t, r)
		if parked, _ := s.Parked(t.Context(), 1); len(parked) != 1 || parked[0].Cause != "died" {
			t.Errorf("parked %+v", parked)
		}
	})
}

// A living process keeps its lease however long the work takes.
func TestRunnerRenewsItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		enqueue(t, s, "a")
		var runs atomic.Int32
		work := job.Work{Kind: "a", Limit: time.Hour, Do: func(ctx context.Context, _ job.Job) error {
			runs.Add(1)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(30 * time.Minute):
				return nil
			}
		}}
		one := job.NewRunner(s, clock.System{}, job.Options{})
		two := job.NewRunner(s, clock.System{}, job.Options{})
		one.Handle(work)
		two.Handle(work)
		one.Start()
		two.Start()
		pass(40 * time.Minute)
		stop(t, one)
		stop(t, two)
		if got := runs.Load(); got != 1 {
			t.Errorf("done %d times, want once", got)
		}
	})
}

// paused is a store that one process reaches only now and then.
type paused struct {
	job.Store
	asleep atomic.Bool
}

func (p *paused) Claim(ctx context.Context, kinds []string, now time.Time, lease time.Duration, limit int) ([]job.Job, error) {
	if p.asleep.Load() {
		return nil, errs.Unavailable
	}
	return p.Store.Claim(ctx, kinds, now, lease, limit)
}

func (p *paused) Extend(ctx context.Context, id job.ID, attempt int, now, until time.Time) error {
	if p.asleep.Load() {
		return errs.Unavailable
	}
	return p.Store.Extend(ctx, id, attempt, now, until)
}

// R21: a process that slept through its lease cannot mark the job.
func TestRunnerIsFenced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		enqueue(t, s, "a")
		p := &paused{Store: s}
		var mu sync.Mutex
		var outcomes []job.Outcome
		observe := func(_ string, o job.Outcome, _ time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			outcomes = append(outcomes, o)
		}
		sleeper := job.NewRunner(p, clock.System{}, job.Options{Observe: observe})
		sleeper.Handle(job.Work{Kind: "a", Limit: time.Hour, Do: func(context.Context, job.Job) error {
			busy(5 * time.Minute)
			return nil
		}})
		sleeper.Start()
		synctest.Wait()
		p.asleep.Store(true)
		other := job.NewRunner(s, clock.System{}, job.Options{Observe: observe})
		other.Handle(job.Work{Kind: "a", Limit: time.Hour, Do: func(context.Context, job.Job) error {
			busy(10 * time.Minute)
			return nil
		}})
		other.Start()
		pass(time.Hour)
		stop(t, sleeper)
		stop(t, other)
		if d := cmp.Diff(outcomes, []job.Outcome{job.Lost, job.Succeeded}); d != "" {
			t.Errorf("outcomes (-got +want):\n%s", d)
		}
	})
}

// An attempt whose job was taken over is told to give up.
func TestRunnerEndsALostAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		j := enqueue(t, s, "a")
		r := job.NewRunner(s, clock.System{}, job.Options{})
		ended := make(chan error, 1)
		r.Handle(job.Work{Kind: "a", Limit: time.Hour, Do: func(ctx context.Context, _ job.Job) error {
			<-ctx.Done()
			ended <- ctx.Err()
			return ctx.Err()
		}})
		r.Start()
		synctest.Wait()
		began := time.Now()
		if err := s.Park(t.Context(), j.ID, 1, time.Now(), "by hand"); err != nil {
			t.Fatal(err)
		}
		<-ended
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("gave up after %v", took)
		}
		stop(t, r)
	})
}

// R12: work enqueued under a clock that ran ahead is done when it is right.
func TestRunnerAfterAWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		c := clock.NewFake(time.Now())
		c.Advance(400 * 24 * time.Hour)
		ahead, err := job.New("a", "", nil, c.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Enqueue(t.Context(), ahead); err != nil {
			t.Fatal(err)
		}
		var done atomic.Int32
		r := job.NewRunner(s, c, job.Options{})
		r.Handle(job.Work{Kind: "a", Do: func(context.Context, job.Job) error { done.Add(1); return nil }})
		c.Advance(-400 * 24 * time.Hour)
		r.Start()
		pass(time.Second)
		synctest.Wait()
		stop(t, r)
		if done.Load() != 1 {
			t.Error("not done")
		}
	})
}

// failing is a store that does not answer for a while.
type failing struct {
	job.Store
	calls atomic.Int32
	until time.Time
}

func (f *failing) Claim(ctx context.Context, kinds []string, now time.Time, lease time.Duration, limit int) ([]job.Job, error) {
	if f.calls.Add(1); time.Now().Before(f.until) {
		return nil, errs.New(errs.Unavailable, "")
	}
	return f.Store.Claim(ctx, kinds, now, lease, limit)
}

func TestRunnerOutlivesTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		enqueue(t, s, "a")
		f := &failing{Store: s, until: time.Now().Add(10 * time.Minute)}
		r := job.NewRunner(f, clock.System{}, job.Options{})
		var done atomic.Int32
		r.Handle(job.Work{Kind: "a", Do: func(context.Context, job.Job) error { done.Add(1); return nil }})
		r.Start()
		pass(10 * time.Minute)
		if got := f.calls.Load(); got < 20 || got > 60 {
			t.Errorf("asked %d times in ten minutes, want about every half a minute", got)
		}
		pass(31 * time.Second)
		stop(t, r)
		if done.Load() != 1 {
			t.Error("not done after the database came back")
		}
	})
}
