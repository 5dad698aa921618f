package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/id"
	"livingprofile/internal/testkit"
)

// Two of the demo's people, whom every brand knows.
const (
	aiko   = "aiko.tanaka@example.com"
	thomas = "thomas.weber@example.org"
)

// TestObjects is S01: whatever a path names, another's answers as nothing does.
func TestObjects(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			mine, theirs := belongings(t, s, thomas), belongings(t, s, aiko)
			c := s.Client(t)
			c.Enter("hibiki", thomas, true)
			t.Run("of_another_are_as_if_they_were_not_there", func(t *testing.T) {
				foreignAsMissing(t, c, mine, theirs)
			})
			t.Run("of_another_stay_as_they_were", func(t *testing.T) {
				if diff := cmp.Diff(belongings(t, s, aiko).addresses, theirs.addresses); diff != "" {
					t.Errorf("the other's addresses changed:\n%s", diff)
				}
				other := s.Client(t)
				other.SetCookie(other.SessionCookie(), theirs.cookie)
				other.Page("/hibiki/safety")
			})
			t.Run("with_odd_names_are_not_found", func(t *testing.T) { oddNames(t, c) })
			t.Run("show_their_owner_alone", func(t *testing.T) { ownPages(t, c) })
		})
	}
}

// things are what belongs to one person.
type things struct {
	receipt, session, address, cookie string
	addresses                         []string
}

func belongings(t *testing.T, s *testkit.Site, address string) things {
	t.Helper()
	c := s.Client(t)
	c.SignIn("hibiki", address)
	c.Answer("hibiki", "recommendations", "no")
	subject, err := s.Identity.ByEmail(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.DB.Identifiers(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := s.DB.Sessions(t.Context(), subject, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	own := things{
		receipt: testkit.ReceiptIn(c.Page("/hibiki/history")), cookie: c.Cookie("session"),
		session: string(sessions[0].ID), address: all[0].ID,
	}
	for _, i := range all {
		own.addresses = append(own.addresses, i.ID+" "+string(i.Kind)+" "+i.VerifiedAt.String())
	}
	return own
}

func foreignAsMissing(t *testing.T, c *testkit.Client, mine, theirs things) {
	missing := id.New()
	for _, o := range []struct{ method, path, foreign, missing, own string }{
		{"GET", "/hibiki/receipts/*", theirs.receipt, missing, mine.receipt},
		{"GET", "/hibiki/receipts/*.json", theirs.receipt, missing, mine.receipt},
		{"POST", "/hibiki/safety/addresses/*/verify", theirs.address, missing, ""},
		{"POST", "/hibiki/safety/addresses/*/main", theirs.address, missing, ""},
		{"POST", "/hibiki/safety/addresses/*/remove", theirs.address, missing, ""},
		{"POST", "/hibiki/safety/sessions/*/end", theirs.session, missing, mine.session},
		{"GET", "/hibiki/allow/*", "training-suggestions", "no-such-purpose", "newsletter"},
		{"POST", "/hibiki/allow/*", "training-suggestions", "no-such-purpose", ""},
		{"GET", "/hibiki/notices/*", "training-suggestions", "no-such-purpose", "newsletter"},
		{"POST", "/hibiki/get/back/*", "training-suggestions", "no-such-purpose", ""},
		{"POST", "/hibiki/get/topics/*", "club-news", "no-such-topic", "events"},
		{"GET", "/*/data", "healthz", "no-such-brand", "hibiki"},
	} {
		ask := func(what string) *testkit.Answer {
			path := strings.Replace(o.path, "*", what, 1)
			if o.method == "GET" {
				return c.Get(path)
			}
			return c.Post(path, nil)
		}
		foreign, none := ask(o.foreign), ask(o.missing)
		if foreign.Status != http.StatusNotFound {
			t.Errorf("%s %s of another: got %d, want 404", o.method, o.path, foreign.Status)
		}
		if diff := cmp.Diff(none.Masked(o.missing), foreign.Masked(o.foreign)); diff != "" {
			t.Errorf("%s %s tells another's from none:\n%s", o.method, o.path, diff)
		}
		if o.own == "" {
			continue
		}
		if own := ask(o.own); own.Status != http.StatusOK && own.Status != http.StatusSeeOther {
			t.Errorf("%s %s of one's own: got %d", o.method, o.path, own.Status)
		}
	}
}

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
