package job

import (
	"context"
	"sync"
	"time"
)

// grace is how long work that was told to end at once may take to do so.
const grace = time.Second

// A span is the life of a set of goroutines between Start and Stop.
type span struct {
	stopping chan struct{}   // closed when no new work may begin
	work     context.Context // ends when running work has to give up
	abort    context.CancelFunc
	once     sync.Once
	wg       sync.WaitGroup
}

func newSpan() *span {
	s := &span{stopping: make(chan struct{})}
	s.work, s.abort = context.WithCancel(context.Background())
	return s
}

func (s *span) goes(f func()) { s.wg.Go(f) }

// ended tells whether Stop was called.
func (s *span) ended() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// sleep waits for d or for wake, and tells whether to go on.
func (s *span) sleep(d time.Duration, wake <-chan struct{}) bool {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-s.stopping:
		return false
	case <-wake:
	case <-t.C:
	}
	return !s.ended()
}

// stop lets running work finish. When ctx ends first, the work is told to give
// up, and the error of ctx is returned, at the latest after grace.
func (s *span) stop(ctx context.Context) error {
	s.once.Do(func() { close(s.stopping) })
	finished := make(chan struct{})
	go func() {
		s.wg.Wait()
		s.abort()
		close(finished)
	}()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
	}
	s.abort()
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case <-finished:
	case <-t.C:
	}
	return ctx.Err()
}
