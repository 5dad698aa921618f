package e2e

import (
	"net/http"
	"testing"

	"livingprofile/internal/testkit"
)

// TestWhatIDid looks at the timeline in both languages and both widths, and
// removes one thing from it.
func TestWhatIDid(t *testing.T) {
	axe(t)
	w := open(t)
	for _, who := range []struct{ locale, address, kind string }{{"en", thomas, "order"}, {"ja", aiko, "training-session"}} {
		t.Run(who.locale, func(t *testing.T) {
			p := w.member(t, testkit.View{Locale: who.locale, Still: true}, who.address)
			for _, path := range []string{"/activity", "/activity?kind=" + who.kind, "/data/usual-machine"} {
				want(t, path, p.to(path), http.StatusOK)
				for _, look := range []testkit.View{looks[0], looks[3]} {
					look.Locale, look.Still = who.locale, true
					p.Look(look)
					p.accessible()
				}
				p.narrow()
			}
			if who.kind == "training-session" {
				p.showsMore()
				p.removesOne("/activity?kind=" + who.kind)
			}
		})
	}
}

// showsMore puts what is older below what is shown, on the same page.
func (p *visitor) showsMore() {
	p.t.Helper()
	p.to("/activity")
	p.Until(`!document.querySelector(".htmx-settling,.htmx-added")`)
	p.Press("#more a[rel=next]")
	p.Until(`document.querySelectorAll("section.month li").length === 40`)
	want(p.t, "where the page is", p.Path(), base+"/activity")
}

// removesOne removes the first thing of a timeline.
func (p *visitor) removesOne(path string) {
	p.t.Helper()
	first := func() (address string) {
		p.to(path)
		p.Eval(`document.querySelector("form[action$=remove]").action`, &address)
		return address
	}
	before := first()
	want(p.t, "after it was removed", p.Go("form[action$=remove] button"), http.StatusOK)
	if first() == before {
		p.t.Error("it is still there")
	}
}
