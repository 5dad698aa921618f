package handlers_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"livingprofile/internal/testkit"
)

// A buffer may be written by many and read at the end.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestLeaks is the part of P04 that the whole server can show: nothing of a
// person and no secret is in the log at its most talkative, in metrics, or in
// the addresses that people are led to.
func TestLeaks(t *testing.T) {
	var log buffer
	s := testkit.NewSite(t, testkit.SiteOptions{Log: &log})
	c := s.Client(t)
	c.Header.Set("User-Agent", "marker-agent")
	var secrets, led []string
	note := func(a *testkit.Answer) *testkit.Answer {
		if to := a.Location(); to != "" {
			led = append(led, to)
		}
		return a
	}
	secret := func(values ...string) {
		for _, v := range values {
			if len(v) < 6 {
				t.Fatalf("%q is no secret", v)
			}
			secrets = append(secrets, v)
		}
	}

	const address = "marker-address@mail.example.com"
	note(c.Send("/hibiki/sign-in?next=%2Fhibiki%2Fallow", url.Values{"address": {address}}))
	code := codeOn(c.Page("/hibiki/sign-in/sent"))
	link := s.Link(t, address)
	token := link[strings.LastIndex(link, "/")+1:]
	secret("marker-address", "marker-agent", code, token, c.Cookie("asking"))
	note(s.Client(t).Send("/hibiki/link", url.Values{"token": {token}, "code": {"11112222"}}))
	note(c.Press(link, ""))
	page := c.Page("/hibiki/data/given-name/edit")
	c.CSRF = testkit.Field(page, "csrf")
	secret(c.Cookie("session"), c.CSRF)

	note(c.Post("/hibiki/data/given-name", url.Values{"value": {"marker-name"}}))
	secret("marker-name", c.Cookie("flash"))
	note(c.Post("/hibiki/data/birthday", url.Values{"value": {"marker-birthday"}}))
	note(c.Answer("hibiki", "recommendations", "yes"))
	note(c.Answer("hibiki", "newsletter", "yes"))
	note(c.Post("/hibiki/safety/addresses", url.Values{"kind": {"email"}, "value": {"marker-second@mail.example.com"}}))
	note(c.Post("/hibiki/proof?next=%2Fhibiki%2Fsafety", nil))
	note(c.Get("/hibiki/marker-path?marker-query=1", "Referer", s.URL+"/hibiki/marker-referer", "X-Forwarded-For", "marker-forwarded"))
	note(c.Get("/marker-brand/data"))
	note(c.Get("/hibiki/data/marker-field", "Accept-Language", "marker-language", "Accept", "application/json"))
	note(c.Send("/hibiki/data/marker-field", url.Values{"csrf": {"marker-token"}, "marker-box": {"marker-value"}}))
	note(c.Do(c.Request("MARKER", "/hibiki", nil)))
	note(c.Do(c.Request(http.MethodPost, "/receipts", strings.NewReader("marker-body"), "Content-Type", "marker/type")))
	for _, n := range []string{"session", "asking", "flash", "lang"} {
		stranger := s.Client(t)
		stranger.SetCookie(n, "marker-cookie")
		note(stranger.Get("/hibiki"))
	}
	note(c.Post("/hibiki/sign-out", nil))
	secret("marker-")

	testkit.Eventually(t, "the log of the last request", func() (bool, bool) {
		return true, strings.Contains(log.String(), "/:brand/sign-out")
	})
	w := httptest.NewRecorder()
	s.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	metrics := w.Body.String()
	if !strings.Contains(metrics, `route="/:brand/data/:field"`) || !strings.Contains(metrics, `method="other"`) || len(led) < 8 {
		t.Fatalf("the test has seen too little: %d redirects", len(led))
	}
	for _, word := range secrets {
		for where, text := range map[string]string{"log": log.String(), "metrics": metrics, "addresses": strings.Join(led, "\n")} {
			for _, form := range []string{word, url.QueryEscape(word)} {
				if i := strings.Index(strings.ToLower(text), strings.ToLower(form)); i >= 0 {
					t.Errorf("%s in %s: %.200s", word, where, text[max(0, i-100):])
				}
			}
		}
	}
}

// codeOn returns the code that the page shows, as it is typed.
func codeOn(page string) string {
	_, rest, _ := strings.Cut(page, `class="card code" dir="ltr">`)
	code, _, _ := strings.Cut(rest, "<")
	return strings.NewReplacer(" ", "", "\u00a0", "").Replace(code)
}
