package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"livingprofile/internal/errs"
	"livingprofile/internal/turn"
)

// sqliteEngine is one SQLite file: one writer that commits in groups, and a
// small pool of readers.
type sqliteEngine struct {
	readers *sql.DB
	cache   *prepared
	writers *sql.DB
	group   *group
	log     *writeBack
	cut     turn.Turn // of the log
}

// The settings that the promises rest on, by pragma, as they read back.
// secure_delete and the truncating checkpoint of an erasure keep deleted
// values out of the file (security.md, P02).
var sqliteSettings = [...]struct{ pragma, set, want string }{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"secure_delete", "ON", "1"},
	{"foreign_keys", "ON", "1"},
	{"busy_timeout", strconv.Itoa(int(busyTimeout / time.Millisecond)), strconv.Itoa(int(busyTimeout / time.Millisecond))},
	{"cache_size", "-2048", "-2048"},
	{"temp_store", "MEMORY", "2"},
	{"wal_autocheckpoint", strconv.Itoa(mostLog), strconv.Itoa(mostLog)},
	{"trusted_schema", "OFF", "0"},
}

// busyTimeout is how long a writer waits for another process.
const busyTimeout = 10 * time.Second

// oldestSQLite is the first version without a corruption of WAL databases that
// have two or more connections.
const oldestSQLite = "3.51.3"

func openSQLite(ctx context.Context, path string) (*sqliteEngine, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	if err := touch(path); err != nil {
		return nil, err
	}
	e := &sqliteEngine{}
	var err error
	if e.writers, err = sql.Open("sqlite", sqliteURL(path)); err != nil {
		return nil, err
	}
	e.writers.SetMaxOpenConns(1)
	if err := checkSQLite(ctx, e.writers); err != nil {
		return nil, errors.Join(err, e.close())
	}
	if e.readers, err = sql.Open("sqlite", sqliteURL(path)+"&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, e.close())
	}
	n := runtime.GOMAXPROCS(0) + 3 // one of them for the log
	e.readers.SetMaxOpenConns(n)
	e.readers.SetMaxIdleConns(n)
	e.cache = newPrepared(e.readers)
	return e, nil
}

// touch makes an empty file that only its owner may read, so that the driver
// does not make one with the machine's default mode.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the path
	if err != nil {
		return fmt.Errorf("make database file: %w", err)
	}
	return f.Close()
}

func sqliteURL(path string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, s := range sqliteSettings {
		q.Add("_pragma", s.pragma+"("+s.set+")")
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// checkSQLite refuses an old library and a setting that is not in force: a
// misspelt pragma is ignored in silence.
func checkSQLite(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, "select sqlite_version()").Scan(&version); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if !atLeast(version, oldestSQLite) {
		return fmt.Errorf("SQLite %s can corrupt a database in WAL mode; %s or newer is needed", version, oldestSQLite)
	}
	for _, s := range sqliteSettings {
		var got string
		if err := db.QueryRowContext(ctx, "pragma "+s.pragma).Scan(&got); err != nil {
			return fmt.Errorf("read back %s: %w", s.pragma, err)
		}
		if got != s.want {
			return fmt.Errorf("SQLite setting %s is %q and must be %q", s.pragma, got, s.want)
		}
	}
	return nil
}

// atLeast compares dotted versions number by number.
func atLeast(version, oldest string) bool {
	v, o := strings.Split(version, "."), strings.Split(oldest, ".")
	for i := range o {
		if i >= len(v) {
			return false
		}
		a, errA := strconv.Atoi(v[i])
		b, errB := strconv.Atoi(o[i])
		if errA != nil || errB != nil {
			return false
		}
		if a != b {
			return a > b
		}
	}
	return true
}

// start begins to take changes. It comes after the migrations, which use the
// writer's connection.
func (e *sqliteEngine) start(ctx context.Context) error {
	c, err := e.writers.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open writer: %w", err)
	}
	e.log = newWriteBack(e.readers)
	e.group = newGroup(c, e.log)
	return nil
}

func (e *sqliteEngine) kind() dialect { return onSQLite }
func (e *sqliteEngine) pool() *sql.DB { return e.writers }

func (e *sqliteEngine) read(_ context.Context, fn func(conn) error) error {
	return sqliteError(fn(conn{e.cache, onSQLite}))
}

func (e *sqliteEngine) snapshot(ctx context.Context, fn func(conn) error) error {
	c, err := e.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "begin"); err != nil {
		return err
	}
	defer func() { _, _ = c.ExecContext(context.WithoutCancel(ctx), "rollback") }()
	return fn(conn{c, onSQLite})
}

func (e *sqliteEngine) update(ctx context.Context, fn func(conn) error) error {
	return sqliteError(e.group.do(ctx, fn))
}

func (e *sqliteEngine) close() error {
	var all []error
	if e.group != nil {
		all = append(all, e.group.close())
		e.log.close()
	}
	if e.cache != nil {
		all = append(all, e.cache.close())
	}
	for _, db := range []*sql.DB{e.readers, e.writers} {
		if db != nil {
			all = append(all, db.Close())
		}
	}
	return errors.Join(all...)
}

// sqliteError gives the errors that a caller can act on their kind. A lock
// that another process holds too long, or a full disk, is a reason to try
// again; nothing was changed.
func sqliteError(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL:
		return errs.Wrap(errs.Unavailable, "error.try_again", err)
	case sqlite3.SQLITE_CONSTRAINT:
		return errs.Wrap(errs.Conflict, "error.conflict", err)
	}
	return err
}
