package signin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/mail/mailbox"
	"livingprofile/internal/testkit"
)

var digits = regexp.MustCompile(`[0-9]{4}[ \x{a0}][0-9]{4}|\d{1,2}:\d{2}( ?[ap]\.?m\.?)?`)

// answers is everything that a stranger sees of asking for a link: the answer
// and the page it leads to, with the random taken out.
func answers(c *testkit.Client, brand, address string) (seen string, took time.Duration) {
	began := time.Now()
	a := c.Send("/"+brand+"/sign-in", url.Values{"address": {address}})
	took = time.Since(began)
	for _, cookie := range (&http.Response{Header: a.Header}).Cookies() {
		seen += cookie.Name + strings.TrimPrefix(cookie.Raw, cookie.Name+"="+cookie.Value) + "\n"
	}
	expires := regexp.MustCompile(`Expires=[^;]*`)
	seen = expires.ReplaceAllString(seen, "")
	a.Header.Del("Set-Cookie")
	page := c.Get(a.Location())
	return digits.ReplaceAllString(seen+a.Masked(address)+page.Masked(address), "…"), took
}

// TestEnumeration is S11: nobody learns from asking whether an address is held.
func TestEnumeration(t *testing.T) {
	for _, brand := range []string{"hibiki", "tsubame"} {
		t.Run(brand, func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{})
			held := []string{thomas, aiko, "layla.haddad@example.net"}
			want, _ := answers(s.Client(t), brand, thomas)
			times := map[bool][]time.Duration{}
			for i := range 200 {
				known := i%2 == 0
				address := held[i/2%3]
				if !known {
					address = strings.ToUpper(address[:1]) + "x" + address[1:]
				}
				c := s.Client(t)
				got, took := answers(c, brand, address)
				if got != want {
					t.Fatalf("known %t: the answer differs:\n%s\nfrom\n%s", known, got, want)
				}
				times[known] = append(times[known], took)
			}
			report(t, times)
		})
	}
}

// TestEnumeration_of_asking: whoever asks for something without signing in is
// told the same, and exactly one mail leaves, whether or not they are known.
func TestEnumeration_of_asking(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	var seen []string
	for _, address := range []string{thomas, "x" + thomas} {
		c := s.Client(t)
		page := c.Page("/hibiki/ask")
		next := regexp.MustCompile(`/hibiki/sign-in\?next=[^"]*erasure`).FindString(page)
		form := c.Get(next)
		a := c.Send(next, url.Values{"address": {address}})
		a.Header.Del("Set-Cookie")
		sent := c.Get(a.Location())
		seen = append(seen, digits.ReplaceAllString(form.Masked(address)+a.Masked(address)+sent.Masked(address), "…"))
	}
	if seen[0] != seen[1] {
		t.Errorf("a known person is answered\n%s\nand an unknown one\n%s", seen[0], seen[1])
	}
	mails := testkit.Eventually(t, "a mail for each", func() ([]mailbox.Message, bool) {
		all := s.Box.Messages()
		return all, len(all) >= 2
	})
	if len(mails) != 2 {
		t.Errorf("got %d mails", len(mails))
	}
}

// report says by how much the times differ. The machine of a test is busy with
// other things, so only a difference that anybody could see fails.
func report(t *testing.T, times map[bool][]time.Duration) {
	t.Helper()
	median := func(d []time.Duration) time.Duration {
		slices.Sort(d)
		return d[len(d)/2]
	}
	known, unknown := median(times[true]), median(times[false])
	t.Logf("median for a known address %v, for an unknown one %v: %v apart", known, unknown, (known - unknown).Abs())
	if max(known, unknown) > 3*min(known, unknown)+20*time.Millisecond {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}

// odd are addresses that a mail server or a header could read as more than one
// thing (S08).
var odd = []string{
	"victim@example.org\r\nBcc: evil@example.com", "victim@example.org\nBcc: evil@example.com", "victim@example.org%0d%0aBcc:evil@example.com",
	"victim@example.org,evil@example.com", "victim@example.org;evil@example.com", "victim@example.org evil@example.com",
	"victim@example.org>\r\nRCPT TO:<evil@example.com", "<victim@example.org>", "Evil <victim@example.org>", `"evil@example.com"@example.org`,
	`"a b"@example.org`, `"a\"b"@example.org`, "victim@example.org (evil)", "victim(evil)@example.org", "evil@example.com@example.org",
	"victim@[127.0.0.1]", "victim@localhost", "victim@example.org.", "victim@.example.org", "victim@exa mple.org", "victim@\u202eexample.org",
	"vic\u200btim@example.org", "victim＠example.org", "victim@example。org", "victim@ex\u00e4mple.org", "vict\u0131m@example.org", "victim\x00@example.org",
	"victim\x7f@example.org", "victim@example.org\u2028Bcc: evil@example.com", "{{.}}@example.org", "${7*7}@example.org", "%s%s%n@example.org",
	"<script>alert(1)</script>@example.org", "javascript:alert(1)@example.org", "=cmd|'/c calc'!A1@example.org", "-oQ/tmp@example.org",
	"|cat@example.org", "/etc/passwd@example.org", strings.Repeat("a", 65) + "@example.org", "a@" + strings.Repeat("b", 250) + ".org", "@example.org",
	"victim@", "", " ", "\t", "@", "@@", ".", "a@b", "a@b@c", "\xff@example.org",
}

// wantHeaders are the headers of a mail of ours.
var wantHeaders = []string{
	"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Reply-To", "Subject", "To", "Content-Transfer-Encoding",
}

// TestOddAddresses: no address makes a header, a recipient or a line of its own.
func TestOddAddresses(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) { s.Sign.AsksPerSubject = 1000 }})
	c := s.Client(t)
	c.SignIn("hibiki", thomas)
	c.Prove("hibiki", thomas)
	s.Box.Clear()
	taken := 0
	for _, address := range odd {
		a := s.Client(t).Send("/hibiki/sign-in", url.Values{"address": {address}})
		b := c.Post("/hibiki/safety/addresses", url.Values{"kind": {"email"}, "value": {address}})
		for _, status := range []int{a.Status, b.Status} {
			if status != http.StatusSeeOther && status != http.StatusUnprocessableEntity {
				t.Errorf("%q: got %d", address, status)
			}
		}
		if a.Status == http.StatusSeeOther {
			taken++
		}
		for _, body := range []string{a.Body, b.Body} {
			if strings.Contains(body, "<script>alert") {
				t.Errorf("%q comes back as it is", address)
			}
		}
	}
	// The queue is in order, so that this is the last.
	s.Client(t).Ask("hibiki", "last@mail.example.com")
	mails := testkit.Eventually(t, "the mails", func() ([]mailbox.Message, bool) {
		all := s.Box.Messages()
		return all, len(all) >= taken
	})
	for _, m := range mails {
		if len(m.To) != 1 || strings.Contains(m.To[0], "evil@example.com") && !strings.HasSuffix(m.To[0], "@example.org") {
			t.Errorf("a mail went to %q", m.To)
		}
		for name := range m.Header {
			if !slices.Contains(wantHeaders, name) {
				t.Errorf("to %q: a mail has the header %s", m.To, name)
			}
		}
		head, _, _ := strings.Cut(string(m.Raw), "\r\n\r\n")
		if strings.Contains(strings.ToLower(head), "\nbcc") || strings.Contains(m.Text, "evil@") {
			t.Errorf("to %q: the mail says more than ours", m.To)
		}
	}
}
