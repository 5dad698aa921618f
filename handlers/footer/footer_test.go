package footer_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/footer"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

const address = "thomas.weber@example.org"

type kit struct {
	*testkit.Site
	t       *testing.T
	clock   *clock.Fake
	subject id.Subject
}

// newKit is a site on which one person gets two topics of hibiki.
func newKit(t *testing.T, e testkit.Engine) *kit {
	t.Helper()
	c := testkit.Today()
	k := &kit{Site: testkit.NewSite(t, testkit.SiteOptions{Engine: e, Clock: c}), t: t, clock: c}
	var err error
	if k.subject, err = k.Identity.ByEmail(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	// What is over by now is written down now, and not in the middle of a test.
	if _, err := k.Consent.ExpireDue(t.Context(), k.DB); err != nil {
		t.Fatal(err)
	}
	_, err = k.Consent.Choose(t.Context(), consent.Wisher{Subject: k.subject, Actor: ledger.Self(k.subject), Brand: "hibiki"}, "",
		map[string]bool{"offers/email": true, "offers/sms": true, "events/email": true})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// mint asks the API for a link, as a sender of mails does.
func (k *kit) mint(body string) (path string, headers map[string]string) {
	k.t.Helper()
	_, key, err := k.Keys().Make(k.t.Context(), authz.APIKey{
		Name: "sender", System: "newsletter", Brand: "hibiki", Scopes: []authz.Permission{authz.LinkCreate, authz.ProfileRead},
		ExpiresAt: k.clock.Now().Add(time.Hour),
	})
	if err != nil {
		k.t.Fatal(err)
	}
	var found struct{ Subject string }
	var link struct {
		URL     string
		Headers map[string]string
	}
	k.call(key, "/api/v1/subjects/lookup", `{"identifiers":[{"kind":"email","value":"`+address+`"}]}`, &found)
	k.call(key, "/api/v1/links", strings.Replace(body, "SUBJECT", found.Subject, 1), &link)
	return strings.TrimPrefix(link.URL, k.URL), link.Headers
}

func (k *kit) call(key, path, body string, into any) {
	k.t.Helper()
	c := k.Client(k.t)
	a := c.Do(c.Request("POST", path, strings.NewReader(body), "Authorization", "Bearer "+key, "Content-Type", "application/json"))
	if err := json.Unmarshal([]byte(a.Body), into); err != nil || a.Status > 201 {
		k.t.Fatalf("POST %s: got %d %s", path, a.Status, a.Body)
	}
}

const unsubscribe = `{"kind":"unsubscribe","topic":"offers","subject":"SUBJECT"}`

// gets tells whether the person gets a topic from hibiki.
func (k *kit) gets(slot string) bool {
	k.t.Helper()
	facts, err := k.DB.Facts(k.t.Context(), k.subject)
	if err != nil {
		k.t.Fatal(err)
	}
	return facts.Preferences.Of("hibiki").Topics[slot]
}

// oneClick is what a mailbox provider sends: no cookie, no page, and possibly
// the marks of another site.
func (k *kit) oneClick(path, kind string) *testkit.Answer {
	k.t.Helper()
	body, content := "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
	if kind == "multipart" {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("List-Unsubscribe", "One-Click")
		_ = w.Close()
		body, content = b.String(), w.FormDataContentType()
	}
	c := k.Client(k.t)
	return c.Do(c.Request("POST", path, strings.NewReader(body), "Content-Type", content,
		"Sec-Fetch-Site", "cross-site", "Origin", "https://mail.example"))
}

func TestOneClick(t *testing.T) {
	for _, e := range testkit.Engines {
		for _, kind := range []string{"urlencoded", "multipart"} {
			t.Run(string(e)+"/"+kind, func(t *testing.T) {
				k := newKit(t, e)
				path, headers := k.mint(unsubscribe)
				if headers["List-Unsubscribe"] != "<"+k.URL+path+">" || headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
					t.Errorf("got the headers %v", headers)
				}
				if strings.Contains(path, string(k.subject)) || strings.Contains(path, "offers") {
					t.Errorf("the address %s tells whom it is for", path)
				}
				k.harmless(path)
				a := k.oneClick(path, kind)
				if a.Status != http.StatusOK || k.gets("offers/email") {
					t.Errorf("got %d, and the topic is on %v", a.Status, k.gets("offers/email"))
				}
				if !k.gets("offers/sms") || !k.gets("events/email") {
					t.Error("something else was taken back as well")
				}
				entry := number(t, a.Body)
				if again := k.oneClick(path, kind); again.Status != http.StatusOK || strings.Contains(again.Body, entry) {
					t.Errorf("the same again: got %d", again.Status)
				}
				page, err := k.DB.History(t.Context(), k.subject, ledger.HistoryPage{Kinds: []string{"preference."}, Limit: 1})
				if err != nil || len(page) != 1 || page[0].ID != entry || page[0].Actor != ledger.Self(k.subject) {
					t.Errorf("the ledger says %+v, %v; want the entry %s", page, err, entry)
				}
			})
		}
	}
}

// harmless opens a link as scanners do, and expects nothing to be different.
func (k *kit) harmless(path string) {
	k.t.Helper()
	before := k.version()
	c := k.Client(k.t)
	for _, method := range []string{"GET", "HEAD", "GET"} {
		if a := c.Do(c.Request(method, path, nil)); a.Status != http.StatusOK || len(a.Header.Values("Set-Cookie")) > 0 {
			k.t.Errorf("%s: got %d with cookies %q", method, a.Status, a.Header.Values("Set-Cookie"))
		}
	}
	for _, method := range []string{"PUT", "DELETE"} {
		if a := c.Do(c.Request(method, path, nil)); a.Status != http.StatusMethodNotAllowed {
			k.t.Errorf("%s: got %d", method, a.Status)
		}
	}
	if after := k.version(); after != before {
		k.t.Errorf("opening the link took the person from version %d to %d", before, after)
	}
}

// version grows with every line of the ledger about the person.
func (k *kit) version() int64 {
	k.t.Helper()
	facts, err := k.DB.Facts(k.t.Context(), k.subject)
	if err != nil {
		k.t.Fatal(err)
	}
	return facts.Version
}

func number(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `<code dir="ltr">`)
	if !ok || len(rest) < 26 || !id.Valid(rest[:26]) {
		t.Fatal("the page has no number of the change")
	}
	return rest[:26]
}

// TestPreferences uses the page of all topics, which can only reduce.
func TestPreferences(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	path, headers := k.mint(`{"kind":"preferences","subject":"SUBJECT"}`)
	if len(headers) > 0 {
		t.Errorf("a link that is no one click has the headers %v", headers)
	}
	k.harmless(path)
	c := k.Client(t)
	if page := c.Page(path); !strings.Contains(page, "Offers") || strings.Contains(page, "Weber") || strings.Contains(page, address) {
		t.Error("the page should show what the person gets, and not who it is")
	}
	if a := c.Send(path, url.Values{"slot": {"offers/sms"}}); a.Status != http.StatusOK || k.gets("offers/sms") || !k.gets("offers/email") {
		t.Errorf("one topic: got %d", a.Status)
	}
	for what, form := range map[string]url.Values{
		"a topic of another brand": {"slot": {"podcast/email"}},
		"no topic":                 {"slot": {"x"}},
		"nothing":                  {},
		"one click":                {"List-Unsubscribe": {"One-Click"}},
		"a field it does not have": {"slot": {"offers/email"}, "on": {"1"}},
		"all, in another word":     {"all": {"no"}},
	} {
		if a := c.Send(path, form); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want 422", what, a.Status)
		}
	}
	if a := c.Send(path, url.Values{"all": {"yes"}}); a.Status != http.StatusOK || k.gets("offers/email") || k.gets("events/email") {
		t.Errorf("all: got %d", a.Status)
	}
	records, err := k.DB.Records(t.Context(), k.subject, "recommendations")
	if err != nil || len(records) == 0 {
		t.Fatalf("records: %v", err)
	}
	if last := records[len(records)-1]; !last.Status.No() || last.Proof.Kind != consent.ByMailLink || last.Brand != "hibiki" {
		t.Errorf("the last record is %+v", last)
	}
	if a := c.Send(path, url.Values{"all": {"yes"}}); a.Status != http.StatusOK {
		t.Errorf("all again: got %d", a.Status)
	}
	// A link opens nothing else.
	if a := c.Get("/hibiki/data"); a.Status != http.StatusSeeOther {
		t.Errorf("somebody who has the link sees data: got %d", a.Status)
	}
}

func TestLinksThatAreOver(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	path, _ := k.mint(`{"kind":"unsubscribe","topic":"offers","days":1,"subject":"SUBJECT"}`)
	mint := func(l footer.Link) string {
		l.Expires = k.clock.Now().Add(time.Hour)
		text, err := footer.Mint(k.DB.Ring().System(), l)
		if err != nil {
			t.Fatal(err)
		}
		return "/u/" + text
	}
	over := func(what, path string) *testkit.Answer {
		t.Helper()
		c := k.Client(t)
		for _, a := range []*testkit.Answer{c.Get(path), k.oneClick(path, "")} {
			if a.Status != http.StatusGone || !strings.Contains(a.Body, "signing in") {
				t.Errorf("%s: got %d", what, a.Status)
			}
		}
		return c.Get(path)
	}
	over("forged", path[:len(path)-2]+"AA")
	over("cut", path[:60])
	over("nothing of ours", "/u/x")
	over("a person who is not here", mint(footer.Link{Kind: footer.Unsubscribe, Subject: id.Subject(id.New()), Brand: "hibiki", Topic: "offers", Channel: "email"}))
	over("a brand that is not here", mint(footer.Link{Kind: footer.Unsubscribe, Subject: k.subject, Brand: "gone", Topic: "offers", Channel: "email"}))
	k.clock.Advance(25 * time.Hour)
	if a := over("expired", path); !strings.Contains(a.Body, `href="/hibiki"`) {
		t.Error("the page of an expired link does not lead to the brand")
	}
	if !k.gets("offers/email") {
		t.Error("a link that is over took something back")
	}
}

func TestLinkLimit(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	path, _ := k.mint(unsubscribe)
	for range 30 {
		if a := k.oneClick(path, ""); a.Status != http.StatusOK {
			t.Fatalf("got %d", a.Status)
		}
	}
	if a := k.oneClick(path, ""); a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
		t.Errorf("got %d", a.Status)
	}
	if other, _ := k.mint(`{"kind":"unsubscribe","topic":"events","subject":"SUBJECT"}`); k.oneClick(other, "").Status != http.StatusOK {
		t.Error("another link is kept out as well")
	}
}

func TestAtOnce(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	path, _ := k.mint(unsubscribe)
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if a := k.oneClick(path, ""); a.Status != http.StatusOK {
				t.Errorf("got %d", a.Status)
			}
		})
	}
	wg.Wait()
	page, err := k.DB.History(t.Context(), k.subject, ledger.HistoryPage{Kinds: []string{"preference."}, Limit: 5})
	if err != nil || len(page) < 2 || page[1].Actor.ID != string(k.subject) || k.gets("offers/email") {
		t.Fatalf("history: %+v, %v", page, err)
	}
	if page[0].Version == page[1].Version || strings.Count(string(page[1].Payload), "mail_link") > 0 {
		t.Error("it was taken back more than once")
	}
}

// The bypass of the check for other sites is for this address alone.
func TestOtherPostsNeedTheirPage(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	if err := k.Identity.Prove(t.Context(), k.subject, identity.Email, "second@mail.example.com", identity.Where{Brand: "hibiki"}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/hibiki/get/stop", "/hibiki/sign-in", "/receipts", "/u", "/u/a/b", "/api/v1/links"} {
		if a := k.oneClick(path, ""); a.Status != http.StatusForbidden {
			t.Errorf("POST %s from another site: got %d, want 403", path, a.Status)
		}
	}
}
