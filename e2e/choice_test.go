package e2e

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/testkit"
)

// A press is how one of the two buttons of a choice looks.
type press struct {
	Width, Height, Top float64
	Style              map[string]string
	Pressed            string
}

// pressesScript returns every choice of the page as its two buttons.
const pressesScript = `[...document.querySelectorAll(".choice")].map(c => [...c.querySelectorAll("button")].map(b => {
	const r = b.getBoundingClientRect(), s = getComputedStyle(b), style = {};
	for (const k of ["color", "backgroundColor", "backgroundImage", "borderTopWidth", "borderTopColor", "fontSize", "fontWeight",
		"fontFamily", "opacity", "boxShadow", "textDecorationLine", "paddingInlineStart", "paddingInlineEnd", "cursor", "filter"]) style[k] = s[k];
	return {width: r.width, height: r.height, top: r.top, style, pressed: b.getAttribute("aria-pressed")};
}))`

func (p *visitor) presses() (all [][]press) {
	p.t.Helper()
	p.Eval(pressesScript, &all)
	return all
}

// TestSamePress proves that a yes and a no weigh the same, wherever one is
// asked for: the size, the colours, the number of steps; and that nothing is
// answered for somebody who has not answered (EDPB guidelines 3/2022).
func TestSamePress(t *testing.T) {
	w := open(t)
	for name, v := range map[string]testkit.View{
		"desk":      {},
		"phone":     {Width: 360, Height: 740, Phone: true, Dark: true},
		"rtl":       {Locale: "ar", Dark: true},
		"japanese":  {Locale: "ja"},
		"no_script": {NoScript: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v.Still = true
			p := w.newcomer(t, v)
			p.nothingIsTicked()
			p.to("/allow")
			p.samePress()
			p.to("/allow/newsletter")
			p.samePress()
			p.sameSteps()
		})
	}
}

func (p *visitor) nothingIsTicked() {
	p.t.Helper()
	for _, path := range []string{"/allow", "/allow/newsletter", "/allow/fraud", "/get", "/get?scope=all"} {
		p.to(path)
		for _, selector := range []string{".choice [aria-pressed=true]", "main [type=checkbox]:checked", "main [type=checkbox][checked]"} {
			if p.Has(selector) {
				p.t.Errorf("%s of somebody new: %s is there", path, selector)
			}
		}
	}
	want(p.t, "topics to choose from", p.Has("main [type=checkbox]"), true)
}

func (p *visitor) samePress() {
	p.t.Helper()
	all := p.presses()
	if len(all) == 0 {
		p.t.Errorf("%s: no choice", p.Path())
	}
	for i, c := range all {
		if len(c) != 2 {
			p.t.Fatalf("%s: choice %d has %d buttons", p.Path(), i, len(c))
		}
		if diff := cmp.Diff(c[1], c[0]); diff != "" {
			p.t.Errorf("%s: yes and no of choice %d differ (-no +yes):\n%s", p.Path(), i, diff)
		}
	}
}

// sameSteps gives an answer and takes it back, by one press each, and compares
// a pressed yes with a pressed no.
func (p *visitor) sameSteps() {
	p.t.Helper()
	pressed := map[string]press{}
	for _, answer := range []string{"yes", "no", "yes", "no"} {
		p.to("/allow/reviews")
		p.Press("#p-reviews-" + answer)
		p.Until(`document.querySelector("#p-reviews:has(.said) #p-reviews-` + answer + `[aria-pressed=true]")`)
		p.Do(away())
		for _, b := range p.presses()[0] {
			if b.Pressed == "true" {
				b.Top = 0
				pressed[answer] = b
			}
		}
	}
	if yes, no := pressed["yes"], pressed["no"]; yes.Pressed == "" || !reflect.DeepEqual(yes, no) {
		p.t.Errorf("pressed, yes and no differ (-no +yes):\n%s", cmp.Diff(no, yes))
	}
}
