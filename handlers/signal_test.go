package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// The sentences of a browser's signal, in part.
const (
	followed = "We received your browser’s signal"
	spite    = "except where you said yes afterwards"
	kept     = "It does not say so today, and we still follow it"
	stopped  = "Your browser signal says no, so we do not do it."
	counts   = "Your browser signal says no, but you said yes to this afterwards."
)

var english = url.Values{"locale": {"en"}, "back": {"/hibiki"}}

// TestSignal is the way of Global Privacy Control through one person's visits.
func TestSignal(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.SignIn("hibiki", aiko)
	c.Post("/hibiki/language", english)
	c.Answer("hibiki", "recommendations", "yes")
	subject, err := s.Identity.ByEmail(t.Context(), aiko)
	if err != nil {
		t.Fatal(err)
	}
	facts := func() decision.Facts {
		t.Helper()
		f, err := s.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	sees := func(path string, has, lacks []string) {
		t.Helper()
		page := c.Page(path)
		for _, text := range has {
			if !strings.Contains(page, text) {
				t.Errorf("%s lacks %q", path, text)
			}
		}
		for _, text := range lacks {
			if strings.Contains(page, text) {
				t.Errorf("%s has %q", path, text)
			}
		}
	}

	sees("/hibiki/allow", nil, []string{followed, kept, stopped})
	before := facts()

	// The page follows the signal at once, and a GET keeps nothing.
	c.Header.Set("Sec-GPC", "1")
	sees("/hibiki/allow", []string{followed, stopped}, []string{kept, spite})
	sees("/hibiki", []string{followed}, nil)
	if now := facts(); now.Version != before.Version || len(now.Preferences.Heard) > 0 {
		t.Errorf("looking made version %d of %d, with %v", now.Version, before.Version, now.Preferences.Heard)
	}

	// What changes something keeps it, once.
	for range 3 {
		c.Post("/hibiki/language", english)
	}
	if now := facts(); now.Version != before.Version+1 || now.Preferences.Heard[consent.GPC].IsZero() {
		t.Errorf("three forms made version %d of %d, with %v", now.Version, before.Version, now.Preferences.Heard)
	}
	sees("/hibiki/history", []string{"Received the browser’s signal"}, nil)
	happened, err := s.DB.History(t.Context(), subject, ledger.HistoryPage{Limit: 1})
	if err != nil || len(happened) != 1 || happened[0].Kind != consent.SignalReceived || happened[0].Brand != "hibiki" {
		t.Errorf("the entry: got %+v, %v", happened, err)
	}

	// It stays when the browser no longer sends it.
	c.Header.Del("Sec-GPC")
	sees("/hibiki/allow", []string{kept, stopped}, nil)

	// The person's own yes afterwards counts, and the conflict is shown.
	c.Header.Set("Sec-GPC", "1")
	if a := c.Answer("hibiki", "recommendations", "yes"); a.Status != http.StatusSeeOther {
		t.Errorf("the yes: got %d", a.Status)
	}
	sees("/hibiki/allow", []string{spite, counts}, []string{stopped})
	c.Post("/hibiki/language", english)
	sees("/hibiki/allow", []string{spite, counts}, []string{stopped})

	// A brand on which nothing is covered says so.
	sees("/tsubame/allow", []string{followed, "Nothing that we ask you here falls under it"}, []string{stopped})
}

// TestSignal_at_the_door: signing in keeps the signal, and a page of nobody
// says that it was received without keeping anything in the browser.
func TestSignal_at_the_door(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	const foot = "Your browser’s privacy signal was received"
	if plain := c.Page("/hibiki/sign-in"); strings.Contains(plain, foot) {
		t.Error("a page says that it received what was not sent")
	}
	a := c.Get("/hibiki/sign-in", "Sec-GPC", "1")
	if !strings.Contains(a.Body, foot) || len(a.Header.Values("Set-Cookie")) > 0 {
		t.Errorf("the signal at the door: said %v, cookies %q", strings.Contains(a.Body, foot), a.Header.Values("Set-Cookie"))
	}
	if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "Sec-GPC") {
		t.Errorf("got Vary: %s", vary)
	}
	c.Header.Set("Sec-GPC", "1")
	c.SignIn("hibiki", thomas)
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.DB.Facts(t.Context(), subject)
	if err != nil || f.Preferences.Heard[consent.GPC].IsZero() {
		t.Errorf("after signing in: got %v, %v", f.Preferences.Heard, err)
	}
}

// TestSignal_in_a_frame: the link that a brand's server made begins a session, which
// keeps the signal as signing in does; looking at its page keeps nothing.
func TestSignal_in_a_frame(t *testing.T) {
	f := newFrames(t, testkit.OnSQLite)
	subject, err := f.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	heard := func() bool {
		facts, err := f.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		return !facts.Preferences.Heard[consent.GPC].IsZero()
	}
	link := f.link(wholeFrame)
	c := f.Client(t)
	c.Header.Set("Sec-GPC", "1")
	if c.Get(link); heard() {
		t.Error("looking at the link keeps the signal")
	}
	if a := spend(c, link); a.Status != http.StatusOK || !heard() {
		t.Errorf("exchanged: got %d, kept %t", a.Status, heard())
	}
}
