package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// Two of the demo's people, whom every brand knows.
const (
	aiko   = "aiko.tanaka@example.com"
	thomas = "thomas.weber@example.org"
)

// oddNames has what a database or a file system could trip over.
func oddNames(t *testing.T, c *testkit.Client) {
	names := []string{
		"%00", "a%00b", "%ff%fe", "%ED%A0%80", "%F0%9F%98%80", "%E2%80%AE", "..%2f..%2fetc", "%2e%2e", "'--", "%27%20or%201=1",
		"%25", "%24%7B1%7D", "%7B%7B.%7D%7D", strings.Repeat("a", 5000), "%0d%0aSet-Cookie:%20a=b", "-1", "%20", "NaN", ".json",
	}
	for _, n := range names {
		for _, path := range []string{
			"/hibiki/data/*", "/hibiki/data/*/edit", "/hibiki/allow/*", "/hibiki/notices/*", "/hibiki/receipts/*", "/receipts/*",
			"/theme/*", "/static/*", "/mailbox/*", "/*/data", "/hibiki/history?kind=*", "/hibiki/history?before=*",
			"/hibiki/notices/newsletter?v=*", "/hibiki/notices/newsletter?lang=*",
		} {
			if a := c.Get(strings.Replace(path, "*", n, 1)); a.Status != http.StatusNotFound {
				t.Errorf("GET %s with %.30q: got %d, want 404", path, n, a.Status)
			}
		}
		for _, path := range []string{
			"/hibiki/data/*", "/hibiki/data/*/undo", "/hibiki/data/*/keep", "/hibiki/allow/*", "/hibiki/get/topics/*", "/hibiki/get/back/*",
			"/hibiki/safety/addresses/*/verify", "/hibiki/safety/addresses/*/main", "/hibiki/safety/addresses/*/remove",
			"/hibiki/safety/sessions/*/end",
		} {
			if a := c.Post(strings.Replace(path, "*", n, 1), nil); a.Status != http.StatusNotFound {
				t.Errorf("POST %s with %.30q: got %d, want 404", path, n, a.Status)
			}
		}
	}
	// A link that nobody was sent is answered as one that is spent.
	for _, n := range names {
		if a := c.Get("/hibiki/link/" + n); a.Status != http.StatusGone && !strings.Contains(n, "%2f") {
			t.Errorf("GET /hibiki/link/ with %.30q: got %d, want 410", n, a.Status)
		}
	}
}

// ownPages looks at every page for what is another's, and tries to choose whose
// pages they are (invariant 10).
func ownPages(t *testing.T, c *testkit.Client) {
	for _, path := range []string{"", "/data", "/allow", "/get", "/who", "/history", "/notices", "/safety", "/proof", "/allow/newsletter", "/data/event-city"} {
		for _, brand := range []string{"hibiki", "tsubame", "kawara"} {
			for _, query := range []string{"", "?subject=1&user=aiko.tanaka@example.com", "?scope=all"} {
				a := c.Get("/"+brand+path+query, "X-User", aiko, "X-Subject", aiko)
				for _, word := range []string{"田中", "愛子", "Aiko", "Tanaka", "浜松"} {
					if strings.Contains(a.Body, word) {
						t.Errorf("/%s%s%s shows another's %q", brand, path, query, word)
					}
				}
			}
		}
	}
	for _, field := range []string{"subject", "brand", "actor", "id", "version.subject"} {
		form := url.Values{"value": {"Osaka"}, field: {aiko}}
		if a := c.Post("/hibiki/data/event-city", form); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("a form with the field %s: got %d, want 422", field, a.Status)
		}
	}
}
