package mailbox_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

var message = regexp.MustCompile(`/mailbox/[^"]+`)

// TestMailbox: the demo shows the mails that it sends, with the link that works.
func TestMailbox(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	const address = "thomas.weber@example.org"
	if a := c.Send("/hibiki/sign-in", url.Values{"address": {address}}); a.Status != http.StatusSeeOther {
		t.Fatalf("got %d", a.Status)
	}
	list := testkit.Eventually(t, "the mail", func() (string, bool) {
		page := c.Page("/mailbox")
		return page, message.MatchString(page)
	})
	if !strings.Contains(list, address) {
		t.Error("the list does not say who it is to")
	}
	page := c.Page(message.FindString(list))
	link := regexp.MustCompile(regexp.QuoteMeta(s.URL) + `/hibiki/link/[A-Za-z0-9_-]{43}`).FindString(page)
	if link == "" || !strings.Contains(page, `href="`+link+`"`) {
		t.Fatal("the mail has no link to follow")
	}
	if a := c.Press(link, ""); a.Status != http.StatusSeeOther {
		t.Errorf("the link: got %d", a.Status)
	}
	if a := c.Get("/mailbox/nothing"); a.Status != http.StatusNotFound {
		t.Errorf("no such mail: got %d", a.Status)
	}
}
