package e2e

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livingprofile/internal/testkit"
)

func (p *visitor) lang() (lang string) {
	p.t.Helper()
	p.Eval("document.documentElement.lang", &lang)
	return lang
}

func TestKeyboardEdit(t *testing.T) {
	w := open(t)
	const row = "#v-given-name"
	opened := func(t *testing.T) *visitor {
		t.Parallel()
		p := w.newcomer(t, testkit.View{})
		p.to("/data")
		p.tabTo(row + "-edit")
		p.Keys(kb.Enter)
		p.Until(`document.querySelector("` + row + ` form")`)
		p.Until(`document.activeElement.matches("` + row + ` [name=value]")`)
		return p
	}
	t.Run("saves_and_takes_back", func(t *testing.T) {
		p := opened(t)
		p.listen()
		p.Keys("Noor", kb.Enter)
		p.Until(`document.querySelector("` + row + ` .said")`)
		p.wantFocus("v-given-name-edit")
		p.wantHeard("Given name is now “Noor”.")
		p.tabTo(row + " .said button")
		p.Keys(" ")
		p.Until(`document.querySelector("` + row + ` .said:not(:has(button))")`)
		p.wantHeard("Given name is now empty.")
		p.wantFocus("v-given-name-edit")
	})
	t.Run("is_left_without_a_change", func(t *testing.T) {
		p := opened(t)
		p.listen()
		p.Keys("Noor")
		p.tabTo(row + " a.btn")
		p.Keys(kb.Enter)
		p.Until(`document.querySelector("` + row + `-edit")`)
		p.wantFocus("v-given-name-edit")
		p.wantHeard()
		want(t, "nothing is held", p.Has(row+" .none"), true)
	})
	t.Run("is_told_what_is_wrong", func(t *testing.T) {
		t.Parallel()
		p := w.newcomer(t, testkit.View{})
		p.to("/data")
		p.tabTo("#v-phone-edit")
		p.Keys(kb.Enter)
		p.Until(`document.activeElement.matches("#v-phone [name=value]")`)
		p.Keys("twelve", kb.Enter)
		p.Until(`document.querySelector("#v-phone [aria-invalid=true]")`)
		p.wantFocus("f-value")
		var told string
		p.Eval(`document.activeElement.getAttribute("aria-describedby").split(" ").map(id => document.getElementById(id).innerText).join(" ")`, &told)
		wantIn(t, "told at the box", told, "This does not look like a phone number")
		var kept string
		p.Eval(`document.activeElement.value`, &kept)
		want(t, "what was typed", kept, "twelve")
	})
	t.Run("is_told_first_on_a_page_of_its_own", func(t *testing.T) {
		t.Parallel()
		p := w.newcomer(t, testkit.View{})
		p.to("/data/phone/edit")
		p.Fill("[name=value]", "twelve")
		p.Follow(testkit.Key(kb.Enter))
		var first bool
		p.Eval(`document.activeElement.matches(".wrongs")`, &first)
		want(t, "the list of what is wrong has the focus", first, true)
		p.Keys(kb.Tab, kb.Enter)
		p.wantFocus("f-value")
	})
}

// A change that does not get through is said, and the page shows again what
// holds.
func TestTrouble(t *testing.T) {
	t.Parallel()
	p := open(t).newcomer(t, testkit.View{})
	block := func(patterns ...*network.BlockPattern) {
		p.Do(chromedp.ActionFunc(func(ctx context.Context) error {
			return network.SetBlockedURLs().WithURLPatterns(patterns).Do(ctx)
		}))
	}
	p.to("/get")
	p.listen()
	block(&network.BlockPattern{URLPattern: p.w.URL + "/*", Block: true})
	p.Press("#t-repair-tips-email")
	p.Until(`!document.querySelector("#trouble").hidden`)
	p.wantHeard("That did not reach us, so nothing has changed. Please try again.")
	p.wantFocus("trouble")
	var ticked bool
	p.Eval(`document.querySelector("#t-repair-tips-email").checked`, &ticked)
	want(t, "ticked", ticked, false)
	block()
	p.Press("#t-repair-tips-email")
	p.Until(`document.querySelector("#t-repair-tips .said")`)
	want(t, "trouble is over", p.Has("#trouble[hidden]"), true)
	p.Problems()
}
