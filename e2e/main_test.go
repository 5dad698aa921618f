// Package e2e tests the whole product as a person meets it: in a real browser,
// with real mail, over HTTP. What a rule decides is tested beside the rule; here
// is tested that it reaches the person, whoever they are and however they read.
package e2e

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// The demo's people whom every system knows.
const (
	thomas = "thomas.weber@example.org"
	aiko   = "aiko.tanaka@example.com"
	layla  = "layla.haddad@example.net"
)

// A world is what all tests here share: one site, one browser.
type world struct {
	*testkit.Site
	browser *testkit.Browser
}

var shared struct {
	once sync.Once
	w    *world
}

// open returns the world, which the first test makes.
func open(t *testing.T) *world {
	t.Helper()
	testkit.Chromium(t)
	shared.once.Do(func() {
		tb := testkit.Lasting(t)
		shared.w = &world{testkit.NewSite(tb, testkit.SiteOptions{}), testkit.NewShell(tb)}
		shared.w.offer(tb)
	})
	if shared.w == nil {
		t.Fatal("the site or the browser did not start, see the first test")
	}
	return shared.w
}

// A visitor is a browser window with somebody before it, on the portal of one
// brand.
type visitor struct {
	*testkit.Tab
	w       *world
	t       *testing.T
	address string
}

// base is the portal that the tests walk through: the one where people may
// register.
const base = "/hibiki"

// visit opens a window for somebody who is not signed in.
func (w *world) visit(t *testing.T, v testkit.View, address string) *visitor {
	t.Helper()
	if v.Locale == "" {
		v.Locale = "en"
	}
	return &visitor{Tab: w.browser.Tab(t, v), w: w, t: t, address: address}
}

// somebody is visit for an address that nobody has had before.
func (w *world) somebody(t *testing.T, v testkit.View) *visitor {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", ".", "_", ".").Replace(t.Name()))
	return w.visit(t, v, name+"@mail.example.com")
}

// member is visit for somebody who is signed in. Whoever has no profile yet
// gets one.
func (w *world) member(t *testing.T, v testkit.View, address string) *visitor {
	t.Helper()
	p := w.visit(t, v, address)
	p.signIn()
	return p
}

// newcomer is member for somebody whose profile was made just now.
func (w *world) newcomer(t *testing.T, v testkit.View) *visitor {
	t.Helper()
	p := w.somebody(t, v)
	p.signIn()
	return p
}

// in returns the same visitor for a test below.
func (p *visitor) in(t *testing.T) *visitor {
	return &visitor{p.As(t), p.w, t, p.address}
}

// to opens a page of the portal and returns its status.
func (p *visitor) to(path string) int {
	p.t.Helper()
	return p.Open(p.w.URL + base + path)
}

// ask has a link mailed and stays on the page that says so.
func (p *visitor) ask() {
	p.t.Helper()
	p.to("/sign-in")
	p.Fill("input[name=address]", p.address)
	if got, want := p.Go("main form .main"), 200; got != want {
		p.t.Fatalf("got %d after asking for a link, want %d", got, want)
	}
}

// signIn goes the whole way in, by mail.
func (p *visitor) signIn() {
	p.t.Helper()
	p.ask()
	p.Open(p.w.Link(p.t, p.address))
	p.Go("main form .main")
	if got := p.Path(); got != base {
		p.t.Fatalf("got %s after signing in, want %s", got, base)
	}
}

// said is what the row or the page says of the last change, without the button
// that takes it back.
func (p *visitor) said() string {
	p.t.Helper()
	return p.Text(".said > span, .flash > p")
}

// goBy follows a link or a button of the page by its words.
func (p *visitor) goBy(words string) int {
	p.t.Helper()
	return p.Follow(chromedp.Click(byWords(words), chromedp.BySearch))
}

func byWords(words string) string {
	return fmt.Sprintf(`//main//*[self::a or self::button][normalize-space(.)=%q]`, words)
}

// want fails unless got is want.
func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// wantIn fails unless text is in got.
func wantIn(t *testing.T, what, got string, text ...string) {
	t.Helper()
	for _, s := range text {
		if !strings.Contains(got, s) {
			t.Errorf("%s: got %q, which lacks %q", what, got, s)
		}
	}
}
