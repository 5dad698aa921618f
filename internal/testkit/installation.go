package testkit

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"livingprofile/internal/clock"
	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
	"livingprofile/store"
)

// An Installation is where a store is and what opens it, so that a test can
// open it again, or look at it from behind.
type Installation struct {
	Engine  Engine
	Address string // as store.Options.Database
	Master  keyring.Wrapper
	Clock   *clock.Fake
}

// Install returns an empty installation, with a master key that nothing else
// has and a clock that stands at Start.
func Install(tb testing.TB, e Engine) *Installation {
	tb.Helper()
	return &Installation{Engine: e, Address: schemaOnly(tb, e), Master: keytest.Master(tb), Clock: NewClock()}
}

// Options returns what opens it.
func (i *Installation) Options() store.Options {
	return store.Options{Database: i.Address, Master: i.Master, Clock: i.Clock}
}

// Open opens it and closes it when the test ends.
func (i *Installation) Open(tb testing.TB) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), i.Options())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close store: %v", err)
		}
	})
	return db
}

// SQL opens the data past the store, as an operator with the files could.
func (i *Installation) SQL(tb testing.TB) *sql.DB { return i.sql(tb, "profile.db") }

// KeySQL is SQL for the key store, whose tables are in the schema keystore on
// PostgreSQL.
func (i *Installation) KeySQL(tb testing.TB) *sql.DB { return i.sql(tb, "keys.db") }

func (i *Installation) sql(tb testing.TB, file string) *sql.DB {
	tb.Helper()
	driver, source := "pgx", i.Address
	if i.Engine == OnSQLite {
		u := url.URL{Scheme: "file", Opaque: filepath.Join(i.Address, file), RawQuery: "_pragma=busy_timeout(10000)&_txlock=immediate"}
		driver, source = "sqlite", u.String()
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	tb.Cleanup(func() { db.Close() })
	return db
}
