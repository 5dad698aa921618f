package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/demo"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// The law is that of the part of a country, where it has one of its own.
func TestLawOfAPlace(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for region, law := range map[string]string{"CA": "California Consumer Privacy Act", "": "State privacy law"} {
		for i := range draft.Declared.Brands {
			if b := &draft.Declared.Brands[i]; b.Name == "hibiki" {
				b.Country, b.Region = "US", region
			}
		}
		if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
			t.Fatal(err)
		}
		if page := s.Client(t).Page("/hibiki/ask"); !strings.Contains(page, law) {
			t.Errorf("in %q the page does not name the %s", region, law)
		}
	}
}

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
