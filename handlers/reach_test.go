package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/consent"
	"livingprofile/internal/testkit"
)

// TestReach: an answer is for one brand or for all, and where they differ each
// brand's page says so.
func TestReach(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	answer := func(brand, choice, reach string) {
		t.Helper()
		path := "/" + brand + "/allow/marketing"
		page := c.Page(path)
		a := c.Post(path, url.Values{
			"choice": {choice}, "reach": {reach}, "alone": {"1"},
			"version": {testkit.Field(page, "version")}, "notice": {testkit.Field(page, "notice")},
		})
		if a.Status != http.StatusSeeOther {
			t.Fatalf("%s %s at %s: got %d %s", choice, reach, brand, a.Status, a.Body)
		}
	}
	holds := func(what string, want map[string]bool) {
		t.Helper()
		facts, err := s.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		for brand, yes := range want {
			if got := facts.Consents.Of("marketing", brand).Status == consent.Given; got != yes {
				t.Errorf("%s: at %s a yes: got %t, want %t", what, brand, got, yes)
			}
		}
	}
	answer("hibiki", "yes", "all")
	holds("yes everywhere", map[string]bool{"hibiki": true, "tsubame": true, "kawara": true})
	if strings.Contains(c.Page("/hibiki/allow"), "At Kawara you said") {
		t.Error("a difference is told where there is none")
	}
	answer("kawara", "no", "here")
	holds("no at one", map[string]bool{"hibiki": true, "tsubame": true, "kawara": false})
	for _, path := range []string{"/hibiki/allow", "/hibiki/allow/marketing"} {
		if !strings.Contains(c.Page(path), "At Kawara you said no.") {
			t.Errorf("%s does not tell the difference", path)
		}
	}
	if !strings.Contains(c.Page("/kawara/allow"), "At Hibiki Instruments you said yes.") {
		t.Error("the other brand does not tell the difference")
	}
	answer("hibiki", "yes", "here")
	answer("hibiki", "yes", "all")
	holds("yes everywhere leaves a brand's own no", map[string]bool{"hibiki": true, "kawara": false})
	answer("hibiki", "no", "all")
	holds("no everywhere", map[string]bool{"hibiki": false, "tsubame": false, "kawara": false})
	answer("kawara", "yes", "here")
	answer("hibiki", "no", "all")
	holds("no everywhere takes back a brand's own yes", map[string]bool{"hibiki": false, "kawara": false})
	page := c.Page("/hibiki/allow/marketing")
	if a := c.Post("/hibiki/allow/marketing", url.Values{
		"choice": {"no"}, "reach": {"kawara"}, "version": {testkit.Field(page, "version")}, "notice": {testkit.Field(page, "notice")},
	}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("another reach: got %d, want 422", a.Status)
	}
}
