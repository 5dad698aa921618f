package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"livingprofile/internal/errs"
)

// postgresEngine is a PostgreSQL database that other processes use as well. It
// works behind a transaction pooler: no prepared statements by name, no
// session state, no advisory locks, no LISTEN.
type postgresEngine struct{ db *sql.DB }

// asleep is how long a process may do nothing in the middle of a transaction.
// One that was stopped there, or lost its machine, would hold the head of a
// lane, and everybody else up, for as long as its connection lives. A pooler may
// give the transaction another session; then it is for the operator to set this
// on the role.
const asleep = 5 * time.Second

func openPostgres(ctx context.Context, url string, connections int, asleep time.Duration) (*postgresEngine, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		// The error would repeat the password of the URL.
		return nil, errors.New("the PostgreSQL address cannot be read")
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	db := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, fmt.Sprintf("set idle_in_transaction_session_timeout = %d", asleep.Milliseconds()))
		return err
	}))
	if connections <= 0 {
		connections = 16
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach PostgreSQL: %w", err), db.Close())
	}
	return &postgresEngine{db}, nil
}

func (e *postgresEngine) kind() dialect { return onPostgres }
func (e *postgresEngine) pool() *sql.DB { return e.db }
func (e *postgresEngine) close() error  { return e.db.Close() }

func (e *postgresEngine) read(_ context.Context, fn func(conn) error) error {
	return postgresError(fn(conn{e.db, onPostgres}))
}

func (e *postgresEngine) snapshot(ctx context.Context, fn func(conn) error) error {
	tx, err := e.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return postgresError(err)
	}
	defer func() { _ = tx.Rollback() }()
	return postgresError(fn(conn{tx, onPostgres}))
}

// maxTries bounds how often a transaction that lost against another is run
// again.
const maxTries = 8

func (e *postgresEngine) update(ctx context.Context, fn func(conn) error) error {
	for try := 1; ; try++ {
		err := e.try(ctx, fn)
		if err == nil || !lost(err) || try == maxTries {
			return postgresError(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(rand.IntN(5<<try)) * time.Millisecond): //nolint:gosec // jitter
		}
	}
}

func (e *postgresEngine) try(ctx context.Context, fn func(conn) error) error {
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(conn{tx, onPostgres}); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// lost tells whether PostgreSQL ended the transaction for another's sake, so
// that it may succeed when run again.
func lost(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// postgresError gives the errors that a caller can act on their kind.
func postgresError(err error) error {
	var e *pgconn.PgError
	var down *pgconn.ConnectError
	switch {
	case errors.As(err, &e):
		switch e.Code[:2] {
		case "23":
			return errs.Wrap(errs.Conflict, "error.conflict", err)
		case "40", "53", "57", "08", "25": // 25P03: it slept in a transaction
			return errs.Wrap(errs.Unavailable, "error.try_again", err)
		}
	case errors.As(err, &down):
		return errs.Wrap(errs.Unavailable, "error.try_again", err)
	}
	return err
}
