package job_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/job"
	"livingprofile/internal/job/jobtest"
)

// A process that cannot reach the store stops working on a job when its lease
// is over, since another process is about to take it.
func TestRunnerEndsAnAttemptItCannotRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobtest.NewMemory()
		enqueue(t, s, "a")
		p := &paused{Store: s}
		r := job.NewRunner(p, clock.System{}, job.Options{Lease: time.Minute})
		ended := make(chan struct{})
		r.Handle(job.Work{Kind: "a", Limit: time.Hour, Do: func(ctx context.Context, _ job.Job) error {
			<-ctx.Done()
			close(ended)
			return ctx.Err()
		}})
		r.Start()
		pass(10*time.Minute + time.Second)
		p.asleep.Store(true)
		pass(20 * time.Second)
		p.asleep.Store(false)
		select {
		case <-ended:
			t.Error("gave up after one failure, with most of the lease left")
		default:
		}
		pass(20 * time.Second)
		p.asleep.Store(true)
		renewed := time.Now().Truncate(20 * time.Second)
		<-ended
		if took := time.Since(renewed); took != time.Minute {
			t.Errorf("gave up %v after the last renewal, want the length of the lease", took)
		}
		stop(t, r)
	})
}
