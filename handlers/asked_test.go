package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/decision"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestAsked: a brand that lacks something asks for that alone, says why and who
// has it, takes a no for good, and gets nothing before it was given or after
// its time.
func TestAsked(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) { asked(t, e) })
	}
}

func asked(t *testing.T, e testkit.Engine) {
	now := testkit.Today()
	s := testkit.NewSite(t, testkit.SiteOptions{Engine: e, Clock: now})
	c := s.Client(t)
	c.Enter("kawara", thomas, false)
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	withheld := func(field string) bool {
		t.Helper()
		facts, err := s.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := s.Current.Load().Field(field)
		v := decision.Disclose(facts, f, decision.Recipient{Brand: "kawara", Purposes: s.Current.Load().PurposesOn("kawara")}, now.Now())
		return v.Reasons[0] == decision.NotShared
	}
	shows := func(path string, want ...string) {
		t.Helper()
		page := c.Page(path)
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s lacks %q", path, text)
			}
		}
	}
	answer := func(field string, form url.Values) {
		t.Helper()
		if a := c.Post("/kawara/asked/"+field, form); a.Status != http.StatusSeeOther {
			t.Fatalf("answer about %s: got %d %s", field, a.Status, a.Body)
		}
	}

	shows("/kawara/asked", "City for events", "concerts that you can get to", "Held already by", "Hibiki Instruments", "cannot do this without it")
	if strings.Contains(c.Page("/kawara/asked"), "q-main-instrument") {
		t.Error("more is asked at once than what the brand cannot do without")
	}
	if strings.Contains(c.Page("/hibiki"), "/hibiki/asked") {
		t.Error("a brand that asks for nothing asks")
	}
	if !withheld("event-city") {
		t.Error("the brand has what nobody shared with it")
	}

	// One thing a week besides, at most.
	answer("event-city", url.Values{"choice": {"yes"}, "until.event-city": {"30"}})
	if withheld("event-city") {
		t.Error("what was shared is withheld")
	}
	if strings.Contains(c.Page("/kawara"), "main-instrument") || strings.Contains(c.Page("/kawara"), "Main instrument") {
		t.Error("the next thing is asked at once")
	}
	shows("/kawara/history", "with Kawara until")
	now.Advance(7*24*time.Hour + time.Minute)
	c.Enter("kawara", thomas, false)
	shows("/kawara/asked", "q-main-instrument")
	answer("main-instrument", url.Values{"choice": {"no"}})
	shows("/kawara/history", "You did not share")

	// The time is over, and a no is remembered.
	now.Advance(24 * 24 * time.Hour)
	if !withheld("event-city") {
		t.Error("what was shared for a month is had for longer")
	}
	testkit.Eventually(t, "the end of what was shared", func() (bool, bool) {
		facts, err := s.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		g, _ := facts.Profile.Sharing("event-city", "kawara")
		return true, !g.Given
	})
	c.Enter("kawara", thomas, false)
	shows("/kawara/history", "was over")
	now.Advance(60 * 24 * time.Hour)
	c.Enter("kawara", thomas, false)
	if page := c.Page("/kawara"); strings.Contains(page, "/kawara/asked") {
		t.Error("what was answered is asked again on the first page")
	}

	// What is typed is checked, shared and the person's own.
	answer("event-city", url.Values{"choice": {"yes"}, "value.event-city": {"Kyoto"}})
	shows("/kawara/asked", "Kyoto", "You share this")
	for name, tt := range map[string]struct {
		field string
		form  url.Values
		want  int
	}{
		"no_choice":         {"event-city", url.Values{}, http.StatusUnprocessableEntity},
		"another_length":    {"event-city", url.Values{"choice": {"yes"}, "until.event-city": {"9000"}}, http.StatusUnprocessableEntity},
		"not_a_choice":      {"main-instrument", url.Values{"choice": {"yes"}, "value.main-instrument": {"kazoo"}}, http.StatusUnprocessableEntity},
		"nobody_asks":       {"phone", url.Values{"choice": {"yes"}}, http.StatusNotFound},
		"no_such_field":     {"nothing", url.Values{"choice": {"yes"}}, http.StatusNotFound},
		"a_field_of_no_use": {"event-city", url.Values{"choice": {"yes"}, "subject": {"x"}}, http.StatusUnprocessableEntity},
	} {
		if a := c.Post("/kawara/asked/"+tt.field, tt.form); a.Status != tt.want {
			t.Errorf("%s: got %d, want %d", name, a.Status, tt.want)
		}
	}
}

// TestArrival: who comes to a brand that lacks what it cannot do without is led
// to that alone, and past it by one button for as long as the brand waits; who
// comes for something else, or goes about in the portal, is not.
func TestArrival(t *testing.T) {
	now := testkit.Today()
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: now})
	c := s.Client(t)
	leads := func(want, path string, headers ...string) {
		t.Helper()
		if a := c.Get(path, headers...); a.Location() != want {
			t.Errorf("%s %v leads to %q, want %q", path, headers, a.Location(), want)
		}
	}
	if a := c.Press(c.Ask("kawara", thomas), ""); a.Location() != "/kawara" {
		t.Fatalf("signed in: got %d to %q", a.Status, a.Location())
	}
	const asks = "/kawara/asked"
	leads(asks, "/kawara")
	leads(asks, "/kawara", "Referer", "https://www.kawara.example/")
	leads(asks, "/kawara", "Referer", s.URL+"/hibiki/data")
	leads(asks, "/kawara", "Referer", s.URL+"/kawara/link/token")
	leads(asks, "/kawara", "Referer", s.URL+"/kawara/sign-in/sent")
	leads("", "/kawara", "Referer", s.URL+asks)
	leads("", "/kawara", "Referer", s.URL+"/kawara/data")
	for _, path := range []string{"/hibiki", asks, "/kawara/data", "/kawara/requests", "/kawara/get/stop", "/kawara/allow"} {
		leads("", path)
	}

	entries := func() int {
		subject, err := s.Identity.ByEmail(t.Context(), thomas)
		if err != nil {
			t.Fatal(err)
		}
		history, err := s.DB.History(t.Context(), subject, ledger.HistoryPage{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return len(history)
	}
	if page := c.Page(asks); !strings.Contains(page, "Not now") || !strings.Contains(page, "q-event-city") {
		t.Error("there is no way past what is asked")
	}
	before := entries()
	for range 2 {
		if a := c.Post(asks, nil); a.Location() != "/kawara" {
			t.Fatalf("not now: got %d to %q", a.Status, a.Location())
		}
	}
	if got := entries(); got != before+1 {
		t.Errorf("put off twice: got %d entries, want 1", got-before)
	}
	if page := c.Page("/kawara"); !strings.Contains(page, "Put off. Kawara asks again in 7 days at the earliest.") || strings.Contains(page, asks) {
		t.Error("what was put off is asked again on the first page")
	}
	if page := c.Page(asks); strings.Contains(page, "Not now") || !strings.Contains(page, "q-event-city") {
		t.Error("what was put off cannot be answered, or is put off again")
	}
	if !strings.Contains(c.Page("/kawara/history"), "You put off what Kawara asks for.") {
		t.Error("the history does not tell of it")
	}

	now.Advance(7*24*time.Hour - time.Minute)
	c.Enter("kawara", thomas, false)
	leads("", "/kawara")
	now.Advance(2 * time.Minute)
	leads(asks, "/kawara")
	c.Post("/kawara/asked/event-city", url.Values{"choice": {"no"}})
	leads("", "/kawara")
	now.Advance(60 * 24 * time.Hour)
	c.Enter("kawara", thomas, false)
	leads("", "/kawara") // a no counts for good, and the rest is in nobody's way
	if !strings.Contains(c.Page("/kawara"), asks) {
		t.Error("the next thing is not asked for")
	}
	before = entries()
	if c.Post("/hibiki/asked", nil); entries() != before {
		t.Error("what nobody asks for was put off")
	}
}
