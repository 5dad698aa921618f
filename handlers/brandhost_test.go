package handlers_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/brand"
	"livingprofile/internal/demo"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
)

// redeclare changes the demo's declaration on a running site.
func redeclare(t *testing.T, s *testkit.Site, change func(*organisation.Organisation)) {
	t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	change(&draft.Declared)
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "apply"}}); err != nil {
		t.Fatal(err)
	}
}

// TestBrandHost: a brand with a host of its own is there and nowhere else, and
// no other brand is there.
func TestBrandHost(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
		s.BaseURL, s.Proxies = "https://privacy.example.com:8443", []string{"127.0.0.1"}
	}})
	redeclare(t, s, func(o *organisation.Organisation) { o.Brands[2].Host = "privacy.kawara.example" })
	const own, common = "privacy.kawara.example:8443", "privacy.example.com:8443"
	c := s.Client(t)

	for _, tt := range []struct {
		name, method, host, path string
		status                   int
		location                 string
	}{
		{"its page on its host", "GET", own, "/kawara/sign-in", 200, ""},
		{"its page in other letters", "GET", "PRIVACY.Kawara.example", "/kawara/sign-in", 200, ""},
		{"the root of its host", "GET", own, "/", 303, "/kawara"},
		{"another brand on its host", "GET", own, "/hibiki/sign-in", 404, ""},
		{"another brand's form on its host", "POST", own, "/hibiki/sign-in", 404, ""},
		{"its page on the common host", "GET", common, "/kawara/sign-in?next=%2Fkawara%2Fdata", 307, "https://" + own + "/kawara/sign-in?next=%2Fkawara%2Fdata"},
		{"its page on a host that is none", "GET", "evil.example", "/kawara", 307, "https://" + own + "/kawara"},
		{"its form on the common host", "POST", common, "/kawara/sign-in", 404, ""},
		{"another brand on the common host", "GET", common, "/hibiki/sign-in", 200, ""},
		{"health on its host", "GET", own, "/healthz", 200, ""},
		{"change of password on its host", "GET", own, "/.well-known/change-password", 303, "/kawara/safety"},
	} {
		a := c.Do(c.Request(tt.method, tt.path, nil, "Host", tt.host))
		if a.Status != tt.status || a.Location() != tt.location {
			t.Errorf("%s: got %d to %q, want %d to %q", tt.name, a.Status, a.Location(), tt.status, tt.location)
		}
	}

	t.Run("the_choice_of_brands_leads_there", func(t *testing.T) {
		page := c.Page("/")
		for _, want := range []string{`href="https://` + own + `/kawara"`, `href="/hibiki"`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
	})
	t.Run("security.txt_names_the_host", func(t *testing.T) {
		a := c.Get("/.well-known/security.txt", "Host", own)
		if want := "Canonical: https://" + own + "/.well-known/security.txt\n"; !strings.Contains(a.Body, want) {
			t.Errorf("got %s, want %s", a.Body, want)
		}
	})
	t.Run("mails_lead_there", func(t *testing.T) {
		if a := c.Send("/kawara/sign-in", url.Values{"address": {thomas}}, "Host", own, "Origin", "https://"+own); a.Status != http.StatusSeeOther {
			t.Fatalf("got %d", a.Status)
		}
		m, err := s.Box.Wait(t.Context(), thomas)
		if err != nil {
			t.Fatal(err)
		}
		if want := "https://" + own + "/kawara/link/"; !strings.Contains(m.Text, want) {
			t.Errorf("the mail does not lead to %s", want)
		}
	})
}

// TestBrandTheme: what a brand declares of its looks is in the one stylesheet of
// its pages.
func TestBrandTheme(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	sheet := func(brand string) string {
		t.Helper()
		page := c.Page("/" + brand + "/sign-in")
		_, rest, _ := strings.Cut(page, `<link rel="stylesheet" href="`)
		path, _, _ := strings.Cut(rest, `"`)
		if !strings.HasPrefix(path, "/theme/"+brand+".") {
			t.Fatalf("%s: the stylesheet is %q", brand, path)
		}
		return c.Page(path)
	}
	before := sheet("hibiki")
	redeclare(t, s, func(o *organisation.Organisation) {
		b := &o.Brands[0]
		b.Accent, b.Ground, b.Corners, b.Fonts = "#ffd400", "#f7f4ee", "square", []string{"Noto Serif JP"}
	})
	after := sheet("hibiki")
	for _, want := range []string{"--paper:#f7f4ee;", "--r:0px;", `--font:"Noto Serif JP",;`} {
		if !strings.Contains(after, want) || strings.Contains(before, want) {
			t.Errorf("the stylesheet lacks %q, or had it before", want)
		}
	}
	// It can be read on dark pages, and not on light ones.
	if strings.Contains(after, "--paper:#f7f4ee;--accent:#ffd400;") || !strings.Contains(after, "{--accent:#ffd400;") {
		t.Error("the accent is not corrected where it must be, or where it need not be")
	}
}

// TestBrandLogo: a logo stands on the pages with its size, and is sent as what
// it is.
func TestBrandLogo(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	redeclare(t, s, func(o *organisation.Organisation) {
		o.Brands[0].Logo = &brand.Logo{Type: "image/png", Width: 64, Height: 64, Data: picture.Bytes()}
	})
	c := s.Client(t)
	page := c.Page("/hibiki/sign-in")
	_, rest, _ := strings.Cut(page, `<img src="`)
	path, attributes, _ := strings.Cut(rest, `"`)
	if !strings.HasPrefix(attributes, ` alt="" width="32" height="32"`) {
		t.Fatalf("the page has %q after %q", attributes[:40], path)
	}
	a := c.Get(path)
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "image/png" || a.Body != picture.String() {
		t.Errorf("got %d %s of %d bytes", a.Status, a.Header.Get("Content-Type"), len(a.Body))
	}
	if a := c.Get(strings.Replace(path, ".png", ".html", 1)); a.Status != http.StatusNotFound {
		t.Errorf("under another name: got %d, want 404", a.Status)
	}
}
