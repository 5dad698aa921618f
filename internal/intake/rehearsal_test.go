package intake_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// A rehearsal decides what the import then decides, row by row and over its
// batches, and leaves no trace.
func TestRehearsalSaysWhatTheImportDoes(t *testing.T) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		draft, err := demo.Draft()
		if err != nil {
			t.Fatal(err)
		}
		m := newMerging(t, db, c)
		m.org = organisation.Diff(nil, draft, c.Now()).Next
		files, err := demo.Files(demo.People(1, 120, c.Now()), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		merged := 0
		for _, file := range files {
			before := m.entries()
			tried := m.bring(file, intake.NewRehearsal(alone{db}))
			if got := m.entries(); got != before {
				t.Fatalf("%s: a rehearsal wrote %d entries", file.System, got-before)
			}
			done := m.bring(file, alone{db})
			if diff := cmp.Diff(tried, done, cmpopts.IgnoreFields(intake.Report{}, "Elapsed")); diff != "" {
				t.Errorf("%s: a rehearsal says something else (-tried +done):\n%s", file.System, diff)
			}
			m.join()
			again := m.bring(file, alone{db})
			if again.Created+again.Merged+again.Changed > 0 {
				t.Errorf("%s: the second time something changed: %+v", file.System, again)
			}
			merged += done.Merged
		}
		if merged == 0 {
			t.Error("nobody was merged, so nothing was proved about it")
		}
	})
}

// bring imports a file of the demo in small batches.
func (m *merging) bring(f demo.SourceFile, into intake.MergeStore) *intake.Report {
	m.t.Helper()
	file, err := os.Open(f.Path)
	if err != nil {
		m.t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // read only
	by, err := intake.LoadMap(f.Map)
	if err != nil {
		m.t.Fatal(err)
	}
	report, err := intake.Run(m.t.Context(), file, by, m.merger(into, f.System),
		intake.Options{Organisation: m.org, Source: f.System, Clock: m.clock, Batch: 17})
	if err != nil {
		m.t.Fatal(err)
	}
	return report
}

// A record that will be joined is merged when it is made, and after that changed.
func TestMergedIsToldOnce(t *testing.T) {
	m := onSQLite(t)
	results := func(source string, items ...intake.Item) (all []intake.Result) {
		for _, o := range m.merge(source, items...) {
			all = append(all, o.Result)
		}
		return all
	}
	ana := func(source string, parts ...part) intake.Item {
		return row(source, append([]part{proved("ana@example.com")}, parts...)...)
	}
	for i, step := range []struct {
		source string
		items  []intake.Item
		want   []intake.Result
	}{
		{"shop", []intake.Item{ana("shop", number("1"))}, []intake.Result{intake.Created}},
		{"shop", []intake.Item{ana("shop", number("1"), says("company", "Hill"))}, []intake.Result{intake.Changed}},
		{"newsletter", []intake.Item{ana("newsletter", number("n1")), ana("newsletter", number("n2"))}, []intake.Result{intake.Merged, intake.Merged}},
		{"newsletter", []intake.Item{ana("newsletter", number("n3"))}, []intake.Result{intake.Merged}},
		{"newsletter", []intake.Item{ana("newsletter", number("n3"), says("company", "Hall"))}, []intake.Result{intake.Changed}},
		{"newsletter", []intake.Item{ana("newsletter", number("n3"))}, []intake.Result{intake.Unchanged}},
	} {
		if diff := cmp.Diff(results(step.source, step.items...), step.want); diff != "" {
			t.Errorf("step %d (-got +want):\n%s", i, diff)
		}
	}
}

// What a rehearsal keeps, it reads back as the store would.
func TestRehearsalReadsBack(t *testing.T) {
	m := onSQLite(t)
	m.merge("shop", row("shop", number("1"), address("ana@example.com"), named("Ana", "Diaz")))
	ana := m.bearer(identity.Customer, "shop", "1")
	r := intake.NewRehearsal(alone{m.db})
	m.mergeOn(r, "shop", row("shop", number("1"), proved("ana@example.com"), says("company", "Hill")))
	m.mergeOn(r, "newsletter", row("newsletter", number("n1"), proved("ana@example.com"), decided("newsletter", intake.Refused, then, "")))
	m.mergeOn(r, "newsletter", row("newsletter", number("n2"), address("new@example.com")))

	f, err := r.Facts(t.Context(), ana)
	if err != nil || f.Profile.Claims["company"][0].Value != "Hill" || f.Version <= m.facts(ana).Version {
		t.Errorf("facts = %+v, %v", f, err)
	}
	all, err := r.Identifiers(t.Context(), ana)
	if err != nil || len(all) != 2 || !all[1].Verified() || !all[1].Main {
		t.Errorf("identifiers = %+v, %v", all, err)
	}
	for value, want := range map[string]int{"ana@example.com": 2, "new@example.com": 1, "nobody@example.com": 0} {
		if got, err := r.Holders(t.Context(), identity.Email, "", value); err != nil || len(got) != want {
			t.Errorf("holders of %s = %+v, %v, want %d", value, got, err, want)
		}
	}
	if got := m.history(ana); len(got) != int(m.facts(ana).Version) || len(m.holders(identity.Email, "", "new@example.com")) > 0 {
		t.Errorf("the rehearsal was written: %v", got)
	}
}
