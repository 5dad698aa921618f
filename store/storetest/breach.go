package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/breach"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// breaches writes one down and tells its people: an older state is refused,
// everybody is on the list once and told once, and an erasure takes them off it.
func breaches(t *testing.T, f Fixture) {
	first, second := f.subject(t), f.subject(t)
	b := breach.Breach{ID: breach.ID(id.New()), Facts: breach.Facts{Title: "A lost laptop"}, State: breach.Open, OpenedAt: f.now()}
	b.FinalDue, b.FinalAt, b.Goal = b.OpenedAt.AddDate(0, 0, 30), b.OpenedAt, true
	write := func(rows ...any) error {
		_, err := f.DB.Commit(t.Context(), ledger.Change{At: f.now(), Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "breach"}, Rows: rows})
		return err
	}
	must(t, "write", write(b))
	wantKind(t, "again, as if new", write(b), errs.Conflict)
	b.Version = 1
	b.State = breach.Telling
	must(t, "move", write(b, breach.Named{Breach: b.ID, Subjects: []id.Subject{first, second}}, breach.Named{Breach: b.ID, Subjects: []id.Subject{first}}))
	wantKind(t, "on an older state", write(b), errs.Conflict)
	got, err := f.DB.Breach(t.Context(), b.ID)
	must(t, "read", err)
	if b.Version = 2; got.Version != 2 || got.State != breach.Telling || got.Title != b.Title ||
		!got.FinalDue.Equal(b.FinalDue) || !got.FinalAt.Equal(b.FinalAt) || !got.Goal {
		t.Errorf("got %+v", got)
	}
	_, err = f.DB.Breach(t.Context(), breach.ID(id.New()))
	wantKind(t, "another", err, errs.NotFound)

	count := func(want breach.Affected) {
		t.Helper()
		n, err := f.DB.Affected(t.Context(), b.ID)
		must(t, "count", err)
		if diff := cmp.Diff(n, want); diff != "" {
			t.Errorf("affected (-got +want):\n%s", diff)
		}
	}
	count(breach.Affected{People: 2, Waits: 2})
	told := f.change(first, ledger.AnyVersion, breach.Reached{Breach: b.ID, Way: breach.ByMail})
	f.commit(t, told)
	_, err = f.DB.Commit(t.Context(), told)
	wantKind(t, "told twice", err, errs.Conflict)
	count(breach.Affected{People: 2, Mailed: 1, Waits: 1})
	for subject, want := range map[id.Subject]bool{first: true, second: false} {
		if is, err := f.DB.Reached(t.Context(), b.ID, []id.Subject{subject}); err != nil || is != want {
			t.Errorf("reached: got %v, %v; want %v", is, err, want)
		}
	}
	waiting, err := f.DB.Untold(t.Context(), b.ID, 10)
	must(t, "untold", err)
	if diff := cmp.Diff(waiting, []id.Subject{second}); diff != "" {
		t.Errorf("untold (-got +want):\n%s", diff)
	}
	f.commit(t, f.change(first, ledger.AnyVersion, rights.Erased{Certificate: id.New(), Number: "R-GONE", Plan: rights.PlanErasure(rights.Holding{})}))
	must(t, "drop", write(breach.Dropped{Breach: b.ID, Subject: second}))
	count(breach.Affected{})
}
