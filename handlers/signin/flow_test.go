package signin_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/testkit"
)

func TestSignIn(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	t.Run("in_the_browser_that_asked_is_one_press", func(t *testing.T) {
		c := s.Client(t)
		link := c.Ask("hibiki", thomas)
		if strings.Contains(c.Page(link), `name="code"`) {
			t.Error("the code is asked for where it is not needed")
		}
		if a := c.Press(link, ""); a.Status != http.StatusSeeOther || a.Location() != "/hibiki" {
			t.Fatalf("got %d to %q", a.Status, a.Location())
		}
		c.Page("/hibiki")
	})
	t.Run("in_another_browser_needs_the_code", func(t *testing.T) {
		asked, c := s.Client(t), s.Client(t)
		link := asked.Ask("hibiki", thomas)
		code := codeOn(asked.Page("/hibiki/sign-in/sent"))
		if !strings.Contains(c.Page(link), `name="code"`) {
			t.Error("the code is not asked for")
		}
		if a := c.Press(link, ""); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `name="code"`) {
			t.Errorf("without the code: got %d, want 422", a.Status)
		}
		if a := c.Press(link, "abc"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "8 digits") {
			t.Errorf("with what is no code: got %d", a.Status)
		}
		if a := c.Press(link, wrong(code)); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Tries left: 4") {
			t.Errorf("with a wrong code: got %d", a.Status)
		}
		if a := c.Press(link, code[:4]+" "+code[4:]); a.Status != http.StatusSeeOther {
			t.Fatalf("with the code: got %d", a.Status)
		}
		c.Page("/hibiki")
		if a := asked.Get("/hibiki"); a.Status != http.StatusSeeOther {
			t.Errorf("the browser that asked is signed in too: got %d", a.Status)
		}
	})
	t.Run("works_once", func(t *testing.T) {
		c := s.Client(t)
		link := c.Ask("hibiki", thomas)
		c.Press(link, "")
		for _, browser := range []*testkit.Client{c, s.Client(t)} {
			if a := browser.Get(link); a.Status != http.StatusGone {
				t.Errorf("open it again: got %d, want 410", a.Status)
			}
		}
		if a := s.Client(t).Send("/hibiki/link", answer(link, "")); a.Status != http.StatusGone {
			t.Errorf("press it again: got %d, want 410", a.Status)
		}
	})
	t.Run("belongs_to_the_brand_it_was_asked_at", func(t *testing.T) {
		c := s.Client(t)
		link := c.Ask("hibiki", thomas)
		if a := c.Get(strings.Replace(link, "/hibiki/", "/kawara/", 1)); a.Status != http.StatusNotFound {
			t.Errorf("at another brand: got %d, want 404", a.Status)
		}
	})
	t.Run("can_be_asked_for_again", func(t *testing.T) {
		c := s.Client(t)
		if a := c.Send("/hibiki/sign-in/again", nil); a.Location() != "/hibiki/sign-in" {
			t.Errorf("before it was asked for: got %d to %q", a.Status, a.Location())
		}
		first := c.Ask("hibiki", thomas)
		if a := c.Send("/hibiki/sign-in/again", nil); a.Location() != "/hibiki/sign-in/sent" {
			t.Fatalf("got %d to %q", a.Status, a.Location())
		}
		if second := s.Link(t, thomas); second == first {
			t.Error("the same link again")
		}
		if a := c.Press(first, ""); a.Status != http.StatusSeeOther {
			t.Errorf("the first link, in the browser that asked twice: got %d", a.Status)
		}
	})
	t.Run("tells_what_is_wrong_with_an_address", func(t *testing.T) {
		a := s.Client(t).Send("/hibiki/sign-in", url.Values{"address": {`"><script>alert(1)</script>`}})
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "aria-invalid") || strings.Contains(a.Body, "<script>alert") {
			t.Errorf("got %d", a.Status)
		}
	})
	t.Run("is_over_for_somebody_who_is_in", func(t *testing.T) {
		c := s.Client(t)
		c.Enter("hibiki", thomas, false)
		if a := c.Get("/hibiki/sign-in?next=%2Fhibiki%2Fallow"); a.Location() != "/hibiki/allow" {
			t.Errorf("got %d to %q", a.Status, a.Location())
		}
	})
}

// TestLinkTime: a link lives ten minutes by the server's clock, and stays dead.
func TestLinkTime(t *testing.T) {
	clock := testkit.NewClock()
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: clock})
	c := s.Client(t)
	early, late := c.Ask("hibiki", thomas), ""
	clock.Advance(9 * time.Minute)
	if a := c.Get(early); a.Status != http.StatusOK {
		t.Fatalf("after nine minutes: got %d", a.Status)
	}
	late = c.Ask("hibiki", thomas)
	clock.Advance(time.Minute)
	if a := c.Send("/hibiki/link", answer(early, "")); a.Status != http.StatusGone {
		t.Errorf("after ten minutes: got %d, want 410", a.Status)
	}
	clock.Advance(-5 * time.Minute)
	if a := c.Send("/hibiki/link", answer(early, "")); a.Status != http.StatusGone {
		t.Errorf("after the clock was set back: got %d, want 410", a.Status)
	}
	if a := c.Press(late, ""); a.Status != http.StatusSeeOther {
		t.Errorf("the other link: got %d", a.Status)
	}
	clock.Advance(15 * time.Minute)
	if a := c.Get("/hibiki/sign-in/sent"); a.Location() != "/hibiki/sign-in" {
		t.Errorf("the code is shown after its time: %d", a.Status)
	}
}

// TestRegister: who is new gets a profile by pressing, where the brand wants
// that, and nothing before.
func TestRegister(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	held := func(address string) bool {
		_, err := s.Identity.ByEmail(context.Background(), address)
		if err != nil && !errors.Is(err, errs.NotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	c := s.Client(t)
	link := c.Ask("hibiki", stranger)
	if page := c.Page(link); !strings.Contains(page, "Hibiki K.K.") {
		t.Error("the page does not say who makes the profile")
	}
	if held(stranger) {
		t.Fatal("there is a profile before anybody pressed")
	}
	if a := c.Press(link, ""); a.Status != http.StatusSeeOther {
		t.Fatalf("got %d", a.Status)
	}
	c.Page("/hibiki")
	if !held(stranger) {
		t.Error("there is no profile")
	}
	const other = "other.stranger@example.org"
	if a := c.Send("/tsubame/sign-in", url.Values{"address": {other}, "csrf": {testkit.Field(c.Page("/hibiki/safety"), "csrf")}}); a.Status != http.StatusSeeOther {
		t.Fatalf("got %d", a.Status)
	}
	m, err := s.Box.Wait(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.Text, "/link/") || held(other) {
		t.Error("a brand that takes nobody in sends a link")
	}
}

// TestConfirmations: what a person said is confirmed by the link in the mail
// that it caused, and by nothing less.
func TestConfirmations(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.SignIn("hibiki", thomas)
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("of_a_yes", func(t *testing.T) {
		if a := c.Answer("hibiki", "newsletter", "yes"); a.Status != http.StatusSeeOther {
			t.Fatalf("got %d", a.Status)
		}
		link := s.Link(t, thomas)
		stands := func() string {
			f, err := s.DB.Facts(t.Context(), subject)
			if err != nil {
				t.Fatal(err)
			}
			return string(f.Consents.Of("newsletter", "").Status)
		}
		if got := stands(); got == "given" {
			t.Fatal("the yes counts before it is confirmed")
		}
		if a := c.Press(link, ""); a.Location() != "/hibiki/confirmed" {
			t.Fatalf("got %d to %q", a.Status, a.Location())
		}
		if got := stands(); got != "given" {
			t.Errorf("got %q, want given", got)
		}
		if page := c.Page("/hibiki/confirmed"); !strings.Contains(page, "Your yes counts") {
			t.Error("the page does not say so")
		}
		if a := c.Get("/hibiki/confirmed"); a.Location() != "/hibiki" {
			t.Errorf("said twice: got %d", a.Status)
		}
	})
	t.Run("of_an_address", func(t *testing.T) {
		const added = "thomas.second@example.org"
		c.Prove("hibiki", thomas)
		form := url.Values{"kind": {"email"}, "value": {added}}
		if a := c.Post("/hibiki/safety/addresses", form); a.Location() != "/hibiki/safety" {
			t.Fatalf("got %d to %q", a.Status, a.Location())
		}
		if address(t, s, thomas, added).Value != "" {
			t.Error("the address is there before it is confirmed")
		}
		if a := c.Press(s.Link(t, added), ""); a.Location() != "/hibiki/confirmed" {
			t.Fatalf("got %d to %q", a.Status, a.Location())
		}
		if i := address(t, s, thomas, added); !i.Verified() || i.Main {
			t.Errorf("got %+v", i)
		}
	})
	t.Run("of_an_address_are_not_of_another_person", func(t *testing.T) {
		form := url.Values{"kind": {"email"}, "value": {aiko}}
		s.Box.Clear()
		if a := c.Post("/hibiki/safety/addresses", form); a.Status != http.StatusSeeOther {
			t.Fatalf("got %d: it tells whether somebody has the address", a.Status)
		}
		link := s.Link(t, aiko)
		// The other opens it, in a browser that did not ask.
		if a := s.Client(t).Send("/hibiki/link", answer(link, "")); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("got %d, want 422", a.Status)
		}
		if address(t, s, thomas, aiko).Value != "" {
			t.Error("another's address was taken over")
		}
	})
}

// TestLetters: a mail says from what it was asked for and what it is about, so
// that its reader can tell whether it was them.
func TestLetters(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
	says := func(letter string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(flat(letter), w) {
				t.Errorf("the letter does not say %q:\n%s", w, letter)
			}
		}
	}
	c.Send("/hibiki/sign-in", url.Values{"address": {thomas}})
	says(s.Letter(t, thomas), "from Firefox on Linux.")
	c.Enter("hibiki", thomas, false)
	c.Answer("hibiki", "newsletter", "yes")
	org := s.Current.Load()
	asked, _ := org.Purpose("newsletter")
	says(s.Letter(t, thomas), asked.Words.Question.In("en"), asked.Words.Sentence.In("en"))

	c.Post("/hibiki/proof", nil)
	says(s.Letter(t, thomas), "change how you are reached and sign in")
}

// flat takes the line breaks and quotation marks out of a letter.
func flat(letter string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(letter, "\n> ", " ")), " ")
}

// address returns what the subject of one address holds of another.
func address(t *testing.T, s *testkit.Site, of, value string) identity.Identifier {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.DB.Identifiers(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		if i.Kind == identity.Email && i.Value == value {
			return i
		}
	}
	return identity.Identifier{}
}
