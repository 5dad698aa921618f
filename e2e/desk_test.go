package e2e

import (
	"context"
	"net/http"
	"strings"
	"time"

	"livingprofile/internal/rights"
)

// A desk is a staff member who answers what somebody asks for in the portal.
type desk struct{ *visitor }

// takes opens in the console the request that the person reads at path.
func (d desk) takes(path string) {
	d.t.Helper()
	d.Open(d.w.console() + path[strings.Index(path, "/requests/"):])
	want(d.t, "a request opened", d.Go("main .note button.main"), http.StatusOK)
}

// tab opens a part of the request that is open.
func (d desk) tab(name string) {
	d.t.Helper()
	want(d.t, "the part "+name, d.Go(`main .views a[href$="?tab=`+name+`"]`), http.StatusOK)
}

// answers makes a move with words to the person.
func (d desk) answers(move rights.Move, words string) int {
	d.t.Helper()
	d.Press("#f-move-" + string(move))
	d.Fill("textarea[name=note]", words)
	return d.Go("main .acts button.main")
}

// gets waits for the mail that says words.
func (p *visitor) gets(words string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	for {
		m, err := p.w.Box.Wait(ctx, p.address)
		if err != nil {
			p.t.Fatalf("no mail that says %q: %v", words, err)
		}
		if strings.Contains(m.Text, words) {
			return
		}
	}
}
