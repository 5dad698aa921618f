package e2e

import (
	"testing"

	"livingprofile/internal/testkit"
)

// TestSignal is Global Privacy Control as a person meets it: it is said that it
// was received, on every page it touches, and a yes in spite of it is shown as
// one.
func TestSignal(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, v := range map[string]testkit.View{
		"english":  {},
		"japanese": {Locale: "ja", Width: 360, Height: 740, Phone: true},
		"arabic":   {Locale: "ar", Dark: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v.Signal, v.Still = true, true
			p := w.somebody(t, v)
			p.to("/sign-in")
			p.looks()
			p.signIn()
			p.looks() // home
			p.to("/allow")
			want(t, "the row says so", p.Has("#p-recommendations .state.refused"), true)
			p.looks()
			p.Press("#p-recommendations-yes")
			p.Until(`document.querySelector("#p-recommendations .said")`)
			want(t, "the row says that the answer counts", p.Has("#p-recommendations .state.given"), true)
			p.looks()
			p.to("/history")
			p.looks()
			p.quiet()
		})
	}
}

// looks checks the page that is open.
func (p *visitor) looks() {
	p.t.Helper()
	p.accessible()
	p.sound()
	p.narrow()
}

// TestBrandLooks: a brand's own ground, corners and fonts leave everything to be
// read, in light and in dark.
func TestBrandLooks(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, v := range map[string]testkit.View{
		"light":    {},
		"dark":     {Dark: true},
		"japanese": {Locale: "ja", Width: 360, Height: 740, Phone: true},
		"arabic":   {Locale: "ar"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v.Still = true
			p := w.visit(t, v, thomas)
			p.Open(w.URL + "/kawara/sign-in")
			p.looks()
			var fonts string
			p.Eval(`getComputedStyle(document.documentElement).fontFamily`, &fonts)
			wantIn(t, "fonts", fonts, "Georgia")
			p.quiet()
		})
	}
}

// TestReceiptForms: the forms for other programs are offered where the receipt
// is.
func TestReceiptForms(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := w.newcomer(t, testkit.View{Locale: "ar"})
	p.to("/allow/reviews")
	p.Press("#p-reviews-yes")
	p.Until(`document.querySelector("#p-reviews .said")`)
	p.to("/allow")
	p.Go(`#p-reviews a[href*="/receipts/"]`)
	want(t, "Kantara's form", p.Has(`a[href$=".kantara.json"][download]`), true)
	want(t, "the record's form", p.Has(`a[href$=".jsonld"][download]`), true)
	p.looks()
}
