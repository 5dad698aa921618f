package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/identity"
	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

func TestOpen(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := testkit.Install(t, e)
		first := i.Open(t)
		c := identity.New([]identity.Identifier{{Kind: identity.Email, Value: "a@example.jp"}}, program, i.Clock.Now())
		if _, err := first.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		t.Run("again_finds_what_was_written", func(t *testing.T) {
			again := i.Open(t)
			all, err := again.Identifiers(t.Context(), c.Subject)
			if err != nil || len(all) != 1 || all[0].Value != "a@example.jp" {
				t.Errorf("got %v and %v, want the identifier", all, err)
			}
			if again.Installation() != first.Installation() || first.Installation() == "" {
				t.Errorf("installation: got %q, want %q", again.Installation(), first.Installation())
			}
		})
		t.Run("says_at_once_that_it_is_ready", func(t *testing.T) { ready(t, first) })
		t.Run("refuses_another_master_key", func(t *testing.T) {
			o := i.Options()
			o.Master = keytest.Master(t)
			if err := openError(t, o); !errors.Is(err, keyring.ErrMaster) {
				t.Errorf("got %v, want %v", err, keyring.ErrMaster)
			}
		})
		t.Run("refuses_the_key_store_of_another_installation", func(t *testing.T) {
			o := i.Options()
			o.Keys = filepath.Join(t.TempDir(), "keys.db")
			wantError(t, openError(t, o), "another installation")
		})
		t.Run("closes_twice", func(t *testing.T) { closeTwice(t, i) })
		t.Run("refuses_a_newer_schema", func(t *testing.T) {
			newerSchema(t, i, i.SQL(t), "schema_versions")
			newerSchema(t, i, i.KeySQL(t), map[testkit.Engine]string{
				testkit.OnSQLite: "key_schema_versions", testkit.OnPostgres: "keystore.key_schema_versions",
			}[e])
		})
	})
}

var program = ledger.Actor{Kind: ledger.ByProgram, ID: "test"}

func openError(t *testing.T, o store.Options) error {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err == nil {
		t.Error("the store opens")
		return errors.Join(db.Close())
	}
	return err
}

func wantError(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want an error about %q", err, words)
	}
}

// ready is asked by a machine that waits for the answer, and so in vain when
// it takes all the time there is.
func ready(t *testing.T, db *store.DB) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := db.Ready(ctx); err != nil {
		t.Errorf("ready: %v", err)
	}
	if ctx.Err() != nil {
		t.Error("the answer took all the time there was")
	}
}

func closeTwice(t *testing.T, i *testkit.Installation) {
	db, err := store.Open(t.Context(), i.Options())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if _, err := db.Commit(t.Context(), ledger.Change{Actor: program, Entries: []ledger.Draft{{Kind: "test.late"}}}); err == nil {
		t.Error("a closed store takes a change")
	}
}

func newerSchema(t *testing.T, i *testkit.Installation, db *sql.DB, table string) {
	t.Helper()
	exec := func(query string) {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	applied := map[testkit.Engine]string{testkit.OnSQLite: "1", testkit.OnPostgres: "true"}[i.Engine]
	exec("insert into " + table + " (version_id, is_applied) values (9000, " + applied + ")")
	wantError(t, openError(t, i.Options()), "run the newer program")
	exec("delete from " + table + " where version_id = 9000")
	i.Open(t)
}

// Several programs may start at once, the very first time as well.
func TestOpen_many_at_once(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := testkit.Install(t, e)
		const programs = 6
		var opened [programs]*store.DB
		var wg sync.WaitGroup
		for n := range programs {
			wg.Go(func() {
				db, err := store.Open(t.Context(), i.Options())
				if err != nil {
					t.Errorf("open: %v", err)
					return
				}
				opened[n] = db
			})
		}
		wg.Wait()
		for _, db := range opened {
			if db == nil || opened[0] == nil {
				continue
			}
			if db.Installation() != opened[0].Installation() {
				t.Error("two installations were made of one")
			}
			if _, err := db.Commit(t.Context(), identity.New(nil, program, i.Clock.Now())); err != nil {
				t.Errorf("commit: %v", err)
			}
			if err := db.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
	})
}

func TestOpen_unreachable(t *testing.T) {
	t.Parallel()
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, o := range map[string]store.Options{
		"server_that_is_not_there": {Database: "postgres://nobody:geheim@127.0.0.1:1/none"},
		"address_of_no_sense":      {Database: "postgres://nobody:geheim@127.0.0.1:x/none"},
		"folder_that_is_a_file":    {Database: blocked},
		"key_store_not_there":      {Database: folder, Keys: "postgres://nobody:geheim@127.0.0.1:1/none"},
	} {
		t.Run(name, func(t *testing.T) {
			o.Master = keytest.Master(t)
			err := openError(t, o)
			if err == nil || strings.Contains(err.Error(), "geheim") {
				t.Errorf("got %v, want an error without the password", err)
			}
		})
	}
}

func TestOpen_files_are_the_owners_alone(t *testing.T) {
	t.Parallel()
	i := testkit.Install(t, testkit.OnSQLite)
	i.Address = filepath.Join(i.Address, "made", "by", "us")
	i.Open(t)
	err := filepath.WalkDir(i.Address, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", d.Name(), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
