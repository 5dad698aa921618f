package e2e

import (
	"net/http"
	"strconv"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

// TestConsoleBrands: the pages of a brand in every language, a preview that
// follows what is typed, a colour that is refused and one that is saved.
func TestConsoleBrands(t *testing.T) {
	axe(t)
	w := open(t)
	p := w.works(t, testkit.View{Still: true}, authz.Administrator)
	brand := w.console() + "/brands/kawara"
	for l, seen := range []struct {
		locale string
		pages  []string
	}{
		{"en", []string{"", "/kawara/asked", "/kawara/embed?section=data"}},
		{"ja", []string{"/kawara/basics", "/kawara/reach", "/kawara/look"}},
		{"ar", []string{"/kawara/embed", "/kawara/look"}},
	} {
		t.Run(seen.locale, func(t *testing.T) {
			p := p.in(t)
			p.Look(testkit.View{Locale: seen.locale, Still: true})
			for i, path := range seen.pages {
				want(t, path, p.Open(w.console()+"/brands"+path), http.StatusOK)
				p.inspect("console-brands-"+strconv.Itoa(i), i+2*l)
			}
			want(t, "language", p.lang(), seen.locale)

			p.Open(brand + "/look")
			p.Fill("#f-accent", "#ffd400")
			p.Until(`document.querySelector("#preview link").href.includes("ffd400")`)
			wantIn(t, "the preview", p.Text("#preview"), "#796a09", "1.2:1")
			want(t, "what was typed", p.value("#f-accent"), "#ffd400")
			p.Fill("#f-accent", "yellow")
			want(t, "no colour", p.Go("main form .main"), http.StatusUnprocessableEntity)
			want(t, "where the keyboard is", p.Has(".wrongs:focus"), true)
			p.inspect("console-brand-wrong", 3-l)
		})
	}
	p.Look(testkit.View{Locale: "ja", Still: true})
	p.Open(brand + "/look")
	p.Fill("#f-accent", "#a8401e")
	want(t, "a colour", p.Go("main form .main"), http.StatusOK)
	wantIn(t, "the page", p.Text("main"), "ブランドを保存しました")
	want(t, "the portal", p.Open(w.URL+"/kawara/sign-in"), http.StatusOK)
	var accent string
	p.Eval(`getComputedStyle(document.documentElement).getPropertyValue("--accent")`, &accent)
	want(t, "the accent that people see", accent, "#a8401e")
}

// value is what a box holds.
func (p *visitor) value(selector string) (value string) {
	p.t.Helper()
	p.Eval(`document.querySelector("`+selector+`").value`, &value)
	return value
}
