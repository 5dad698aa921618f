package testkit

import (
	"testing"

	"livingprofile/internal/clock"
	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
	"livingprofile/store"
)

// An Engine is one of the databases that everything must work on.
type Engine string

// The engines.
const (
	OnSQLite   Engine = "sqlite"
	OnPostgres Engine = "postgres"
)

// Engines lists them.
var Engines = [...]Engine{OnSQLite, OnPostgres}

// OnEngines runs test on a fresh store of each engine.
func OnEngines(t *testing.T, test func(t *testing.T, db *store.DB, c *clock.Fake)) {
	t.Helper()
	for _, e := range Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := NewClock()
			test(t, OpenStore(t, e, c, nil), c)
		})
	}
}

// Address returns where a fresh database of the engine is, without a schema.
func (e Engine) Address(tb testing.TB) string {
	tb.Helper()
	if e == OnPostgres {
		return Postgres(tb)
	}
	return tb.TempDir()
}

// OpenStore opens a fresh store. A nil master makes one.
func OpenStore(tb testing.TB, e Engine, c clock.Clock, master keyring.Wrapper) *store.DB {
	tb.Helper()
	if master == nil {
		master = keytest.Master(tb)
	}
	db, err := store.Open(tb.Context(), store.Options{Database: schemaOnly(tb, e), Master: master, Clock: c})
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
