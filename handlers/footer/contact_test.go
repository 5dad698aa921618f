package footer_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/identity"
	"livingprofile/internal/testkit"
)

const intruder = "intruder@example.org"

// TestUndo: who holds the browser of another puts an address of their own in the
// place of theirs. No proof goes to it, and the other takes it back from the mail
// about it, without signing in.
func TestUndo(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			k.clock.Advance(2 * identity.Settling) // what was imported is no longer new
			c := k.Client(t)
			c.Enter("hibiki", address, true)
			held := func() (values []string, main string) {
				t.Helper()
				all, err := k.DB.Identifiers(t.Context(), k.subject)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range all {
					if i.Kind == identity.Email && i.Verified() {
						values = append(values, i.Value)
						if i.Main {
							main = i.Value
						}
					}
				}
				slices.Sort(values)
				return values, main
			}
			before, main := held()
			act := func(path string, form url.Values) {
				t.Helper()
				k.Box.Clear()
				if a := c.Post(path, form); a.Status != http.StatusSeeOther {
					t.Fatalf("POST %s: got %d", path, a.Status)
				}
			}
			mailed := func(to string) string {
				t.Helper()
				m, err := k.mail(to)
				if err != nil {
					t.Fatal(err)
				}
				found := cancelIn.FindStringSubmatch(m.Text)
				if found == nil || strings.Contains(m.Text, intruder) {
					t.Fatalf("the mail to %s:\n%s", to, m.Text)
				}
				return found[1]
			}
			act("/hibiki/safety/addresses", url.Values{"kind": {"email"}, "value": {intruder}})
			if a := c.Press(k.Link(t, intruder), ""); a.Status != http.StatusSeeOther {
				t.Fatalf("prove it: got %d", a.Status)
			}
			added := mailed(address)
			all, err := k.DB.Identifiers(t.Context(), k.subject)
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(all, func(i identity.Identifier) bool { return i.Value == intruder })
			act("/hibiki/safety/addresses/"+all[at].ID+"/main", nil)
			made := mailed(address)
			if page := c.Page("/hibiki/safety"); !strings.Contains(page, "This stays until") {
				t.Error("the page does not say that the older address stays")
			}
			old := slices.IndexFunc(all, func(i identity.Identifier) bool { return i.Value == address })
			if a := c.Post("/hibiki/safety/addresses/"+all[old].ID+"/remove", nil); a.Status != http.StatusForbidden {
				t.Errorf("the older address was removed: got %d", a.Status)
			}
			if page := c.Page("/hibiki/proof"); strings.Contains(page, "i•••") || !strings.Contains(page, "t•••") || !strings.Contains(page, "The main address is new") {
				t.Error("a proof is offered to the new address")
			}

			k.harmless(added)
			stranger := k.Client(t)
			page := stranger.Page(added)
			if !strings.Contains(page, "Take this change back?") || strings.Contains(page, intruder) || strings.Contains(page, address) {
				t.Errorf("the page:\n%s", page)
			}
			if a := k.oneClick(added, "urlencoded"); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("the click of a mailbox provider: got %d", a.Status)
			}
			if now, _ := held(); len(now) != len(before)+1 {
				t.Fatalf("before anybody pressed: %v", now)
			}
			for range 2 {
				if a := stranger.Send(added, url.Values{"undo": {"yes"}}); a.Status != http.StatusOK || !strings.Contains(a.Body, "The change is taken back") {
					t.Errorf("take back: got %d", a.Status)
				}
			}
			if now, first := held(); !slices.Equal(now, before) || first != main {
				t.Errorf("now %v, mail goes to %q; want %v, %q", now, first, before, main)
			}
			if page := stranger.Page(made); !strings.Contains(page, "The change is taken back") {
				t.Error("the link of the mail about the main address does not say that nothing is left of it")
			}
			if a := c.Get("/hibiki/data"); a.Status != http.StatusSeeOther {
				t.Errorf("the intruder is still signed in: got %d", a.Status)
			}
			k.clock.Advance(identity.Settling + time.Second)
			if a := stranger.Get(added); a.Status != http.StatusGone {
				t.Errorf("after a week: got %d", a.Status)
			}
		})
	}
}
