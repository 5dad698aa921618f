package job_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/job"
	"livingprofile/internal/job/jobtest"
)

func TestScheduleOneOfSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		var turns atomic.Int32
		task := job.Task{Name: "a", Every: 10 * time.Minute, Do: func(context.Context, time.Time) error {
			turns.Add(1)
			busy(time.Second)
			return nil
		}}
		var all []*job.Schedule
		for range 3 {
			p := job.NewSchedule(s, clock.System{}, job.Options{})
			p.Add(task)
			p.Start()
			p.Start()
			all = append(all, p)
		}
		pass(time.Hour - time.Minute)
		for _, p := range all {
			stop(t, p)
			stop(t, p)
		}
		// Each turn begins ten minutes after the one before and up to a
		// little later.
		if got := turns.Load(); got != 6 {
			t.Errorf("%d turns in an hour, want 6", got)
		}
	})
}

func TestScheduleGoesOnAfterFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		var turns atomic.Int32
		p := job.NewSchedule(s, clock.System{}, job.Options{})
		p.Add(job.Task{Name: "a", Every: time.Hour, Do: func(context.Context, time.Time) error {
			switch turns.Add(1) {
			case 1:
				return errors.New("broken")
			case 2:
				panic("worse")
			}
			return nil
		}})
		p.Start()
		pass(10 * time.Minute)
		if got := turns.Load(); got != 3 {
			t.Errorf("%d turns, want two that failed and one that did not", got)
		}
		pass(time.Hour)
		stop(t, p)
		if got := turns.Load(); got != 4 {
			t.Errorf("%d turns, want the next an hour later", got)
		}
	})
}

func TestScheduleTakesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		if turn, err := s.Take(t.Context(), "a", time.Now(), time.Hour, time.Minute); err != nil || !turn.Taken {
			t.Fatalf("%+v, %v", turn, err)
		}
		var at time.Time
		p := job.NewSchedule(s, clock.System{}, job.Options{})
		p.Add(job.Task{Name: "a", Every: time.Hour, Do: func(_ context.Context, now time.Time) error {
			at = now
			return nil
		}})
		began := time.Now()
		p.Start()
		pass(10 * time.Minute)
		stop(t, p)
		if d := at.Sub(began); d < time.Minute || d > 2*time.Minute {
			t.Errorf("taken over after %v, want soon after the lease", d)
		}
	})
}

// A turn that would go on for long is cut off, which is no fault, and is done by
// whoever looks next. One that does not heed it is an error.
func TestScheduleStopEndsATurn(t *testing.T) {
	for name, tt := range map[string]struct {
		heeds bool
		want  error
	}{"heeds": {true, nil}, "goes_on": {false, context.DeadlineExceeded}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				turns, log := jobtest.NewMemory(), new(strings.Builder)
				p := job.NewSchedule(turns, clock.System{}, job.Options{Log: slog.New(slog.NewTextHandler(log, nil))})
				p.Add(job.Task{Name: "a", Every: time.Hour, Lease: time.Hour, Do: func(ctx context.Context, _ time.Time) error {
					<-ctx.Done()
					if !tt.heeds {
						<-time.After(time.Minute)
					}
					return ctx.Err()
				}})
				p.Start()
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began := time.Now()
				if err := p.Stop(ctx); !errors.Is(err, tt.want) {
					t.Errorf("stop: %v", err)
				}
				if took := time.Since(began); tt.heeds && took > 2*time.Second {
					t.Errorf("it took %v", took)
				}
				<-time.After(time.Hour / 2)
				if turn, err := turns.Take(t.Context(), "a", time.Now(), time.Hour, time.Minute); err != nil || !turn.Taken {
					t.Errorf("half an hour later: %+v, %v", turn, err)
				}
				if log.Len() > 0 {
					t.Errorf("logged: %s", log)
				}
			})
		})
	}
}

func TestBadRegistrations(t *testing.T) {
	do := func(context.Context, job.Job) error { return nil }
	for name, f := range map[string]func(){
		"kind": func() { job.NewRunner(nil, nil, job.Options{}).Handle(job.Work{Do: do}) },
		"work": func() { job.NewRunner(nil, nil, job.Options{}).Handle(job.Work{Kind: "a"}) },
		"kind twice": func() {
			r := job.NewRunner(nil, nil, job.Options{})
			r.Handle(job.Work{Kind: "a", Do: do})
			r.Handle(job.Work{Kind: "a", Do: do})
		},
		"task": func() { job.NewSchedule(nil, nil, job.Options{}).Add(job.Task{Name: "a"}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
