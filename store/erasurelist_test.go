package store_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// TestErasedStayErased puts backups back from before an erasure: of the data, of
// the data and the keys, and from before the person came. Whoever opens it with
// the erasure list erases again, once, and leaves the others alone.
func TestErasedStayErased(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		for name, tt := range map[string]struct {
			keys   bool // are put back as well
			before bool // from before the person came
		}{
			"data":            {},
			"data_and_keys":   {keys: true},
			"before_the_time": {keys: true, before: true},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				stayErased(t, testkit.Install(t, e), tt.keys, tt.before)
			})
		}
	})
}

func stayErased(t *testing.T, i *testkit.Installation, keys, before bool) {
	path := filepath.Join(t.TempDir(), "erasures.jsonl")
	db := openAt(t, i)
	stays := marked(t, db, "stays")
	var backup *testkit.Installation
	backUp := func() {
		closeStore(t, db)
		backup = i.Copy(t)
		db = openAt(t, i)
	}
	if before {
		backUp()
	}
	gone := marked(t, db, "gone")
	if !before {
		backUp()
	}
	kept := rights.Kept{ID: id.New(), Duty: "invoices", Field: "name", Value: "Gone Marker", Until: testkit.Start.AddDate(1, 0, 0)}
	ended := rights.Kept{ID: id.New(), Duty: rights.OnHold, Field: "city", Value: "Kyoto"}
	certificate := erase(t, db, gone, kept, ended)
	if n := openList(t, db, i, path); n != 0 {
		t.Errorf("erased %d again with nothing put back", n)
	}
	if err := db.DestroyErased(t.Context(), gone, testkit.Start); err != nil {
		t.Fatal(err)
	}
	if err := db.EndKept(t.Context(), []rights.Kept{ended}, ledger.Change{At: testkit.Start, Actor: program}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, db)
	if !keys {
		backup.TakeKeys(t, i)
	}
	db = openAt(t, backup)
	if n := openList(t, db, i, path); n != 1 {
		t.Errorf("erased %d again, want 1", n)
	}
	keptAgain(t, db, certificate, kept, keys)
	address := identity.Identifier{Kind: identity.Email, Value: "gone@example.jp"}
	if _, err := db.Facts(t.Context(), gone); !errors.Is(err, errs.Gone) && !(before && errors.Is(err, errs.NotFound)) {
		t.Errorf("the erased: got %v", err)
	}
	if all, err := db.Holders(t.Context(), address.Kind, "", address.Value); err != nil || len(all) > 0 {
		t.Errorf("the address of the erased: got %v, %v", all, err)
	}
	if found, err := db.ErasedAmong(t.Context(), []identity.Identifier{address}); err != nil || !found[0] {
		t.Errorf("an import of the erased: got %v, %v, want refused", found, err)
	}
	if c, err := db.Certificate(t.Context(), certificate); err != nil || !c.ErasedAt.Equal(testkit.Start) || c.KeyGoneAt.IsZero() || c.Number != "R-7" {
		t.Errorf("the certificate: got %+v, %v", c, err)
	}
	if f, err := db.Facts(t.Context(), stays); err != nil || f.Profile.Claims["name"][0].Value != "stays" {
		t.Errorf("the other: got %v and %v", f.Profile, err)
	}
	if n := openList(t, db, i, path); n != 0 {
		t.Errorf("erased %d once more", n)
	}
	closeStore(t, db)
}

func erase(t *testing.T, db *store.DB, subject id.Subject, keeps ...rights.Kept) (certificate string) {
	t.Helper()
	h, err := db.Holding(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	certificate = id.New()
	_, err = db.Commit(t.Context(), ledger.Change{
		Subject: subject, Base: ledger.AnyVersion, At: testkit.Start, Actor: program,
		Entries: []ledger.Draft{{Kind: rights.SubjectErased, Payload: certificate}},
		Rows:    []any{rights.Erased{Certificate: certificate, Number: "R-7", Plan: rights.PlanErasure(h, keeps...)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// keptAgain checks that what a law kept is there again and nothing else, and
// that a key store from before the erasure is told of.
func keptAgain(t *testing.T, db *store.DB, certificate string, want rights.Kept, keyless bool) {
	t.Helper()
	got, err := db.KeptOf(t.Context(), certificate)
	n, wrong := db.KeptKeyless(t.Context())
	if wrong != nil {
		t.Fatal(wrong)
	}
	if keyless {
		if errs.KindOf(err) != errs.Unavailable || n == 0 {
			t.Errorf("without the key: got %v, %d keyless", err, n)
		}
	} else if err != nil || n != 0 || len(got) != 1 || got[0].Value != want.Value {
		t.Errorf("what a law keeps: got %+v, %v, %d keyless", got, err, n)
	}
	c, err := db.Certificate(t.Context(), certificate)
	if err != nil || len(c.Keeps) == 0 {
		t.Errorf("the certificate keeps %+v, %v", c.Keeps, err)
	}
}

func signed(line []byte) []byte {
	h := hmac.New(sha256.New, []byte("a test"))
	h.Write(line)
	return h.Sum(nil)
}

// openList opens the erasure list and returns how many it erased again.
func openList(t *testing.T, db *store.DB, i *testkit.Installation, path string) int {
	t.Helper()
	_, n, err := rights.OpenList(t.Context(), db, i.Clock, path, signed)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A list that somebody wrote in erases nobody; one that a crash cut short counts
// as far as it goes, and is whole again after.
func TestErasureListIsOurs(t *testing.T) {
	t.Parallel()
	i := &testkit.Installation{Engine: testkit.OnSQLite, Address: t.TempDir()}
	fresh := testkit.Install(t, testkit.OnSQLite)
	i.Master, i.Clock = fresh.Master, fresh.Clock
	path := filepath.Join(t.TempDir(), "erasures.jsonl")
	db := openAt(t, i)
	defer closeStore(t, db)
	victim := marked(t, db, "victim")
	for _, name := range []string{"one", "two"} {
		erase(t, db, marked(t, db, name))
	}
	openList(t, db, i, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	if len(lines) != 3 || strings.Contains(string(whole), "example.jp") {
		t.Fatalf("got %d lines: %s", len(lines)-1, whole)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, subject, _ := strings.Cut(lines[0], `"subject":"`)
	write(strings.Replace(lines[0], subject[:26], string(victim), 1))
	if _, _, err := rights.OpenList(t.Context(), db, i.Clock, path, signed); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a changed line: got %v", err)
	}
	if _, err := db.Facts(t.Context(), victim); err != nil {
		t.Errorf("whom it names: got %v", err)
	}
	write(lines[0] + lines[1][:len(lines[1])/2])
	openList(t, db, i, path)
	if again, err := os.ReadFile(path); err != nil || len(again) != len(whole) {
		t.Errorf("after a line that was cut short: got %s, %v", again, err)
	}
}
