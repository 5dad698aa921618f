package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/testkit"
)

var policy = regexp.MustCompile(`^default-src 'none'; style-src 'self'; script-src 'nonce-[A-Za-z0-9_-]{43}'; img-src 'self'; ` +
	`font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$`)

// checkHeaders is what every answer must say to the browser.
func checkHeaders(t *testing.T, what string, a *testkit.Answer) {
	t.Helper()
	h := a.Header
	if got := h.Get("Content-Security-Policy"); !policy.MatchString(got) {
		t.Errorf("%s: policy %q", what, got)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	if !strings.Contains(h.Get("Permissions-Policy"), "geolocation=()") {
		t.Errorf("%s: permissions %q", what, h.Get("Permissions-Policy"))
	}
	for _, name := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin", "ETag", "Last-Modified"} {
		if h.Get(name) != "" {
			t.Errorf("%s: has %s", what, name)
		}
	}
	if len(h.Values("Vary")) > 2 || len(h.Values("Cache-Control")) != 1 {
		t.Errorf("%s: Vary %q, Cache-Control %q", what, h.Values("Vary"), h.Values("Cache-Control"))
	}
	if len(a.Body) > 0 && h.Get("Content-Type") == "" {
		t.Errorf("%s: no type", what)
	}
	if kept := h.Get("Cache-Control") != "no-store"; kept {
		t.Errorf("%s: Cache-Control %q", what, h.Get("Cache-Control"))
	}
	if m := nonce.FindStringSubmatch(h.Get("Content-Security-Policy")); m != nil {
		for _, n := range scriptNonce.FindAllStringSubmatch(a.Body, -1) {
			if n[1] != m[1] {
				t.Errorf("%s: a script has another nonce than the policy", what)
			}
		}
	}
}

var (
	nonce       = regexp.MustCompile(`'nonce-([^']+)'`)
	scriptNonce = regexp.MustCompile(`<script[^>]* nonce="([^"]*)"`)
)

// TestHeaders is S22.
func TestHeaders(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c, out := s.Client(t), s.Client(t)
	c.SignIn("hibiki", thomas)
	t.Run("of_pages_and_errors", func(t *testing.T) {
		for _, path := range []string{
			"/", "/receipts", "/hibiki", "/hibiki/data", "/hibiki/safety", "/hibiki/sign-in", "/hibiki/sign-in/out", "/nothing",
			"/hibiki/nothing", "/hibiki/link/x", "/healthz", "/readyz", "/static/nothing.js", "/theme/hibiki.00000000.css",
			"/favicon.ico", "/hibiki/data/nothing.css", "/hibiki/data.css", "/hibiki/", "/mailbox",
		} {
			for who, browser := range map[string]*testkit.Client{"signed in": c, "signed out": out} {
				checkHeaders(t, "GET "+path+" "+who, browser.Get(path))
				checkHeaders(t, "POST "+path+" "+who, browser.Send(path, nil))
				checkHeaders(t, "POST from elsewhere "+path+" "+who, browser.Send(path, nil, "Origin", "null"))
				checkHeaders(t, "BREW "+path+" "+who, browser.Do(browser.Request("BREW", path, nil)))
			}
		}
	})
	t.Run("of_answers_to_systems", func(t *testing.T) {
		for path, status := range map[string]int{
			"/api/v1/openapi.json": http.StatusOK, "/api/v1/purposes": http.StatusUnauthorized, "/access/nothing": http.StatusNotFound,
		} {
			a := out.Get(path)
			if a.Status != status {
				t.Errorf("%s: got %d, want %d", path, a.Status, status)
			}
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
				"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
			} {
				if got := a.Header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", path, name, got, want)
				}
			}
		}
		checkHeaders(t, "the reference", out.Get("/api/v1/docs"))
	})
	t.Run("a_nonce_is_used_once", func(t *testing.T) {
		seen := map[string]bool{}
		for range 50 {
			n := nonce.FindString(out.Get("/hibiki/sign-in").Header.Get("Content-Security-Policy"))
			if seen[n] {
				t.Fatal("the same nonce twice")
			}
			seen[n] = true
		}
	})
	t.Run("of_files_that_may_be_kept", func(t *testing.T) { keptFiles(t, c, out) })
	t.Run("leaving_clears_the_browser", func(t *testing.T) {
		a := c.Post("/hibiki/sign-out", nil)
		if got, want := a.Header.Get("Clear-Site-Data"), `"cache"`; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if c.Cookie("session") != "" {
			t.Error("the cookie is still there")
		}
	})
	t.Run("over_https_say_so_for_long", func(t *testing.T) {
		if out.Get("/").Header.Get("Strict-Transport-Security") != "" {
			t.Error("http promises https")
		}
		secure := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) { s.BaseURL = "https://privacy.example.com" }})
		got := secure.Client(t).Get("/").Header.Get("Strict-Transport-Security")
		if !strings.HasPrefix(got, "max-age=63072000") {
			t.Errorf("got %q", got)
		}
	})
}

var file = regexp.MustCompile(`(?:href|src)="(/(?:static|theme)/[^"#]+)`)

// keptFiles checks what a page asks for besides itself.
func keptFiles(t *testing.T, c, out *testkit.Client) {
	found := file.FindAllStringSubmatch(c.Page("/hibiki")+c.Page("/tsubame"), -1)
	if len(found) < 5 {
		t.Fatalf("got %d files", len(found))
	}
	for _, m := range found {
		for _, browser := range []*testkit.Client{c, out} {
			for _, encoding := range []string{"br", "gzip", "identity"} {
				a := browser.Get(m[1], "Accept-Encoding", encoding)
				if a.Status != http.StatusOK || a.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
					t.Errorf("%s: got %d, %q", m[1], a.Status, a.Header.Get("Cache-Control"))
				}
				if len(a.Header.Values("Set-Cookie")) > 0 {
					t.Errorf("%s sets a cookie", m[1])
				}
				if got := a.Header.Get("Content-Encoding"); got != encoding && encoding != "identity" {
					t.Errorf("%s: got %q, want %q", m[1], got, encoding)
				}
			}
		}
		// Under another hash it is not the same file.
		if a := c.Get(strings.Replace(m[1], ".", ".0", 1)); a.Status != http.StatusNotFound {
			t.Errorf("%s with another hash: got %d", m[1], a.Status)
		}
	}
}

// TestSlash: an address that ends in a slash, as people type them, leads to the
// page, and never off the site.
func TestSlash(t *testing.T) {
	c := testkit.NewSite(t, testkit.SiteOptions{}).Client(t)
	for path, want := range map[string]string{
		"/hibiki/": "/hibiki", "/hibiki/data/": "/hibiki/data", "/hibiki///": "/hibiki", "/hibiki/?next=%2F": "/hibiki?next=%2F",
		"//evil.example/": "", "/%2fevil.example/": "/%2fevil.example", "/%5cevil.example/": "/%5cevil.example", "/": "", "//": "",
	} {
		if a := c.Do(c.Request(http.MethodGet, c.URL()+path, nil)); a.Location() != want {
			t.Errorf("%s: got %d to %q, want %q", path, a.Status, a.Location(), want)
		}
	}
	if a := c.Send("/hibiki/", nil); a.Status != http.StatusNotFound && a.Status != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d", a.Status)
	}
}
