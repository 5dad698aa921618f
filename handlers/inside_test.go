package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/decision"
	"livingprofile/internal/testkit"
)

// parent is the site that the demo's declaration lets show hibiki's portal.
const parent = "https://www.hibiki.example"

type frames struct {
	*testkit.Site
	t     *testing.T
	clock *clock.Fake
	key   string
}

func newFrames(t *testing.T, e testkit.Engine) *frames {
	t.Helper()
	c := testkit.Today()
	s := testkit.NewSite(t, testkit.SiteOptions{Engine: e, Clock: c})
	f := &frames{Site: s, t: t, clock: c}
	f.key = f.makeKey(authz.LinkCreate, authz.FrameCreate)
	return f
}

func (f *frames) makeKey(scopes ...authz.Permission) string {
	f.t.Helper()
	_, key, err := f.Keys().Make(f.t.Context(), authz.APIKey{
		Name: "site", System: "shop", Brand: "hibiki", Scopes: scopes, ExpiresAt: f.clock.Now().Add(24 * time.Hour),
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return key
}

const wholeFrame = `{"kind":"embed","identifiers":[{"kind":"email","value":"` + thomas + `"}],"origin":"` + parent + `",` +
	`"sections":["home","data","allow","get","who","history","notices"],"actions":["correct","decide","receive"]}`

func (f *frames) ask(key, body string) *testkit.Answer {
	f.t.Helper()
	c := f.Client(f.t)
	return c.Do(c.Request("POST", "/api/v1/links", strings.NewReader(body), "Authorization", "Bearer "+key, "Content-Type", "application/json"))
}

// link returns the path that a link of the brand's server opens.
func (f *frames) link(body string) string {
	f.t.Helper()
	a := f.ask(f.key, body)
	var got struct{ URL string }
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Status != http.StatusCreated {
		f.t.Fatalf("got %d %s", a.Status, a.Body)
	}
	return strings.TrimPrefix(got.URL, f.URL)
}

func spend(c *testkit.Client, link string) *testkit.Answer {
	return c.Send("/embed/hibiki/open", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}}, "Accept", "application/json")
}

// enter opens a link in a browser that refuses every cookie.
func (f *frames) enter(body string) *testkit.Client {
	f.t.Helper()
	a := spend(f.Client(f.t), f.link(body))
	var got struct{ Bearer string }
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || got.Bearer == "" {
		f.t.Fatalf("exchange: got %d %s", a.Status, a.Body)
	}
	c := f.Client(f.t)
	c.Header.Set(web.FrameBearer, got.Bearer)
	return c
}

func ancestors(a *testkit.Answer) string {
	_, list, _ := strings.Cut(a.Header.Get("Content-Security-Policy"), "frame-ancestors ")
	return list
}

func TestFrameLink(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) { frameLink(t, newFrames(t, e)) })
	}
}

func frameLink(t *testing.T, f *frames) {
	c := f.Client(t)
	link := f.link(wholeFrame)
	for range 2 { // looking spends nothing
		a := c.Get(link)
		if a.Status != http.StatusOK || ancestors(a) != parent || a.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("the page: got %d, shown by %q, referrer %q", a.Status, ancestors(a), a.Header.Get("Referrer-Policy"))
		}
		if strings.Contains(a.Body, "Weber") || len(a.Header.Values("Set-Cookie")) > 0 {
			t.Error("the page knows somebody before it was exchanged")
		}
	}
	if a := c.Get(link, "Sec-Fetch-Dest", "document"); a.Status != http.StatusForbidden || strings.Contains(a.Body, `id="open"`) {
		t.Errorf("outside of a frame: got %d", a.Status)
	}
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": parent} {
		r := c.Request("POST", "/embed/hibiki/open", strings.NewReader("token="+link[strings.LastIndex(link, "/")+1:]),
			name, value, "Content-Type", "application/x-www-form-urlencoded")
		if a := c.Do(r); a.Status != http.StatusForbidden {
			t.Errorf("from another site by %s: got %d, want 403", name, a.Status)
		}
	}
	if a := c.Send("/embed/kawara/open", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}}); a.Status != http.StatusGone {
		t.Errorf("at another brand: got %d, want 410", a.Status)
	}
	a := spend(c, link)
	cookie := a.Header.Get("Set-Cookie")
	for _, want := range []string{web.FrameCookie + "=", "; Secure", "; HttpOnly", "; SameSite=None", "; Partitioned", "; Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q lacks %q", cookie, want)
		}
	}
	if strings.Contains(cookie, "Domain") || a.Status != http.StatusOK {
		t.Errorf("got %d, %q", a.Status, cookie)
	}
	if a := spend(c, link); a.Status != http.StatusGone {
		t.Errorf("a second time: got %d, want 410", a.Status)
	}
	if a := c.Get(link); a.Status != http.StatusGone || strings.Contains(a.Body, `id="open"`) {
		t.Errorf("looked at again: got %d", a.Status)
	}
	late := f.link(wholeFrame)
	f.clock.Advance(2 * time.Minute)
	if a := spend(c, late); a.Status != http.StatusGone {
		t.Errorf("after two minutes: got %d, want 410", a.Status)
	}
	once(t, f)
}

// once has many browsers exchange one link at once.
func once(t *testing.T, f *frames) {
	link := f.link(wholeFrame)
	var wg sync.WaitGroup
	answers := make([]*testkit.Answer, 20)
	for i := range answers {
		c := f.Client(t)
		wg.Go(func() { answers[i] = spend(c, link) })
	}
	wg.Wait()
	opened := 0
	for _, a := range answers {
		switch a.Status {
		case http.StatusOK:
			opened++
		case http.StatusGone:
		default:
			t.Errorf("got %d", a.Status)
		}
	}
	if opened != 1 {
		t.Errorf("%d of them opened it, want 1", opened)
	}
}

func TestFrameLinkIsRefused(t *testing.T) {
	f := newFrames(t, testkit.OnSQLite)
	for name, body := range map[string]string{
		"another origin":       strings.Replace(wholeFrame, parent, "https://evil.example", 1),
		"an origin like ours":  strings.Replace(wholeFrame, parent, parent+".evil.example", 1),
		"an origin in clear":   strings.Replace(wholeFrame, parent, "http://www.hibiki.example", 1),
		"no origin":            strings.Replace(wholeFrame, parent, "", 1),
		"a section of another": strings.Replace(wholeFrame, `"who"`, `"safety"`, 1),
		"no section":           `{"kind":"embed","identifiers":[{"kind":"email","value":"` + thomas + `"}],"origin":"` + parent + `","sections":[]}`,
		"an act that is grave": strings.Replace(wholeFrame, `"correct"`, `"erase"`, 1),
		"days":                 strings.Replace(wholeFrame, `"kind":"embed"`, `"kind":"embed","days":3`, 1),
		"nobody":               `{"kind":"embed","origin":"` + parent + `","sections":["allow"]}`,
		"an origin for a mail": `{"kind":"preferences","subject":"x","origin":"` + parent + `"}`,
	} {
		if a := f.ask(f.key, body); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want 422: %s", name, a.Status, a.Body)
		}
	}
	if a := f.ask(f.makeKey(authz.LinkCreate), wholeFrame); a.Status != http.StatusForbidden || !strings.Contains(a.Body, "frame:create") {
		t.Errorf("a key for mails: got %d %s", a.Status, a.Body)
	}
}

func TestInside(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			f := newFrames(t, e)
			t.Run("shows_and_changes_what_the_link_names", func(t *testing.T) { insideUse(t, f) })
			t.Run("shows_nothing_else", func(t *testing.T) { insideLimits(t, f) })
			t.Run("is_a_session_like_others", func(t *testing.T) { insideSession(t, f) })
			t.Run("needs_the_token_of_its_pages", func(t *testing.T) { insideToken(t, f) })
		})
	}
}

func insideUse(t *testing.T, f *frames) {
	c := f.enter(wholeFrame)
	for _, path := range []string{"", "/data", "/data/event-city", "/data/event-city/edit", "/allow", "/allow/newsletter", "/get", "/who", "/history", "/notices", "/notices/newsletter"} {
		a := c.Get("/embed/hibiki/in" + path)
		if a.Status != http.StatusOK || ancestors(a) != parent {
			t.Errorf("%s: got %d, shown by %q", path, a.Status, ancestors(a))
		}
		for _, no := range []string{`href="/hibiki/allow"`, `href="/hibiki/data"`, "/sign-out", "⟦"} {
			if strings.Contains(a.Body, no) {
				t.Errorf("%s has %q", path, no)
			}
		}
	}
	storage := func() string {
		t.Helper()
		a := c.Get("/embed/hibiki/in/consent-mode.json")
		var mode map[string]string
		if err := json.Unmarshal([]byte(a.Body), &mode); err != nil || len(mode) != len(decision.ModeTypes) {
			t.Errorf("Consent Mode: got %d %s", a.Status, a.Body)
		}
		return mode["ad_storage"]
	}
	answer := func(choice string) *testkit.Answer {
		t.Helper()
		page := c.Page("/embed/hibiki/in/allow/recommendations")
		c.CSRF = testkit.Field(page, "csrf")
		return c.Post("/embed/hibiki/in/allow/recommendations", url.Values{
			"choice": {choice}, "version": {testkit.Field(page, "version")}, "notice": {testkit.Field(page, "notice")},
		})
	}
	if a := answer("yes"); a.Status != http.StatusSeeOther || storage() != "denied" {
		t.Errorf("a yes during a pause: got %d, and Consent Mode %q", a.Status, storage())
	}
	if a := c.Post("/embed/hibiki/in/get/resume", nil); a.Status != http.StatusSeeOther || storage() != "granted" {
		t.Errorf("after the pause: got %d, and Consent Mode %q", a.Status, storage())
	}
	a := answer("no")
	if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/embed/hibiki/in/allow?said=") {
		t.Fatalf("a no: got %d to %q", a.Status, a.Location())
	}
	if after := c.Page(strings.Split(a.Location(), "#")[0]); !strings.Contains(after, `class="said`) && !strings.Contains(after, "You said no") {
		t.Error("the page does not say what was done")
	}
	if got := storage(); got != "denied" {
		t.Errorf("Consent Mode after a no: got %q", got)
	}
	subject, err := f.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	records, err := f.DB.Records(t.Context(), subject, "recommendations")
	if err != nil {
		t.Fatal(err)
	}
	if last := records[len(records)-1]; last.Proof.Kind != "brand_link" || last.Channel != "frame" || last.Brand != "hibiki" {
		t.Errorf("recorded as %+v", last)
	}
	if a := c.Post("/embed/hibiki/in/data/event-city", url.Values{"value": {"Kyoto"}}); a.Status != http.StatusSeeOther {
		t.Errorf("a correction: got %d", a.Status)
	}
	for path, form := range map[string]url.Values{"/data/phone": {"value": {"+81312345678"}}, "/data/phone/undo": nil} {
		if a := c.Post("/embed/hibiki/in"+path, form); a.Status != http.StatusForbidden {
			t.Errorf("%s, a way to reach the person: got %d, want 403", path, a.Status)
		}
	}
}

func insideLimits(t *testing.T, f *frames) {
	some := strings.NewReplacer(`"home","data","allow","get","who","history","notices"`, `"allow"`, `"correct","decide","receive"`, "").Replace(wholeFrame)
	c := f.enter(some)
	page := c.Page("/embed/hibiki/in/allow")
	c.CSRF = testkit.Field(page, "csrf")
	for _, path := range []string{"", "/data", "/get", "/who", "/history", "/notices"} {
		if a := c.Get("/embed/hibiki/in" + path); a.Status != http.StatusForbidden || strings.Contains(a.Body, "Weber") {
			t.Errorf("%s: got %d, want 403", path, a.Status)
		}
	}
	if a := c.Post("/embed/hibiki/in/allow/recommendations", url.Values{"choice": {"yes"}}); a.Status != http.StatusForbidden {
		t.Errorf("an answer where only looking is allowed: got %d, want 403", a.Status)
	}
	notAllow := f.enter(strings.Replace(wholeFrame, `"allow",`, "", 1))
	if a := notAllow.Get("/embed/hibiki/in/consent-mode.json"); a.Status != http.StatusForbidden {
		t.Errorf("what is allowed, in a frame that does not show it: got %d, want 403", a.Status)
	}
	whole := f.enter(wholeFrame)
	whole.CSRF = testkit.Field(whole.Page("/embed/hibiki/in/allow"), "csrf")
	bearer := whole.Header.Get(web.FrameBearer)
	for _, path := range []string{"/safety", "/requests", "/rights/erasure", "/proof", "/sign-in", "/receipts/x"} {
		if a := whole.Get("/embed/hibiki/in" + path); a.Status != http.StatusNotFound || strings.Contains(a.Body, "Weber") {
			t.Errorf("%s: got %d, want 404", path, a.Status)
		}
		if a := whole.Post("/embed/hibiki/in"+path, nil); a.Status != http.StatusNotFound {
			t.Errorf("POST %s: got %d, want 404", path, a.Status)
		}
	}
	// What stands for the frame is worth nothing in a window of its own, and
	// the other way round; nor at another brand.
	own := f.Client(t)
	own.SetCookie(own.SessionCookie(), bearer)
	if a := own.Get("/hibiki/allow", web.FrameBearer, bearer); a.Status != http.StatusSeeOther {
		t.Errorf("the frame's session outside of it: got %d, want the way to sign-in", a.Status)
	}
	if a := whole.Get("/embed/kawara/in/allow"); a.Status != http.StatusUnauthorized || strings.Contains(a.Body, "Weber") {
		t.Errorf("at another brand: got %d, want 401", a.Status)
	}
	own.Enter("hibiki", thomas, true)
	if a := own.Get("/embed/hibiki/in/allow", web.FrameBearer, own.Cookie(own.SessionCookie())); a.Status != http.StatusUnauthorized {
		t.Errorf("another session in the frame: got %d, want 401", a.Status)
	}
	for _, path := range []string{"/allow", "/consent-mode.json"} {
		if a := own.Get("/embed/hibiki/in" + path); a.Status != http.StatusUnauthorized || ancestors(a) != parent {
			t.Errorf("nobody in the frame, %s: got %d, shown by %q", path, a.Status, ancestors(a))
		}
	}
}

func insideSession(t *testing.T, f *frames) {
	c := f.enter(wholeFrame)
	own := f.Client(t)
	own.Enter("hibiki", thomas, false)
	if page := own.Page("/hibiki/safety"); !strings.Contains(page, "www.hibiki.example") {
		t.Error("the page of sessions does not name the site that the frame is in")
	}
	c.Page("/embed/hibiki/in/allow")
	if a := own.Post("/hibiki/safety/sessions/end", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("end the others: got %d", a.Status)
	}
	if a := c.Get("/embed/hibiki/in/allow"); a.Status != http.StatusUnauthorized {
		t.Errorf("after it was ended elsewhere: got %d, want 401", a.Status)
	}
	c = f.enter(wholeFrame)
	for range 3 { // used all the time, and over in the end
		f.clock.Advance(20 * time.Minute)
		c.Get("/embed/hibiki/in/allow")
	}
	if a := c.Get("/embed/hibiki/in/allow"); a.Status != http.StatusUnauthorized || !strings.Contains(a.Body, "This view has ended") {
		t.Errorf("after an hour: got %d", a.Status)
	}
}

func insideToken(t *testing.T, f *frames) {
	c, other := f.enter(wholeFrame), f.enter(wholeFrame)
	foreign := testkit.Field(other.Page("/embed/hibiki/in/allow"), "csrf")
	cookie := f.Client(t)
	cookie.SetCookie(web.FrameCookie, c.Header.Get(web.FrameBearer))
	for _, r := range f.Server.Routes() {
		if r.Method != "POST" || !strings.HasPrefix(r.Path, "/embed/:brand/in") {
			continue
		}
		path := strings.NewReplacer(":brand", "hibiki", ":field", "event-city", ":purpose", "recommendations", ":topic", "events").Replace(r.Path)
		for _, c := range []*testkit.Client{c, cookie} {
			for _, token := range []string{"", "wrong", foreign} {
				if a := c.Send(path, url.Values{"csrf": {token}}); a.Status != http.StatusForbidden {
					t.Errorf("%s with the token %q: got %d, want 403", path, token, a.Status)
				}
			}
		}
		if a := c.Send(path, nil, "Sec-Fetch-Site", "cross-site"); a.Status != http.StatusForbidden {
			t.Errorf("%s from another site: got %d, want 403", path, a.Status)
		}
	}
}
