package handlers_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
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

// TestJoinedErasure: who is erased is erased with all records of theirs.
func TestJoinedErasure(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media", VouchedAt: s.Clock.Now()}, nil)
	if err := s.Joiner.Weigh(ctx, mine, other); err != nil {
		t.Fatal(err)
	}
	plan, err := s.Rights.Preview(ctx, mine)
	if err != nil || len(plan.Tombstones) < 2 {
		t.Errorf("the preview has %d identifiers, %v", len(plan.Tombstones), err)
	}
	laws, err := rights.EmbeddedPacks()
	if err != nil {
		t.Fatal(err)
	}
	now := s.Clock.Now()
	r, _, err := s.Rights.File(ctx, rights.Filing{
		Subject: mine, Actor: ledger.Self(mine), Kind: rights.Erasure, Proof: rights.Proof{Method: "link", Fresh: true, At: now},
		Brand: "hibiki", Locale: "en", Pack: laws.For("JP", now), Matter: rights.Matter{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rights.Carry(ctx, mine, r.ID); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []id.Subject{mine, other} {
		if _, err := s.DB.Ring().Subject(ctx, subject); !errors.Is(err, errs.Gone) {
			t.Errorf("the key of %s: got %v, want gone", subject, err)
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
