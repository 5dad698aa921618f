package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// TestErasedAreGone erases one of two people on SQLite: not even the sealed
// bytes of theirs are left in a file, an old backup of the data opens them with
// no key of today, and the other is untouched in both (security.md, P02, P03;
// invariant 8).
func TestErasedAreGone(t *testing.T) {
	t.Parallel()
	i := &testkit.Installation{Engine: testkit.OnSQLite, Address: t.TempDir()}
	fresh := testkit.Install(t, testkit.OnSQLite) // for its key and clock
	i.Master, i.Clock = fresh.Master, fresh.Clock
	db := openAt(t, i)
	gone, stays := marked(t, db, "gone"), marked(t, db, "stays")
	sealed, left := sealedBytes(t, i, gone), sealedBytes(t, i, stays)
	backup := t.TempDir()
	if _, err := i.SQL(t).ExecContext(t.Context(), "vacuum into '"+filepath.Join(backup, "profile.db")+"'"); err != nil {
		t.Fatal(err)
	}
	h, err := db.Holding(t.Context(), gone)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Commit(t.Context(), ledger.Change{
		Subject: gone, Base: ledger.AnyVersion, At: testkit.Start, Actor: program,
		Entries: []ledger.Draft{{Kind: rights.SubjectErased}},
		Rows:    []any{rights.Erased{Certificate: id.New(), Plan: rights.PlanErasure(h)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.DestroyErased(t.Context(), gone, testkit.Start); err != nil {
		t.Fatal(err)
	}
	if hits := filesWith(t, i.Address, sealed); len(hits) > 0 {
		t.Errorf("sealed bytes of the erased are in %v", hits)
	}
	if hits := filesWith(t, i.Address, left); len(hits) == 0 {
		t.Error("the search does not find the sealed bytes of the other")
	}
	closeStore(t, db)

	copyFile(t, filepath.Join(i.Address, "keys.db"), filepath.Join(backup, "keys.db"))
	old := &testkit.Installation{Engine: testkit.OnSQLite, Address: backup, Master: i.Master, Clock: i.Clock}
	db = openAt(t, old)
	defer closeStore(t, db)
	if _, err := db.Facts(t.Context(), gone); !errors.Is(err, errs.Gone) {
		t.Errorf("the erased in an old backup: got %v, want gone", err)
	}
	if _, err := db.Identifiers(t.Context(), gone); !errors.Is(err, errs.Gone) {
		t.Errorf("their identifiers in an old backup: got %v, want gone", err)
	}
	f, err := db.Facts(t.Context(), stays)
	if err != nil || f.Profile.Claims["name"][0].Value != "stays" {
		t.Errorf("the other in an old backup: got %v and %v", f.Profile, err)
	}
}

func openAt(t *testing.T, i *testkit.Installation) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), i.Options())
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closeStore(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// marked makes a subject with a name and an address.
func marked(t *testing.T, db *store.DB, name string) id.Subject {
	t.Helper()
	c := identity.New([]identity.Identifier{{Kind: identity.Email, Value: name + "@example.jp", VerifiedAt: testkit.Start}}, program, testkit.Start)
	c.Rows = append(c.Rows, profile.State{Claims: map[string][]profile.Claim{"name": {{Value: name, Source: "shop", At: testkit.Start}}}})
	c.Rows = append(c.Rows, rights.Attachment{ID: id.New(), Request: "r", Name: name, At: testkit.Start, Body: []byte(name)})
	c.Rows = append(c.Rows, activity.Observation{
		ID: id.New(), Subject: c.Subject, Kind: "training", Source: "machines", Event: name, At: testkit.Start, Recorded: testkit.Start,
		Expires: testkit.Start.AddDate(1, 0, 0), Values: map[string]string{"machine": name},
	})
	c.Rows = append(c.Rows, automated.Decision{
		ID: id.New(), Subject: c.Subject, Kind: "plan", System: "machines", Event: name, At: testkit.Start, Recorded: testkit.Start,
		Expires: testkit.Start.AddDate(1, 0, 0), Outcome: i18n.Text{"en": name}, Statement: automated.Statement{Text: name},
	})
	if _, err := db.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.Subject
}

// sealedBytes are the bytes of a subject's rows that erasure deletes, as they
// lie on disk: the end of each, which no other row has.
func sealedBytes(t *testing.T, i *testkit.Installation, subject id.Subject) [][]byte {
	t.Helper()
	var all [][]byte
	for _, query := range []string{
		"select value from identifiers where subject = $1",
		"select blind from identifiers where subject = $1",
		"select body from subject_states where subject = $1",
		"select body from activities where subject = $1",
		"select event from activities where subject = $1",
		"select body from attachments where subject = $1",
		"select label from attachments where subject = $1",
		"select body from automated_decisions where subject = $1",
		"select event from automated_decisions where subject = $1",
	} {
		var b []byte
		if err := i.SQL(t).QueryRowContext(t.Context(), query, subject).Scan(&b); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		all = append(all, b[len(b)-16:])
	}
	return all
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// filesWith names the files of the data, the log among them, that have any of
// needles.
func filesWith(t *testing.T, folder string, needles [][]byte) (hits []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.db*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("files: got %v, %v", names, err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil && !strings.HasSuffix(name, "-shm") {
			t.Fatal(err)
		}
		for _, needle := range needles {
			if bytes.Contains(content, needle) {
				hits = append(hits, filepath.Base(name))
			}
		}
	}
	return hits
}
