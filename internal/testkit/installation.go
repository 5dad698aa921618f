package testkit

import (
	"database/sql"
	"net/url"
	"os"
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

// Copy returns an installation with the same data and keys, as a backup put back
// elsewhere is. Its store must be closed.
func (i *Installation) Copy(tb testing.TB) *Installation {
	tb.Helper()
	c := *i
	if i.Engine == OnSQLite {
		c.Address = tb.TempDir()
		for _, name := range []string{"profile.db", "keys.db"} {
			copyFile(tb, filepath.Join(i.Address, name), filepath.Join(c.Address, name))
		}
		return &c
	}
	// Those who look from behind are connected still.
	behind := i.SQL(tb)
	if _, err := behind.ExecContext(tb.Context(), `
		select pg_terminate_backend(pid)
		from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
		tb.Fatal(err)
	}
	behind.Close()
	c.Address = copyDatabase(tb, i.Address)
	return &c
}

// TakeKeys replaces the keys by those of another installation, as when a backup
// is opened with the keys of today.
func (i *Installation) TakeKeys(tb testing.TB, of *Installation) {
	tb.Helper()
	if i.Engine == OnSQLite {
		copyFile(tb, filepath.Join(of.Address, "keys.db"), filepath.Join(i.Address, "keys.db"))
		return
	}
	to := i.KeySQL(tb)
	if _, err := to.ExecContext(tb.Context(), "delete from keystore.data_keys"); err != nil {
		tb.Fatal(err)
	}
	rows, err := of.KeySQL(tb).QueryContext(tb.Context(), "select owner, master, wrapped, created_at, destroyed_at from keystore.data_keys")
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var owner, master string
		var wrapped []byte
		var created, destroyed int64
		err := rows.Scan(&owner, &master, &wrapped, &created, &destroyed)
		if err == nil {
			_, err = to.ExecContext(tb.Context(), `
				insert into keystore.data_keys (owner, master, wrapped, created_at, destroyed_at)
				values ($1, $2, $3, $4, $5)`, owner, master, wrapped, created, destroyed)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
}

func copyFile(tb testing.TB, from, to string) {
	tb.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
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
