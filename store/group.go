package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
)

// A group is SQLite's one writer. Changes that arrive while one commit is on
// its way to the disk are committed together by the next, so that one sync
// serves many; each is answered only after its own is done.
type group struct {
	conn    *sql.Conn
	cache   *prepared
	log     *writeBack
	calls   chan *call
	done    chan struct{}
	stopped chan struct{}
}

// A call is one change that waits for the disk, or work that must have the
// writer's connection to itself.
type call struct {
	fn     func(conn) error
	alone  func(*sql.Conn) error
	err    error
	writes int // statements that wrote something
	answer chan struct{}
}

// maxGroup bounds how long the first change of a group waits for the last.
const maxGroup = 256

func newGroup(c *sql.Conn, log *writeBack) *group {
	g := &group{
		conn:    c,
		cache:   newPrepared(c),
		log:     log,
		calls:   make(chan *call, maxGroup),
		done:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go g.run()
	return g
}

// do queues fn and waits until it is on disk or refused. A context that ends
// while fn waits in the queue does not take it back: the answer would be a
// guess.
func (g *group) do(ctx context.Context, fn func(conn) error) error {
	return g.enqueue(ctx, &call{fn: fn, answer: make(chan struct{})})
}

// alone runs fn on the writer's connection between two commits.
func (g *group) alone(ctx context.Context, fn func(*sql.Conn) error) error {
	return g.enqueue(ctx, &call{alone: fn, answer: make(chan struct{})})
}

func (g *group) enqueue(ctx context.Context, c *call) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case g.calls <- c:
	case <-g.done:
		return errs.New(errs.Unavailable, "error.stopping")
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-c.answer:
		return c.err
	case <-g.stopped:
		// A call that slipped in behind the last commit was never run.
		select {
		case <-c.answer:
			return c.err
		default:
			return errs.New(errs.Unavailable, "error.stopping")
		}
	}
}

func (g *group) run() {
	defer close(g.stopped)
	batch := make([]*call, 0, maxGroup)
	for {
		select {
		case c := <-g.calls:
			batch = g.collect(append(batch[:0], c))
			g.commit(batch)
		case <-g.done:
			if batch = g.collect(batch[:0]); len(batch) > 0 {
				g.commit(batch)
			}
			return
		}
	}
}

// collect adds to batch what is already waiting.
func (g *group) collect(batch []*call) []*call {
	for len(batch) < maxGroup {
		select {
		case c := <-g.calls:
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}

// commit writes batch in one transaction and answers every call.
//
// A call that fails before it has written anything, as a conflict does, costs
// the others nothing. One that fails after writing would leave half of itself
// behind, so the transaction is rolled back and the others run again without
// it.
func (g *group) commit(batch []*call) {
	var live []*call
	for _, c := range batch {
		if c.alone != nil {
			c.err = c.alone(g.conn)
		} else {
			live = append(live, c)
		}
	}
	for len(live) > 0 {
		next, again := g.try(live)
		if !again {
			break
		}
		live = next
	}
	for _, c := range batch {
		close(c.answer)
	}
}

// try runs live in one transaction. again says that it was rolled back because
// of a call that is not in next any more.
func (g *group) try(live []*call) (next []*call, again bool) {
	ctx := context.Background()
	if _, err := g.cache.ExecContext(ctx, "begin immediate"); err != nil {
		fail(live, fmt.Errorf("begin: %w", err))
		return nil, false
	}
	writes := 0
	for i, c := range live {
		c.writes = 0
		c.err = g.call(c)
		if c.err != nil && c.writes > 0 {
			g.rollback()
			return append(append([]*call(nil), live[:i]...), live[i+1:]...), true
		}
		writes += c.writes
	}
	if writes == 0 {
		g.rollback()
		return nil, false
	}
	if _, err := g.cache.ExecContext(ctx, "commit"); err != nil {
		g.rollback()
		fail(live, fmt.Errorf("commit: %w", err))
	}
	g.log.grew(writes)
	return nil, false
}

// call runs one fn; a panic in it is an error of that call alone.
func (g *group) call(c *call) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a change: %v", p)
		}
	}()
	return c.fn(conn{noting{g.cache, c}, onSQLite})
}

// rollback ends the transaction whatever its state; SQLite may have ended it
// by itself.
func (g *group) rollback() { _, _ = g.conn.ExecContext(context.Background(), "rollback") }

// fail gives err to every call that had none of its own.
func fail(calls []*call, err error) {
	for _, c := range calls {
		if c.err == nil {
			c.err = err
		}
	}
}

func (g *group) close() error {
	close(g.done)
	select {
	case <-g.stopped:
	case <-time.After(busyTimeout + time.Second):
		return errors.New("the last commit did not finish")
	}
	return errors.Join(g.cache.close(), g.conn.Close())
}

// noting counts the statements of a call that have written something.
type noting struct {
	*prepared
	call *call
}

func (n noting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	n.call.writes++
	res, err := n.prepared.ExecContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	if rows, err := res.RowsAffected(); err == nil && rows == 0 {
		n.call.writes--
	}
	return res, nil
}
