package testkit

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"livingprofile/handlers"
	"livingprofile/handlers/api"
	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/transfer"
)

// Eventually asks until the answer is yes, and returns what came with it. It
// fails the test after a while.
func Eventually[T any](tb testing.TB, what string, ask func() (T, bool)) T {
	tb.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if v, ok := ask(); ok {
			return v
		}
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("waited in vain for %s", what)
		}
	}
}

// ExerciseRoutes walks the whole surface of a site with the demo's people and
// proves of each route that it lets in whom its permission names and nobody
// else, that a change needs the proof that a page of ours asked for it, and
// that looking changes nothing. A route that visits does not know fails.
func ExerciseRoutes(t *testing.T, s *Site) {
	t.Helper()
	w := &walk{t: t, site: s, things: gather(t, s), visits: map[string]visit{}}
	for _, v := range visits() {
		w.visits[v.route] = v
	}
	for _, r := range s.Server.Routes() {
		if inConsole(r) {
			continue
		}
		name := r.Method + " " + r.Path
		if e, ok := authz.Lookup(r.Permission); ok && e.Holder == authz.System {
			continue // not for browsers; handlers/api walks these
		}
		if strings.HasPrefix(r.Path, "/embed/:brand/") {
			continue // of another kind of session; handlers walks these
		}
		if strings.HasPrefix(r.Path, "/opendsr/") {
			continue // not for browsers; handlers/opendsr walks these
		}
		if r.Path == api.AcknowledgementsPath {
			continue // not for browsers; handlers/api signs some
		}
		if r.Path == transfer.TakePath {
			continue // not for browsers; handlers sends there
		}
		if r.Path == "/u/:token" {
			continue // needs no proof of a page; handlers/footer walks it
		}
		if _, ok := w.visits[name]; !ok {
			t.Errorf("the route %s is exercised by nobody", name)
			continue
		}
		w.routes = append(w.routes, r)
	}
	t.Run("the_signed_out_are_refused", w.signedOut)
	t.Run("a_change_needs_the_token_of_the_session", w.token)
	t.Run("a_change_is_not_made_for_another_site", w.crossSite)
	t.Run("a_grave_act_needs_a_fresh_proof", w.fresh)
	t.Run("HEAD_answers_as_GET_does", w.head)
	t.Run("methods_that_are_not_declared_are_refused", w.methods)
	t.Run("GET_says_no_more_to_the_signed_out_than_the_way_in", w.looking)
	t.Run("who_may_gets_an_answer", w.allowed)
}

type walk struct {
	t      *testing.T
	site   *Site
	things *things
	visits map[string]visit
	routes []handlers.Route
}

// heads are where the ledger stands, after everything under way is done.
func (w *walk) heads() []ledger.Head {
	w.t.Helper()
	heads, err := w.site.DB.Heads(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	slices.SortFunc(heads, func(a, b ledger.Head) int { return cmp.Compare(a.Lane, b.Lane) })
	return heads
}

// each runs fn for the routes of a method.
func (w *walk) each(method string, fn func(r handlers.Route, path string)) {
	for _, r := range w.routes {
		if r.Method == method {
			_, path := w.things.fill(r.Method + " " + r.Path)
			fn(r, path)
		}
	}
}

// enter returns a browser in which the person is signed in. It starts a
// session, so it is made before anything is compared.
func (w *walk) enter(t *testing.T, fresh bool) *Client {
	c := w.site.Client(t)
	c.Enter("hibiki", person, fresh)
	return c
}

func (w *walk) signedOut(t *testing.T) {
	forged := w.site.Client(t)
	forged.SetCookie(forged.SessionCookie(), strings.Repeat("A", 43))
	for _, c := range []*Client{w.site.Client(t), forged} {
		for _, r := range w.routes {
			if r.Permission == authz.Public {
				continue
			}
			_, path := w.things.fill(r.Method + " " + r.Path)
			a := c.Do(c.Request(r.Method, path, nil))
			if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/hibiki/sign-in?next=") {
				t.Errorf("%s %s: got %d to %q, want the way to sign-in", r.Method, path, a.Status, a.Location())
			}
			a = c.Do(c.Request(r.Method, path, nil, "Accept", "application/json"))
			if a.Status != http.StatusUnauthorized || a.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s as JSON: got %d %s, want 401", r.Method, path, a.Status, a.Header.Get("Content-Type"))
			}
		}
	}
}

func (w *walk) token(t *testing.T) {
	c, other := w.enter(t, true), w.enter(t, true)
	before := w.heads()
	w.each(http.MethodPost, func(_ handlers.Route, path string) {
		for what, a := range map[string]*Answer{
			"no token":                    c.Send(path, nil),
			"a wrong token":               c.Send(path, url.Values{"csrf": {"wrong"}}),
			"an empty token":              c.Send(path, url.Values{"csrf": {""}}),
			"another session's token":     c.Send(path, url.Values{"csrf": {other.CSRF}}),
			"the token in the address":    c.Send(path+"?csrf="+url.QueryEscape(c.CSRF), nil),
			"a wrong token in a header":   c.Send(path, url.Values{"csrf": {c.CSRF}}, "X-CSRF-Token", "wrong"),
			"the token second, not first": c.Send(path, url.Values{"csrf": {"wrong", c.CSRF}}),
		} {
			if a.Status != http.StatusForbidden {
				t.Errorf("POST %s with %s: got %d, want 403", path, what, a.Status)
			}
		}
	})
	w.unchanged(t, before)
}

func (w *walk) crossSite(t *testing.T) {
	c := w.enter(t, true)
	before := w.heads()
	from := [][2]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "null"},
		{"Origin", "https://evil.example"},
		{"Origin", "http://sub." + strings.TrimPrefix(w.site.URL, "http://")},
		{"Origin", w.site.URL + ".evil.example"},
	}
	w.each(http.MethodPost, func(_ handlers.Route, path string) {
		for _, h := range from {
			if a := c.Post(path, nil, h[0], h[1]); a.Status != http.StatusForbidden {
				t.Errorf("POST %s with %s: got %d, want 403", path, h, a.Status)
			}
		}
	})
	w.unchanged(t, before)
}

func (w *walk) fresh(t *testing.T) {
	c := w.enter(t, false)
	before := w.heads()
	found := false
	for _, r := range w.routes {
		if r.Permission != authz.Fresh {
			continue
		}
		found = true
		_, path := w.things.fill(r.Method + " " + r.Path)
		a := c.Post(path, nil)
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/hibiki/proof?next=") {
			t.Errorf("%s %s: got %d to %q, want the way to a fresh proof", r.Method, path, a.Status, a.Location())
		}
		if a := c.Post(path, nil, "Accept", "application/json"); a.Status != http.StatusUnauthorized {
			t.Errorf("%s %s as JSON: got %d, want 401", r.Method, path, a.Status)
		}
	}
	if !found {
		t.Error("no route needs a fresh proof")
	}
	w.unchanged(t, before)
}

func (w *walk) head(t *testing.T) {
	c := w.enter(t, true)
	w.each(http.MethodGet, func(_ handlers.Route, path string) {
		get := c.Get(path)
		head := c.Do(c.Request(http.MethodHead, path, nil))
		if head.Body != "" {
			t.Errorf("HEAD %s has a body", path)
		}
		head.Body, get.Body = "", ""
		// RFC 9110, 9.3.2: these may be left out.
		for _, a := range []*Answer{get, head} {
			a.Header.Del("Content-Length")
			a.Header.Del("Transfer-Encoding")
		}
		if diff := gocmp.Diff(get.Masked(), head.Masked()); diff != "" {
			t.Errorf("HEAD %s differs from GET:\n%s", path, diff)
		}
	})
}

func (w *walk) methods(t *testing.T) {
	c := w.enter(t, true)
	declared := map[string][]string{}
	for _, r := range w.routes {
		declared[r.Path] = append(declared[r.Path], r.Method)
		if r.Method == http.MethodGet {
			declared[r.Path] = append(declared[r.Path], http.MethodHead)
		}
	}
	for path, methods := range declared {
		_, filled := w.things.fill(methods[0] + " " + path)
		for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "BREW"} {
			if slices.Contains(methods, m) {
				continue
			}
			a := c.Do(c.Request(m, filled, nil))
			allow := strings.Split(a.Header.Get("Allow"), ", ")
			if a.Status != http.StatusMethodNotAllowed || !slices.Contains(allow, methods[0]) || slices.Contains(allow, m) {
				t.Errorf("%s %s: got %d, Allow %q", m, filled, a.Status, allow)
			}
		}
	}
}

func (w *walk) looking(t *testing.T) {
	c, out := w.enter(t, true), w.site.Client(t)
	before := w.heads()
	w.each(http.MethodGet, func(_ handlers.Route, path string) {
		c.Get(path)
		if a := out.Get(path); strings.Contains(a.Body, "Weber") {
			t.Errorf("GET %s names the person to somebody who is not signed in", path)
		}
	})
	w.unchanged(t, before)
}

// allowed uses each route as it is meant.
func (w *walk) allowed(t *testing.T) {
	c := w.enter(t, true)
	known := map[string]bool{}
	for _, r := range w.routes {
		known[r.Method+" "+r.Path] = true
	}
	for _, v := range visits() {
		if !known[v.route] {
			continue // not on this site
		}
		method, path := w.things.fill(v.route)
		if v.at != nil {
			path = v.at(c)
		}
		var a *Answer
		if method == http.MethodGet {
			a = c.Get(path)
		} else {
			var form url.Values
			if v.form != nil {
				form = maps.Clone(v.form(c))
			}
			a = c.Post(path, form)
		}
		if a.Status != v.status {
			t.Errorf("%s: got %d to %q, want %d", v.route, a.Status, a.Location(), v.status)
		}
		if i := strings.Index(a.Body, "⟦"); i >= 0 {
			t.Errorf("%s lacks words: %.60s", v.route, a.Body[i:])
		}
	}
}

func (w *walk) unchanged(t *testing.T, before []ledger.Head) {
	t.Helper()
	if diff := gocmp.Diff(before, w.heads()); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
}
