package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// retentionDues has a database to itself: it looks at everybody.
func retentionDues(t *testing.T, f Fixture) {
	subject, now := f.subject(t), f.now()
	value := profile.State{Claims: map[string][]profile.Claim{"city": {{Value: "Kyoto", Source: "shop"}}}}
	f.commit(t, f.change(subject, 1, value))
	due, err := f.DB.DueRetention(t.Context(), now, 1, 10)
	if must(t, "due", err); len(due) != 1 || due[0].Subject != subject {
		t.Fatalf("due: got %+v", due)
	}
	settle := func(next time.Time) {
		t.Helper()
		must(t, "settle", f.DB.SettleRetention(t.Context(), due[0], next, 1))
	}
	asked := func(at time.Time, revision int64) int {
		t.Helper()
		all, err := f.DB.DueRetention(t.Context(), at, revision, 10)
		must(t, "due", err)
		return len(all)
	}
	settle(now.Add(time.Hour))
	if n := asked(now, 1); n != 0 {
		t.Errorf("settled: got %d", n)
	}
	if e, err := f.DB.Ending(t.Context(), now.Add(2*time.Hour)); err != nil || e.People != 1 {
		t.Errorf("ahead: got %+v, %v", e, err)
	}
	if n := asked(now.Add(time.Hour), 1); n != 1 {
		t.Errorf("when its time has come: got %d", n)
	}
	if n := asked(now, 2); n != 1 {
		t.Errorf("under another declaration: got %d", n)
	}
	f.commit(t, f.change(subject, 2, value))
	settle(time.Time{}) // of what was there before
	if n := asked(now, 1); n != 1 {
		t.Errorf("after a change: got %d", n)
	}
}

// keptEnds keeps two values beyond an erasure: nothing else stays, each has a
// key of its own, and both end with it.
func keptEnds(t *testing.T, f Fixture) {
	subject, now := f.subject(t), f.now()
	until := now.Add(time.Hour).Truncate(time.Microsecond)
	kept := []rights.Kept{
		{ID: id.New(), Duty: "invoices", Field: "city", Value: "Kyoto", Until: until},
		{ID: id.New(), Duty: rights.OnHold, Field: "name", Value: "Aiko"},
	}
	row := rights.Erased{Certificate: id.New(), Number: "R-KEPT", Plan: rights.PlanErasure(rights.Holding{}, kept...)}
	f.commit(t, f.change(subject, ledger.AnyVersion, row))
	must(t, "destroy", f.DB.DestroyErased(t.Context(), subject, now))
	_, err := f.DB.Ring().Subject(t.Context(), subject)
	wantKind(t, "the person's key", err, errs.Gone)

	got, err := f.DB.KeptOf(t.Context(), row.Certificate)
	must(t, "kept", err)
	if diff := cmp.Diff(got, []rights.Kept{kept[1], kept[0]}); diff != "" {
		t.Errorf("kept, by duty (-got +want):\n%s", diff)
	}
	c, err := f.DB.Certificate(t.Context(), row.Certificate)
	must(t, "certificate", err)
	if diff := cmp.Diff(c.Keeps, []rights.Retained{{Duty: "invoices", Fields: []string{"city"}, Until: until}, {Duty: rights.OnHold, Fields: []string{"name"}}}); diff != "" {
		t.Errorf("the certificate says (-got +want):\n%s", diff)
	}
	sets, err := f.DB.KeptSets(t.Context(), 10)
	if must(t, "sets", err); len(sets) != 2 || sets[0].Number != "R-KEPT" || sets[0].Count != 1 {
		t.Errorf("sets: got %+v", sets)
	}

	due, err := f.DB.KeptDue(t.Context(), now, 10)
	if must(t, "due", err); len(due) != 0 {
		t.Errorf("due before its time: got %+v", due)
	}
	due, err = f.DB.KeptDue(t.Context(), until, 10)
	if must(t, "due", err); len(due) != 1 || due[0].ID != kept[0].ID {
		t.Fatalf("due: got %+v", due)
	}
	held, err := f.DB.KeptOnHold(t.Context(), row.Certificate, 10)
	if must(t, "held", err); len(held) != 1 || held[0].ID != kept[1].ID {
		t.Fatalf("on hold: got %+v", held)
	}
	over := ledger.Change{At: now, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}
	must(t, "end", f.DB.EndKept(t.Context(), due, over))
	wantKind(t, "end again", f.DB.EndKept(t.Context(), due, over), errs.Conflict)
	_, err = f.DB.Ring().Subject(t.Context(), id.Subject(kept[0].ID))
	wantKind(t, "the key of what ended", err, errs.Gone)
	if got, err := f.DB.KeptOf(t.Context(), row.Certificate); err != nil || len(got) != 1 || got[0].Value != "Aiko" {
		t.Errorf("the other one: got %+v, %v", got, err)
	}
}
