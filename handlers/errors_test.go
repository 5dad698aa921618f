package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/cmd/wire"
	"livingprofile/internal/testkit"
)

// A trouble is a request that is answered with an error.
type trouble struct {
	name   string
	status int
	ask    func(c *testkit.Client, headers ...string) *testkit.Answer
}

func troubles() []trouble {
	get := func(path string) func(*testkit.Client, ...string) *testkit.Answer {
		return func(c *testkit.Client, h ...string) *testkit.Answer { return c.Get(path, h...) }
	}
	post := func(path string, form url.Values, also ...string) func(*testkit.Client, ...string) *testkit.Answer {
		return func(c *testkit.Client, h ...string) *testkit.Answer { return c.Post(path, form, append(h, also...)...) }
	}
	return []trouble{
		{"no_such_page", http.StatusNotFound, get("/hibiki/nothing")},
		{"no_such_brand", http.StatusNotFound, get("/nobody/data")},
		{"no_such_field", http.StatusNotFound, get("/hibiki/data/nothing")},
		{"another_sites_form", http.StatusForbidden, post("/hibiki/sign-in", nil, "Sec-Fetch-Site", "cross-site")},
		{"a_form_without_its_token", http.StatusForbidden, post("/hibiki/sign-out", url.Values{"csrf": {""}})},
		{"a_method_that_is_not_there", http.StatusMethodNotAllowed, post("/hibiki/data", nil)},
		{"a_link_that_nobody_was_sent", http.StatusGone, get("/hibiki/link/" + strings.Repeat("A", 43))},
		{"too_large", http.StatusRequestEntityTooLarge, post("/hibiki/language", url.Values{"back": {strings.Repeat("a", 1<<17)}})},
		{"no_form", http.StatusUnsupportedMediaType, post("/hibiki/language", nil, "Content-Type", "text/plain")},
		{"a_field_that_is_not_asked_for", http.StatusUnprocessableEntity, post("/hibiki/sign-out", url.Values{"who": {"me"}})},
		{"an_unknown_language", http.StatusUnprocessableEntity, post("/hibiki/language", url.Values{"locale": {"xx"}})},
		{"words_that_are_not_the_newest", http.StatusConflict, post("/hibiki/allow/newsletter", url.Values{"choice": {"yes"}, "version": {"99"}})},
		{"too_often", http.StatusTooManyRequests, post("/hibiki/sign-in", url.Values{"address": {thomas}})},
	}
}

var wayOn = regexp.MustCompile(`<a [^>]*href="([^"]*)"|<button`)

// TestErrorPages: whatever goes wrong has a page in the person's language, with
// a way on.
func TestErrorPages(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) { s.Sign.AsksPerNetwork = 1 }})
	c := s.Client(t)
	c.SignIn("hibiki", thomas) // and so spends what may be asked for
	for _, tr := range troubles() {
		t.Run(tr.name, func(t *testing.T) {
			bodies := map[string]string{}
			for _, locale := range []string{"en", "ja", "ar"} {
				c.SetCookie("lang", locale)
				a := tr.ask(c)
				main := a.Body[max(0, strings.Index(a.Body, "<main")):]
				if a.Status != tr.status {
					t.Fatalf("got %d, want %d", a.Status, tr.status)
				}
				if !strings.Contains(a.Body, `<html lang="`+locale+`"`) || strings.Contains(a.Body, "⟦") {
					t.Errorf("the page is not in %s", locale)
				}
				if !strings.Contains(main, "<h1") || !wayOn.MatchString(main) {
					t.Errorf("the page has no title or no way on in %s", locale)
				}
				checkRetry(t, a)
				bodies[a.Body] = locale
			}
			if len(bodies) != 3 {
				t.Error("two languages have the same page")
			}
		})
	}
}

// TestProblems: a program gets the same as a document (RFC 9457).
func TestProblems(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) { s.Sign.AsksPerNetwork = 1 }})
	c := s.Client(t)
	c.SignIn("hibiki", thomas)
	page := map[string]bool{ // a form is shown again, with what is wrong in it
		"a_link_that_nobody_was_sent": true, "too_often": true, "words_that_are_not_the_newest": true,
	}
	for _, tr := range troubles() {
		if page[tr.name] {
			continue
		}
		t.Run(tr.name, func(t *testing.T) {
			for _, accept := range []string{"application/json", "application/problem+json"} {
				a := tr.ask(c, "Accept", accept)
				var doc struct {
					Type, Title, Detail, Instance string
					Status                        int
				}
				if err := json.Unmarshal([]byte(a.Body), &doc); err != nil {
					t.Fatalf("%v: %.100s", err, a.Body)
				}
				if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
					t.Errorf("got %q", got)
				}
				if doc.Status != tr.status || doc.Title == "" || doc.Type == "" || !strings.HasPrefix(doc.Instance, "urn:request:") {
					t.Errorf("got %+v", doc)
				}
			}
		})
	}
}

func checkRetry(t *testing.T, a *testkit.Answer) {
	t.Helper()
	if a.Status != http.StatusTooManyRequests && a.Status != http.StatusServiceUnavailable {
		return
	}
	if n, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || n < 1 {
		t.Errorf("%d says %q of when to try again", a.Status, a.Header.Get("Retry-After"))
	}
}

// TestBackFromAnError: the page of an error that a form met leads back to where
// the form was, and nowhere else.
func TestBackFromAnError(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	for referer, want := range map[string]string{
		s.URL + "/hibiki/get?scope=all": "/hibiki/get?scope=all",
		"https://evil.example/hibiki":   "",
		s.URL + "//evil.example":        "",
		"":                              "",
		":":                             "",
	} {
		a := c.Send("/hibiki/sign-out", nil, "Referer", referer)
		if strings.Contains(a.Body, "evil.example") {
			t.Errorf("from %q: the page leads elsewhere", referer)
		}
		if got := strings.Contains(a.Body, `href="`+want+`"`); want != "" && !got {
			t.Errorf("from %q: no way back to %s", referer, want)
		}
	}
	a := c.Send("/hibiki/safety/addresses", url.Values{"csrf": {c.CSRF}}, "Referer", s.URL+"/hibiki/safety")
	if got, want := a.Location(), "/hibiki/proof?next=%2Fhibiki%2Fsafety"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestErrorPageForms: what an error page offers works, for somebody who is
// signed in too.
func TestErrorPageForms(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	for _, signedIn := range []bool{false, true} {
		c := s.Client(t)
		if signedIn {
			c.Enter("hibiki", thomas, false)
		}
		for _, path := range []string{"/hibiki/nothing", "/hibiki/data/nothing"} {
			page := c.Get(path).Body
			if !strings.Contains(page, `action="/hibiki/language"`) {
				continue
			}
			form := url.Values{"csrf": {testkit.Field(page, "csrf")}, "locale": {"ja"}}
			if a := c.Send("/hibiki/language", form); a.Status != http.StatusSeeOther {
				t.Errorf("signed in %t, %s: the language switch answers %d", signedIn, path, a.Status)
			}
		}
	}
}

// TestBroken is S30: a database that fails opens nothing and tells nothing.
func TestBroken(t *testing.T) {
	for _, table := range []string{"sessions", "subjects", "ledger_entries", "attempts", "identifiers", "jobs"} {
		t.Run(table, func(t *testing.T) { broken(t, table) })
	}
}

var detail = regexp.MustCompile(`(?i)\bsql|no such table|goroutine|\.go:|livingprofile/|panic|select |insert `)

func broken(t *testing.T, table string) {
	var where testkit.Installation
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
		where = testkit.Installation{Engine: testkit.OnSQLite, Address: s.Database}
	}})
	c, out := s.Client(t), s.Client(t)
	c.SignIn("hibiki", thomas)
	link := out.Ask("hibiki", aiko)
	db := where.SQL(t)
	rename := func(from, to string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), "alter table "+from+" rename to "+to); err != nil {
			t.Fatal(err)
		}
	}
	before, err := s.DB.Heads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rename(table, "away")
	failed := 0
	check := func(what string, a *testkit.Answer) {
		if a.Status >= 500 {
			failed++
		}
		if a.Status >= 500 && a.Status != 500 && a.Status != 503 {
			t.Errorf("%s: got %d", what, a.Status)
		}
		if m := detail.FindString(a.Body); m != "" && a.Status >= 500 {
			t.Errorf("%s says %q", what, m)
		}
		checkRetry(t, a)
		if a.Status >= 500 && strings.Contains(a.Body, "Thomas") {
			t.Errorf("%s failed and shows data", what)
		}
	}
	for _, path := range []string{"", "/data", "/allow", "/get", "/history", "/safety", "/sign-in"} {
		check("GET "+path, c.Get("/hibiki"+path))
		check("GET as JSON "+path, c.Get("/hibiki"+path, "Accept", "application/json"))
		if a := out.Get("/hibiki" + path); a.Status == http.StatusOK && path != "/sign-in" {
			t.Errorf("GET %s is open to the signed-out", path)
		}
	}
	check("save", c.Post("/hibiki/data/event-city", url.Values{"value": {"Osaka"}}))
	check("ask", out.Send("/hibiki/sign-in", url.Values{"address": {aiko}}))
	check("redeem", out.Send("/hibiki/link", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}}))
	if failed == 0 {
		t.Error("nothing failed")
	}
	if table == "sessions" && c.Get("/hibiki").Status != 500 && c.Get("/hibiki").Status != 503 {
		t.Error("a session that cannot be checked is let in")
	}
	for _, path := range []string{"/healthz", "/favicon.ico"} {
		if a := c.Get(path); a.Status >= 500 {
			t.Errorf("GET %s: got %d, though it needs no database", path, a.Status)
		}
	}
	rename("away", table)
	after, err := s.DB.Heads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The others are not needed to sign in.
	whole := table == "sessions" || table == "subjects" || table == "ledger_entries"
	if diff := cmp.Diff(before, after); diff != "" && whole {
		t.Errorf("a change was made that could not be whole:\n%s", diff)
	}
	c.Page("/hibiki")
}
