package handlers_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/testkit"
)

func TestWellKnown(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
		s.BaseURL, s.Proxies = "https://privacy.example.com", []string{"127.0.0.1"}
	}})
	c := s.Client(t)

	t.Run("security.txt", func(t *testing.T) {
		a := c.Get("/.well-known/security.txt", "Host", "evil.example")
		if got, want := a.Header.Get("Content-Type"), "text/plain; charset=utf-8"; got != want {
			t.Errorf("type: got %q, want %q", got, want)
		}
		fields := map[string][]string{}
		for line := range strings.Lines(a.Body) {
			name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			if !ok {
				t.Errorf("no field: %q", line)
			}
			fields[name] = append(fields[name], value)
		}
		for name, want := range map[string]string{
			"Contact": "mailto:privacy@hibiki.example", "Canonical": "https://privacy.example.com/.well-known/security.txt",
			"Preferred-Languages": "ja, en, ar",
		} {
			if got := strings.Join(fields[name], "|"); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		// RFC 9116, 2.5.5: exactly one, ahead, and by less than a year.
		if len(fields["Expires"]) != 1 {
			t.Fatalf("expires: got %q, want one", fields["Expires"])
		}
		ends, err := time.Parse(time.RFC3339, fields["Expires"][0])
		if now := s.Clock.Now(); err != nil || !ends.After(now) || !ends.Before(now.AddDate(1, 0, 0)) {
			t.Errorf("expires: got %s, %v", ends, err)
		}
	})

	t.Run("change-password_leads_to_a_page", func(t *testing.T) {
		a := c.Get("/.well-known/change-password")
		if a.Status != http.StatusSeeOther || a.Location() != "/" {
			t.Errorf("got %d to %q, want 303 to the choice of brands", a.Status, a.Location())
		}
		// What a manager of passwords asks to see that 404 means something here.
		if a := c.Get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"); a.Status != http.StatusNotFound {
			t.Errorf("what should not exist: got %d, want 404", a.Status)
		}
	})

	t.Run("gpc.json", func(t *testing.T) {
		a := c.Get("/.well-known/gpc.json")
		var got struct {
			GPC        bool   `json:"gpc"`
			LastUpdate string `json:"lastUpdate"`
		}
		if err := json.Unmarshal([]byte(a.Body), &got); err != nil || !got.GPC {
			t.Errorf("got %s, %v", a.Body, err)
		}
		if _, err := time.Parse(time.DateOnly, got.LastUpdate); err != nil {
			t.Errorf("the day: %v", err)
		}
		if kind := a.Header.Get("Content-Type"); kind != "application/json" {
			t.Errorf("type: got %q", kind)
		}
	})
}

// TestRegister: the brand's record of processing is there for everybody, about
// that brand alone.
func TestRegister(t *testing.T) {
	c := testkit.NewSite(t, testkit.SiteOptions{}).Client(t)
	a := c.Get("/kawara/register.json")
	var got map[string]any
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Header.Get("Content-Type") != "application/ld+json" {
		t.Fatalf("got %q, %v", a.Header.Get("Content-Type"), err)
	}
	if !strings.Contains(a.Body, `"dct:identifier":"kawara"`) || strings.Contains(a.Body, `"dct:identifier":"hibiki"`) {
		t.Error("it is not about the brand alone")
	}
	if a := c.Get("/nobody/register.json"); a.Status != http.StatusNotFound {
		t.Errorf("no brand: got %d, want 404", a.Status)
	}
}

func TestConsentMode(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	mode := func(brand string, headers ...string) (map[string]string, http.Header) {
		t.Helper()
		a := c.Get("/"+brand+"/consent-mode.json", headers...)
		var m map[string]string
		if err := json.Unmarshal([]byte(a.Body), &m); err != nil || len(m) != 7 {
			t.Errorf("%s: got %s, %v", brand, a.Body, err)
		}
		return m, a.Header
	}
	if m, _ := mode("hibiki"); m["ad_storage"] != "denied" || m["analytics_storage"] != "denied" {
		t.Errorf("hibiki: got %v", m)
	}
	// A legitimate interest is done until somebody objects.
	if m, _ := mode("kawara"); m["analytics_storage"] != "granted" || m["ad_storage"] != "denied" {
		t.Errorf("kawara: got %v", m)
	}
	if a := c.Get("/nobody/consent-mode.json"); a.Status != http.StatusNotFound {
		t.Errorf("no brand: got %d, want 404", a.Status)
	}
	for origin, want := range map[string]string{
		"https://www.hibiki.example": "https://www.hibiki.example", "https://hibiki.example": "", "https://evil.example": "", "null": "", "": "",
	} {
		_, h := mode("hibiki", "Origin", origin)
		if got := h.Get("Access-Control-Allow-Origin"); got != want || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("read from %q: got %q, want %q", origin, got, want)
		}
		if vary := h.Get("Vary"); !strings.Contains(vary, "Origin") || !strings.Contains(vary, "Sec-GPC") {
			t.Errorf("got Vary: %s", vary)
		}
	}
	if _, h := mode("tsubame", "Origin", "https://www.hibiki.example"); h.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a page of one brand's site may read of another brand")
	}
}
