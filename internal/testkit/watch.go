package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// A watch notes what a tab loads and what the browser complains of.
type watch struct {
	mu    sync.Mutex
	seen  []string // complaints
	loads map[network.RequestID]*Load
	order []network.RequestID
}

// A Load is one thing that a tab has loaded.
type Load struct {
	URL    string
	Type   network.ResourceType
	Status int64
	Bytes  int  // over the wire, headers and all; 0 from the cache
	Cached bool // nothing was asked of the server
	Blocks bool // nothing is painted before it is there
}

func newWatch() *watch { return &watch{loads: map[network.RequestID]*Load{}} }

// note takes an event. Chromium's own words for a page that answers with an
// error are dropped, for which status is right is the test's to say; the loads
// tell it.
func (w *watch) note(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		w.sent(ev)
	case *network.EventResponseReceived:
		if l := w.loads[ev.RequestID]; l != nil {
			l.Status, l.Cached = ev.Response.Status, l.Cached || ev.Response.FromDiskCache
			if l.Status >= 400 && ev.Type != network.ResourceTypeDocument && ev.Type != network.ResourceTypeXHR {
				w.complain("%d for %s %s", l.Status, ev.Type, l.URL)
			}
		}
	case *network.EventRequestServedFromCache:
		if l := w.loads[ev.RequestID]; l != nil {
			l.Cached = true
		}
	case *network.EventLoadingFinished:
		if l := w.loads[ev.RequestID]; l != nil && !l.Cached {
			l.Bytes = int(ev.EncodedDataLength)
		}
	case *network.EventLoadingFailed:
		if l := w.loads[ev.RequestID]; l != nil && !ev.Canceled {
			w.complain("not loaded: %s: %s %s", l.URL, ev.ErrorText, ev.BlockedReason)
		}
	case *log.EventEntryAdded:
		if e := ev.Entry; e.Source != log.SourceNetwork && (e.Level == log.LevelError || e.Level == log.LevelWarning) {
			w.complain("%s: %s", e.Source, e.Text)
		}
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.APITypeError || ev.Type == runtime.APITypeWarning || ev.Type == runtime.APITypeAssert {
			w.complain("console %s: %s", ev.Type, said(ev.Args))
		}
	case *runtime.EventExceptionThrown:
		w.complain("exception: %s", ev.ExceptionDetails.Error())
	case *audits.EventIssueAdded:
		details, _ := json.Marshal(ev.Issue.Details)
		// Chromium does not know "bday", which HTML has and WCAG 1.3.5 asks for.
		if !bytes.Contains(details, []byte("WrongButWellIntendedAutocomplete")) {
			w.complain("%s: %s", ev.Issue.Code, details)
		}
	case *page.EventJavascriptDialogOpening:
		w.complain("dialog: %s", ev.Message)
	}
}

// sent notes a request. A redirect goes on under the id of the request that
// was redirected.
func (w *watch) sent(ev *network.EventRequestWillBeSent) {
	if strings.HasPrefix(ev.Request.URL, "data:") {
		return // an icon of the browser's own boxes; a page of ours may have none
	}
	w.loads[ev.RequestID] = &Load{
		URL: ev.Request.URL, Type: ev.Type,
		Blocks: ev.RenderBlockingBehavior == network.RenderBlockingBehaviorBlocking,
	}
	w.order = append(w.order, ev.RequestID)
}

func (w *watch) complain(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(w.seen, s) {
		w.seen = append(w.seen, s)
	}
}

func said(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		parts = append(parts, string(a.Value)+a.Description)
	}
	return strings.Join(parts, " ")
}

// take returns what was noted since the last take.
func (w *watch) take() ([]string, []Load) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var loads []Load
	for i, id := range w.order {
		if slices.Index(w.order, id) == i {
			loads = append(loads, *w.loads[id])
		}
	}
	seen := w.seen
	w.seen, w.order, w.loads = nil, nil, map[network.RequestID]*Load{}
	return seen, loads
}

func (l Load) String() string {
	return fmt.Sprintf("%6d bytes %s %s %d", l.Bytes, l.Type, l.URL, l.Status)
}
