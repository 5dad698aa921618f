package turn_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"livingprofile/internal/turn"
)

// Who asks while a run is under way is served by the next, which is one for all.
func TestDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns turn.Turn
		var runs atomic.Int32
		var done atomic.Int32 // what a run can see when it begins
		var seen int32
		hold := make(chan struct{})
		go func() {
			err := turns.Do(t.Context(), func(context.Context) error {
				runs.Add(1)
				<-hold
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		failed := errors.New("full disk")
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				done.Add(1)
				err := turns.Do(t.Context(), func(context.Context) error {
					runs.Add(1)
					seen = done.Load()
					return failed
				})
				if !errors.Is(err, failed) {
					t.Errorf("got %v, want %v", err, failed)
				}
			})
		}
		synctest.Wait()
		close(hold)
		all.Wait()
		if n := runs.Load(); n != 2 || seen != 10 {
			t.Errorf("got %d runs and the last saw %d, want 2 and 10", n, seen)
		}
	})
}

// Who leaves learns so at once, and ends the run for nobody: neither for those
// who wait when the first leaves, nor when another does.
func TestDoLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns turn.Turn
		hold := make(chan struct{})
		work := func(ctx context.Context) error { <-hold; return ctx.Err() }
		var all sync.WaitGroup
		ask := func(ctx context.Context, who string, want error) {
			all.Go(func() {
				if err := turns.Do(ctx, work); !errors.Is(err, want) {
					t.Errorf("%s: got %v, want %v", who, err, want)
				}
			})
			synctest.Wait()
		}
		ask(t.Context(), "the run under way", nil)
		first, leave := context.WithCancel(t.Context())
		other, leaveToo := context.WithCancel(t.Context())
		ask(first, "the first of the next run", nil)
		ask(other, "who left", context.Canceled)
		ask(t.Context(), "who stayed", nil)
		leave()
		leaveToo()
		synctest.Wait()
		close(hold)
		all.Wait()
	})
}
