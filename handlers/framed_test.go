package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// TestFramed is S15: one page may be shown in a frame, by the sites that its
// brand names, and it knows nobody.
func TestFramed(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	ancestors := func(path string) string {
		t.Helper()
		_, list, _ := strings.Cut(c.Get(path).Header.Get("Content-Security-Policy"), "frame-ancestors ")
		return list
	}
	for path, want := range map[string]string{
		"/embed/hibiki":   "https://www.hibiki.example",
		"/embed/tsubame":  "'none'", // names no sites
		"/embed/nobody":   "'none'",
		"/hibiki":         "'none'",
		"/hibiki/allow":   "'none'",
		"/hibiki/sign-in": "'none'",
		"/":               "'none'",
	} {
		if got := ancestors(path); got != want {
			t.Errorf("%s may be shown by %q, want %q", path, got, want)
		}
	}

	a := c.Get("/embed/hibiki")
	if a.Status != http.StatusOK || len(a.Header.Values("Set-Cookie")) > 0 {
		t.Errorf("got %d, cookies %q", a.Status, a.Header.Values("Set-Cookie"))
	}
	for _, text := range []string{"Weber", "<form", `name="csrf"`} {
		if strings.Contains(a.Body, text) {
			t.Errorf("the frame has %q", text)
		}
	}
	if stranger := s.Client(t).Get("/embed/hibiki"); stranger.Masked() != a.Masked() {
		t.Error("somebody who is signed in gets another frame than a stranger")
	}
	if a := c.Get("/embed/hibiki?locale=ja"); !strings.Contains(a.Body, `<html lang="ja"`) {
		t.Error("the page around cannot say the language")
	}
	if a := c.Get("/embed/hibiki?locale=xx"); !strings.Contains(a.Body, `<html lang="en"`) {
		t.Error("a language that is not offered is not left out")
	}
	if a := c.Get("/embed/nobody"); a.Status != http.StatusNotFound {
		t.Errorf("no brand: got %d, want 404", a.Status)
	}
}

// TestWidget: other sites' pages may load the script, and it stays small.
func TestWidget(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	a := s.Client(t).Get("/embed/widget.js")
	const most = 3000
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/javascript") || len(a.Body) > most {
		t.Errorf("got %d %s, %d bytes", a.Status, a.Header.Get("Content-Type"), len(a.Body))
	}
	if got := a.Header.Get("Cross-Origin-Resource-Policy"); got != "cross-origin" {
		t.Errorf("policy: got %q", got)
	}
}
