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
	"livingprofile/internal/intake"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
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

// What is about nobody yet, or about many, is in no backup either once it is
// over: an erasure does not find it. An old backup of the data opens the file and
// the refused rows of an import, the address of a link and a letter to nobody
// with no key of today; what is not over stays readable in both.
func TestUnownedAreGone(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		ctx, i, m := t.Context(), testkit.Install(t, e), newMarkers()
		db := openAt(t, i)
		letter := func(kind string) job.Job {
			j := m.job(t, "", m.word)
			j.Kind = kind
			return j
		}
		save := func(a login.Attempt) login.Attempt {
			t.Helper()
			if err := db.SaveAttempt(ctx, a, letter(login.JobKind)); err != nil {
				t.Fatal(err)
			}
			return a
		}
		theirs := m.attempt(m.word)
		theirs.Subject = marked(t, db, "stays")
		attempt, theirs, over, waits := save(m.attempt(m.word)), save(theirs), m.upload(t, db, m.word), m.upload(t, db, m.word)
		if err := db.Enqueue(ctx, letter(mail.JobKind)); err != nil {
			t.Fatal(err)
		}
		parts := func(upload string) (all string) {
			t.Helper()
			for _, part := range []string{intake.FilePart, intake.RejectsPart} {
				b, err := db.Part(ctx, upload, part, 0)
				if err != nil && !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound) {
					t.Fatal(err)
				}
				all += string(b)
			}
			return all
		}
		// opened is what the keys of now still open.
		opened := func() (all string) {
			t.Helper()
			all = parts(over)
			if a, err := db.Attempt(ctx, attempt.Token); err == nil {
				all += a.Address
			} else if !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound) {
				t.Fatal(err)
			}
			jobs, err := db.Claim(ctx, []string{login.JobKind, mail.JobKind}, testkit.Start, time.Second, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range jobs {
				all += string(j.Payload)
			}
			return all
		}
		closeStore(t, db)
		old := i.Copy(t)
		db = openAt(t, i)
		if got := strings.Count(opened(), m.word); got != 6 {
			t.Errorf("before: the marker is opened %d times, want 6", got)
		}
		jobs, err := db.Claim(ctx, []string{login.JobKind, mail.JobKind}, testkit.Start.Add(time.Minute), time.Second, 10)
		for _, j := range jobs {
			err = errors.Join(err, db.Done(ctx, j.ID, j.Attempt))
		}
		u, ended := uploadAt(t, db, over), i.Clock.Now()
		was := u.Stage()
		u.State, u.EndedAt = intake.Done, ended
		err = errors.Join(err, db.PutUpload(ctx, was, u, intake.ImportEnded), db.SweepUploads(ctx, ended))
		if _, gone := db.Part(ctx, over, intake.FilePart, 0); !errors.Is(gone, errs.NotFound) {
			t.Errorf("the file of what ended: got %v", gone)
		}
		if b, kept := db.Part(ctx, over, intake.RejectsPart, 0); kept != nil || string(b) != m.word {
			t.Errorf("its refused rows: got %q, %v", b, kept)
		}
		week := ended.Add(8 * 24 * time.Hour)
		released := uploadAt(t, db, waits)
		was = released.Stage()
		released.State = intake.Queued
		err = errors.Join(err, db.PutUpload(ctx, was, released, intake.ImportReleased), db.SweepUploads(ctx, week))
		_, swept := db.Sweep(ctx, ended.Add(2*time.Hour), time.Hour, time.Hour)
		if err = errors.Join(err, swept); err != nil {
			t.Fatal(err)
		}
		if got := parts(waits); got != m.word+m.word {
			t.Errorf("of what waits: got %q", got)
		}
		closeStore(t, db)

		old.TakeKeys(t, i)
		db = openAt(t, old)
		defer closeStore(t, db)
		if got := opened(); strings.Contains(got, m.word) {
			t.Errorf("an old backup tells %q", got)
		}
		if got := parts(waits); got != m.word+m.word {
			t.Errorf("of what waits, in an old backup: got %q", got)
		}
		if a, err := db.Attempt(ctx, theirs.Token); err != nil || a.Address != m.word {
			t.Errorf("what somebody asked who was signed in: got %q, %v", a.Address, err)
		}
		// The key of the hour came back with the backup, without what it names.
		if err := db.SaveAttempt(ctx, m.attempt("new"), letter(login.JobKind)); err != nil {
			t.Errorf("a new attempt: got %v", err)
		}
	})
}

func uploadAt(t *testing.T, db *store.DB, upload string) intake.Upload {
	t.Helper()
	u, err := db.Upload(t.Context(), upload)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// What is about nobody yet, or about many, goes by time: the address of a link,
// and the rows of an import.
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
