package store_test

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// TestKill ends the program at any moment, again and again (security.md, R01).
// What it had answered with success is there afterwards, and what is there has
// its entry.
func TestKill(t *testing.T) {
	rounds := testkit.Size(10, 50)
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i, w := newWork(t, e, 6, 8)
		w.Checkpoints = filepath.Join(t.TempDir(), "checkpoints")
		acknowledged := map[consent.RecordID]answer{}
		eye := i.SQL(t)
		eye.SetMaxOpenConns(1)
		for range rounds {
			before := len(acknowledged)
			runAndKill(t, w, acknowledged)
			settled(t, i, eye)
			nothingLost(t, i, w, acknowledged)
			if t.Failed() {
				return
			}
			t.Logf("%d decisions were answered", len(acknowledged)-before)
		}
		if len(acknowledged) < rounds {
			t.Errorf("%d decisions in %d rounds are too few to prove anything", len(acknowledged), rounds)
		}
	})
}

func newSubject(t *testing.T, db *store.DB) id.Subject {
	t.Helper()
	c := identity.New(nil, program, testkit.Start)
	if _, err := db.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.Subject
}

// An answer is what the program said of one decision.
type answer struct {
	subject id.Subject
	status  consent.Status
}

// runAndKill adds what the program answers until it is killed.
func runAndKill(t *testing.T, w work, acknowledged map[consent.RecordID]answer) {
	t.Helper()
	c := w.command(t)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the program says %q (%v), want ready", line, err)
	}
	end := time.AfterFunc(time.Duration(rand.Int64N(int64(time.Second))), func() { _ = c.Process.Kill() }) //nolint:gosec // any moment will do
	defer end.Stop()
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // half a line is no answer
		}
		if err != nil {
			t.Fatal(err)
		}
		word := strings.Fields(line)
		if len(word) != 3 {
			t.Fatalf("the program says %q", line)
		}
		acknowledged[consent.RecordID(word[1])] = answer{id.Subject(word[0]), consent.Status(word[2])}
	}
	if err := c.Wait(); err == nil || c.ProcessState.ExitCode() != -1 {
		t.Fatalf("the program ended by itself: %v", err)
	}
}

// settled waits until PostgreSQL has noticed that the program is gone: until
// then it may finish what nobody heard the answer of.
func settled(t *testing.T, i *testkit.Installation, eye *sql.DB) {
	t.Helper()
	if i.Engine != testkit.OnPostgres {
		return
	}
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		var others int
		err := eye.QueryRowContext(t.Context(), `
			select count(*)
			from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`).Scan(&others)
		if err != nil {
			t.Fatal(err)
		}
		if others == 0 {
			tick.Stop()
			return
		}
	}
}

func nothingLost(t *testing.T, i *testkit.Installation, w work, acknowledged map[consent.RecordID]answer) {
	t.Helper()
	db, err := store.Open(t.Context(), i.Options())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found := map[consent.RecordID]answer{}
	for _, s := range w.Subjects {
		for _, r := range coherent(t, db, s) {
			found[r.ID] = answer{r.Subject, r.Status}
		}
	}
	for record, a := range acknowledged {
		if got := found[record]; got != a {
			t.Errorf("acknowledged %s: found %+v, want %+v", record, got, a)
		}
	}

	signer, verifier, err := db.Ring().CheckpointKeys("test")
	if err != nil {
		t.Fatal(err)
	}
	file, err := ledger.ReadCheckpoints(w.Checkpoints)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Ledger(t.Context(), func(src ledger.Source) error {
		r, err := ledger.Verify(t.Context(), src, verifier, file)
		if err == nil && !r.OK() {
			err = fmt.Errorf("faults: %v", r.Faults)
		}
		return err
	})
	if err != nil {
		t.Errorf("verify: %v", err)
	}
	if _, err := ledger.NewNotary(t.Context(), db, signer, verifier, i.Clock, w.Checkpoints); err != nil {
		t.Errorf("notary: %v", err)
	}
}

// coherent checks that records, state, entries and version of a subject are of
// the same changes, and returns the records.
func coherent(t *testing.T, db *store.DB, s id.Subject) []consent.Record {
	t.Helper()
	records, err := db.Records(t.Context(), s, "")
	if err != nil {
		t.Fatal(err)
	}
	facts, err := db.Facts(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(facts.Consents, consent.Fold(records)); d != "" {
		t.Errorf("state is not what the records add up to (-got +want):\n%s", d)
	}
	history, err := db.History(t.Context(), s, ledger.HistoryPage{Limit: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	if got := int64(len(history)); got != facts.Version {
		t.Errorf("%d entries lead to version %d", got, facts.Version)
	}
	entries := map[string]ledger.Kind{}
	for n, h := range history {
		if want := facts.Version - int64(n); h.Version != want {
			t.Fatalf("version in the history: got %d, want %d", h.Version, want)
		}
		entries[h.ID] = h.Kind
	}
	for _, r := range records {
		if got, want := entries[string(r.ID)], ledger.Kind("consent."+r.Status); got != want {
			t.Errorf("record %s: its entry is %q, want %q", r.ID, got, want)
		}
	}
	if got, want := len(entries), len(records)+1; got != want {
		t.Errorf("got %d entries for %d records and the beginning", got, len(records))
	}
	return records
}
