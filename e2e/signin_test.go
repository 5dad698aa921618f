package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"livingprofile/internal/testkit"
)

// code returns the code that the asking browser shows.
func (p *visitor) code() string {
	p.t.Helper()
	return strings.ReplaceAll(p.Text(".code"), " ", "")
}

// wrong returns another code, of which no two with the same n are the same.
func wrong(code string, n byte) string {
	return string('0'+(code[0]-'0'+n)%10) + code[1:]
}

func TestSignInElsewhere(t *testing.T) {
	t.Parallel()
	w := open(t)
	a, b := w.somebody(t, testkit.View{}), w.somebody(t, testkit.View{Width: 360, Height: 740, Phone: true})
	a.ask()
	code, link := a.code(), w.Link(t, a.address)
	want(t, "status", b.Open(link), http.StatusOK)
	want(t, "asks for the code", b.Has("[name=code]"), true)
	b.Fill("[name=code]", wrong(code, 1))
	want(t, "status of a wrong code", b.Go("main form .main"), http.StatusUnprocessableEntity)
	wantIn(t, "complaint", b.Text(".wrong"), "This is not the code. Tries left: 4.")
	b.Fill("[name=code]", wrong(code, 2))
	b.Go("main form .main")
	wantIn(t, "complaint", b.Text(".wrong"), "Tries left: 3.")
	b.Fill("[name=code]", code[:4]+" "+code[4:])
	b.Go("main form .main")
	want(t, "where the code is typed", b.Path(), base)
	a.to("")
	wantIn(t, "where it was asked", a.Path(), base+"/sign-in")
	want(t, "status of the link now", a.Open(link), http.StatusGone)
}

func TestSignInOutOfTries(t *testing.T) {
	t.Parallel()
	w := open(t)
	a, b := w.somebody(t, testkit.View{}), w.somebody(t, testkit.View{})
	a.ask()
	code, link := a.code(), w.Link(t, a.address)
	b.Open(link)
	for n := byte(1); n <= 6; n++ {
		b.Fill("[name=code]", wrong(code, n))
		if status := b.Go("main form .main"); status != http.StatusUnprocessableEntity || !b.Has("[name=code]") {
			break
		}
	}
	b.Open(link)
	if b.Has("[name=code]") {
		b.Fill("[name=code]", code)
		b.Go("main form .main")
	}
	b.to("")
	wantIn(t, "after too many codes the right one too is refused", b.Path(), base+"/sign-in")
}

// TestScanner is a mail scanner with a browser of its own, that runs scripts and
// presses everything (S14). The person comes after it.
func TestScanner(t *testing.T) {
	t.Parallel()
	w := open(t)
	p, scanner := w.somebody(t, testkit.View{}), w.somebody(t, testkit.View{})
	p.ask()
	link := w.Link(t, p.address)
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		r, err := http.NewRequestWithContext(t.Context(), method, link, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		want(t, method, res.StatusCode, http.StatusOK)
	}
	scanner.Open(link)
	var buttons int
	scanner.Eval(`document.querySelectorAll("button, a:not([href^=mailto])").length`, &buttons)
	for i := range buttons {
		scanner.Open(link)
		scanner.Eval(`for (const f of document.forms) f.noValidate = true; for (const d of document.querySelectorAll("details")) d.open = true`, nil)
		button := fmt.Sprintf(`document.querySelectorAll("button, a:not([href^=mailto])")[%d]`, i)
		scanner.Follow(chromedp.Evaluate(button+".click()", nil))
	}
	if jar := scanner.Cookies(); jar["session"] != nil {
		t.Error("the scanner got a session")
	}
	p.Open(link)
	p.Go("main form .main")
	want(t, "the person comes in", p.Path(), base)
}

func TestBackAndReload(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := w.somebody(t, testkit.View{})
	p.ask()
	code := p.code()
	p.Follow(chromedp.Reload())
	want(t, "the code after a reload", p.code(), code)
	p.Open(w.Link(t, p.address))
	p.Follow(chromedp.Reload())
	p.Go("main form .main")
	want(t, "in", p.Path(), base)
	p.to("/allow")
	p.Press("#p-reviews-yes")
	p.Until(`document.querySelector("#p-reviews .said")`)
	p.Follow(chromedp.Reload())
	want(t, "after a reload", p.Has("#p-reviews-yes[aria-pressed=true]"), true)
	want(t, "said again", p.Has(".said"), false)
	p.back(base)
	p.back(base + "/link/.+")
	want(t, "at the link", p.Text("h1"), "This link no longer works")
	p.to("/allow/reviews")
	var choices int
	p.Eval(`document.querySelectorAll("#choices li").length`, &choices)
	want(t, "recorded choices", choices, 1)
}

// A copied cookie counts for nothing once its owner has signed out (S02), and
// what was on the screen does not come back.
func TestSignOut(t *testing.T) {
	t.Parallel()
	w := open(t)
	p, thief := w.newcomer(t, testkit.View{}), w.somebody(t, testkit.View{})
	cookie := p.Cookies()["session"]
	if cookie == nil || !cookie.HTTPOnly || cookie.SameSite != network.CookieSameSiteLax {
		t.Fatalf("got cookie %+v, want one that no script reads", cookie)
	}
	thief.carry(cookie)
	thief.to("/data")
	want(t, "while it lasts", thief.Path(), base+"/data")
	p.to("/data")
	p.Go(".leave button")
	want(t, "cookie of who left", p.Cookies()["session"] == nil, true)
	thief.carry(cookie)
	thief.to("/data")
	wantIn(t, "with the copy, afterwards", thief.Path(), base+"/sign-in")
	p.back(base + "/sign-in")
}

// back goes back, to the page whose path matches.
func (p *visitor) back(path string) {
	p.t.Helper()
	p.Eval(`void setTimeout(() => history.back())`, nil) // the page must be there to answer
	p.Until(`document.readyState === "complete" && /^` + strings.ReplaceAll(path, "/", `\/`) + `$/.test(location.pathname)`)
}

// carry puts a cookie into the browser.
func (p *visitor) carry(c *network.Cookie) {
	p.t.Helper()
	p.Do(chromedp.ActionFunc(func(ctx context.Context) error {
		return network.SetCookie(c.Name, c.Value).WithURL(p.w.URL).WithHTTPOnly(true).Do(ctx)
	}))
}

// away takes the mouse off whatever it is over.
func away() chromedp.Action { return chromedp.MouseEvent("mouseMoved", 1, 1) }
