package footer_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

var cancelIn = regexp.MustCompile(`https?://\S+(/u/[A-Za-z0-9_-]+)`)

// TestCancel: whoever gets the mail about a request in their name takes it back
// without signing in.
func TestCancel(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			c := k.Client(t)
			c.Enter("hibiki", address, true)
			file := func(days string) string {
				t.Helper()
				k.Box.Clear()
				a := c.Post("/hibiki/rights/erasure", url.Values{"days": {days}})
				if a.Status != http.StatusSeeOther {
					t.Fatalf("file: got %d", a.Status)
				}
				for {
					m, err := k.Box.Wait(t.Context(), address)
					if err != nil {
						t.Fatal(err)
					}
					if found := cancelIn.FindStringSubmatch(m.Text); found != nil {
						return found[1]
					}
				}
			}
			state := func() rights.State {
				t.Helper()
				docket, err := k.DB.Docket(t.Context(), k.subject)
				if err != nil {
					t.Fatal(err)
				}
				return docket.Requests[0].State
			}
			path := file("7")
			k.harmless(path)
			stranger := k.Client(t)
			if page := stranger.Page(path); !strings.Contains(page, "Take this request back?") || strings.Contains(page, address) {
				t.Errorf("the page:\n%s", page)
			}
			if a := k.oneClick(path, "urlencoded"); a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest || state() != rights.Accepted {
				t.Errorf("the click of a mailbox provider: got %d, and the request is %s", a.Status, state())
			}
			var wg sync.WaitGroup
			for range 20 {
				one := stranger.Copy()
				wg.Go(func() {
					if a := one.Post(path, url.Values{"cancel": {"yes"}}); a.Status != http.StatusOK || !strings.Contains(a.Body, "is taken back") {
						t.Errorf("take back: got %d", a.Status)
					}
				})
			}
			wg.Wait()
			if got := state(); got != rights.Cancelled {
				t.Errorf("the request is %s", got)
			}
			lines, err := k.DB.History(t.Context(), k.subject, ledger.HistoryPage{Kinds: []string{string(rights.RequestCancelled)}, Limit: 5})
			if err != nil || len(lines) != 1 {
				t.Errorf("it was taken back %d times, want once: %v", len(lines), err)
			}
			path = file("1")
			k.clock.Advance(24 * time.Hour)
			if a := stranger.Post(path, url.Values{"cancel": {"yes"}}); a.Status != http.StatusGone {
				t.Errorf("when the day has come: got %d, want 410", a.Status)
			}
		})
	}
}
