package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// TestErasedAreGone erases one of two people: an old backup of the data opens
// them with no key of today, and the other is untouched in both. In the files of
// SQLite not even the sealed bytes of theirs are left; PostgreSQL keeps what was
// deleted (security.md, P02, P03; invariant 8).
func TestErasedAreGone(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		ctx, i := t.Context(), testkit.Install(t, e)
		db := openAt(t, i)
		gone, stays := marked(t, db, "gone"), marked(t, db, "stays")
		errand := opendsr.Errand{
			ID: id.New(), System: "archive", Request: "r", Subject: gone, Type: opendsr.Erasure, State: opendsr.Waiting,
			Names: []opendsr.Identity{{Type: "email", Value: "gone@example.jp", Format: "raw"}},
		}
		if err := db.KeepErrand(ctx, errand); err != nil {
			t.Fatal(err)
		}
		sealed, left := sealedBytes(t, i, gone), sealedBytes(t, i, stays)
		sealed = append(sealed, sealedOf(t, i, "select names from errands where id = $1", errand.ID))
		closeStore(t, db)
		old := i.Copy(t)
		db = openAt(t, i)
		h, err := db.Holding(ctx, gone)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Commit(ctx, ledger.Change{
			Subject: gone, Base: ledger.AnyVersion, At: testkit.Start, Actor: program,
			Entries: []ledger.Draft{{Kind: rights.SubjectErased}},
			Rows:    []any{rights.Erased{Certificate: id.New(), Plan: rights.PlanErasure(h)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		// The processor is told of the erasure, and then forgotten by what.
		told := errand
		told.State = opendsr.ErrandState(opendsr.Pending)
		for _, err := range []error{db.MoveErrand(ctx, told, opendsr.Waiting), db.ForgetNames(ctx), db.DestroyErased(ctx, gone, testkit.Start)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if e == testkit.OnSQLite {
			if hits := filesWith(t, i.Address, sealed); len(hits) > 0 {
				t.Errorf("sealed bytes of the erased are in %v", hits)
			}
			if hits := filesWith(t, i.Address, left); len(hits) == 0 {
				t.Error("the search does not find the sealed bytes of the other")
			}
		}
		closeStore(t, db)

		old.TakeKeys(t, i)
		db = openAt(t, old)
		defer closeStore(t, db)
		if _, err := db.Facts(ctx, gone); !errors.Is(err, errs.Gone) {
			t.Errorf("the erased in an old backup: got %v, want gone", err)
		}
		if _, err := db.Identifiers(ctx, gone); !errors.Is(err, errs.Gone) {
			t.Errorf("their identifiers in an old backup: got %v, want gone", err)
		}
		if was, err := db.Errand(ctx, errand.ID); err != nil || len(was.Names) > 0 {
			t.Errorf("by what a processor knew them in an old backup: got %v, %v", was.Names, err)
		}
		f, err := db.Facts(ctx, stays)
		if err != nil || f.Profile.Claims["name"][0].Value != "stays" {
			t.Errorf("the other in an old backup: got %v and %v", f.Profile, err)
		}
	})
}

// What is sealed with the key of the installation, for it is about nobody yet or
// about many, goes by time: the address of a link, and the rows of an import.
func TestUnownedGoByTime(t *testing.T) {
	t.Parallel()
	ctx, i := t.Context(), testkit.Install(t, testkit.OnSQLite)
	db := openAt(t, i)
	defer closeStore(t, db)
	m := newMarkers()
	attempt := m.attempt(m.word)
	if err := db.SaveAttempt(ctx, attempt, m.job(t, "", m.word)); err != nil {
		t.Fatal(err)
	}
	upload := m.upload(t, db, m.word)
	sealed := [][]byte{
		sealedOf(t, i, "select address from attempts where id = $1", attempt.ID),
		sealedOf(t, i, "select body from import_parts where import = $1 and part = 'file'", upload),
		sealedOf(t, i, "select body from import_parts where import = $1 and part = 'rejects'", upload),
	}
	sweep := func(now time.Time) {
		t.Helper()
		if _, err := db.Sweep(ctx, now, time.Hour, time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := db.SweepUploads(ctx, now); err != nil {
			t.Fatal(err)
		}
		if _, err := i.SQL(t).ExecContext(ctx, "pragma wal_checkpoint(truncate)"); err != nil {
			t.Fatal(err)
		}
	}
	sweep(testkit.Start)
	for n, one := range sealed {
		if len(filesWith(t, i.Address, [][]byte{one})) == 0 {
			t.Errorf("%d went before its time, or is not found", n)
		}
	}
	sweep(testkit.Start.Add(26 * time.Hour))
	for n, one := range sealed {
		if hits := filesWith(t, i.Address, [][]byte{one}); len(hits) > 0 {
			t.Errorf("a day and more later, %d is in %v", n, hits)
		}
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
		all = append(all, sealedOf(t, i, query, subject))
	}
	return all
}

func sealedOf(t *testing.T, i *testkit.Installation, query string, args ...any) []byte {
	t.Helper()
	db := i.SQL(t)
	defer db.Close()
	var b []byte
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&b); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return b[len(b)-16:]
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
