package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"livingprofile/internal/errs"
)

// A grouped is a SQLite engine with a table of numbers, and a first call that
// keeps the writer busy for as long as the test wants.
type grouped struct {
	*sqliteEngine
	t       *testing.T
	path    string
	release chan struct{}
	wg      sync.WaitGroup
}

func newGrouped(t *testing.T) *grouped {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	e, err := openSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.pool().ExecContext(t.Context(), `
		create table numbers (n integer not null primary key) strict;
		create table debts (n integer not null references numbers (n) deferrable initially deferred) strict;
		pragma wal_checkpoint(truncate)`)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	g := &grouped{sqliteEngine: e, t: t, path: path, release: make(chan struct{})}
	t.Cleanup(func() { e.close() })
	return g
}

// hold keeps the writer busy until g.release is closed.
func (g *grouped) hold() {
	g.t.Helper()
	busy := make(chan struct{})
	g.wg.Go(func() {
		err := g.update(context.Background(), func(conn) error {
			close(busy)
			<-g.release
			return nil
		})
		if err != nil {
			g.t.Errorf("holder: %v", err)
		}
	})
	<-busy
}

// queue starts a call and returns when it waits for the writer behind those
// that were queued before.
func (g *grouped) queue(fn func(conn) error, answer func(error)) {
	n := len(g.group.calls)
	g.wg.Go(func() { answer(g.update(context.Background(), fn)) })
	for len(g.group.calls) == n {
		runtime.Gosched()
	}
}

// finish lets the writer go on and waits for all answers.
func (g *grouped) finish() {
	close(g.release)
	g.wg.Wait()
}

func insert(n int) func(conn) error {
	return func(c conn) error {
		_, err := c.exec(context.Background(), "insert into numbers (n) values ($1)", n)
		return err
	}
}

// numbers returns what a reader sees.
func (g *grouped) numbers() map[int]bool {
	g.t.Helper()
	found := map[int]bool{}
	err := g.read(context.Background(), func(c conn) error {
		return c.each(context.Background(), func(rows *sql.Rows) error {
			var n int
			err := rows.Scan(&n)
			found[n] = true
			return err
		}, "select n from numbers")
	})
	if err != nil {
		g.t.Errorf("read numbers: %v", err)
	}
	return found
}

// commits counts the transactions in the write-ahead log: the last frame of
// each has the size of the database in it (https://sqlite.org/walformat.html).
func (g *grouped) commits() int {
	g.t.Helper()
	log, err := os.ReadFile(g.path + "-wal")
	if err != nil || len(log) < 32 {
		return 0
	}
	page := int(binary.BigEndian.Uint32(log[8:]))
	n := 0
	for frame := log[32:]; len(frame) >= 24+page; frame = frame[24+page:] {
		if string(frame[8:16]) == string(log[16:24]) && binary.BigEndian.Uint32(frame[4:]) != 0 {
			n++
		}
	}
	return n
}

func (g *grouped) noError(err error) {
	if err != nil {
		g.t.Errorf("call: %v", err)
	}
}

func TestGroup_waiting_calls_share_one_commit(t *testing.T) {
	t.Parallel()
	const calls = 100
	g := newGrouped(t)
	before := g.commits()
	g.hold()
	for n := range calls {
		g.queue(insert(n), g.noError)
	}
	g.finish()
	if got := len(g.numbers()); got != calls {
		t.Errorf("got %d rows, want %d", got, calls)
	}
	if got := g.commits() - before; got != 1 {
		t.Errorf("got %d commits, want 1", got)
	}
}

func TestGroup_a_call_that_reads_only_commits_nothing(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	before := g.commits()
	g.noError(g.update(t.Context(), func(c conn) error {
		var n int
		return c.one(t.Context(), "select count(*) from numbers", nil, &n)
	}))
	if got := g.commits() - before; got != 0 {
		t.Errorf("got %d commits, want none", got)
	}
}

// A call that fails is nobody else's business, before it has written, after it
// has, and when it panics.
func TestGroup_failures_stay_with_their_call(t *testing.T) {
	t.Parallel()
	odd := errors.New("odd")
	after := func(n int, fail func() error) func(conn) error {
		return func(c conn) error {
			if err := insert(n)(c); err != nil {
				return err
			}
			return fail()
		}
	}
	for name, tt := range map[string]struct {
		fn    func(conn) error
		want  string
		runs  int32 // of the calls beside it
		wrote bool
	}{
		"error_before_writing": {fn: func(conn) error { return odd }, want: "odd", runs: 1},
		"error_after_writing":  {fn: after(1000, func() error { return odd }), want: "odd", runs: 2},
		"panic_before_writing": {fn: func(conn) error { panic("odd") }, want: "panic in a change: odd", runs: 1},
		"panic_after_writing":  {fn: after(1000, func() error { panic("odd") }), want: "panic in a change: odd", runs: 2},
		"row_that_is_there":    {fn: insert(0), want: "conflict", runs: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGrouped(t)
			var runs atomic.Int32
			first := func(c conn) error {
				runs.Add(1)
				return insert(0)(c)
			}
			var got error
			g.hold()
			g.queue(first, g.noError)
			g.queue(tt.fn, func(err error) { got = err })
			g.queue(insert(2), g.noError)
			g.finish()
			if got == nil || !strings.Contains(got.Error(), tt.want) {
				t.Errorf("got %v, want %q", got, tt.want)
			}
			if rows := g.numbers(); len(rows) != 2 || !rows[0] || !rows[2] {
				t.Errorf("got rows %v, want 0 and 2", rows)
			}
			if n := runs.Load(); n != tt.runs {
				t.Errorf("the first call ran %d times, want %d", n, tt.runs)
			}
			g.noError(g.update(t.Context(), insert(3)))
		})
	}
}

func TestGroup_nothing_is_answered_before_it_is_committed(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	var answered atomic.Bool
	last, ran := make(chan struct{}), make(chan struct{})
	g.hold()
	g.queue(insert(1), func(err error) {
		answered.Store(true)
		g.noError(err)
	})
	g.queue(func(c conn) error {
		close(ran)
		<-last
		return insert(2)(c)
	}, g.noError)
	close(g.release)
	<-ran
	for range 1000 {
		runtime.Gosched()
	}
	if answered.Load() || len(g.numbers()) != 0 {
		t.Error("a call is answered, or seen, while its transaction is open")
	}
	close(last)
	g.wg.Wait()
	if rows := g.numbers(); len(rows) != 2 {
		t.Errorf("got rows %v, want 1 and 2", rows)
	}
}

func TestGroup_a_commit_that_fails_is_nobodys_success(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	var failed atomic.Int32
	count := func(err error) {
		if errors.Is(err, errs.Conflict) {
			failed.Add(1)
		} else {
			t.Errorf("got %v, want the commit's refusal", err)
		}
	}
	g.hold()
	g.queue(insert(1), count)
	g.queue(func(c conn) error {
		_, err := c.exec(t.Context(), "insert into debts (n) values (99)")
		return err
	}, count)
	g.finish()
	if n := failed.Load(); n != 2 {
		t.Errorf("%d calls were refused, want 2", n)
	}
	if rows := g.numbers(); len(rows) != 0 {
		t.Errorf("got rows %v, want none", rows)
	}
	g.noError(g.update(t.Context(), insert(2)))
}

func TestGroup_a_context_that_ends_does_not_change_the_answer(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	ctx, cancel := context.WithCancel(t.Context())
	g.hold()
	n := len(g.group.calls)
	g.wg.Go(func() { g.noError(g.update(ctx, insert(1))) })
	for len(g.group.calls) == n {
		runtime.Gosched()
	}
	cancel()
	g.finish()
	if !g.numbers()[1] {
		t.Error("the call succeeds and its row is not there")
	}
	if err := g.update(ctx, insert(2)); !errors.Is(err, context.Canceled) || g.numbers()[2] {
		t.Errorf("cancelled before: got %v, want %v and no row", err, context.Canceled)
	}
}

func TestGroup_work_alone_runs_between_transactions(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	g.hold()
	g.queue(insert(1), g.noError)
	g.wg.Go(func() {
		g.noError(g.group.alone(context.Background(), func(c *sql.Conn) error {
			_, err := c.ExecContext(context.Background(), "begin immediate; insert into numbers (n) values (2); commit")
			return err
		}))
	})
	g.finish()
	if rows := g.numbers(); len(rows) != 2 {
		t.Errorf("got rows %v, want 1 and 2", rows)
	}
}

// TestGroup_close stops a busy writer. Whoever was answered with success is on
// disk, and nobody else is.
func TestGroup_close(t *testing.T) {
	t.Parallel()
	for range 5 {
		g := newGrouped(t)
		const calls = 2 * maxGroup
		var accepted sync.Map
		var started sync.WaitGroup
		for n := range calls {
			started.Add(1)
			g.wg.Go(func() {
				started.Done()
				switch err := g.update(context.Background(), insert(n)); {
				case err == nil:
					accepted.Store(n, true)
				case !errors.Is(err, errs.Unavailable):
					t.Errorf("call: %v", err)
				}
			})
		}
		started.Wait()
		if err := g.group.close(); err != nil {
			t.Errorf("close: %v", err)
		}
		g.wg.Wait()
		rows := g.numbers()
		for n := range calls {
			if _, ok := accepted.Load(n); ok != rows[n] {
				t.Fatalf("number %d: answered with success %v, on disk %v", n, ok, rows[n])
			}
		}
		if err := g.update(t.Context(), insert(calls)); !errors.Is(err, errs.Unavailable) {
			t.Errorf("after the end: got %v, want %v", err, errs.Unavailable)
		}
		g.group = nil // is closed
	}
}

func TestGroup_close_does_what_waits(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	g.hold()
	for n := range 10 {
		g.queue(insert(n), g.noError)
	}
	closed := make(chan error)
	go func() { closed <- g.group.close() }()
	<-g.group.done
	close(g.release)
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	g.wg.Wait()
	if got := len(g.numbers()); got != 10 {
		t.Errorf("got %d rows, want 10", got)
	}
	g.group = nil // is closed
}
