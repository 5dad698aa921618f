package testkit

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Inside returns the frame of another site in the page of t, once it shows an
// address that begins with url. It is a page of its own to the browser.
func (t *Tab) Inside(b *Browser, url string) *Tab {
	t.tb.Helper()
	own := chromedp.FromContext(t.ctx).Target.TargetID
	found := Eventually(t.tb, "the frame of "+url, func() (target.ID, bool) {
		ctx, cancel := context.WithTimeout(cdp.WithExecutor(b.first, chromedp.FromContext(b.first).Browser), patience)
		defer cancel()
		all, err := target.GetTargets().WithFilter(target.Filter{{Type: "iframe"}, {Type: "page"}}).Do(ctx)
		if err != nil {
			t.tb.Fatalf("targets: %v", err)
		}
		var window cdp.BrowserContextID
		for _, one := range all {
			if one.TargetID == own {
				window = one.BrowserContextID
			}
		}
		for _, one := range all {
			if one.Type == "iframe" && one.BrowserContextID == window && strings.HasPrefix(one.URL, url) {
				return one.TargetID, true
			}
		}
		return "", false
	})
	ctx, cancel := chromedp.NewContext(b.first, chromedp.WithTargetID(found))
	t.tb.Cleanup(cancel)
	frame := &Tab{ctx: ctx, tb: t.tb, watch: newWatch(), view: t.view}
	if err := chromedp.Run(ctx); err != nil {
		t.tb.Fatalf("enter the frame: %v", err)
	}
	return frame
}

// WithoutCookies has a browser keep no cookie of a host, whoever shows it.
func WithoutCookies(tb testing.TB, host string) chromedp.ExecAllocatorOption {
	tb.Helper()
	const blocked = 2
	folder, err := os.MkdirTemp("", "livingprofile-browser-")
	if err != nil {
		tb.Fatal(err)
	}
	// A browser that was ended may write for a moment yet.
	tb.Cleanup(func() { _ = os.RemoveAll(folder) })
	preferences, err := json.Marshal(map[string]any{"profile": map[string]any{"content_settings": map[string]any{
		"exceptions": map[string]any{"cookies": map[string]any{host + ",*": map[string]any{"setting": blocked}}},
	}}})
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "Default"), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "Default", "Preferences"), preferences, 0o600); err != nil {
		tb.Fatal(err)
	}
	return chromedp.UserDataDir(folder)
}
