package e2e

import (
	_ "embed"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"livingprofile/internal/testkit"
)

//go:embed focus.js
var focusScript string

//go:embed heard.js
var heardScript string

// A focus is what has the keyboard, and how it looks.
type focus struct {
	ID, Name, Cover  string
	Index, Count     int // among all that the keyboard can reach, as the page has them
	Seen, Ring, Main bool
	Top, Bottom      float64
}

func (p *visitor) focus() focus {
	p.t.Helper()
	var f focus
	p.Eval("("+focusScript+")()", &f)
	return f
}

// TestKeyboardWalk goes through pages by Tab alone: everything is reached, in
// the order of the page, and whoever sees can tell where they are (WCAG 2.1.1,
// 2.4.3, 2.4.7, 2.4.11).
func TestKeyboardWalk(t *testing.T) {
	w := open(t)
	for name, v := range map[string]testkit.View{
		"desk":  {},
		"phone": {Width: 360, Height: 740, Phone: true},
		"rtl":   {Width: 1280, Height: 700, Locale: "ar"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v.Still = true
			p := w.newcomer(t, v)
			for _, path := range []string{"", "/allow", "/data", "/data/given-name/edit", "/get", "/safety"} {
				p.to(path)
				p.walk(path)
			}
		})
	}
}

// walk goes once round the page.
func (p *visitor) walk(path string) {
	p.t.Helper()
	next := 0
	var before focus
	for range 400 {
		p.Keys(kb.Tab)
		f := p.focus()
		if f.Name == "" || (f.Index == 0 && next > 1) {
			break
		}
		if f.Name == before.Name && f.Index == before.Index {
			continue // a box for dates has a stop for each part
		}
		if f.Index != next {
			p.t.Errorf("%s: got stop %d after %s, want %d: %s", path, f.Index, before.Name, next, f.Name)
		}
		if !f.Seen || f.Cover != "" {
			p.t.Errorf("%s: %s has the focus and is not to be seen: behind %q", path, f.Name, f.Cover)
		}
		if !f.Ring {
			p.t.Errorf("%s: %s does not look focused", path, f.Name)
		}
		if f.Main && before.Main && f.Bottom <= before.Top {
			p.t.Errorf("%s: the focus jumps up from %s to %s", path, before.Name, f.Name)
		}
		next, before = f.Index+1, f
	}
	if next == 0 || next != before.Count {
		p.t.Errorf("%s: got to %d of %d stops", path, next, before.Count)
	}
}

// tabTo goes on by Tab until what selector finds has the focus.
func (p *visitor) tabTo(selector string) {
	p.t.Helper()
	for range 200 {
		p.Keys(kb.Tab)
		var there bool
		p.Eval("document.activeElement.matches(`"+selector+"`)", &there)
		if there {
			return
		}
	}
	p.t.Fatalf("%s: Tab never comes to %s", p.Path(), selector)
}

// listen notes from now on what a screen reader would say of itself.
func (p *visitor) listen() { p.t.Helper(); p.Eval("("+heardScript+")()", nil) }

// wantHeard fails unless exactly this was said, once.
func (p *visitor) wantHeard(words ...string) {
	p.t.Helper()
	var got []string
	p.Eval("window.heard()", &got)
	if !slices.Equal(got, words) {
		p.t.Errorf("said to those who do not see: got %q, want %q", got, words)
	}
}

func (p *visitor) wantFocus(id string) {
	p.t.Helper()
	// htmx gives the focus back a moment after the row is there.
	p.Eval(`new Promise(done => {
		const end = Date.now() + 3000;
		(function look() { document.activeElement.id === "`+id+`" || Date.now() > end ? done() : setTimeout(look, 20) })();
	})`, nil)
	if got := p.focus(); got.ID != id {
		p.t.Errorf("focus: got %s, want #%s", got.Name, id)
	}
}

func TestKeyboard(t *testing.T) {
	w := open(t)
	t.Run("skips_to_the_content", func(t *testing.T) {
		t.Parallel()
		p := w.visit(t, testkit.View{}, "")
		p.to("/sign-in")
		p.Keys(kb.Tab)
		if f := p.focus(); !f.Seen || f.Cover != "" || f.Index != 0 {
			t.Errorf("the first stop: got %+v, want a link to the content that is seen", f)
		}
		p.Keys(kb.Enter, kb.Tab)
		if f := p.focus(); !f.Main {
			t.Errorf("after it: got %s, want something of the content", f.Name)
		}
	})
	t.Run("opens_and_closes_menus", func(t *testing.T) {
		t.Parallel()
		p := w.visit(t, testkit.View{}, "")
		p.to("/sign-in")
		p.tabTo(".tongue summary")
		p.Keys(kb.Enter, kb.Tab)
		if f := p.focus(); !f.Seen || f.Cover != "" {
			t.Errorf("in the open menu: got %+v", f)
		}
		p.Keys(kb.Escape)
		want(t, "closed by Escape", p.Has(".tongue[open]"), false)
		var back bool
		p.Eval(`document.activeElement.matches(".tongue summary")`, &back)
		want(t, "focus goes back to what opened it", back, true)
		p.Keys(kb.Enter)
		want(t, "opened again", p.Has(".tongue[open]"), true)
		p.tabTo("[name=address]")
		want(t, "closed by leaving", p.Has(".tongue[open]"), false)
		p.to("/sign-in")
		p.tabTo(".tongue summary")
		p.Keys(kb.Enter)
		p.tabTo(".tongue button[lang=ja]")
		p.Follow(testkit.Key(kb.Enter))
		want(t, "language", p.lang(), "ja")
	})
	t.Run("answers", func(t *testing.T) {
		t.Parallel()
		p := w.newcomer(t, testkit.View{})
		p.to("/allow")
		p.tabTo("#p-reviews-yes")
		p.listen()
		p.Keys(kb.Enter)
		p.Until(`document.querySelector("#p-reviews-yes[aria-pressed=true]")`)
		p.wantFocus("p-reviews-yes")
		p.wantHeard("Saved: yes to “Show my reviews with my first name”.")
		p.Keys(kb.Tab, " ")
		p.Until(`document.querySelector("#p-reviews-no[aria-pressed=true]")`)
		p.wantFocus("p-reviews-no")
		p.wantHeard("Saved: your yes to “Show my reviews with my first name” is taken back.")
		want(t, "yes is no longer pressed", p.Has("#p-reviews-yes[aria-pressed=false]"), true)
	})
	t.Run("answers_for_all_below", func(t *testing.T) {
		t.Parallel()
		p := w.newcomer(t, testkit.View{})
		p.to("/allow")
		p.tabTo("#p-marketing-no")
		p.Follow(testkit.Key(kb.Enter))
		want(t, "said", p.said(), "Saved: no to “Write to me about new things”.")
		p.Keys(kb.Tab)
		if f := p.focus(); !f.Main || f.Index == 0 {
			t.Errorf("goes on from the row: got %s", f.Name)
		}
	})
	t.Run("ticks_topics", func(t *testing.T) {
		t.Parallel()
		p := w.newcomer(t, testkit.View{})
		p.to("/get")
		p.tabTo("#t-repair-tips-email")
		p.listen()
		p.Keys(" ")
		p.Until(`document.querySelector("#t-repair-tips .said")`)
		p.wantFocus("t-repair-tips-email")
		p.wantHeard("Saved: “Care and repair” comes by E-mail.")
	})
}
