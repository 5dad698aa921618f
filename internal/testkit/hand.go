package testkit

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	keyboard "github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Press clicks what selector finds.
func (t *Tab) Press(selector string) {
	t.tb.Helper()
	t.Do(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
}

// Go clicks what selector finds, waits for the page that follows and returns
// its status.
func (t *Tab) Go(selector string) int {
	t.tb.Helper()
	return t.Follow(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
}

// Fill types text into the box that selector finds, in place of what is there.
func (t *Tab) Fill(selector, text string) {
	t.tb.Helper()
	all := keyboard.DispatchKeyEvent(keyboard.KeyRawDown).WithKey("a").WithModifiers(keyboard.ModifierCtrl).WithCommands([]string{"selectAll"})
	if text == "" {
		text = kb.Backspace
	}
	t.Do(chromedp.Focus(selector, chromedp.ByQuery), all, chromedp.KeyEvent(text))
}

// Set gives a box or a list a value without typing, for what is typed into a
// box for dates depends on the machine.
func (t *Tab) Set(selector, value string) {
	t.tb.Helper()
	t.Eval(fmt.Sprintf(`(() => {
		const box = document.querySelector(%q);
		box.value = %q;
		for (const e of ["input", "change"]) box.dispatchEvent(new Event(e, {bubbles: true}));
	})()`, selector, value), nil)
}

// Keys presses keys of package kb, or types text, one after the other.
func (t *Tab) Keys(keys ...string) {
	t.tb.Helper()
	for _, k := range keys {
		t.Do(Key(k))
	}
}

// Key presses a key of package kb or types text. Enter is one event, as a real
// keyboard sends it: chromedp would send a second one to whatever has the focus
// by then.
func Key(key string) chromedp.Action {
	if key != kb.Enter {
		return chromedp.KeyEvent(key)
	}
	enter := func(kind keyboard.KeyType) *keyboard.DispatchKeyEventParams {
		return keyboard.DispatchKeyEvent(kind).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13)
	}
	return chromedp.Tasks{enter(keyboard.KeyDown).WithText("\r").WithUnmodifiedText("\r"), enter(keyboard.KeyUp)}
}

// ShiftTab goes one step back.
func (t *Tab) ShiftTab() {
	t.tb.Helper()
	key := func(kind keyboard.KeyType) *keyboard.DispatchKeyEventParams {
		return keyboard.DispatchKeyEvent(kind).WithKey("Tab").WithCode("Tab").WithWindowsVirtualKeyCode(9).WithModifiers(keyboard.ModifierShift)
	}
	t.Do(key(keyboard.KeyRawDown), key(keyboard.KeyUp))
}

// Text returns the text of what selector finds, as it is seen.
func (t *Tab) Text(selector string) string {
	t.tb.Helper()
	var s string
	t.Do(chromedp.Text(selector, &s, chromedp.ByQuery))
	return strings.TrimSpace(s)
}

// Has tells whether selector finds anything.
func (t *Tab) Has(selector string) bool {
	t.tb.Helper()
	name, err := json.Marshal(selector)
	if err != nil {
		t.tb.Fatal(err)
	}
	var has bool
	t.Eval("!!document.querySelector("+string(name)+")", &has)
	return has
}

// Eval runs script in the page and keeps what it comes to, unless result is
// nil. A promise is waited for.
func (t *Tab) Eval(script string, result any) {
	t.tb.Helper()
	t.Do(chromedp.Evaluate(script, result, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
}

// Until waits until script is true in the page, whichever page that is by then.
func (t *Tab) Until(script string) {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		var is bool
		// A page that is just being left has no answer, and the next one will.
		err := chromedp.Run(ctx, chromedp.Evaluate("!!("+script+")", &is))
		if err == nil && is {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.tb.Fatalf("browser, at %s: never true: %s (%v)", t.at(), script, err)
		}
	}
}

// Path returns the address of the page without its host.
func (t *Tab) Path() string {
	t.tb.Helper()
	var path string
	t.Eval("location.pathname + location.search", &path)
	return path
}

// Cookies returns the tab's cookies by name.
func (t *Tab) Cookies() map[string]*network.Cookie {
	t.tb.Helper()
	var list []*network.Cookie
	t.Do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		list, err = network.GetCookies().Do(ctx)
		return err
	}))
	jar := map[string]*network.Cookie{}
	for _, c := range list {
		jar[c.Name] = c
	}
	return jar
}

// Shot writes a picture of the whole page.
func (t *Tab) Shot(path string) { t.tb.Helper(); t.picture(path, true) }

// Picture writes a picture of what is in view.
func (t *Tab) Picture(path string) { t.tb.Helper(); t.picture(path, false) }

func (t *Tab) picture(path string, whole bool) {
	t.tb.Helper()
	var png []byte
	t.Do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		shot := page.CaptureScreenshot()
		if whole {
			_, _, _, _, _, size, err := page.GetLayoutMetrics().Do(ctx)
			if err != nil {
				return err
			}
			shot = shot.WithCaptureBeyondViewport(true).WithClip(&page.Viewport{Width: size.Width, Height: size.Height, Scale: 1})
		}
		png, err = shot.Do(ctx)
		return err
	}))
	if err := os.WriteFile(path, png, 0o600); err != nil {
		t.tb.Fatal(err)
	}
}
