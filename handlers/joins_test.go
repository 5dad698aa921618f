package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/activity"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// anotherRecord makes a record of a system that bears an address.
func anotherRecord(t *testing.T, s *testkit.Site, i identity.Identifier, values map[string]string) id.Subject {
	t.Helper()
	now := s.Clock.Now()
	actor := ledger.Actor{Kind: ledger.BySystem, ID: i.Source}
	c := identity.New([]identity.Identifier{i}, actor, now)
	state := profile.State{Claims: map[string][]profile.Claim{}}
	for field, value := range values {
		state.Claims[field] = []profile.Claim{{Value: value, Source: i.Source, Origin: profile.Provided, At: now, Recorded: now}}
	}
	c.Rows = append(c.Rows, state)
	if _, err := s.DB.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.Subject
}

func subjectOf(t *testing.T, s *testkit.Site, address string) id.Subject {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

func joinOf(t *testing.T, s *testkit.Site, subject id.Subject) identity.Join {
	t.Helper()
	all, err := s.DB.Joins(t.Context(), subject)
	if err != nil || len(all) != 1 {
		t.Fatalf("joins: got %+v, %v", all, err)
	}
	return all[0]
}

// TestJoinedRecords: a person reads two records as one, with the reason. What
// they decide holds for both, and what is not theirs they take out.
func TestJoinedRecords(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			ctx := t.Context()
			mine := subjectOf(t, s, aiko)
			before, err := s.DB.Held(ctx, mine)
			if err != nil {
				t.Fatal(err)
			}
			other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media", VouchedAt: s.Clock.Now()},
				map[string]string{"favourite-section": "jazz"})
			if _, err := s.Joiner.Turn(ctx); err != nil {
				t.Fatal(err)
			}
			c := s.Client(t)
			c.Enter("hibiki", aiko, false)
			who := c.Page("/hibiki/who")
			holds(t, who, "These records were joined because", "for both it is proved that "+aiko+" belongs to them", "This is not me")
			holds(t, c.Page("/hibiki/history"), "Two profiles were joined")

			c.Answer("hibiki", "newsletter", "yes")
			c.Answer("hibiki", "newsletter", "no")
			v, _ := s.Current.Load().Purpose("newsletter")
			for _, subject := range []id.Subject{mine, other} {
				held, err := s.DB.Held(ctx, subject)
				if err != nil {
					t.Fatal(err)
				}
				if st := held.Consents.Of("newsletter", "hibiki").Status; !st.No() {
					t.Errorf("the record %s has %q", subject, st)
				}
				facts, err := s.DB.Facts(ctx, subject)
				if err != nil {
					t.Fatal(err)
				}
				if decision.May(facts, decision.Question{Purpose: v, At: s.Clock.Now()}).Allow {
					t.Errorf("a no is not a no for %s", subject)
				}
			}

			j := joinOf(t, s, other)
			if a := c.Post("/hibiki/who/joined/"+j.ID, nil); a.Status != http.StatusSeeOther {
				t.Fatalf("not me: got %d", a.Status)
			}
			who = c.Page("/hibiki/who")
			holds(t, who, "This record is not read as yours any more")
			if strings.Contains(who, "This is not me") {
				t.Error("the record is still there")
			}
			if err := s.Joiner.Weigh(ctx, mine, other); err != nil {
				t.Fatal(err)
			}
			if j := joinOf(t, s, other); j.State != identity.Apart {
				t.Errorf("joined again: %+v", j)
			}
			after, err := s.DB.Facts(ctx, mine)
			if err != nil {
				t.Fatal(err)
			}
			if _, says := after.Profile.Of("favourite-section", "media"); says != hasMedia(before) {
				t.Error("a value of the other record stayed")
			}
			if a := c.Post("/hibiki/who/joined/"+j.ID, nil); a.Status != http.StatusNotFound {
				t.Errorf("again: got %d, want 404", a.Status)
			}
		})
	}
}

// TestJoinedPreferences: "What I get" shows what comes, whichever record it was
// said at, what stops more where they differ, and that they do. What the person
// says there is said for both, and so is "Stop all marketing" taken back.
//
// It showed the wishes of the one record: a topic as off that came, and no pause
// that the other had.
func TestJoinedPreferences(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			joinedPreferences(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e}))
		})
	}
}

func joinedPreferences(t *testing.T, s *testkit.Site) {
	const brand, page, differ = "hibiki", "/hibiki/get", "say different things here"
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media"}, nil)
	wish := func(subject id.Subject, w consent.Wishes) {
		t.Helper()
		who := consent.Wisher{Subject: subject, Actor: ledger.Self(subject)}
		if _, err := s.Consent.Wish(ctx, who, brand, func(consent.Wishes) consent.Wishes { return w }); err != nil {
			t.Fatal(err)
		}
	}
	pause := s.Clock.Now().AddDate(0, 0, 20)
	wish(mine, consent.Wishes{
		Topics: map[string]bool{"offers/email": true, "repair-tips/email": false, "new-instruments/email": false},
		Budget: &consent.Budget{Count: 2, Per: "month"},
	})
	wish(other, consent.Wishes{
		Topics: map[string]bool{"offers/email": false, "repair-tips/email": false, "new-instruments/post": true},
		Budget: &consent.Budget{Count: 1, Per: "week"}, Pause: pause, Quiet: &consent.Quiet{From: 12 * 60, To: 13 * 60, Zone: "Asia/Tokyo"},
	})
	c := s.Client(t)
	c.Enter(brand, aiko, false)
	if strings.Contains(c.Page(page), differ) {
		t.Error("one record differs from itself")
	}
	joinByStaff(t, s, mine, other)
	wishes := func(when string, on ...string) consent.Wishes {
		t.Helper()
		f, err := s.DB.Facts(ctx, mine)
		if err != nil {
			t.Fatal(err)
		}
		w := f.Preferences.Of(brand)
		for _, slot := range []string{"offers/email", "repair-tips/email", "new-instruments/email", "new-instruments/post"} {
			if want := slices.Contains(on, slot); w.Topics[slot] != want {
				t.Errorf("%s: %s is %t", when, slot, w.Topics[slot])
			}
		}
		return w
	}
	if w := wishes("joined", "new-instruments/post"); !w.Pause.Equal(pause.UTC().Truncate(time.Microsecond)) || w.Budget.Per != "month" || w.Quiet == nil {
		t.Errorf("joined: got %+v", w)
	}
	holds(t, c.Page(page), differ, "These count as well", "at most: Once a week", "End the pause now")
	post := func(path string, form url.Values) {
		t.Helper()
		if a := c.Post(path, form); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: got %d", path, a.Status)
		}
	}
	post(page+"/resume", url.Values{"scope": {brand}})
	if w := wishes("resumed", "new-instruments/post"); !w.Pause.IsZero() {
		t.Errorf("resumed: paused until %v", w.Pause)
	}
	post(page+"/topics/offers", url.Values{"scope": {brand}, "topic": {"offers"}, "on.offers": {"email"}})
	post(page+"/topics/new-instruments", url.Values{"scope": {brand}, "topic": {"new-instruments"}})
	wishes("chosen", "offers/email")
	post(page+"/delivery", url.Values{"scope": {brand}, "budget": {"3/week"}, "zone": {"Asia/Tokyo"}, "language": {"en"}})
	if w := wishes("arranged", "offers/email"); w.Budget.Count != 3 || w.Quiet.At(time.Date(2026, 3, 12, 3, 30, 0, 0, time.UTC)) {
		t.Errorf("arranged: got %+v", w)
	}
	if strings.Contains(c.Page(page), differ) {
		t.Error("they differ after the person has said how it is")
	}
	post(page+"/stop", url.Values{"scope": {"all"}})
	wishes("stopped")
	v, _ := s.Current.Load().Purpose("newsletter")
	post(page+"/back/newsletter", url.Values{"version": {fmt.Sprint(v.Number)}, "notice": {v.Notice("en").Hash}})
	wishes("taken back", "offers/email")
}

// joinByStaff joins two records that no rule would join.
func joinByStaff(t *testing.T, s *testkit.Site, one, other id.Subject) {
	t.Helper()
	ctx := t.Context()
	if err := s.Joiner.Weigh(ctx, one, other); err != nil {
		t.Fatal(err)
	}
	if err := s.Joiner.Decide(ctx, ledger.Actor{Kind: ledger.ByStaff, ID: "member"}, joinOf(t, s, other).ID, true, "asked by phone"); err != nil {
		t.Fatal(err)
	}
}

func hasMedia(f decision.Facts) bool {
	_, says := f.Profile.Of("favourite-section", "media")
	return says
}

func holds(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

// TestJoinedGates: a no that was said at one record keeps values and activities
// out of the other, and has nothing worked out from what is there. A yes to all
// of them is worked out from all, and who is taken apart has their own again.
//
// Each record was asked by itself here, so that a no of before the joining was
// lost.
func TestJoinedGates(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			joinedGates(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e}))
		})
	}
}

func joinedGates(t *testing.T, s *testkit.Site) {
	const brand, purpose, system = "tsubame", "training-suggestions", "machines"
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: system}, nil)
	choose := func(subject id.Subject, a consent.Answer) {
		t.Helper()
		if _, err := s.Consent.Decide(ctx, consent.Ask{
			Subject: subject, Actor: ledger.Self(subject), Purpose: purpose, Answer: a, Locale: "en",
			Proof: consent.Proof{Kind: consent.BySession}, Brand: brand, Channel: "portal",
		}); err != nil {
			t.Fatal(err)
		}
	}
	field, _ := s.Current.Load().Field("usual-machine")
	made := func(subject id.Subject) string {
		t.Helper()
		if _, err := s.Activity.Infer(ctx); err != nil {
			t.Fatal(err)
		}
		held, err := s.DB.Held(ctx, subject)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := held.Profile.Of(field.Name, activity.SourceRule)
		return c.Value
	}
	train := func(machine, event string) activity.Outcome {
		t.Helper()
		told, err := s.Activity.Take(ctx, activity.Taking{Subject: other, System: system, Brand: brand, Items: []activity.Item{{
			Event: event, Kind: "training-session", At: s.Clock.Now(), Values: map[string]string{"machine": machine, "minutes": "40"},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return told[0]
	}
	choose(other, consent.Yes)
	alone := made(mine)
	there := "rowing"
	if alone == there {
		there = "bike"
	}
	for n := range 300 {
		if told := train(there, fmt.Sprint(n)); told.Result != activity.Taken {
			t.Fatalf("before they are joined: got %+v", told)
		}
	}
	if got := [2]string{made(mine), made(other)}; alone == "" || got != [2]string{alone, there} {
		t.Fatalf("before they are joined the rule says %q, not %q and %q", got, alone, there)
	}
	choose(mine, consent.No)
	joinByStaff(t, s, mine, other)

	tell := func(item inbound.Item) inbound.Outcome {
		t.Helper()
		item.Subject = other
		told, err := s.Door.Take(ctx, inbound.Sender{System: system}, []inbound.Item{item})
		if err != nil {
			t.Fatal(err)
		}
		return told[0]
	}
	goal := inbound.Item{Attributes: map[string]profile.Claim{"training-goal": {Value: "a marker", Origin: profile.Provided, At: s.Clock.Now()}}}
	if told := tell(goal); told.Withheld["training-goal"] != profile.AllRefused || len(told.Steps) > 0 {
		t.Errorf("a value: got %s, withheld %v", told.Result, told.Withheld)
	}
	if told := train(there, "after"); told.Result != activity.Refused || told.Reason != activity.NoBasis {
		t.Errorf("an activity: got %+v", told)
	}
	says := consent.Report{System: system, Purpose: purpose, Status: consent.Given, At: s.Clock.Now(), Scope: brand}
	if told := tell(inbound.Item{Report: &says}); told.Result != inbound.Waiting || len(told.Records) > 0 {
		t.Errorf("a yes by a system's word: got %s", told.Result)
	}
	if got := [2]string{made(mine), made(other)}; got != [2]string{} {
		t.Errorf("after a no the rule says %q", got)
	}

	choose(mine, consent.Yes)
	if told := tell(goal); len(told.Withheld) > 0 {
		t.Errorf("a value after a yes: withheld %v", told.Withheld)
	}
	if told := train(there, "at last"); told.Result != activity.Taken {
		t.Errorf("an activity after a yes: got %+v", told)
	}
	if got := [2]string{made(mine), made(other)}; got != [2]string{there, there} {
		t.Errorf("after a yes the rule says %q, want what all activities say", got)
	}
	who := activity.Who{Subject: other, Actor: ledger.Self(other), Brand: brand}
	for _, on := range []bool{false, true} {
		if err := s.Activity.Switch(ctx, who, "machine-used-most", on); err != nil {
			t.Fatal(err)
		}
		if got := made(mine); (got != "") != on {
			t.Errorf("switched %v at the other: the rule says %q", on, got)
		}
	}

	if err := s.Joiner.Separate(ctx, mine, joinOf(t, s, other).ID, brand); err != nil {
		t.Fatal(err)
	}
	if got := [2]string{made(mine), made(other)}; got != [2]string{alone, there} {
		t.Errorf("taken apart the rule says %q", got)
	}
}

// TestJoinedGuess: who did nothing is guessed at for as long as the records are
// one, and no longer.
func TestJoinedGuess(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	silent := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media"}, nil)
	made := func(subject id.Subject) string {
		t.Helper()
		if _, err := s.Activity.Infer(ctx); err != nil {
			t.Fatal(err)
		}
		held, err := s.DB.Held(ctx, subject)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := held.Profile.Of("usual-machine", activity.SourceRule)
		return c.Value
	}
	if _, err := s.Consent.Decide(ctx, consent.Ask{
		Subject: mine, Actor: ledger.Self(mine), Purpose: "training-suggestions", Answer: consent.Yes, Locale: "en",
		Proof: consent.Proof{Kind: consent.BySession}, Brand: "tsubame", Channel: "portal",
	}); err != nil {
		t.Fatal(err)
	}
	joinByStaff(t, s, mine, silent)
	if got := made(silent); got == "" || got != made(mine) {
		t.Errorf("joined, the rule says %q, not %q", got, made(mine))
	}
	if err := s.Joiner.Separate(ctx, mine, joinOf(t, s, silent).ID, "tsubame"); err != nil {
		t.Fatal(err)
	}
	if got := made(silent); got != "" {
		t.Errorf("taken apart, one who did nothing is said to use %q", got)
	}
}

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
	bears.Source = "media"
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
	if err := e.s.Joiner.Weigh(e.t.Context(), e.mine, e.other); err != nil {
		e.t.Fatal(err)
	}
	return joinOf(e.t, e.s, e.other)
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
	want := []string{
		fmt.Sprint(e.mine, e.asked.ActAt.AddDate(0, 0, 1)), // again
		fmt.Sprint(e.other, held.ActAt),                    // released
		fmt.Sprint(e.mine, e.asked.ActAt),                  // woken
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

func (w *working) Letters(context.Context, rights.Request, string) ([]any, error) { return nil, nil }

func (w *working) Work(r rights.Request, at, now time.Time) (any, error) {
	w.works = append(w.works, fmt.Sprint(r.Subject, at))
	return job.New("test.carry", "", r.ID, now)
}

// TestJoining: what no rule decides is decided by staff who looked at both, for
// a reason that the person reads.
func TestJoining(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	ctx := t.Context()
	subjectOf(t, s, aiko)
	other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media"}, map[string]string{"given-name": "Kenji", "family-name": "Mori"})
	if _, err := s.Joiner.Turn(ctx); err != nil {
		t.Fatal(err)
	}
	j := joinOf(t, s, other)
	path := "/console/joins/" + j.ID
	c := s.Client(t)
	c.Work(s.Member(t, authz.Reviewer))
	list := c.Page("/console/joins")
	holds(t, list, path, "not proved for both")
	if strings.Contains(list, aiko) || strings.Contains(list, "Kenji") {
		t.Error("the list names somebody")
	}
	if page := c.Page(path); strings.Contains(page, "Kenji") {
		t.Error("a record is shown without a reason")
	}
	if a := c.Post(path, url.Values{"one": {"join"}, "reason": {"x"}}); a.Status != http.StatusOK || joinOf(t, s, other).State != identity.Waiting {
		t.Errorf("decided without looking: got %d", a.Status)
	}
	if a := c.Post(path+"/open", url.Values{"reason": {"quality"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("open: got %d", a.Status)
	}
	holds(t, c.Page(path), "Kenji", aiko, "As one")
	for _, form := range []url.Values{{"one": {"join"}}, {"reason": {"same"}}} {
		if a := c.Post(path, form); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: got %d, want 422", form, a.Status)
		}
	}
	limited := s.Client(t)
	limited.Work(s.Member(t, authz.Reviewer, "kawara"))
	if a := limited.Get(path); a.Status != http.StatusForbidden {
		t.Errorf("limited to a brand: got %d, want 403", a.Status)
	}
	if a := c.Post(path, url.Values{"one": {"join"}, "reason": {"Aiko told us by phone"}}); a.Location() != "/console/joins" {
		t.Fatalf("join: got %d", a.Status)
	}
	if a := c.Get(path); a.Status != http.StatusNotFound {
		t.Errorf("after the decision: got %d, want 404", a.Status)
	}
	them := s.Client(t)
	them.Enter("hibiki", aiko, false)
	holds(t, them.Page("/hibiki/who"), "Aiko told us by phone", "This is not me")
}

// TestWithheld: a value that the person's own no leaves no use for does not
// enter, and they read so; after a yes the next delivery brings it.
func TestWithheld(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	const brand, purpose, field, source = "tsubame", "training-suggestions", "training-goal", "machines"
	c := s.Client(t)
	c.Enter(brand, aiko, false)
	tell := func(value string) inbound.Outcome {
		t.Helper()
		told, err := s.Door.Take(ctx, inbound.Sender{System: source}, []inbound.Item{{
			Subject: mine, Attributes: map[string]profile.Claim{field: {Value: value, Origin: profile.Provided, At: s.Clock.Now()}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return told[0]
	}
	c.Answer(brand, purpose, "no")
	for range 2 {
		if told := tell("a marker"); told.Withheld[field] != profile.AllRefused || len(told.Steps) > 0 {
			t.Errorf("after a no: got %+v", told)
		}
	}
	page := c.Page("/" + brand + "/data/" + field)
	holds(t, page, "What was not taken in", "because you said no")
	if strings.Contains(page, "a marker") {
		t.Error("the value was taken in")
	}
	if n := strings.Count(c.Page("/"+brand+"/history"), "was not taken in"); n != 1 {
		t.Errorf("the history tells of it %d times, want once", n)
	}
	c.Answer(brand, purpose, "yes")
	if told := tell("a marker"); len(told.Withheld) > 0 || len(told.Steps) != 1 {
		t.Errorf("after a yes: got %+v", told)
	}
	if strings.Contains(c.Page("/"+brand+"/data/"+field), "What was not taken in") {
		t.Error("the page still says so")
	}
}
