package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
)

// Options say where the data is and how to open it.
type Options struct {
	// Database is a folder for SQLite files, or a postgres:// address.
	Database string
	// Keys is where the key store is: a file for SQLite or a postgres://
	// address; "" for keys.db in the folder, or the schema keystore of the
	// database.
	Keys        string
	Master      keyring.Wrapper
	Clock       clock.Clock // nil for the machine's
	Connections int         // to PostgreSQL; 0 for 16
	Ring        keyring.Options
}

// Where each schema keeps its version.
const (
	dataSchema = "schema_versions"
	keySchema  = "keystore.key_schema_versions"
)

// DefaultLanes is how many lanes a new installation gets.
const DefaultLanes = 64

// A DB is an open installation. It is safe for concurrent use.
type DB struct {
	main, keys   engine
	ring         *keyring.Keyring
	clock        clock.Clock
	installation string
	lanes        int
	told         atomic.Pointer[func(id.Subject)] // after each change; nil for nobody

	closing sync.Once
	closed  error
}

// Open opens the data and the key store, brings both schemas up to date and
// checks that they belong together. It makes a new installation where there is
// none. A master key that does not open the key store is refused.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	db := &DB{clock: o.Clock}
	if err := db.open(ctx, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Migrate brings both schemas up to date and opens nothing. It needs no master
// key.
func Migrate(ctx context.Context, o Options) error {
	db := &DB{}
	return errors.Join(db.connect(ctx, &o), db.Close())
}

func (db *DB) open(ctx context.Context, o Options) (err error) {
	if err := db.connect(ctx, &o); err != nil {
		return err
	}
	if db.ring, err = keyring.New(ctx, o.Master, &keyStore{db.keys, o.Clock}, o.Clock, o.Ring); err != nil {
		return err
	}
	return db.install(ctx)
}

// connect opens both databases, whose schemas are then up to date.
func (db *DB) connect(ctx context.Context, o *Options) (err error) {
	if db.main, err = openEngine(ctx, o.Database, "profile.db", o.Connections); err != nil {
		return err
	}
	if o.Keys == "" && !isPostgres(o.Database) {
		o.Keys = filepath.Join(o.Database, "keys.db")
	} else if o.Keys == "" {
		o.Keys = o.Database
	}
	if db.keys, err = openEngine(ctx, o.Keys, "", o.Connections/2); err != nil {
		return fmt.Errorf("key store: %w", err)
	}
	if err := prepareEngine(ctx, db.main, "migrations", dataSchema); err != nil {
		return err
	}
	if err := prepareEngine(ctx, db.keys, "keymigrations", keySchema); err != nil {
		return fmt.Errorf("key store: %w", err)
	}
	return nil
}

func isPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// openEngine returns a nil engine with an error, and never a nil pointer in one.
func openEngine(ctx context.Context, address, file string, connections int) (engine, error) {
	if isPostgres(address) {
		e, err := openPostgres(ctx, address, connections, asleep)
		if err != nil {
			return nil, err
		}
		return e, nil
	}
	e, err := openSQLite(ctx, filepath.Join(address, file))
	if err != nil {
		return nil, err
	}
	return e, nil
}

func prepareEngine(ctx context.Context, e engine, folder, table string) error {
	if e.kind() == onPostgres && strings.HasPrefix(table, "keystore.") {
		if _, err := e.pool().ExecContext(ctx, "create schema if not exists keystore"); err != nil && !duplicateSchema(err) {
			return fmt.Errorf("make key schema: %w", err)
		}
	}
	if err := migrate(ctx, e, folder, table); err != nil {
		return err
	}
	if s, ok := e.(*sqliteEngine); ok {
		return s.start(ctx)
	}
	return nil
}

// install reads what the installation is, or makes it. A key store of another
// installation is refused: its blind indexes and checkpoints would not fit.
func (db *DB) install(ctx context.Context) error {
	print := db.ring.Fingerprint()
	read := func(c conn) error {
		var ring string
		err := c.one(ctx, "select id, lanes, keyring from installation", nil, &db.installation, &db.lanes, &ring)
		if err == nil && ring != print {
			return errors.New("this key store belongs to another installation")
		}
		return err
	}
	err := db.main.read(ctx, read)
	if !errors.Is(err, errs.NotFound) {
		return err
	}
	err = db.main.update(ctx, func(c conn) error {
		if err := read(c); !errors.Is(err, errs.NotFound) {
			return err
		}
		_, err := c.exec(ctx, `
			insert into installation (id, lanes, keyring, created_at)
			values ($1, $2, $3, $4)`,
			id.New(), DefaultLanes, print, micros(db.clock.Now()))
		for lane := 0; err == nil && lane < DefaultLanes; lane++ {
			_, err = c.exec(ctx, "insert into ledger_heads (lane, seq, hash) values ($1, 0, $2)", lane, make([]byte, ledger.HashSize))
		}
		return err
	})
	if err != nil && !errors.Is(err, errs.Conflict) {
		return fmt.Errorf("make installation: %w", err)
	}
	return db.main.read(ctx, read)
}

// Ring returns the keyring that the installation's data is sealed with.
func (db *DB) Ring() *keyring.Keyring { return db.ring }

// KeyStore returns the store of the wrapped data keys, for rotation.
func (db *DB) KeyStore() keyring.Store { return &keyStore{db.keys, db.clock} }

// Installation returns the id that the installation was given when it was
// made.
func (db *DB) Installation() string { return db.installation }

// Ready tells whether data and key store answer within the time of ctx.
func (db *DB) Ready(ctx context.Context) error {
	for name, e := range map[string]engine{"database": db.main, "key store": db.keys} {
		err := e.read(ctx, func(c conn) error {
			var one int
			return c.one(ctx, "select 1", nil, &one)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// Optimize lets the engine look at its data again, after a bulk load.
func (db *DB) Optimize(ctx context.Context) error {
	if e, ok := db.main.(*sqliteEngine); ok {
		return e.group.alone(ctx, func(c *sql.Conn) error {
			_, err := c.ExecContext(ctx, "pragma optimize")
			return err
		})
	}
	return nil
}

// Close ends open work and closes both databases. What was answered with
// success is on disk already. It may be called again, and says the same.
func (db *DB) Close() error {
	db.closing.Do(func() {
		var all []error
		for _, e := range []engine{db.main, db.keys} {
			if e != nil {
				all = append(all, e.close())
			}
		}
		db.closed = errors.Join(all...)
	})
	return db.closed
}

// Tell has f called with the subject of each change of this process, once it is
// on disk and before it is answered. There is one f at a time.
func (db *DB) Tell(f func(id.Subject)) { db.told.Store(&f) }

func (db *DB) tell(subject id.Subject) {
	if f := db.told.Load(); f != nil && subject != "" {
		(*f)(subject)
	}
}

// Clock returns the clock that the store goes by.
func (db *DB) Clock() clock.Clock { return db.clock }

func (db *DB) lane(s id.Subject) int { return s.Lane(db.lanes) }

// now is the one timestamp of a write that has no Change.
func (db *DB) now() time.Time { return db.clock.Now() }
