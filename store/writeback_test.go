package store

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"
)

// size returns how large the file is, without its log.
func (g *grouped) size() int64 {
	g.t.Helper()
	info, err := os.Stat(g.path)
	if err != nil {
		g.t.Fatal(err)
	}
	return info.Size()
}

// inserts writes numbers from one to another in one call.
func inserts(from, to int) func(conn) error {
	return func(c conn) error {
		for n := from; n < to; n++ {
			if err := insert(n)(c); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestWriteBack_comes_after_many_writes(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	before := g.size()
	g.noError(g.update(t.Context(), inserts(0, writesInPass-1)))
	if g.size() != before || g.log.writes != writesInPass-1 {
		t.Errorf("after %d writes the file was written", g.log.writes)
	}
	g.noError(g.update(t.Context(), inserts(writesInPass, writesInPass+1)))
	for began := time.Now(); g.size() == before; runtime.Gosched() {
		if time.Since(began) > 10*time.Second {
			t.Fatal("the log is not written back")
		}
	}
}

// A log that is written back begins anew, or it would grow for ever.
func TestWriteBack_lets_the_log_begin_anew(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	g.noError(g.update(t.Context(), inserts(0, 500)))
	g.log.pass(t.Context())
	g.noError(g.update(t.Context(), insert(500)))
	if got := g.commits(); got != 1 {
		t.Errorf("the log has %d commits, want the last alone", got)
	}
	if got := len(g.numbers()); got != 501 {
		t.Errorf("got %d rows, want 501", got)
	}
}

// An update that touches no row is how a conflict shows. It has written
// nothing, so the others need not run again.
func TestGroup_a_refused_update_costs_the_others_nothing(t *testing.T) {
	t.Parallel()
	g := newGrouped(t)
	conflict := errors.New("conflict")
	ran := 0
	g.hold()
	g.queue(func(c conn) error {
		ran++
		return insert(1)(c)
	}, g.noError)
	g.queue(func(c conn) error {
		n, err := c.exec(context.Background(), "update numbers set n = 3 where n = 2")
		if err != nil || n != 0 {
			t.Errorf("update: %d rows, %v", n, err)
		}
		return conflict
	}, func(err error) {
		if !errors.Is(err, conflict) {
			t.Errorf("got %v, want a conflict", err)
		}
	})
	g.finish()
	if ran != 1 || !g.numbers()[1] {
		t.Errorf("the other call ran %d times, want once", ran)
	}
}
