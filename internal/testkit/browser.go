package testkit

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// A Browser is a real Chromium with an empty profile. Tabs share nothing.
type Browser struct{ first context.Context }

// NewBrowser starts Chromium, which ends with the test. Without one the test
// is skipped out loud, or fails where RequireEnv is set.
func NewBrowser(tb testing.TB) *Browser {
	tb.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv(RequireEnv) != "" {
			tb.Fatalf("a browser is required here: %v", err)
		}
		tb.Skip("SKIPPED in the browser: chromium is not installed")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("hide-scrollbars", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	tb.Cleanup(cancel)
	// The first tab holds the browser open for the others.
	first, cancelFirst := chromedp.NewContext(ctx)
	tb.Cleanup(cancelFirst)
	if err := chromedp.Run(first); err != nil {
		tb.Fatalf("start chromium: %v", err)
	}
	return &Browser{first}
}

// A View is how a page is looked at.
type View struct {
	Width, Height int64
	Dark          bool
	Locale        string // sent as Accept-Language
	NoScript      bool
	Reduced       bool // asks for less motion
}

// Tab opens an isolated tab, which closes with the test. Every action in it has
// half a minute.
func (b *Browser) Tab(tb testing.TB, v View) *Tab {
	tb.Helper()
	ctx, cancel := chromedp.NewContext(b.first, chromedp.WithTargetID(b.target(tb)))
	tb.Cleanup(cancel)
	// The first use ties the tab to its context, which must outlive one action.
	if err := chromedp.Run(ctx); err != nil {
		tb.Fatalf("open tab: %v", err)
	}
	t := &Tab{ctx: ctx, tb: tb}
	t.Look(v)
	return t
}

// target opens a window of its own, with cookies of its own.
func (b *Browser) target(tb testing.TB) target.ID {
	tb.Helper()
	ctx, cancel := context.WithTimeout(cdp.WithExecutor(b.first, chromedp.FromContext(b.first).Browser), patience)
	defer cancel()
	jar, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
	if err != nil {
		tb.Fatalf("browser context: %v", err)
	}
	window, err := target.CreateTarget("about:blank").WithBrowserContextID(jar).WithNewWindow(true).Do(ctx)
	if err != nil {
		tb.Fatalf("browser window: %v", err)
	}
	return window
}

// A Tab is a page in the browser. A failed action ends the test.
type Tab struct {
	ctx context.Context
	tb  testing.TB
}

const patience = 30 * time.Second

// Do runs actions.
func (t *Tab) Do(actions ...chromedp.Action) {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		var at string
		_ = chromedp.Run(t.ctx, chromedp.Location(&at))
		t.tb.Fatalf("browser, at %s: %v", at, err)
	}
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
	if v.Reduced {
		motion = "reduce"
	}
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}
	actions := []chromedp.Action{
		network.Enable(),
		emulation.SetDeviceMetricsOverride(v.Width, v.Height, 1, v.Width < 600),
		emulation.SetEmulatedMedia().WithFeatures(features),
		emulation.SetScriptExecutionDisabled(v.NoScript),
	}
	if v.Locale != "" {
		actions = append(actions, network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": v.Locale}))
	}
	t.Do(actions...)
}

// Open goes to an address and waits until the page is there.
func (t *Tab) Open(url string) {
	t.tb.Helper()
	t.Do(chromedp.Navigate(url))
}

// Press clicks what selector finds and waits for the page that follows.
func (t *Tab) Press(selector string) {
	t.tb.Helper()
	t.Do(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
}

// Text returns the text of what selector finds.
func (t *Tab) Text(selector string) string {
	t.tb.Helper()
	var s string
	t.Do(chromedp.Text(selector, &s, chromedp.ByQuery))
	return s
}

// Shot writes a picture of the whole page.
func (t *Tab) Shot(path string) {
	t.tb.Helper()
	var png []byte
	t.Do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		_, _, _, _, _, size, err := page.GetLayoutMetrics().Do(ctx)
		if err != nil {
			return err
		}
		png, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).
			WithClip(&page.Viewport{Width: size.Width, Height: size.Height, Scale: 1}).Do(ctx)
		return err
	}))
	if err := os.WriteFile(path, png, 0o600); err != nil {
		t.tb.Fatal(err)
	}
}
