package handlers_test

import (
	"net/url"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/testkit"
)

// foreign is what a request may claim of where it was sent to (S07).
var foreign = [][]string{
	{"Host", "evil.example"},
	{"X-Forwarded-Host", "evil.example"},
	{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "X-Forwarded-Prefix", "/evil.example", "X-Forwarded-Port", "1"},
	{"Forwarded", `for=192.0.2.1;host=evil.example;proto=https`},
	{"X-Original-URL", "/evil.example", "X-Rewrite-URL", "/evil.example"},
	{"X-Host", "evil.example", "X-Forwarded-Server", "evil.example", "Via", "evil.example"},
	{"Referer", "https://evil.example/hibiki"},
	{"Host", "evil.example", "Referer", "http://evil.example/hibiki/data"},
	{"Host", "evil.example", "Origin", "http://evil.example"},
}

// TestHost: the product's address comes from its settings and from no request.
func TestHost(t *testing.T) {
	for _, base := range []string{"", "https://privacy.example.com"} {
		s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
			if base != "" {
				s.BaseURL, s.Proxies = base, []string{"127.0.0.1"}
			}
		}})
		for _, headers := range foreign {
			c := s.Client(t)
			clean := func(what string, a *testkit.Answer) {
				t.Helper()
				var h strings.Builder
				_ = a.Header.Write(&h)
				if strings.Contains(a.Body+h.String(), "evil.example") {
					t.Errorf("%s with %q: the answer repeats it", what, headers)
				}
				if to := a.Location(); to != "" && !strings.HasPrefix(to, "/") {
					t.Errorf("%s with %q: leads to %q", what, headers, to)
				}
			}
			for _, path := range []string{"/", "/hibiki", "/hibiki/data", "/hibiki/sign-in", "/hibiki/", "/nothing", "/receipts"} {
				clean("GET "+path, c.Get(path, headers...))
				clean("POST "+path, c.Send(path, nil, headers...))
			}
			clean("ask", c.Send("/hibiki/sign-in", url.Values{"address": {thomas}}, headers...))
			m, err := s.Box.Wait(t.Context(), thomas)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(m.Raw)+m.Text+m.HTML, "evil.example") || !strings.Contains(m.Text, s.URL+"/hibiki/link/") {
				t.Errorf("with %q: the mail leads elsewhere", headers)
			}
		}
	}
}

// targets are what somebody may have put behind "go on to".
var targets = []string{
	"https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "////evil.example", `/\evil.example`,
	`\/evil.example`, `\\evil.example`, `/\/evil.example`, "/\tevil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
	" https://evil.example", "/\n/evil.example", "/\r/evil.example", "\n//evil.example", "/\x00/evil.example", "/\x0b/evil.example",
	"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,evil", "vbscript:x", "file:///etc/passwd",
	"mailto:a@evil.example", "blob:https://evil.example/x", "https:evil.example", "https:/evil.example", "https:///evil.example",
	"http:\\\\evil.example", "//evil.example\\@good", "//good@evil.example", "https://good@evil.example", "//[::1]", "//127.0.0.1",
	"//evil.example/%2f..", "//evil%2eexample", "//evil\u3002example", "https://evil\u3002example", "//\u202eevil.example",
	"\u2028//evil.example", "/\u00ad/evil.example", "%2f%2fevil.example", "%5c%5cevil.example", "?//evil.example", "#//evil.example",
	"evil.example", "evil.example/hibiki", "@evil.example", ":evil.example", ":80", "..//evil.example", ".//evil.example",
	"//", "///", `\`, "\\/", "/%0d%0aSet-Cookie:a=b", "/a\r\nLocation: https://evil.example", "/hibiki\r\nX-Evil: 1", "\u0000", "/\u007f",
	"\xff\xfe//evil.example", "/\xff",
}

// TestRedirects: nobody is led off the site by an address or a form.
func TestRedirects(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	check := func(what, target string, a *testkit.Answer) {
		t.Helper()
		to := a.Location()
		if a.Status == 422 {
			return // the form was not even read
		}
		base, err := url.Parse(s.URL + "/hibiki/sign-in")
		if err != nil {
			t.Fatal(err)
		}
		u, err := base.Parse(browserReads(to))
		if a.Status != 303 || err != nil || u.Host != base.Host || u.Scheme != "http" {
			t.Errorf("%s %q: got %d to %q", what, target, a.Status, to)
		}
		if a.Header.Get("X-Evil") != "" || len(a.Header.Values("Location")) > 1 {
			t.Errorf("%s %q: has a header of its own", what, target)
		}
	}
	for _, target := range targets {
		check("next", target, c.Get("/hibiki/sign-in?next="+url.QueryEscape(target)))
		check("back", target, c.Post("/hibiki/language", url.Values{"locale": {"en"}, "back": {target}}))
	}
	t.Run("nor_after_signing_in", func(t *testing.T) {
		for _, target := range []string{"//evil.example", `/\evil.example`, "/hibiki/allow?x=1"} {
			c := s.Client(t)
			c.Send("/hibiki/sign-in?next="+url.QueryEscape(target), url.Values{"address": {thomas}})
			want := "/hibiki"
			if strings.HasPrefix(target, "/hibiki") {
				want = target
			}
			if got := c.Press(s.Link(t, thomas), "").Location(); got != want {
				t.Errorf("after %q: got %q, want %q", target, got, want)
			}
		}
	})
}

// browserReads is what browsers make of an address before they follow it:
// they drop tabs and line breaks, and take a backslash for a slash.
func browserReads(to string) string {
	return strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimSpace(to))
}
