package job_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/job"
	"livingprofile/internal/job/jobtest"
)

func TestRunnerLimitsAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		enqueue(t, s, "a")
		r := job.NewRunner(s, clock.System{}, job.Options{})
		r.Handle(job.Work{Kind: "a", Tries: 1, Limit: time.Minute, Do: func(ctx context.Context, _ job.Job) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		r.Start()
		pass(time.Minute)
		synctest.Wait()
		stop(t, r)
		if parked, _ := s.Parked(t.Context(), 1); len(parked) != 1 || parked[0].Cause != "timeout" {
			t.Errorf("parked %+v", parked)
		}
	})
}

func TestRunnerStop(t *testing.T) {
	t.Run("waits_for_what_runs_and_begins_nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := jobtest.NewMemory()
			enqueue(t, s, "a")
			r := job.NewRunner(s, clock.System{}, job.Options{Workers: 1})
			var done int
			r.Handle(job.Work{Kind: "a", Do: func(context.Context, job.Job) error {
				busy(10 * time.Second)
				done++
				return nil
			}})
			r.Start()
			synctest.Wait()
			enqueue(t, s, "a")
			r.Wake()
			began := time.Now()
			stop(t, r)
			if done != 1 || time.Since(began) != 10*time.Second {
				t.Errorf("%d done after %v, want the one that ran", done, time.Since(began))
			}
			if jobs := left(t, s, "a"); len(jobs) != 1 || jobs[0].Attempt != 1 {
				t.Errorf("left %+v, want the other, untouched", jobs)
			}
		})
	})
	t.Run("frees_at_once_what_it_cannot_wait_for", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := jobtest.NewMemory()
			enqueue(t, s, "a")
			r := job.NewRunner(s, clock.System{}, job.Options{})
			r.Handle(job.Work{Kind: "a", Tries: 1, Do: func(ctx context.Context, _ job.Job) error {
				<-ctx.Done()
				return ctx.Err()
			}})
			r.Start()
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := r.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("stop: %v", err)
			}
			jobs, err := s.Claim(t.Context(), []string{"a"}, time.Now(), time.Minute, 1)
			if err != nil || len(jobs) != 1 || jobs[0].Cause != "stopped" {
				t.Errorf("claimed %+v, %v; want the job, at once", jobs, err)
			}
		})
	})
	t.Run("before_start_is_nothing", func(t *testing.T) {
		stop(t, job.NewRunner(jobtest.NewMemory(), clock.System{}, job.Options{}))
	})
}

// R19: start and stop under load; nothing is lost, nothing left in a lease.
func TestRunnerUnderStress(t *testing.T) {
	const jobs, rounds = 400, 20
	s := jobtest.NewMemory()
	var done sync.Map
	var n atomic.Int32
	newRunner := func() *job.Runner {
		r := job.NewRunner(s, clock.System{}, job.Options{Workers: 3, Poll: time.Millisecond})
		r.Handle(job.Work{Kind: "a", Do: func(ctx context.Context, j job.Job) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if _, twice := done.LoadOrStore(j.ID, true); twice {
				t.Errorf("job %s done twice", j.ID)
			}
			n.Add(1)
			return nil
		}})
		return r
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range rounds {
				r := newRunner()
				r.Start()
				for range jobs / rounds / 2 {
					if err := s.Enqueue(context.Background(), newJob(t, "a")); err != nil {
						t.Error(err)
					}
					r.Wake()
				}
				stop(t, r)
			}
		})
	}
	wg.Wait()
	last := newRunner()
	last.Start()
	for n.Load() < jobs && !t.Failed() {
		last.Wake()
		if oldest, err := s.Oldest(t.Context(), time.Now()); err != nil || oldest.IsZero() {
			break
		}
	}
	stop(t, last)
	if got := n.Load(); got != jobs {
		t.Errorf("%d done, want %d", got, jobs)
	}
}
