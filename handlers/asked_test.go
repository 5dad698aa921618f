package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/decision"
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

	shows("/kawara", "City for events", "concerts that you can get to")
	shows("/kawara/asked", "Held already by", "Hibiki Instruments", "cannot do this without it")
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
