package store

import (
	"context"
	"database/sql"
	"sync"
)

// A writeBack copies what is committed from SQLite's log into its file, in
// small passes beside the commits, so that none of them waits for it. A pass
// that reaches the log's end lets the log begin anew.
//
// While changes come in without a pause no pass reaches the end. Past mostLog
// the commits help: SQLite itself then writes back what a pass has left.
type writeBack struct {
	db      *sql.DB
	writes  int           // since the last pass; the writer's
	due     chan struct{} // holds one
	passing sync.Mutex
	stop    context.CancelFunc
	stopped chan struct{}
}

// writesInPass is how many statements are written before the next pass, a page
// or two each. Many pages are written again soon: the rarer the passes, the
// fewer are copied twice, and the longer each of them keeps the disk busy.
const writesInPass = 1000

// mostLog is how long the log may grow before commits write it back, in pages
// of 4 KB.
const mostLog = 16000

// newWriteBack takes the pool of a database. Its connections need not be able
// to write.
func newWriteBack(db *sql.DB) *writeBack {
	ctx, stop := context.WithCancel(context.Background())
	w := &writeBack{db: db, due: make(chan struct{}, 1), stop: stop, stopped: make(chan struct{})}
	go w.run(ctx)
	return w
}

// grew counts what was committed. One goroutine at a time may call it.
func (w *writeBack) grew(writes int) {
	if w.writes += writes; w.writes < writesInPass {
		return
	}
	select {
	case w.due <- struct{}{}:
		w.writes = 0
	default: // the last pass has not begun
	}
}

func (w *writeBack) run(ctx context.Context) {
	defer close(w.stopped)
	for {
		select {
		case <-w.due:
			w.pass(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// pass copies as much as it can without waiting for anybody. What it does not,
// the next one does, so an error is of no consequence.
func (w *writeBack) pass(ctx context.Context) {
	defer w.pause()()
	_, _ = w.db.ExecContext(context.WithoutCancel(ctx), "pragma wal_checkpoint(passive)")
}

// pause keeps passes away until the returned function is called: SQLite refuses
// a second one at the same time.
func (w *writeBack) pause() (resume func()) {
	w.passing.Lock()
	return w.passing.Unlock
}

func (w *writeBack) close() {
	w.stop()
	<-w.stopped
}
