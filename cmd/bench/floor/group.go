package floor

import (
	"context"
	"database/sql"
	"errors"
)

// A group commits what waits in one transaction, so that one sync serves many.
type group struct {
	db    *sql.DB
	stmts []*sql.Stmt // of each call, with the same arguments
	calls chan *call
	ended chan struct{}
}

type call struct {
	args []any
	done chan error
}

const maxGroup = 256

func newGroup(db *sql.DB, stmts ...*sql.Stmt) *group {
	g := &group{db: db, stmts: stmts, calls: make(chan *call, maxGroup), ended: make(chan struct{})}
	go g.run()
	return g
}

// do makes one change and returns when it is on disk.
func (g *group) do(args ...any) error {
	c := &call{args: args, done: make(chan error, 1)}
	g.calls <- c
	return <-c.done
}

func (g *group) run() {
	defer close(g.ended)
	batch := make([]*call, 0, maxGroup)
	for c := range g.calls {
		batch = append(batch[:0], c)
		for more := true; more && len(batch) < maxGroup; {
			select {
			case c, ok := <-g.calls:
				if more = ok; ok {
					batch = append(batch, c)
				}
			default:
				more = false
			}
		}
		err := g.commit(batch)
		for _, c := range batch {
			c.done <- err
		}
	}
}

func (g *group) commit(batch []*call) error {
	ctx := context.Background()
	tx, err := g.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, prepared := range g.stmts {
		stmt := tx.StmtContext(ctx, prepared)
		for _, c := range batch {
			if _, err := stmt.ExecContext(ctx, c.args...); err != nil {
				return errors.Join(err, tx.Rollback())
			}
		}
	}
	return tx.Commit()
}

// close ends the group; nobody may call do any more.
func (g *group) close() {
	close(g.calls)
	<-g.ended
}
