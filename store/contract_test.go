package store_test

import (
	"database/sql"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/authz/authztest"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/job/jobtest"
	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/login/logintest"
	"livingprofile/internal/staff/stafftest"
	"livingprofile/internal/testkit"
	"livingprofile/store"
	"livingprofile/store/storetest"
)

func TestStore(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		storetest.Run(t, func(t *testing.T) storetest.Fixture {
			i := testkit.Install(t, e)
			return storetest.Fixture{DB: i.Open(t), SQL: i.SQL(t), Clock: i.Clock, Tokens: testkit.Size(4, 100)}
		})
	})
}

func TestKeyStore(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := testkit.Install(t, e)
		keys, err := store.OpenKeys(t.Context(), i.Address, i.Clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { keys.Close() })
		table := "data_keys"
		if e == testkit.OnPostgres {
			table = "keystore.data_keys"
		}
		keytest.Run(t, func(t *testing.T) keyring.Store {
			empty(t, i.KeySQL(t), table)
			return keys
		})
	})
}

func TestJobs(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := testkit.Install(t, e)
		db := i.Open(t)
		jobtest.Run(t, func(t *testing.T) jobtest.Store {
			empty(t, i.SQL(t), "jobs", "turns")
			return db
		})
	})
}

func TestSignIn(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := testkit.Install(t, e)
		db := i.Open(t)
		logintest.Run(t, func(t *testing.T) logintest.Backend {
			empty(t, i.SQL(t), "attempts", "counts", "sessions", "jobs")
			return signInBackend(t, db)
		})
	})
}

func TestAPIKeys(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := testkit.Install(t, e)
		db := i.Open(t)
		authztest.Run(t, func(t *testing.T) authz.KeyStore {
			empty(t, i.SQL(t), "api_keys")
			return db
		})
	})
}

func TestStaff(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := testkit.Install(t, e)
		db := i.Open(t)
		stafftest.Run(t, func(t *testing.T) stafftest.Backend {
			empty(t, i.SQL(t), "staff_members", "staff_passkeys", "staff_invites", "staff_ceremonies", "staff_sessions", "staff_openings")
			return db
		})
	})
}

// onEngines runs test on each engine, beside other tests.
func onEngines(t *testing.T, test func(*testing.T, testkit.Engine)) {
	t.Helper()
	t.Parallel()
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			test(t, e)
		})
	}
}

// empty deletes the rows of tables, which costs less than a new database.
func empty(t *testing.T, db *sql.DB, tables ...string) {
	t.Helper()
	for _, table := range tables {
		if _, err := db.ExecContext(t.Context(), "delete from "+table); err != nil {
			t.Fatal(err)
		}
	}
}

// signInBackend reads back what the store told ledger and jobs.
func signInBackend(t *testing.T, db *store.DB) logintest.Backend {
	return logintest.Backend{
		Store: db,
		Subject: func() id.Subject {
			c := identity.New(nil, ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, testkit.Start)
			if _, err := db.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			return c.Subject
		},
		Journal: func(subject id.Subject) []login.Journal {
			history, err := db.History(t.Context(), subject, ledger.HistoryPage{Kinds: []string{"session."}, Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			var lines []login.Journal
			for _, h := range slices.Backward(history) {
				var j login.Journal
				if err := json.Unmarshal(h.Payload, &j); err != nil {
					t.Fatal(err)
				}
				j.Kind, j.Subject, j.Brand, j.At = string(h.Kind), h.Subject, h.Brand, h.At
				lines = append(lines, j)
			}
			return lines
		},
		Jobs: func() []job.Job {
			jobs, err := db.Claim(t.Context(), []string{login.JobKind}, testkit.Start.Add(1e6*time.Hour), time.Minute, 1000)
			if err != nil {
				t.Fatal(err)
			}
			return jobs
		},
	}
}
