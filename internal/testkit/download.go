package testkit

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Download clicks what selector finds, and returns the file that the browser
// keeps then, with the name that it gives it.
func (t *Tab) Download(selector string) (name string, body []byte) {
	t.tb.Helper()
	folder := t.tb.TempDir()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	done := make(chan string, 1)
	chromedp.ListenTarget(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *browser.EventDownloadWillBegin:
			name = ev.SuggestedFilename
		case *browser.EventDownloadProgress:
			if ev.State != browser.DownloadProgressStateInProgress {
				done <- ev.GUID
			}
		}
	})
	t.Do(chromedp.ActionFunc(func(ctx context.Context) error {
		info, err := target.GetTargetInfo().Do(ctx)
		if err != nil {
			return err
		}
		return browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllowAndName).
			WithBrowserContextID(info.BrowserContextID).WithDownloadPath(folder).WithEventsEnabled(true).Do(ctx)
	}))
	t.Press(selector)
	select {
	case guid := <-done:
		body, err := os.ReadFile(filepath.Join(folder, guid))
		if err != nil {
			t.tb.Fatalf("browser, at %s: the file was not kept: %v", t.at(), err)
		}
		return name, body
	case <-ctx.Done():
		t.tb.Fatalf("browser, at %s: no file came", t.at())
		return "", nil
	}
}
