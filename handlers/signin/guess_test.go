package signin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/login"
	"livingprofile/internal/testkit"
)

// strict is a site with the limits of an installation, but for how many links
// may be asked for.
func strict(t *testing.T, e testkit.Engine) *testkit.Site {
	t.Helper()
	return testkit.NewSite(t, testkit.SiteOptions{Engine: e, Set: func(s *wire.Settings) {
		s.Sign = login.Settings{AsksPerAddress: 100, AsksPerNetwork: 1000}
	}})
}

// TestGuessing is S12: codes are tried five times a link and twenty times a
// person and day, over all links and browsers, and whoever asked gets in still.
func TestGuessing(t *testing.T) {
	t.Run("one_link", func(t *testing.T) {
		s := strict(t, testkit.OnSQLite)
		asked, c := s.Client(t), s.Client(t)
		link := asked.Ask("hibiki", thomas)
		code := codeOn(asked.Page("/hibiki/sign-in/sent"))
		for range login.CodeTries {
			if a := c.Press(link, wrong(code)); a.Status != http.StatusUnprocessableEntity {
				t.Fatalf("got %d", a.Status)
			}
		}
		a := c.Press(link, code)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "too often") || c.Cookie("session") != "" {
			t.Errorf("the right code after five wrong ones: got %d", a.Status)
		}
		if a := asked.Press(link, ""); a.Status != http.StatusSeeOther {
			t.Errorf("the browser that asked: got %d", a.Status)
		}
	})
	for _, e := range testkit.Engines {
		t.Run("all_links_at_once_on_"+string(e), func(t *testing.T) { guessAll(t, strict(t, e)) })
	}
}

func guessAll(t *testing.T, s *testkit.Site) {
	type flow struct{ link, code string }
	var flows []flow
	asked := s.Client(t)
	// The forms of one mailbox count as one.
	for i := range 12 {
		asked = s.Client(t)
		address := thomas
		if i%3 == 1 {
			address = "Thomas.Weber@Example.ORG"
		}
		if a := asked.Send("/hibiki/sign-in", url.Values{"address": {address}}); a.Status != http.StatusSeeOther {
			t.Fatalf("ask: got %d", a.Status)
		}
		flows = append(flows, flow{s.Link(t, thomas), codeOn(asked.Page("/hibiki/sign-in/sent"))})
	}
	var mu sync.Mutex
	count := map[string]int{}
	var all sync.WaitGroup
	for i := range 120 {
		f, c := flows[i%len(flows)], s.Client(t)
		r := c.Request(http.MethodPost, "/hibiki/link", strings.NewReader(answer(f.link, wrong(f.code)).Encode()),
			"Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
		all.Go(func() {
			a, err := c.Try(r)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				count[err.Error()]++
			case strings.Contains(a.Body, "This is not the code"):
				count["judged"]++
			default:
				count[fmt.Sprint(a.Status)]++
				if a.Status == http.StatusTooManyRequests && a.Header.Get("Retry-After") == "" {
					count["without Retry-After"]++
				}
			}
		})
	}
	all.Wait()
	if count["judged"] > login.DayTries || count["judged"] < login.CodeTries || count["judged"]+count["422"]+count["429"] != 120 {
		t.Errorf("got %v, want at most %d judged", count, login.DayTries)
	}
	if count["without Retry-After"] > 0 {
		t.Errorf("got %v", count)
	}
	last := flows[len(flows)-1]
	if a := s.Client(t).Press(last.link, last.code); a.Status == http.StatusSeeOther {
		t.Error("the right code is taken after the limit")
	}
	if a := asked.Press(last.link, ""); a.Status != http.StatusSeeOther {
		t.Errorf("whoever asked is kept out: got %d", a.Status)
	}
	if a := asked.Get("/hibiki"); a.Status != http.StatusOK {
		t.Errorf("got %d", a.Status)
	}
}

// TestAsking: how many links may be asked for, for one address and from one
// network, whatever a request says of where it comes from.
func TestAsking(t *testing.T) {
	ask := func(c *testkit.Client, n int, address, from string) *testkit.Answer {
		if strings.Contains(address, "%d") {
			address = fmt.Sprintf(address, n)
		}
		return c.Send("/hibiki/sign-in", url.Values{"address": {address}}, "X-Forwarded-For", from, "X-Real-IP", from, "Forwarded", "for="+from)
	}
	t.Run("for_one_address", func(t *testing.T) {
		clock := testkit.NewClock()
		s := testkit.NewSite(t, testkit.SiteOptions{Clock: clock, Set: func(s *wire.Settings) { s.Sign = login.Settings{} }})
		c := s.Client(t)
		forms := []string{thomas, "THOMAS.WEBER@EXAMPLE.ORG", "thomas.weber+a@example.org", "thomas.weber+b@example.org", " thomas.weber@example.org "}
		for i, f := range forms {
			if a := ask(c, i, f, "203.0.113.1"); a.Status != http.StatusSeeOther {
				t.Fatalf("%q: got %d", f, a.Status)
			}
		}
		a := ask(s.Client(t), 0, "thomas.weber+c@example.org", "203.0.113.2")
		if a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "3600" || !strings.Contains(a.Body, "1 hour") {
			t.Errorf("the sixth: got %d, Retry-After %q", a.Status, a.Header.Get("Retry-After"))
		}
		if a := ask(c, 0, aiko, ""); a.Status != http.StatusSeeOther {
			t.Errorf("another address: got %d", a.Status)
		}
		clock.Advance(time.Hour)
		if a := ask(c, 0, thomas, ""); a.Status != http.StatusSeeOther {
			t.Errorf("an hour later: got %d", a.Status)
		}
	})
	t.Run("from_one_network", func(t *testing.T) {
		s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) { s.Sign = login.Settings{} }})
		for i := range 31 {
			a := ask(s.Client(t), i, "somebody.%d@example.org", fmt.Sprintf("203.0.%d.1", i))
			if want := i == 30; want != (a.Status == http.StatusTooManyRequests) {
				t.Fatalf("number %d: got %d", i+1, a.Status)
			}
		}
	})
	t.Run("behind_a_proxy_that_is_believed", func(t *testing.T) {
		s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
			s.Sign, s.Proxies = login.Settings{AsksPerNetwork: 2}, []string{"127.0.0.0/8"}
		}})
		c := s.Client(t)
		for i, tc := range []struct {
			from    string
			refused bool
		}{
			{"203.0.113.1", false},
			{"203.0.113.2", false},
			{"203.0.113.3", true},             // the same /24
			{"192.0.2.9, 203.0.113.4", true},  // what the client wrote before the proxy
			{"203.0.113.4, 192.0.2.9", false}, // the proxy's own word is the last
			{"2001:db8::1", false},
			{"2001:db8:0:ff::1", false}, // the same /56
			{"2001:db8:0:1::1", true},
			{"::ffff:203.0.113.9", true}, // an IPv4 address in other clothes
		} {
			if a := ask(c, i, "somebody.%d@example.org", tc.from); tc.refused != (a.Status == http.StatusTooManyRequests) {
				t.Errorf("from %s: got %d", tc.from, a.Status)
			}
		}
	})
}

// TestOnce is S13: of any number of uses of a link at the same time one counts.
func TestOnce(t *testing.T) {
	for _, e := range testkit.Engines {
		s := strict(t, e)
		t.Run("in_the_browser_that_asked_on_"+string(e), func(t *testing.T) {
			for range 3 {
				c := s.Client(t)
				link := c.Ask("hibiki", thomas)
				once(t, s, 100, func(int) *testkit.Client { return c.Copy() }, answer(link, ""), http.StatusGone)
			}
		})
		t.Run("with_the_code_on_"+string(e), func(t *testing.T) {
			c := s.Client(t)
			link := c.Ask("hibiki", aiko)
			code := codeOn(c.Page("/hibiki/sign-in/sent"))
			once(t, s, login.CodeTries, func(int) *testkit.Client { return s.Client(t) }, answer(link, code), http.StatusGone)
		})
		t.Run("of_somebody_new_on_"+string(e), func(t *testing.T) {
			c := s.Client(t)
			link := c.Ask("hibiki", stranger)
			once(t, s, 50, func(int) *testkit.Client { return c.Copy() }, answer(link, ""), http.StatusGone)
		})
	}
}

// once posts form n times at once, and wants one success.
func once(t *testing.T, s *testkit.Site, n int, browser func(int) *testkit.Client, form url.Values, refusal int) {
	t.Helper()
	var requests []func() (*testkit.Answer, error)
	for i := range n {
		c := browser(i)
		r := c.Request(http.MethodPost, "/hibiki/link", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
		requests = append(requests, func() (*testkit.Answer, error) { return c.Try(r) })
	}
	answers := make([]*testkit.Answer, n)
	var all sync.WaitGroup
	for i, send := range requests {
		all.Go(func() {
			a, err := send()
			if err != nil {
				t.Errorf("%v", err)
				a = &testkit.Answer{}
			}
			answers[i] = a
		})
	}
	all.Wait()
	won, cookies := 0, 0
	for _, a := range answers {
		switch a.Status {
		case http.StatusSeeOther:
			won++
		case refusal:
		default:
			t.Errorf("got %d", a.Status)
		}
		if strings.Contains(strings.Join(a.Header.Values("Set-Cookie"), "\n"), "session=") {
			cookies++
		}
	}
	if won != 1 || cookies != 1 {
		t.Errorf("of %d at once %d were let in with %d sessions, want 1", n, won, cookies)
	}
}
