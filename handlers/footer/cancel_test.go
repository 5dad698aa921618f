package footer_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/mail/mailbox"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// mail waits for the next mail to an address.
func (k *kit) mail(to string) (mailbox.Message, error) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), 20*time.Second)
	defer cancel()
	return k.Box.Wait(ctx, to)
}

var cancelIn = regexp.MustCompile(`https?://\S+(/u/[A-Za-z0-9_-]+)`)

// TestCancel: whoever gets the mail about a request in their name takes it back
// without signing in.
func TestCancel(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			c := k.Client(t)
			c.Enter("hibiki", address, true)
			const unproved = "thomas.long.ago@example.org"
			_, err := k.DB.Commit(t.Context(), ledger.Change{
				Subject: k.subject, Base: ledger.AnyVersion, At: k.clock.Now(), Actor: ledger.Actor{Kind: ledger.BySystem, ID: "shop"},
				Rows: []any{identity.Identifier{ID: id.New(), Subject: k.subject, Kind: identity.Email, Value: unproved, Source: "shop", CreatedAt: k.clock.Now()}},
			})
			if err != nil {
				t.Fatal(err)
			}
			file := func(days string) string {
				t.Helper()
				k.Box.Clear()
				a := c.Post("/hibiki/rights/erasure", url.Values{"days": {days}})
				if a.Status != http.StatusSeeOther {
					t.Fatalf("file: got %d", a.Status)
				}
				for {
					m, err := k.mail(address)
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
			if m, err := k.mail(unproved); err != nil || !cancelIn.MatchString(m.Text) {
				t.Errorf("an address that nobody has proved is told:\n%s\n%v", m.Text, err)
			}
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
			for {
				m, err := k.mail(address)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(m.Text, "cancelled") {
					break
				}
			}
			for _, m := range k.Box.Messages() {
				if slices.Contains(m.To, unproved) {
					t.Errorf("an address that nobody has proved is told more:\n%s", m.Text)
				}
			}
			path = file("1")
			k.clock.Advance(24 * time.Hour)
			if a := stranger.Post(path, url.Values{"cancel": {"yes"}}); a.Status != http.StatusGone {
				t.Errorf("when the day has come: got %d, want 410", a.Status)
			}
		})
	}
}
