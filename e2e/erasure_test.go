package e2e

import (
	"net/http"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// TestErasure: somebody has everything deleted, reads before it what goes, proves
// who they are, and holds the certificate in the end. Nobody signs in as them any
// more.
func TestErasure(t *testing.T) {
	axe(t)
	t.Parallel()
	w := open(t)
	for _, tt := range []struct {
		view                        testkit.View
		value, lost, copied, erased string
	}{
		{testkit.View{Locale: "en", Still: true}, "Lübeck", "Your way in", "Do you want a copy before it is gone?", "The key was destroyed"},
		{testkit.View{Width: 360, Height: 740, Phone: true, Dark: true, Locale: "ja", Still: true}, "金沢", "これまでのご本人としてのログイン", "消える前に、写しを", "どの鍵でも読めません"},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			t.Parallel()
			p := w.newcomer(t, tt.view)
			const form = "main form .main"
			p.to("/data/event-city/edit")
			p.Fill("[name=value]", tt.value)
			p.Go(form)

			p.to("/requests")
			p.Go(`main a[href$="/rights/erasure"]`)
			wantIn(t, "what comes first", p.Text("main"), tt.copied)
			wantIn(t, "what is lost", p.Text("main .plan .lost"), tt.lost)
			want(t, "a day is picked for the person", p.Has("main [name=days]:checked"), false)
			p.looks()
			p.Press("#f-days-0")
			p.Go(form)
			want(t, "a proof is asked for", strings.HasPrefix(p.Path(), base+"/proof"), true)
			p.Go(form)
			p.Open(w.Link(t, p.address))
			p.Go(form)
			want(t, "after the proof", p.Path(), base+"/rights/erasure")
			p.Press("#f-days-0")
			want(t, "asked for", p.Go(form), http.StatusOK)

			path := w.certificate(t, p.address)
			testkit.Eventually(t, "the key's end", func() (bool, bool) {
				p.Open(w.URL + path)
				return true, strings.Contains(p.Text("main"), tt.erased)
			})
			wantIn(t, "the certificate", p.Text("main"), tt.erased)
			if text := p.Text("main"); strings.Contains(text, p.address) || strings.Contains(text, tt.value) {
				t.Errorf("the certificate names who was erased:\n%s", text)
			}
			p.looks()
			p.to("/data")
			want(t, "signed in still", strings.HasPrefix(p.Path(), base+"/sign-in"), true)
			p.quiet()
		})
	}
}
