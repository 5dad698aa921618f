package e2e

import (
	"net/http"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// TestAskAndMachines goes from the page for whoever is not signed in, over the
// mail, to what a machine decided: reads it, says something, and asks for a
// human.
func TestAskAndMachines(t *testing.T) {
	axe(t)
	w := open(t)
	for l, locale := range []string{"en", "ja"} {
		t.Run(locale, func(t *testing.T) {
			address := []string{thomas, aiko}[l]
			p := w.visit(t, testkit.View{Locale: locale, Still: true}, address)
			look := func(name string, status int) {
				t.Helper()
				want(t, "status of "+name, status, http.StatusOK)
				p.sound()
				if l == 0 { // these are the same in each language
					p.accessible()
					p.narrow()
				}
				p.quiet()
			}
			look("ask", p.to("/ask"))
			p.Go(`main a[href*="rights%2Fautomated"]`)
			p.Fill("input[name=address]", address)
			p.Go("main form .main")
			p.Open(w.Link(t, address))
			p.Go("main form .main")
			want(t, "after the mail", p.Path(), base+"/rights/automated")

			p.to("/automated")
			look("machine", p.Go("main .rows h3 a"))
			decision := p.Path()
			p.Fill("main form [name=text]", "I paid.")
			look("machine-said", p.Go("main form .btn"))
			want(t, "when it was said", p.Has("main form .soft time"), true)
			look("machine-human", p.Go(`main a[href*="rights/automated"]`))
			p.Fill("main form [name=text]", "Please look again.")
			look("machine-asked", p.Go("main form .main"))
			if got := p.Path(); !strings.HasPrefix(got, base+"/requests/") {
				t.Errorf("got %s, want the request", got)
			}
			p.Open(w.URL + decision)
			want(t, "a way to the request", p.Has(`main a[href*="/requests/"]`), true)
		})
	}
}
