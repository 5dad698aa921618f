package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livingprofile/internal/authz"
	"livingprofile/internal/id"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// complains files a complaint of somebody, each time another one.
func (w *world) complains(t *testing.T, address string) rights.Request {
	t.Helper()
	return w.asksFor(t, address, rights.Complaint,
		rights.Matter{Text: "Nobody wrote back.", Scope: rights.CategoryScope, Name: id.New()}, rights.Proof{Method: "link"})
}

// TestRequestDesk answers a request as a data protection officer does, by mouse
// and by keyboard, and looks at every state of the pages on the way.
func TestRequestDesk(t *testing.T) {
	axe(t)
	w := open(t)
	for l, locale := range []string{"en", "ja"} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			p := w.works(t, testkit.View{Locale: locale, Still: true}, authz.DPO)
			r := w.complains(t, layla)
			path := w.console() + "/requests/" + string(r.ID)
			look := func(name string, status, want int) {
				t.Helper()
				if status != want {
					t.Errorf("%s: got %d, want %d", name, status, want)
				}
				p.inspect("requests-"+name, l)
			}
			look("queue", p.Open(w.console()+"/requests"), http.StatusOK)
			wantIn(t, "the queue", p.Text("main"), r.Number)
			look("none", p.Open(w.console()+"/requests?due=overdue&law=CH"), http.StatusOK)
			look("shut", p.Open(path), http.StatusOK)
			look("decision", p.Go("main .note button.main"), http.StatusOK)
			look("wrong", p.Go("main .acts button.main"), http.StatusUnprocessableEntity)
			p.Press("#f-move-fulfil")
			p.Fill("textarea[name=note]", "Sorry. We answer today.")
			look("preview", p.Go("main .acts button:not(.main)"), http.StatusOK)
			wantIn(t, "the letter", p.Text("main form .note"), "Sorry. We answer today.")
			for _, tab := range []string{"data", "tasks", "messages"} {
				look(tab, p.Open(path+"?tab="+tab), http.StatusOK)
			}
			p.Open(path)
			p.Press("#f-move-fulfil")
			p.Fill("textarea[name=note]", "Sorry. We answer today.")
			look("done", p.Go("main .acts button.main"), http.StatusOK)
			row, err := w.DB.RequestRow(t.Context(), r.ID)
			if err != nil || row.State != rights.Fulfilled {
				t.Errorf("got %s, %v", row.State, err)
			}
			look("laws", p.Open(w.console()+"/laws"), http.StatusOK)
			look("intake", p.Open(w.console()+"/intake"), http.StatusOK)
			p.Fill("input[name=identifier]", layla)
			look("intake-found", p.Go("main form .main"), http.StatusOK)
			look("intake-kinds", p.Go("main tbody a"), http.StatusOK)
			look("intake-form", p.Go(`main a[href$="kind=erasure"]`), http.StatusOK)
			look("intake-wrong", p.Go("main form .main"), http.StatusUnprocessableEntity)
		})
	}
}

// TestRequestKeys moves, ticks, assigns and goes on without a mouse.
func TestRequestKeys(t *testing.T) {
	w := open(t)
	r := w.complains(t, layla)
	p := w.works(t, testkit.View{}, authz.DPO)
	p.Open(w.console() + "/requests?assignee=-&brand=kawara")
	press := func(key string) { p.Do(chromedp.KeyEvent(key)) }
	at := func() string {
		var href string
		p.Do(chromedp.Evaluate(`document.activeElement.closest("tr")?.querySelector("a").pathname ?? ""`, &href))
		return href
	}
	own := "/console/requests/" + string(r.ID)
	for range 30 {
		if press("j"); at() == own {
			break
		}
	}
	if at() != own {
		t.Fatalf("j leads to %q, never to %s", at(), own)
	}
	press("x")
	var ticked int
	p.Do(chromedp.Evaluate(`document.querySelectorAll(".pick input:checked").length`, &ticked))
	if ticked != 1 {
		t.Errorf("x ticked %d rows", ticked)
	}
	press("a")
	var focused string
	p.Do(chromedp.Evaluate(`document.activeElement.name`, &focused))
	want(t, "after a", focused, "to")
	p.Go("[data-assign] button")
	row, err := w.DB.RequestRow(t.Context(), r.ID)
	if err != nil || row.Assignee == "" {
		t.Errorf("assigned to %q, %v", row.Assignee, err)
	}
	if got := p.Path(); !strings.HasPrefix(got, "/console/requests?") {
		t.Errorf("got %s, want the queue as it was", got)
	}
	w.complains(t, thomas)
	p.Open(w.console() + "/requests/" + string(r.ID))
	want(t, "status of the next", p.Follow(chromedp.KeyEvent("n")), http.StatusOK)
	if got := p.Path(); !strings.HasPrefix(got, "/console/requests/") || strings.HasSuffix(got, string(r.ID)) {
		t.Errorf("n leads to %s, want another request", got)
	}
}
