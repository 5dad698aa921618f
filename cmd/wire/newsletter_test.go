package wire_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"livingprofile/cmd/newsletter"
	"livingprofile/cmd/wire"
	"livingprofile/internal/decision"
	"livingprofile/internal/demo"
	"livingprofile/internal/testkit"
)

// TestNewsletter: somebody says no on the portal, a program of somebody else
// deletes their address, and the portal says that it did.
func TestNewsletter(t *testing.T) {
	var tool *newsletter.Tool
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tool.Handler().ServeHTTP(w, r) }))
	defer outside.Close()
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
		s.Outbound = []string{strings.TrimPrefix(outside.URL, "http://")}
	}})
	secret, err := s.Connect(t.Context(), outside.URL+"/hooks")
	if err != nil {
		t.Fatal(err)
	}
	if tool, err = newsletter.New(secret.String(), t.TempDir()); err != nil {
		t.Fatal(err)
	}

	reader, name := subscriber(t, s)
	c := s.Client(t)
	c.Enter("hibiki", reader, false)
	c.Post("/hibiki/data/event-city", url.Values{"value": {"Osaka"}})
	testkit.Eventually(t, "the tool to know the address", func() (bool, bool) { return true, tool.Kept().Readers[name].Email != "" })
	if got := c.Answer("hibiki", "newsletter", "no").Status; got != http.StatusSeeOther {
		t.Fatalf("got %d", got)
	}
	testkit.Eventually(t, "the tool to follow", func() (bool, bool) {
		r, ok := tool.Kept().Readers[name]
		return true, ok && len(r.Brands) == 0 && r.Email == ""
	})
	testkit.Eventually(t, "the portal to say so", func() (string, bool) {
		row := part(c.Page("/hibiki/allow"), `id="p-newsletter"`)
		return row, strings.Contains(row, "Our newsletter tool: sent ") && strings.Contains(row, "Confirmed ")
	})
	who := part(c.Page("/hibiki/who"), `id="w-newsletter"`)
	for _, want := range []string{"Last received from us", "Your choice on", "Confirmed "} {
		if !strings.Contains(who, want) {
			t.Errorf("who and where: got %s, want %q", who, want)
		}
	}
	if page := get(t, outside.URL); !strings.Contains(page, "consent.withdrawn") && !strings.Contains(page, "consent.refused") {
		t.Errorf("the tool's page tells of no withdrawal: %s", page)
	}
	res, err := http.Post(outside.URL+"/hooks", "application/json", strings.NewReader(`{"data":{"subject":"`+name+`","erased":true}}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if _, still := tool.Kept().Readers[name]; res.StatusCode != http.StatusUnauthorized || !still {
		t.Errorf("the tool believes strangers: %d", res.StatusCode)
	}
}

// subscriber returns the address of somebody who gets the newsletter, and the
// name by which the newsletter tool knows them.
func subscriber(t *testing.T, s *testkit.Site) (email, name string) {
	t.Helper()
	v, _ := s.Current.Load().Purpose("newsletter")
	for _, p := range demo.People(2026, 6, s.Clock.Now()) {
		subject, err := s.Identity.ByEmail(t.Context(), p.Email)
		if err != nil {
			continue
		}
		facts, err := s.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		if !decision.May(facts, decision.Question{Purpose: v, Brand: "hibiki", At: s.Clock.Now()}).Allow {
			continue
		}
		if name, err = s.DB.Ring().Pairwise("newsletter", subject); err != nil {
			t.Fatal(err)
		}
		return p.Email, name
	}
	t.Fatal("nobody gets the newsletter")
	return "", ""
}

// part is the element of a page that begins at a mark, to its end.
func part(page, mark string) string {
	_, rest, _ := strings.Cut(page, mark)
	rest, _, _ = strings.Cut(rest, "</article>")
	return rest
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	if err := res.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
