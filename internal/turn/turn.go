// Package turn lets one piece of work serve everybody who waits for it.
package turn

import (
	"context"
	"errors"
	"sync"
)

// A Turn runs a piece of work, one at a time. Who asks while it runs is served
// by the next run, together with all others who wait: a run misses nothing that
// was done before it was asked for. The zero Turn is ready, and safe for
// concurrent use.
type Turn struct {
	mu   sync.Mutex
	last *run // that was begun
	next *run // that waits for it; nil for none
}

type run struct {
	done chan struct{}
	err  error
}

// Do returns what a run of work returned that began after Do was called. Whoever
// asked first carries it out, to its end even when their own context ends; the
// others may leave.
func (t *Turn) Do(ctx context.Context, work func(context.Context) error) error {
	r, first := t.join()
	if first {
		t.lead(context.WithoutCancel(ctx), r, work)
		return r.err
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *Turn) join() (r *run, first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next, first = &run{done: make(chan struct{})}, true
	}
	return t.next, first
}

func (t *Turn) lead(ctx context.Context, r *run, work func(context.Context) error) {
	t.mu.Lock()
	before := t.last
	t.mu.Unlock()
	if before != nil {
		<-before.done
	}
	t.mu.Lock()
	t.last, t.next = r, nil
	t.mu.Unlock()
	defer close(r.done)
	r.err = errPanic
	r.err = work(ctx)
}

var errPanic = errors.New("the work that many waited for panicked")
