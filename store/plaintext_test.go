package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// TestNothingPersonalIsWrittenInClear puts markers into every personal field
// and looks for them in the bytes of all files (security.md, P01; invariant 3).
func TestNothingPersonalIsWrittenInClear(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := &testkit.Installation{Engine: e}
		var folder string
		if e == testkit.OnPostgres {
			i.Address, folder = testkit.PrivatePostgres(t)
		} else {
			i.Address = t.TempDir()
			folder = i.Address
		}
		fresh := testkit.Install(t, testkit.OnSQLite) // for its key and clock
		i.Master, i.Clock = fresh.Master, fresh.Clock

		m := newMarkers()
		db, err := store.Open(t.Context(), i.Options())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for n := range 20 {
			m.fill(t, db, n)
		}
		flush := func() {
			if e == testkit.OnPostgres {
				if _, err := i.SQL(t).ExecContext(t.Context(), "checkpoint"); err != nil {
					t.Fatal(err)
				}
			}
		}
		flush()
		other := otherDatabases(t, i)
		for _, hit := range m.search(t, folder, other) {
			t.Errorf("while it runs: %s", hit)
		}
		control(t, i, m)
		flush()
		if hits := m.search(t, folder, other); len(hits) == 0 {
			t.Error("the search does not find what was written in clear")
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		uncontrol(t, i)
		if e == testkit.OnPostgres {
			return // its log keeps what was deleted
		}
		for _, hit := range m.search(t, folder, other) {
			t.Errorf("after the end: %s", hit)
		}
	})
}

// Markers are words and a number that no file has by chance.
type markers struct {
	word, number string
	needles      map[string][]byte // by how they are encoded
}

func newMarkers() *markers {
	letters := func(from string, n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(from[rand.IntN(len(from))]) //nolint:gosec // needs to be rare, not secret
		}
		return b.String()
	}
	m := &markers{
		word: letters("bcdfghjklmnpqrstvwxz", 16), number: "8190" + letters("123456789", 6), needles: map[string][]byte{},
	}
	for name, text := range map[string]string{"word": m.word, "number": m.number} {
		for encoding, needle := range encodings(text) {
			m.needles[name+" in "+encoding] = needle
		}
	}
	return m
}

// encodings are the forms in which text could lie in a file.
func encodings(text string) map[string][]byte {
	all := map[string][]byte{
		"UTF-8": []byte(text), "hexadecimal": []byte(hex.EncodeToString([]byte(text))),
		"HEXADECIMAL": []byte(strings.ToUpper(hex.EncodeToString([]byte(text)))),
	}
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		little = append(little, byte(unit), byte(unit>>8)) //nolint:gosec // the low half
		big = append(big, byte(unit>>8), byte(unit))       //nolint:gosec // the low half
	}
	all["UTF-16LE"], all["UTF-16BE"] = little, big
	for shift := range 3 {
		padded := append(make([]byte, shift), text...)
		for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			// The letters at both ends also encode bits of what is beside them.
			b := enc.EncodeToString(padded)
			b = b[(shift*8+5)/6 : len(padded)*8/6]
			all[fmt.Sprintf("%s shifted by %d", name, shift)] = []byte(b)
		}
	}
	return all
}

// value is a marked value for one field of subject n.
func (m *markers) value(field string, n int) string { return fmt.Sprintf("%s.%s.%d", m.word, field, n) }

// fill writes a marker into each personal field of one subject.
func (m *markers) fill(t *testing.T, db *store.DB, n int) {
	t.Helper()
	at := testkit.Start
	v := func(field string) string { return m.value(field, n) }
	c := identity.New([]identity.Identifier{
		{Kind: identity.Email, Value: v("email") + "@example.jp", VerifiedAt: at, Source: "shop"},
		{Kind: identity.Phone, Value: fmt.Sprintf("+%s%02d", m.number, n), Source: "shop"},
		{Kind: identity.Customer, Scope: "shop", Value: v("customer"), VerifiedAt: at, Source: "shop"},
		{Kind: identity.Device, Scope: "app", Value: v("device"), Source: "app"},
		{Kind: identity.External, Scope: "provider", Value: v("external"), VerifiedAt: at},
	}, program, at)
	subject := c.Subject
	claim := profile.Claim{Value: v("claim"), Source: "shop", Origin: profile.Inferred, At: at, Recorded: at, How: v("how")}
	before := profile.Claim{Value: v("before"), Source: profile.SourceSubject, Origin: profile.Provided, At: at, Recorded: at}
	r := consent.Record{
		ID: consent.RecordID(id.New()), Subject: subject, Purpose: "news", Version: 1, Status: consent.Given, At: at,
		Proof: consent.Proof{Kind: consent.ByImport, Ref: v("proof")}, Channel: "import",
	}
	c.Entries = append(c.Entries, r.Entry(), ledger.Draft{Kind: "test.done", Payload: v("payload")})
	c.Rows = append(c.Rows, r, consent.State{}.With(r),
		profile.State{
			Claims:    map[string][]profile.Claim{"name": {claim}},
			Proposals: map[string]profile.Proposal{"name": {ID: "p", Value: v("proposal"), At: at}},
			Undos:     map[string]profile.Memory{"name": {Before: &before, At: at}},
		},
		consent.Preferences{
			Language: v("language"),
			Brands:   map[string]consent.Wishes{"hibiki": {Topics: map[string]bool{v("topic"): true}, Preferred: v("channel")}},
		},
		activity.Observation{
			ID: id.New(), Subject: subject, Kind: "training", Source: "machines", Event: v("event"), At: at, Recorded: at,
			Expires: at.AddDate(1, 0, 0), Values: map[string]string{"machine": v("measured")},
		},
		automated.Decision{
			ID: id.New(), Subject: subject, Kind: "plan", System: "machines", Event: v("decided event"), At: at, Recorded: at,
			Expires: at.AddDate(1, 0, 0), Outcome: i18n.Text{"en": v("outcome")}, Logic: i18n.Text{"en": v("logic")},
			Effect: i18n.Text{"en": v("effect")}, Fields: []string{v("decided from")},
			Statement: automated.Statement{Text: v("statement")}, Review: automated.Review{Outcome: v("review"), Reasons: v("review reasons")},
		},
		rights.Attachment{ID: id.New(), Request: "r", Name: v("file name"), Type: v("file type"), At: at, Body: []byte(v("file"))},
		m.job(t, subject, v("job in a change")), m.attempt(v("attempt in a change")))
	ctx := t.Context()
	if _, err := db.Commit(ctx, c); err != nil {
		t.Fatal(err)
	}

	session := login.Session{
		ID: login.SessionID(id.New()), Digest: []byte(id.New()), Subject: subject, Method: login.ByLink, Assurance: login.Mailbox,
		UserAgent: v("browser"), Network: v("network"), CreatedAt: at,
	}
	for _, err := range []error{
		db.StartSession(ctx, login.Start{
			Session: session, Journal: login.Journal{Kind: login.SessionStarted, Subject: subject, Session: session.ID, At: at},
		}),
		db.SaveAttempt(ctx, m.attempt(v("attempt")), m.job(t, "", v("job of nobody"))),
		db.SaveAttempt(ctx, m.attempt(v("known")), m.job(t, subject, v("job of somebody"))),
		db.Enqueue(ctx, m.job(t, subject, v("enqueued"))),
		db.KeepErrand(ctx, opendsr.Errand{
			ID: id.New(), System: "archive", Request: rights.RequestID(id.New()), Subject: subject, Type: opendsr.Erasure,
			State: opendsr.Waiting, Names: []opendsr.Identity{{Type: "email", Value: v("errand"), Format: "raw"}},
		}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m.upload(t, db, v("import"))
	gone := identity.New(nil, program, at)
	if _, err := db.Commit(ctx, gone); err != nil {
		t.Fatal(err)
	}
	kept := rights.Kept{ID: id.New(), Duty: "invoices", Field: "name", Value: v("kept"), Until: at.AddDate(7, 0, 0)}
	erased := rights.Erased{Certificate: id.New(), Plan: rights.PlanErasure(rights.Holding{}, kept)}
	if _, err := db.Commit(ctx, ledger.Change{
		Subject: gone.Subject, Base: ledger.AnyVersion, At: at, Actor: program, Rows: []any{erased},
	}); err != nil {
		t.Fatal(err)
	}
	// What is read is as it was written, so the markers did arrive.
	facts, err := db.Facts(ctx, subject)
	if err != nil || facts.Profile.Claims["name"][0].Value != v("claim") || facts.Preferences.Language != v("language") {
		t.Fatalf("facts: %v", err)
	}
}

func (m *markers) job(t *testing.T, subject id.Subject, payload string) job.Job {
	t.Helper()
	j, err := job.New("test.mail", subject, map[string]string{"to": payload}, testkit.Start)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// upload keeps a file with a refused row, and returns its id.
func (m *markers) upload(t *testing.T, db *store.DB, text string) string {
	t.Helper()
	u := intake.Upload{
		ID: id.New(), Source: "shop", Map: "generic", MapText: []byte(text), Format: intake.CSV, State: intake.Held, Actor: program,
		CreatedAt: testkit.Start, Once: []byte(id.New()),
	}
	for _, err := range []error{
		db.BeginUpload(t.Context(), u),
		db.AddPart(t.Context(), u.ID, intake.FilePart, 0, []byte(text)),
		db.AddPart(t.Context(), u.ID, intake.RejectsPart, 0, []byte(text)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return u.ID
}

func (m *markers) attempt(address string) login.Attempt {
	return login.Attempt{
		ID: login.AttemptID(id.New()), Token: []byte(id.New()), Binding: []byte("b"), Code: []byte("c"), Purpose: login.SignIn,
		Address: address, Index: []byte("i"), CreatedAt: testkit.Start, ExpiresAt: testkit.Start.Add(time.Minute),
	}
}

// otherDatabases tells which files are of other databases on the same server,
// which other tests change meanwhile.
func otherDatabases(t *testing.T, i *testkit.Installation) func(path string) bool {
	t.Helper()
	if i.Engine == testkit.OnSQLite {
		return func(string) bool { return false }
	}
	var own string
	if err := i.SQL(t).QueryRowContext(t.Context(), "select oid::text from pg_database where datname = current_database()").Scan(&own); err != nil {
		t.Fatal(err)
	}
	return func(path string) bool {
		folder := filepath.Dir(path)
		return filepath.Base(filepath.Dir(folder)) == "base" && filepath.Base(folder) != own
	}
}

// search returns where markers are found.
func (m *markers) search(t *testing.T, folder string, leaveOut func(string) bool) (hits []string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another test has deleted it
		}
		if err != nil || d.IsDir() || leaveOut(path) {
			return err
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		files++
		for form, needle := range m.needles {
			if bytes.Contains(content, needle) {
				hits = append(hits, fmt.Sprintf("%s is in %s", form, d.Name()))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatal("there is no file to search")
	}
	return hits
}

// control writes a marker where it can be found.
func control(t *testing.T, i *testkit.Installation, m *markers) {
	t.Helper()
	res, err := i.SQL(t).ExecContext(t.Context(), "update jobs set cause = $1", m.word)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		t.Fatal("no job has the marker")
	}
}

// uncontrol takes it away again, from the log as well where that can be done.
func uncontrol(t *testing.T, i *testkit.Installation) {
	t.Helper()
	queries := []string{"update jobs set cause = ''"}
	if i.Engine == testkit.OnSQLite {
		queries = append([]string{"pragma secure_delete = on"}, append(queries, "vacuum", "pragma wal_checkpoint(truncate)")...)
	}
	db := i.SQL(t)
	db.SetMaxOpenConns(1)
	for _, query := range queries {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
}

// Each form is found where it is, so that the search can fail.
func TestEncodings(t *testing.T) {
	t.Parallel()
	m := newMarkers()
	for name, content := range map[string][]byte{
		"word in UTF-8":       []byte("x" + m.word + "y"),
		"word in UTF-16LE":    encodings("x" + m.word + "y")["UTF-16LE"],
		"word in UTF-16BE":    encodings("x" + m.word + "y")["UTF-16BE"],
		"word in hexadecimal": []byte(hex.EncodeToString([]byte("x" + m.word + "y"))),
		"word in HEXADECIMAL": []byte(strings.ToUpper(hex.EncodeToString([]byte("x" + m.word + "y")))),
		"number in UTF-8":     []byte("+" + m.number + "17"),
	} {
		if !bytes.Contains(content, m.needles[name]) {
			t.Errorf("%s is not found", name)
		}
	}
	for before := range 6 {
		content := strings.Repeat("~", before) + m.word + "~~~"
		for name, enc := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding} {
			form := fmt.Sprintf("word in %s shifted by %d", name, before%3)
			if !bytes.Contains([]byte(enc.EncodeToString([]byte(content))), m.needles[form]) {
				t.Errorf("%s is not found after %d bytes", form, before)
			}
		}
	}
}
