package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestJoinedErasure: who is erased is erased with all records of theirs, when
// nothing that was asked for at any of them stands before it.
//
// What was asked for at the other record was not looked at: a copy was lost, a
// hold meant nothing, and an objection left the whole record there.
func TestJoinedErasure(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			for name, test := range map[string]func(*testing.T, *erasing){
				"at_once":                   func(_ *testing.T, e *erasing) { e.run(true) },
				"after_a_copy_of_the_other": erasedAfterCopy,
				"after_a_hold_of_the_other": erasedAfterHold,
				"fields_held_at_the_other":  erasedButHeld,
				"what_ends_with_it":         erasedWithRequests,
				"stopped_and_taken_apart":   erasedWhenApart,
				"beside_another":            erasedBesideAnother,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, newErasing(t, s))
				})
			}
		})
	}
}

// An erasing is an erasure that waits for its day at one of two records which a
// person has.
type erasing struct {
	t           *testing.T
	s           *testkit.Site
	mine, other id.Subject
	asked       rights.Request
}

var staffMember = ledger.Actor{Kind: ledger.ByStaff, ID: "member"}

func newErasing(t *testing.T, s *testkit.Site) *erasing {
	t.Helper()
	address := id.New() + "@example.org"
	bears := identity.Identifier{Kind: identity.Email, Value: address, Source: "machines", VouchedAt: s.Clock.Now()}
	e := &erasing{t: t, s: s, mine: anotherRecord(t, s, bears, map[string]string{"given-name": "Hana"})}
	// Nothing joins them before join: what is filed first is of one record alone.
	bears.Source, bears.VouchedAt = "media", time.Time{}
	e.other = anotherRecord(t, s, bears, map[string]string{"given-name": "Hanako"})
	e.asked = e.file(e.mine, ledger.Self(e.mine), rights.Erasure, rights.Matter{Days: 7})
	return e
}

func (e *erasing) file(subject id.Subject, by ledger.Actor, kind rights.Kind, m rights.Matter) rights.Request {
	e.t.Helper()
	laws, err := rights.EmbeddedPacks()
	if err != nil {
		e.t.Fatal(err)
	}
	now := e.s.Clock.Now()
	r, _, err := e.s.Rights.File(e.t.Context(), rights.Filing{
		Subject: subject, Actor: by, Kind: kind, Proof: rights.Proof{Method: "link", Fresh: true, At: now},
		Brand: "hibiki", Locale: "en", Pack: laws.For("JP", now), Matter: m,
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return r
}

func (e *erasing) move(r rights.Request, a rights.Act) {
	e.t.Helper()
	if a.Actor.Kind == "" {
		a.Actor = staffMember
	}
	a.Note = "a reason"
	if _, err := e.s.Rights.Move(e.t.Context(), r.Subject, r.ID, a); err != nil {
		e.t.Fatal(err)
	}
}

func (e *erasing) join() identity.Join {
	e.t.Helper()
	ctx := e.t.Context()
	bears, err := e.s.DB.Identifiers(ctx, e.other)
	if err == nil {
		_, err = e.s.DB.Commit(ctx, ledger.Change{
			Subject: e.other, Base: ledger.AnyVersion, At: e.s.Clock.Now(), Actor: ledger.Actor{Kind: ledger.BySystem, ID: "media"},
			Entries: []ledger.Draft{bears[0].Entry(identity.IdentifierVouched)}, Rows: []any{identity.Vouched{Identifier: bears[0].ID}},
		})
	}
	if err == nil {
		err = e.s.Joiner.Weigh(ctx, e.mine, e.other)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return joinWith(e.t, e.s, e.mine, e.other)
}

// run carries the erasure out as if its day had come, and looks who is left.
func (e *erasing) run(erased bool) {
	e.t.Helper()
	if circle, err := e.s.DB.Circle(e.t.Context(), e.mine); err == nil && len(circle) == 1 {
		e.join()
	}
	if err := e.s.Forget(e.t.Context(), e.asked); err != nil {
		e.t.Fatal(err)
	}
	for _, subject := range []id.Subject{e.mine, e.other} {
		if _, err := e.s.DB.Ring().Subject(e.t.Context(), subject); errors.Is(err, errs.Gone) != erased {
			e.t.Errorf("the key of %s: got %v, want gone: %v", subject, err, erased)
		}
	}
}

func erasedAfterCopy(t *testing.T, e *erasing) {
	plan, err := e.s.Rights.Preview(t.Context(), e.mine)
	if err != nil || len(plan.Tombstones) != 1 {
		t.Errorf("the preview has %d identifiers, %v", len(plan.Tombstones), err)
	}
	wanted := e.file(e.other, staffMember, rights.Access, rights.Matter{})
	e.run(false)
	if plan, err = e.s.Rights.Preview(t.Context(), e.mine); err != nil || len(plan.Tombstones) != 2 {
		t.Errorf("the preview of two has %d identifiers, %v", len(plan.Tombstones), err)
	}
	e.move(wanted, rights.Act{Move: rights.Accept})
	if err := e.s.Rights.Carry(t.Context(), e.other, wanted.ID); err != nil {
		t.Fatal(err)
	}
	if copies, err := e.s.DB.Copies(t.Context(), e.other, e.s.Clock.Now()); err != nil || len(copies) != 1 {
		t.Errorf("%d copies, %v", len(copies), err)
	}
	e.run(true)
}

func erasedAfterHold(_ *testing.T, e *erasing) {
	held := e.file(e.other, ledger.Self(e.other), rights.Erasure, rights.Matter{Days: 7})
	e.move(held, rights.Act{Move: rights.Hold})
	e.run(false)
	e.move(held, rights.Act{Move: rights.Release})
	e.run(true)
}

func erasedButHeld(t *testing.T, e *erasing) {
	held := e.file(e.other, ledger.Self(e.other), rights.Erasure, rights.Matter{Days: 7})
	e.move(held, rights.Act{Move: rights.Hold, Fields: []string{"given-name"}})
	e.run(true)
	var kept []string
	sets, err := e.s.DB.KeptSets(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		if set.Number != e.asked.Number {
			continue
		}
		values, err := e.s.DB.KeptOf(t.Context(), set.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range values {
			kept = append(kept, k.Value)
		}
	}
	slices.Sort(kept)
	if !slices.Equal(kept, []string{"Hana", "Hanako"}) {
		t.Errorf("kept is %q", kept)
	}
}

func erasedWithRequests(t *testing.T, e *erasing) {
	asked := []rights.Request{
		e.file(e.other, ledger.Self(e.other), rights.Objection, rights.Matter{Scope: rights.PurposeScope, Name: "fraud", Text: "a reason"}),
		e.file(e.other, ledger.Self(e.other), rights.Erasure, rights.Matter{Days: 7}),
	}
	e.join()
	if plan, err := e.s.Rights.Preview(t.Context(), e.mine); err != nil || len(plan.Ends) != len(asked) || plan.Joined != 1 {
		t.Errorf("the preview ends %d requests and has %d more records, %v", len(plan.Ends), plan.Joined, err)
	}
	e.run(true)
	for i := range asked {
		row, err := e.s.DB.RequestRow(t.Context(), asked[i].ID)
		if err != nil || row.State.Open() {
			t.Errorf("%s is %s, %v", row.Kind, row.State, err)
		}
	}
}

// What is stopped by another record is looked at again every day, for nothing
// tells that they were taken apart; and at once when it is stopped no more.
func erasedWhenApart(t *testing.T, e *erasing) {
	held := e.file(e.other, ledger.Self(e.other), rights.Erasure, rights.Matter{Days: 7})
	e.move(held, rights.Act{Move: rights.Hold})
	e.join()
	desk := &working{}
	service := rights.NewService(e.s.DB, desk, clock.NewFake(e.asked.ActAt))
	if err := service.Carry(t.Context(), e.mine, e.asked.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := service.Move(t.Context(), e.other, held.ID, rights.Act{Move: rights.Release, Actor: staffMember, Note: "a reason"}); err != nil {
		t.Fatal(err)
	}
	if err := service.Hold(t.Context(), e.other, rights.PersonHold{Reason: "a reason"}, staffMember); err != nil {
		t.Fatal(err)
	}
	if err := service.EndHold(t.Context(), e.other, staffMember); err != nil {
		t.Fatal(err)
	}
	want := []string{
		fmt.Sprint(e.mine, e.asked.ActAt.AddDate(0, 0, 1)), // again
		fmt.Sprint(e.other, held.ActAt),                    // released
		fmt.Sprint(e.mine, e.asked.ActAt),                  // woken
		fmt.Sprint(e.other, held.ActAt),                    // by the end of the hold
		fmt.Sprint(e.mine, e.asked.ActAt),
	}
	if diff := cmp.Diff(desk.works, want); diff != "" {
		t.Errorf("work (-got +want):\n%s", diff)
	}
}

// working is a rights.Desk that notes which work it prepares.
type working struct {
	rights.Desk
	works []string
}

func (w *working) Letters(context.Context, rights.Request, string, ...rights.PersonHold) ([]any, error) {
	return nil, nil
}

func (w *working) Work(r rights.Request, at, now time.Time) (any, error) {
	w.works = append(w.works, fmt.Sprint(r.Subject, at))
	return job.New("test.carry", "", r.ID, now)
}

// Whoever carries it out while the other record goes meets what is gone, and was
// taken to be done.
func erasedBesideAnother(t *testing.T, e *erasing) {
	e.join()
	desk := &meeting{}
	if err := rights.NewService(e.s.DB, desk, clock.NewFake(e.asked.ActAt)).Carry(t.Context(), e.mine, e.asked.ID); err != nil {
		t.Fatal(err)
	}
	row, err := e.s.DB.RequestRow(t.Context(), e.asked.ID)
	if err != nil || row.State != rights.Fulfilled {
		t.Errorf("it is %s, %v", row.State, err)
	}
}

// meeting is a rights.Desk that meets once what is gone.
type meeting struct {
	working
	met bool
}

func (m *meeting) Keeps(context.Context, id.Subject, rights.Holds) ([]rights.Kept, error) {
	if !m.met {
		m.met = true
		return nil, errs.Gone
	}
	return nil, nil
}

func (*meeting) Names([]identity.Identifier) []identity.Identifier { return nil }

func (*meeting) Erased(context.Context) error { return nil }
