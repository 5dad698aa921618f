package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/demo"
	"livingprofile/internal/testkit"
)

// TestRequestIsTold: under a request the person reads which systems were told of
// it and that they have it, in their language.
func TestRequestIsTold(t *testing.T) {
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"applied"}`))
	}))
	defer outside.Close()
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(outside.URL, "http://")}
	}})
	if _, err := s.ConnectAll(t.Context(), demo.Neighbours{CRM: outside.URL, Newsletter: outside.URL}); err != nil {
		t.Fatal(err)
	}
	c := s.Client(t)
	c.Enter("hibiki", "thomas.weber@example.org", true)
	a := c.Post("/hibiki/rights/restriction", url.Values{"scope": {"all"}, "ground": {"unlawful"}})
	if a.Status != http.StatusSeeOther {
		t.Fatalf("got %d: %.600s", a.Status, a.Body)
	}
	path, _, _ := strings.Cut(a.Location(), "?")
	testkit.Eventually(t, "the request to say so", func() (bool, bool) {
		page := c.Page(path)
		return true, strings.Contains(page, "Systems that were told of it") && strings.Contains(page, "Told 2 of 2 systems") && strings.Contains(page, "Confirmed by all")
	})
	c.Post("/hibiki/language", url.Values{"locale": {"ja"}, "back": {path}})
	if page := c.Page(path); !strings.Contains(page, "このお願いを伝えたシステム") || strings.Contains(page, "⟦") {
		t.Error("not in Japanese")
	}
}
