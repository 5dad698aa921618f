package middleware_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
	"livingprofile/internal/testkit"
)

// opens tells whether a value of the session's cookie lets anybody in.
func opens(t *testing.T, s *testkit.Site, value string) bool {
	t.Helper()
	c := s.Client(t)
	c.SetCookie(c.SessionCookie(), value)
	a := c.Get("/hibiki")
	if a.Status != http.StatusOK && a.Status != http.StatusSeeOther {
		t.Fatalf("got %d", a.Status)
	}
	return a.Status == http.StatusOK
}

// TestSessionLife is S02.
func TestSessionLife(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	t.Run("a_value_from_elsewhere_is_not_taken_over", func(t *testing.T) {
		c := s.Client(t)
		planted := strings.Repeat("A", 43)
		c.SetCookie("session", planted)
		c.SignIn("hibiki", thomas)
		if c.Cookie("session") == planted || opens(t, s, planted) {
			t.Error("the planted value signs in")
		}
	})
	t.Run("each_sign_in_has_a_new_one_and_ends_the_one_before", func(t *testing.T) {
		c := s.Client(t)
		c.SignIn("hibiki", thomas)
		first := c.Cookie("session")
		// As if somebody had put their own session into this browser.
		c.SignIn("hibiki", aiko)
		if second := c.Cookie("session"); second == first || opens(t, s, first) || !opens(t, s, second) {
			t.Error("the first session lives on in a browser that has another")
		}
	})
	t.Run("a_fresh_proof_has_a_new_one", func(t *testing.T) {
		c := s.Client(t)
		c.SignIn("hibiki", thomas)
		before, token := c.Cookie("session"), c.CSRF
		c.Prove("hibiki", thomas)
		if after := c.Cookie("session"); after == before || opens(t, s, before) || !opens(t, s, after) {
			t.Error("the value from before the proof still counts")
		}
		if c.CSRF == token {
			t.Error("forms from before the proof still count")
		}
		if a := c.Post("/hibiki/safety/addresses", url.Values{"kind": {"email"}, "value": {"x@mail.example.com"}}); a.Location() != "/hibiki/safety" {
			t.Errorf("after a proof: got %d to %q", a.Status, a.Location())
		}
	})
	t.Run("signing_out_ends_it_on_the_server", func(t *testing.T) {
		c := s.Client(t)
		c.SignIn("hibiki", thomas)
		value := c.Cookie("session")
		if a := c.Post("/hibiki/sign-out", nil); a.Status != http.StatusSeeOther {
			t.Fatalf("got %d", a.Status)
		}
		for range 100 {
			if opens(t, s, value) {
				t.Fatal("the value signs in after signing out")
			}
		}
	})
	t.Run("is_the_same_at_every_brand", func(t *testing.T) {
		c := s.Client(t)
		c.SignIn("hibiki", thomas)
		c.Page("/kawara/data")
	})
	t.Run("is_in_no_page", func(t *testing.T) {
		c := s.Client(t)
		c.SignIn("hibiki", thomas)
		for _, path := range []string{"/hibiki", "/hibiki/safety", "/hibiki/history", "/hibiki/proof"} {
			if strings.Contains(c.Page(path), c.Cookie("session")) {
				t.Errorf("%s shows the value", path)
			}
		}
	})
}

var endSession = regexp.MustCompile(`/hibiki/safety/sessions/[0-9a-v]{26}/end`)

// TestEndedElsewhere: people see their sessions and end them (ASVS 7.5.2).
func TestEndedElsewhere(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			sign := func(address string) *testkit.Client {
				c := s.Client(t)
				c.SignIn("hibiki", address)
				return c
			}
			here, there, everywhere, other := sign(thomas), sign(thomas), sign(thomas), sign(aiko)
			listed := endSession.FindAllString(here.Page("/hibiki/safety"), -1)
			slices.Sort(listed)
			listed = slices.Compact(listed)
			if len(listed) != 2 {
				t.Fatalf("got %d other sessions, want 2", len(listed))
			}
			if a := here.Post(listed[0], nil); a.Status != http.StatusSeeOther {
				t.Fatalf("end one: got %d", a.Status)
			}
			one, two := opens(t, s, there.Cookie("session")), opens(t, s, everywhere.Cookie("session"))
			if one == two {
				t.Errorf("of two sessions one was ended: got %t and %t", one, two)
			}
			if a := here.Post(listed[0], nil); a.Status != http.StatusNotFound {
				t.Errorf("end it again: got %d, want 404", a.Status)
			}
			if a := here.Post("/hibiki/safety/sessions/end", nil); a.Status != http.StatusSeeOther {
				t.Fatalf("end the others: got %d", a.Status)
			}
			for _, c := range []*testkit.Client{there, everywhere} {
				if opens(t, s, c.Cookie("session")) {
					t.Error("another session of the person lives on")
				}
			}
			if !opens(t, s, here.Cookie("session")) || !opens(t, s, other.Cookie("session")) {
				t.Error("a session ended that should not have")
			}
		})
	}
}

// TestSessionTime: a session ends without use after half an hour and in any
// case after twelve, by the server's clock (ASVS 7.3.1, 7.3.2).
func TestSessionTime(t *testing.T) {
	c := testkit.NewClock()
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: c})
	sign := func() string {
		browser := s.Client(t)
		browser.Enter("hibiki", thomas, true)
		return browser.Cookie("session")
	}
	t.Run("without_use", func(t *testing.T) {
		value := sign()
		c.Advance(29 * time.Minute)
		if !opens(t, s, value) {
			t.Fatal("over before its time")
		}
		c.Advance(30 * time.Minute)
		if opens(t, s, value) {
			t.Fatal("not over after half an hour")
		}
		c.Advance(-time.Hour)
		if opens(t, s, value) {
			t.Error("a clock that is set back brings it back")
		}
		c.Advance(time.Hour)
	})
	t.Run("with_use", func(t *testing.T) {
		value := sign()
		for range 35 {
			c.Advance(20 * time.Minute)
			if !opens(t, s, value) {
				t.Fatal("over though it was used")
			}
		}
		c.Advance(20 * time.Minute)
		if opens(t, s, value) {
			t.Error("not over after twelve hours")
		}
	})
	t.Run("of_a_fresh_proof", func(t *testing.T) {
		browser := s.Client(t)
		browser.Enter("hibiki", thomas, true)
		add := func() string {
			a := browser.Post("/hibiki/safety/addresses", url.Values{"kind": {"email"}, "value": {"y@mail.example.com"}})
			return strings.SplitN(a.Location(), "?", 2)[0]
		}
		c.Advance(9 * time.Minute)
		if got := add(); got != "/hibiki/safety" {
			t.Fatalf("got %q before its time", got)
		}
		c.Advance(time.Minute)
		if got := add(); got != "/hibiki/proof" {
			t.Errorf("got %q after its time", got)
		}
	})
	t.Run("under_a_clock_that_ran_ahead", func(t *testing.T) {
		c.Advance(24 * time.Hour)
		value := sign()
		c.Advance(-24 * time.Hour)
		if opens(t, s, value) {
			t.Error("a session from tomorrow is let in")
		}
	})
}

// TestCookies: every cookie is closed to scripts and to other sites, and tied
// to the host over https (ASVS 3.3.1 to 3.3.4).
func TestCookies(t *testing.T) {
	for base, secure := range map[string]bool{"": false, "https://privacy.example.com": true} {
		s := testkit.NewSite(t, testkit.SiteOptions{Clock: clock.System{}, Set: func(s *wire.Settings) {
			if base != "" {
				s.BaseURL = base
			}
		}})
		c := s.Client(t)
		seen := map[string]bool{}
		check := func(a *testkit.Answer) *testkit.Answer {
			t.Helper()
			for _, cookie := range (&http.Response{Header: a.Header}).Cookies() {
				name := strings.TrimPrefix(cookie.Name, "__Host-")
				if secure != strings.HasPrefix(cookie.Name, "__Host-") || cookie.Secure != secure {
					t.Errorf("%s over %q: Secure is %t", cookie.Name, base, cookie.Secure)
				}
				if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
					t.Errorf("%s: got %s", cookie.Name, cookie.Raw)
				}
				if name == "session" && cookie.MaxAge > 0 {
					t.Errorf("the session outlasts the browser: %s", cookie.Raw)
				}
				seen[name] = true
			}
			return a
		}
		check(c.Send("/hibiki/sign-in", url.Values{"address": {thomas}}))
		link := s.Link(t, thomas)
		check(c.Press(link, ""))
		c.CSRF = testkit.Field(c.Page("/hibiki/safety"), "csrf")
		check(c.Post("/hibiki/language", url.Values{"locale": {"ja"}}))
		if !strings.Contains(c.Page("/hibiki"), `<html lang="ja"`) {
			t.Error("the language was not remembered")
		}
		check(c.Post("/hibiki/data/event-city", url.Values{"value": {"Osaka"}}))
		check(c.Get("/hibiki/data/event-city")) // takes the flash
		check(c.Post("/hibiki/sign-out", nil))
		for _, name := range []string{"session", "asking", "flash", "lang"} {
			if !seen[name] {
				t.Errorf("no cookie %s was seen", name)
			}
		}
	}
}
