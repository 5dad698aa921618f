package portal_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

const aiko = "aiko.tanaka@example.com"

var (
	removeIn = regexp.MustCompile(`/tsubame/activity/([0-9a-v]{26})/remove`)
	itemIn   = regexp.MustCompile(`id="a-([0-9a-v]{26})"`)
	olderIn  = regexp.MustCompile(`href="(/tsubame/activity[^"]*before=[^"]*)"`)
)

// The timeline can be read to its end without script, and each part once.
func TestActivityTimeline(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Enter("tsubame", aiko, true)
	page := c.Page("/tsubame/activity")
	for _, want := range []string{"<svg", "<table", "viewBox"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	seen := map[string]bool{}
	for pages := 1; ; pages++ {
		for _, m := range itemIn.FindAllStringSubmatch(page, -1) {
			if seen[m[1]] {
				t.Fatalf("%s is there twice", m[1])
			}
			seen[m[1]] = true
		}
		m := olderIn.FindStringSubmatch(page)
		if m == nil {
			break
		}
		page = c.Page(strings.ReplaceAll(m[1], "&amp;", "&"))
	}
	if len(seen) < 100 {
		t.Errorf("got %d things that were done over two years", len(seen))
	}
	orders := itemIn.FindAllString(c.Page("/tsubame/activity?kind=order"), -1)
	if len(orders) == 0 || len(orders) >= len(seen) {
		t.Errorf("got %d orders of %d things", len(orders), len(seen))
	}
	for _, path := range []string{"/tsubame/activity?kind=nothing", "/tsubame/activity?before=x", "/tsubame/activity?before=" + id.New()} {
		if a := c.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, a.Status)
		}
	}
}

// One thing is removed where that is the person's to do, and nobody else's.
func TestActivityRemoved(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Enter("tsubame", aiko, true)
	page := c.Page("/tsubame/activity")
	m := removeIn.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("nothing can be removed")
	}
	other := s.Client(t)
	other.Enter("tsubame", "thomas.weber@example.org", true)
	if a := other.Post(m[0], nil); a.Status != http.StatusNotFound {
		t.Errorf("removed by another: got %d, want 404", a.Status)
	}
	stays := itemIn.FindStringSubmatch(c.Page("/tsubame/activity?kind=order"))[1]
	if a := c.Post("/tsubame/activity/"+stays+"/remove", nil); a.Status != http.StatusForbidden {
		t.Errorf("an order: got %d, want 403", a.Status)
	}
	if a := c.Post(m[0], nil); a.Status != http.StatusSeeOther {
		t.Fatalf("removed: got %d, want 303", a.Status)
	}
	if page := c.Page("/tsubame/activity"); strings.Contains(page, m[1]) {
		t.Error("it is still there")
	}
	if a := c.Post(m[0], nil); a.Status != http.StatusNotFound {
		t.Errorf("removed again: got %d, want 404", a.Status)
	}
}

// TestRule: the logic is told in words, what the person says counts before it,
// and a rule that is off or not allowed says nothing.
func TestRule(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) { ruleOn(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e})) })
	}
}

func ruleOn(t *testing.T, s *testkit.Site) {
	subject, err := s.Identity.ByEmail(t.Context(), aiko)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client(t)
	c.Enter("tsubame", aiko, true)
	field, _ := s.Current.Load().Field("usual-machine")
	value := func() string {
		t.Helper()
		if _, err := s.Activity.Infer(t.Context()); err != nil {
			t.Fatal(err)
		}
		f, err := s.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		return f.Profile.Value(field, s.Current.Load().Rank)
	}
	says := value()
	if says == "" {
		t.Fatal("the rule says nothing of somebody who trains")
	}
	if page := c.Page("/tsubame/data/usual-machine"); !strings.Contains(page, "comes up most often under “Machine”") || !strings.Contains(page, "of the last 90 days") {
		t.Error("the logic is not told")
	}
	choose := func(purpose string, a consent.Answer) {
		t.Helper()
		if _, err := s.Consent.Decide(t.Context(), consent.Ask{
			Subject: subject, Actor: ledger.Self(subject), Purpose: consent.PurposeID(purpose), Answer: a, Locale: "ja",
			Proof: consent.Proof{Kind: consent.BySession}, Brand: "tsubame", Channel: "portal",
		}); err != nil {
			t.Fatal(err)
		}
	}
	press := func(what string) {
		t.Helper()
		if a := c.Post("/tsubame/data/usual-machine/rule", url.Values{"rule": {what}}); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: got %d, want 303", what, a.Status)
		}
	}
	step := func(what, want string) {
		t.Helper()
		if got := value(); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	press("off")
	step("switched off", "")
	choose("training-suggestions", consent.No)
	choose("training-suggestions", consent.Yes)
	step("off, after another yes", "")
	press("on")
	step("switched on", says)
	choose("training-suggestions", consent.No)
	step("after a no", "")
	choose("training-suggestions", consent.Yes)
	step("after a yes", says)

	own := "cable"
	if says == own {
		own = "bike"
	}
	editor := profile.Editor{Subject: subject, Actor: ledger.Self(subject), Brand: "tsubame"}
	if _, err := s.Profile.Correct(t.Context(), editor, "usual-machine", own); err != nil {
		t.Fatal(err)
	}
	step("corrected", own)
	press("off")
	step("corrected, and then switched off", own)
	if a := c.Post("/tsubame/data/given-name/rule", url.Values{"rule": {"off"}}); a.Status != http.StatusNotFound {
		t.Errorf("a field without a rule: got %d, want 404", a.Status)
	}
}
