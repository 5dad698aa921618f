package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/approval"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// approvalsMoveOnce: an approval reads back as it was written, stands until its
// time, and each of its states is come to once.
func approvalsMoveOnce(t *testing.T, f Fixture) {
	now := f.now().UTC()
	write := func(a approval.Approval) error {
		_, err := f.DB.Commit(t.Context(), ledger.Change{At: now, Actor: test, Entries: []ledger.Draft{{Kind: a.State.Kind()}}, Rows: []any{a}})
		return err
	}
	a := approval.Approval{
		ID: id.New(), Thing: approval.Thing{Sort: approval.AudienceFile, ID: id.New(), How: "csv"}, Name: "Readers", People: 3,
		Reason: "The fair.", State: approval.Asked, By: "one", At: now, Until: now.Add(time.Hour),
	}
	must(t, "ask", write(a))
	got, err := f.DB.Approval(t.Context(), a.ID)
	must(t, "approval", err)
	if diff := cmp.Diff(got, a); diff != "" {
		t.Errorf("approval (-got +want):\n%s", diff)
	}
	standing := func(at time.Time, want int) {
		t.Helper()
		all, err := f.DB.StandingApprovals(t.Context(), at)
		must(t, "standing", err)
		if len(all) != want {
			t.Errorf("%s %s: %d stand, want %d", a.State, at.Sub(now), len(all), want)
		}
	}
	standing(now, 1)
	standing(a.Until, 0)
	used := a
	used.State = approval.Used
	wantKind(t, "used before it was approved", write(used), errs.Conflict)
	a.State, a.Second = approval.Approved, "two"
	must(t, "approve", write(a))
	wantKind(t, "approved again", write(a), errs.Conflict)
	standing(now, 1)
	must(t, "use", write(used))
	wantKind(t, "used again", write(used), errs.Conflict)
	standing(now, 0)
	all, err := f.DB.Approvals(t.Context(), 10)
	must(t, "approvals", err)
	if len(all) != 1 || all[0].State != approval.Used {
		t.Errorf("got %+v", all)
	}
	_, err = f.DB.Approval(t.Context(), id.New())
	wantKind(t, "none", err, errs.NotFound)
}
