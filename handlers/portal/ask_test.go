package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// Who is not signed in finds what they can ask for, and is led over a proof of
// their address to the very right that they picked.
func TestAskOpenly(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	page := c.Page("/hibiki/ask")
	for _, kind := range []string{"access", "erasure", "complaint"} {
		want := "/hibiki/sign-in?next=" + url.QueryEscape("/hibiki/rights/"+kind)
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
		if !strings.Contains(c.Page(want), url.QueryEscape("/hibiki/rights/"+kind)) {
			t.Errorf("%s is forgotten on the way", kind)
		}
	}
	if !strings.Contains(c.Page("/hibiki/sign-in"), `href="/hibiki/ask"`) {
		t.Error("the way there is not on the page for signing in")
	}
	if a := c.Get("/nobody/ask"); a.Status != http.StatusNotFound {
		t.Errorf("of no brand: got %d", a.Status)
	}
	c.Enter("hibiki", aiko, false)
	if a := c.Get("/hibiki/ask"); a.Location() != "/hibiki/requests" {
		t.Errorf("signed in: got %d to %q", a.Status, a.Location())
	}
}
