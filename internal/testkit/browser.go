package testkit

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// A Browser is a real Chromium with an empty profile. Tabs share nothing. It
// is safe for concurrent use.
type Browser struct {
	first context.Context
	open  sync.Mutex
}

// NewBrowser starts Chromium, which ends with the test. Without one the test
// is skipped out loud, or fails where RequireEnv is set. also are options
// besides the usual ones.
func NewBrowser(tb testing.TB, also ...chromedp.ExecAllocatorOption) *Browser {
	tb.Helper()
	return startBrowser(tb, Chromium(tb), also...)
}

// NewShell is NewBrowser for Chromium's shell: the same engine without windows,
// settings and a process for each frame, at half the processor time. Where it is
// not installed, the whole browser does. What Debian has on the path is a script
// that would be ended in the browser's place.
func NewShell(tb testing.TB) *Browser {
	tb.Helper()
	path, err := exec.LookPath("/usr/lib/chromium/chromium-headless-shell")
	if err != nil {
		path = Chromium(tb)
	}
	return startBrowser(tb, path)
}

func startBrowser(tb testing.TB, path string, also ...chromedp.ExecAllocatorOption) *Browser {
	tb.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(patience),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(opts, also...)...)
	tb.Cleanup(cancel)
	// The first tab holds the browser open for the others.
	first, cancelFirst := chromedp.NewContext(ctx)
	tb.Cleanup(cancelFirst)
	if err := chromedp.Run(first); err != nil {
		tb.Fatalf("start chromium: %v", err)
	}
	return &Browser{first: first}
}

// Chromium returns where the browser is. Without one the test is skipped, see
// Missing.
func Chromium(tb testing.TB) string {
	tb.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		Missing(tb, "chromium", err)
	}
	return path
}

// A View is how a page is looked at.
type View struct {
	Width, Height int64 // 1280 by 900 by default
	Phone         bool  // the page is told that it is on one
	Dark          bool
	Locale        string // sent as Accept-Language
	NoScript      bool
	Still         bool // asks for less motion
	Signal        bool // sends Global Privacy Control
}

// String names the view as "ja.360.dark".
func (v View) String() string {
	theme := "light"
	if v.Dark {
		theme = "dark"
	}
	return fmt.Sprintf("%s.%d.%s", v.Locale, v.Width, theme)
}

// Tab opens an isolated tab, which closes with the test. Every action in it has
// half a minute.
func (b *Browser) Tab(tb testing.TB, v View) *Tab {
	tb.Helper()
	return b.tab(tb, v, "")
}

// Beside opens another tab that shares cookies and all else with t.
func (t *Tab) Beside(b *Browser) *Tab {
	t.tb.Helper()
	var own *target.Info
	t.Do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		own, err = target.GetTargetInfo().Do(ctx)
		return err
	}))
	return b.tab(t.tb, t.view, own.BrowserContextID)
}

func (b *Browser) tab(tb testing.TB, v View, jar cdp.BrowserContextID) *Tab {
	tb.Helper()
	t := &Tab{tb: tb, watch: newWatch()}
	t.ctx = b.window(tb, jar)
	chromedp.ListenTarget(t.ctx, t.watch.note)
	t.Do(audits.Enable(), emulation.SetFocusEmulationEnabled(true))
	t.Look(v)
	return t
}

// window opens a window of its own, with the cookies of jar, or cookies of its own
// for "".
func (b *Browser) window(tb testing.TB, jar cdp.BrowserContextID) context.Context {
	tb.Helper()
	b.open.Lock()
	defer b.open.Unlock()
	ctx, cancel := context.WithTimeout(cdp.WithExecutor(b.first, chromedp.FromContext(b.first).Browser), patience)
	defer cancel()
	if jar == "" {
		var err error
		if jar, err = target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx); err != nil {
			tb.Fatalf("browser context: %v", err)
		}
	}
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(jar).WithNewWindow(true).Do(ctx)
	if err != nil {
		tb.Fatalf("browser window: %v", err)
	}
	tab, cancelTab := chromedp.NewContext(b.first, chromedp.WithTargetID(id))
	tb.Cleanup(cancelTab)
	// The first use ties the tab to its context, which must outlive one action.
	if err := chromedp.Run(tab); err != nil {
		tb.Fatalf("open tab: %v", err)
	}
	return tab
}

// A Tab is a page in the browser. A failed action ends the test.
type Tab struct {
	ctx   context.Context
	tb    testing.TB
	watch *watch
	view  View
}

const patience = 30 * time.Second

// As returns the same tab for a test below the one that opened it, which is
// then the one that fails.
func (t *Tab) As(tb testing.TB) *Tab {
	as := *t
	as.tb = tb
	return &as
}

// Do runs actions.
func (t *Tab) Do(actions ...chromedp.Action) {
	t.tb.Helper()
	if err := t.try(actions...); err != nil {
		t.tb.Fatalf("browser, at %s: %v", t.at(), err)
	}
}

func (t *Tab) try(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

func (t *Tab) at() (address string) {
	ctx, cancel := context.WithTimeout(t.ctx, time.Second)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Location(&address))
	return address
}

// Look changes how the page is looked at.
func (t *Tab) Look(v View) {
	t.tb.Helper()
	if v.Width == 0 {
		v.Width, v.Height = 1280, 900
	}
	scheme, motion := "light", "no-preference"
	if v.Dark {
		scheme = "dark"
	}
	if v.Still {
		motion = "reduce"
	}
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}
	actions := []chromedp.Action{
		emulation.SetDeviceMetricsOverride(v.Width, v.Height, 1, v.Phone),
		emulation.SetEmulatedMedia().WithFeatures(features),
	}
	if v.NoScript != t.view.NoScript {
		actions = append(actions, emulation.SetScriptExecutionDisabled(v.NoScript))
	}
	if v.Locale != t.view.Locale || v.Signal != t.view.Signal {
		headers := network.Headers{"Accept-Language": v.Locale}
		if v.Signal {
			headers["Sec-GPC"] = "1"
		}
		actions = append(actions, network.SetExtraHTTPHeaders(headers))
	}
	t.view = v
	t.Do(actions...)
}

// View returns how the page is looked at.
func (t *Tab) View() View { return t.view }

// Open goes to an address, waits until the page is there and returns its
// status.
func (t *Tab) Open(url string) int {
	t.tb.Helper()
	return t.Follow(chromedp.ActionFunc(func(ctx context.Context) error {
		return chromedp.Navigate(url).Do(ctx)
	}))
}

// Follow runs actions that lead to another page, waits until it is there and
// returns its status.
func (t *Tab) Follow(actions ...chromedp.Action) int {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	res, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		t.tb.Fatalf("browser, at %s: no other page came: %v", t.at(), err)
	}
	if res == nil {
		return 0
	}
	return int(res.Status)
}

// Problems returns what the browser has complained of, and what it has loaded,
// since the last call.
func (t *Tab) Problems() ([]string, []Load) { return t.watch.take() }
