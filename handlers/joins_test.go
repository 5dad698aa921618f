package handlers_test

import (
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
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
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

// joinOf is what is known of a record and that in which Aiko signs in.
func joinOf(t *testing.T, s *testkit.Site, subject id.Subject) identity.Join {
	t.Helper()
	return joinWith(t, s, subjectOf(t, s, aiko), subject)
}

func joinWith(t *testing.T, s *testkit.Site, mine, subject id.Subject) identity.Join {
	t.Helper()
	all, err := s.DB.Joins(t.Context(), subject)
	i := slices.IndexFunc(all, func(j identity.Join) bool { return j.Concerns(mine) })
	if err != nil || i < 0 {
		t.Fatalf("joins: got %+v, %v", all, err)
	}
	return all[i]
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
			if strings.Contains(who, j.ID) {
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
	holds(t, c.Page(path), "These two are read as one person", "Aiko told us by phone")
	them := s.Client(t)
	them.Enter("hibiki", aiko, false)
	holds(t, them.Page("/hibiki/who"), "Aiko told us by phone", "This is not me")
}

// TestTakingApart: what a rule has joined, staff take apart again for a reason
// that the person reads; both records are then what they were.
func TestTakingApart(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media", VouchedAt: s.Clock.Now()}, map[string]string{"favourite-section": "jazz"})
	before, err := s.DB.Held(ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Joiner.Weigh(ctx, mine, other); err != nil {
		t.Fatal(err)
	}
	them := s.Client(t)
	them.Enter("hibiki", aiko, false)
	them.Answer("hibiki", "newsletter", "yes")
	j := joinOf(t, s, other)
	path := "/console/joins/" + j.ID
	c := s.Client(t)
	c.Work(s.Member(t, authz.Reviewer))
	if strings.Contains(c.Page(path), "Take them apart") {
		t.Error("the records are shown without a reason")
	}
	if a := c.Post(path+"/open", url.Values{"reason": {"quality"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("open: got %d", a.Status)
	}
	found := c.Post("/console/people", url.Values{"identifier": {aiko}}).Body
	holds(t, found, string(mine), "read as one with it")
	if strings.Contains(found, string(other)) {
		t.Error("one person is found twice")
	}
	holds(t, c.Page("/console/people/"+string(other)), path, "Records that are read as one with this")
	v, _ := s.Current.Load().Purpose("newsletter")
	holds(t, c.Page(path), "These two are read as one person", "proved for both", "jazz", v.Words.Question.In("en"))
	if a := c.Post(path, url.Values{"reason": {" "}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: got %d, want 422", a.Status)
	}
	limited := s.Client(t)
	limited.Work(s.Member(t, authz.Reviewer, "kawara"))
	if a := limited.Post(path, url.Values{"reason": {"x"}}); a.Status != http.StatusForbidden {
		t.Errorf("limited to a brand: got %d, want 403", a.Status)
	}
	if a := c.Post(path, url.Values{"reason": {"It is her sister"}}); a.Location() != "/console/joins" {
		t.Fatalf("take apart: got %d", a.Status)
	}
	if a := c.Get(path); a.Status != http.StatusNotFound {
		t.Errorf("after it: got %d, want 404", a.Status)
	}
	if err := s.Joiner.Weigh(ctx, mine, other); err != nil {
		t.Fatal(err)
	}
	if j := joinOf(t, s, other); j.State != identity.Apart || j.By != ledger.ByStaff {
		t.Errorf("weighed again: %+v", j)
	}
	third := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "support", VouchedAt: s.Clock.Now()}, nil)
	for _, one := range []id.Subject{mine, other} {
		if err := s.Joiner.Weigh(ctx, one, third); err != nil {
			t.Fatal(err)
		}
	}
	waits := joinWith(t, s, other, third)
	if waits.State != identity.Waiting {
		t.Fatalf("by a third they are %+v", waits)
	}
	path = "/console/joins/" + waits.ID
	if a := c.Post(path+"/open", url.Values{"reason": {"quality"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("open: got %d", a.Status)
	}
	holds(t, c.Page(path), "brings together two records that were taken apart", "It is her sister")
	after, err := s.DB.Facts(ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(said(before.Profile), said(after.Profile)); diff != "" {
		t.Error("the record is not what it was:", diff)
	}
	holds(t, them.Page("/hibiki/history"), "Two records were taken apart", "It is her sister")
}

// said is what a profile was told, without what rules work out meanwhile.
func said(p profile.State) map[string][]profile.Claim {
	all := map[string][]profile.Claim{}
	for field, claims := range p.Claims {
		for i := range claims {
			if claims[i].Source != activity.SourceRule {
				all[field] = append(all[field], claims[i])
			}
		}
	}
	return all
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
