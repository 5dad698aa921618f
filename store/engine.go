package store

import (
	"context"
	"database/sql"
)

// An engine is one open database, read and written by the rules of its kind.
type engine interface {
	// read runs fn outside a transaction.
	read(ctx context.Context, fn func(conn) error) error
	// snapshot runs fn on one unchanging state of the database.
	snapshot(ctx context.Context, fn func(conn) error) error
	// update runs fn in one transaction and returns nil only after what it
	// wrote is on disk. fn may be run more than once, and what it returned last
	// is what counts.
	update(ctx context.Context, fn func(conn) error) error
	// pool is for migrations.
	pool() *sql.DB
	kind() dialect
	close() error
}
