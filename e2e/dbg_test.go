package e2e

import (
	"testing"
	"github.com/chromedp/chromedp/kb"
	"livingprofile/internal/testkit"
)

func TestDbg(t *testing.T) {
	p := open(t).newcomer(t, testkit.View{})
	p.to("/data/phone/edit")
	p.Fill("[name=value]", "twelve")
	p.Follow(pressing(kb.Enter))
	t.Log(p.focus(), p.Path())
	p.Keys(kb.Tab)
	t.Log(p.focus())
	var h string
	p.Eval("document.activeElement.outerHTML + location.href + document.readyState", &h)
	t.Log(h)
	p.Problems()
	p.Keys(kb.Enter)
	p.Eval("new Promise(done => setTimeout(done, 300))", nil)
	t.Log(p.focus(), p.Path())
	a, b := p.Problems()
	t.Log(a, b)
}
