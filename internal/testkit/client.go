package testkit

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/login"
)

// A Client is a browser without a window: it keeps cookies, follows no
// redirect and runs no script. It is for one goroutine at a time.
type Client struct {
	// Header goes with every request.
	Header http.Header
	// CSRF is the token of the session, sent with every Post.
	CSRF string

	tb   testing.TB
	site *Site
	http *http.Client
}

// Client returns a browser that knows nothing yet. A site with an https address
// is reached as if a proxy in front of it spoke TLS.
func (s *Site) Client(tb testing.TB) *Client {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.address)
	}
	transport := &http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: 128, DisableCompression: true}
	tb.Cleanup(transport.CloseIdleConnections)
	return &Client{
		Header: http.Header{"Accept-Language": {"en"}}, tb: tb, site: s,
		http: &http.Client{
			Jar: jar, Transport: transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Copy returns a browser with the same cookies, so that one browser can do
// several things at once.
func (c *Client) Copy() *Client {
	copied := c.site.Client(c.tb)
	copied.http.Jar.SetCookies(c.base(), c.http.Jar.Cookies(c.base()))
	copied.Header, copied.CSRF = c.Header.Clone(), c.CSRF
	return copied
}

// An Answer is what came back, read to its end.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Location is where a redirect leads, "" for none.
func (a *Answer) Location() string { return a.Header.Get("Location") }

// Request makes a request to a path of the site, with headers in pairs.
func (c *Client) Request(method, path string, body io.Reader, headers ...string) *http.Request {
	c.tb.Helper()
	target := path
	if !strings.Contains(path, "://") {
		target = c.site.URL + path
	}
	r, err := http.NewRequestWithContext(c.tb.Context(), method, target, body)
	if err != nil {
		c.tb.Fatal(err)
	}
	for name, values := range c.Header {
		r.Header[name] = values
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	return r
}

// Try sends a request as it is. It fails where no whole answer came back.
func (c *Client) Try(r *http.Request) (*Answer, error) {
	res, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	return &Answer{Status: res.StatusCode, Header: res.Header, Body: string(body)}, nil
}

// Do is Try for a request that must be answered.
func (c *Client) Do(r *http.Request) *Answer {
	c.tb.Helper()
	a, err := c.Try(r)
	if err != nil {
		c.tb.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	return a
}

// Get opens a page.
func (c *Client) Get(path string, headers ...string) *Answer {
	c.tb.Helper()
	return c.Do(c.Request(http.MethodGet, path, nil, headers...))
}

// Page opens a page that must be there, and returns it.
func (c *Client) Page(path string) string {
	c.tb.Helper()
	a := c.Get(path)
	if a.Status != http.StatusOK {
		c.tb.Fatalf("GET %s: got %d, to %q", path, a.Status, a.Location())
	}
	return a.Body
}

// Send posts a form as it is, without the session's token.
func (c *Client) Send(path string, form url.Values, headers ...string) *Answer {
	c.tb.Helper()
	r := c.Request(http.MethodPost, path, strings.NewReader(form.Encode()), headers...)
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return c.Do(r)
}

// Post sends a form with the session's token, as a page of ours does.
func (c *Client) Post(path string, form url.Values, headers ...string) *Answer {
	c.tb.Helper()
	whole := url.Values{"csrf": {c.CSRF}}
	for name, values := range form {
		whole[name] = values
	}
	return c.Send(path, whole, headers...)
}

// Cookie returns the value of a cookie, "" for none.
func (c *Client) Cookie(name string) string {
	for _, cookie := range c.http.Jar.Cookies(c.base()) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// SetCookie puts a cookie into the browser.
func (c *Client) SetCookie(name, value string) {
	c.http.Jar.SetCookies(c.base(), []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: c.base().Scheme == "https"}})
}

func (c *Client) base() *url.URL {
	u, err := url.Parse(c.site.URL)
	if err != nil {
		c.tb.Fatal(err)
	}
	return u
}

// URL is the address of the site.
func (c *Client) URL() string { return c.site.URL }

// SessionCookie returns the name of the session's cookie on this site.
func (c *Client) SessionCookie() string {
	if c.base().Scheme == "https" {
		return "__Host-session"
	}
	return "session"
}

// Ask types an address on the sign-in page of a brand, and returns the link
// that was mailed.
func (c *Client) Ask(brand, address string) string {
	c.tb.Helper()
	if a := c.Post("/"+brand+"/sign-in", url.Values{"address": {address}}); a.Status != http.StatusSeeOther {
		c.tb.Fatalf("ask for a link: got %d", a.Status)
	}
	return c.site.Link(c.tb, address)
}

// Press opens a link and presses its button; code is "" in the browser that
// asked.
func (c *Client) Press(link, code string) *Answer {
	c.tb.Helper()
	page := c.Get(link)
	if page.Status != http.StatusOK {
		c.tb.Fatalf("open a link: got %d", page.Status)
	}
	form := url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}}
	if code != "" {
		form.Set("code", code)
	}
	before := c.Cookie(c.SessionCookie())
	a := c.Post(link[:strings.LastIndex(link, "/")], form)
	if now := c.Cookie(c.SessionCookie()); now != "" && now != before {
		c.learn(strings.Split(strings.TrimPrefix(link, c.site.URL+"/"), "/")[0])
	}
	return a
}

// SignIn signs a person in by the link in their mail.
func (c *Client) SignIn(brand, address string) {
	c.tb.Helper()
	if a := c.Press(c.Ask(brand, address), ""); a.Status != http.StatusSeeOther {
		c.tb.Fatalf("sign in: got %d", a.Status)
	}
}

// Prove has the person signed in prove once more who they are.
func (c *Client) Prove(brand, address string) {
	c.tb.Helper()
	if a := c.Post("/"+brand+"/proof", nil); a.Status != http.StatusSeeOther {
		c.tb.Fatalf("ask for a proof: got %d", a.Status)
	}
	if a := c.Press(c.site.Link(c.tb, address), ""); a.Status != http.StatusSeeOther {
		c.tb.Fatalf("prove: got %d", a.Status)
	}
}

// Enter signs a person in without mail; fresh is as after a proof.
func (c *Client) Enter(brand, address string, fresh bool) {
	c.tb.Helper()
	subject, err := c.site.Identity.ByEmail(c.tb.Context(), address)
	if err != nil {
		c.tb.Fatal(err)
	}
	sessions := login.NewSessions(c.site.DB, c.site.DB.Ring(), c.site.Clock, login.Settings{})
	_, token, err := sessions.Start(c.tb.Context(), login.SignedIn{
		Subject: subject, Brand: brand, Method: login.ByLink, Assurance: login.Mailbox, Fresh: fresh,
	}, "")
	if err != nil {
		c.tb.Fatal(err)
	}
	c.SetCookie(c.SessionCookie(), token)
	c.learn(brand)
}

// learn takes the token of the session off a page.
func (c *Client) learn(brand string) {
	c.tb.Helper()
	c.CSRF = Field(c.Page("/"+brand+"/safety"), "csrf")
	if c.CSRF == "" {
		c.tb.Fatal("the page has no token")
	}
}

var inputTag = regexp.MustCompile(`name="([^"]+)" value="([^"]*)"`)

// Field returns the value of the first input of that name on a page, "" for
// none.
func Field(page, name string) string {
	for _, m := range inputTag.FindAllStringSubmatch(page, -1) {
		if m[1] == name {
			return m[2]
		}
	}
	return ""
}

// masks are what differs between two answers that say the same.
var masks = []*regexp.Regexp{
	regexp.MustCompile(`nonce="[^"]*"`), regexp.MustCompile(`name="csrf" value="[^"]*"`),
	regexp.MustCompile(`urn:request:[a-z0-9]+`), regexp.MustCompile(`'nonce-[^']*'`),
}

// Masked returns status, headers and body with everything random taken out,
// and every one of also, which the request itself named.
func (a *Answer) Masked(also ...string) string {
	var b bytes.Buffer
	header := a.Header.Clone()
	header.Del("Date")
	_ = header.Write(&b) // to memory
	s := http.StatusText(a.Status) + "\n" + b.String() + "\n" + a.Body
	for _, m := range masks {
		s = m.ReplaceAllString(s, "…")
	}
	for _, word := range also {
		s = strings.ReplaceAll(strings.ReplaceAll(s, url.QueryEscape(word), "…"), word, "…")
	}
	return s
}
