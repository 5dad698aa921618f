package e2e

import (
	"testing"

	"livingprofile/internal/testkit"
)

// TestAsked: somebody who comes to a brand that lacks something sees that
// alone, and shares it, types it or says no, in two languages.
func TestAsked(t *testing.T) {
	t.Parallel()
	w := &world{testkit.NewSite(t, testkit.SiteOptions{}), open(t).browser}
	for _, tt := range []struct {
		view                                  testkit.View
		address, share, saved, declined, told string
	}{
		{testkit.View{Width: 1280, Height: 900, Locale: "en"}, thomas, "Saved: Kawara may have this", "You share this until", "You do not share this", "with Kawara until"},
		{testkit.View{Width: 360, Height: 740, Phone: true, Dark: true, Locale: "ja"}, aiko, "保存しました。", "まで渡しています", "渡していません", "までかわらに渡す"},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			p := w.visit(t, tt.view, tt.address)
			p.Open(w.URL + "/kawara/sign-in")
			p.Fill("input[name=address]", p.address)
			p.Go("main form .main")
			p.Open(w.Link(t, p.address))
			p.Go("main form .main")
			want(t, "asked on arrival", p.Has(`.attention a[href="/kawara/asked"]`), true)
			p.looks()

			p.Go(`.attention a[href="/kawara/asked"]`)
			want(t, "only what is missing", p.Has("#q-event-city") && !p.Has("#q-main-instrument"), true)
			p.looks()
			p.Press(`#q-event-city input[value="30"]`)
			p.Go(`#q-event-city button[value=yes]`)
			wantIn(t, "what was saved", p.said(), tt.share)
			wantIn(t, "the answer", p.Text("#q-event-city"), tt.saved)
			p.looks()
			p.Go(`#q-event-city button[value=no]`)
			wantIn(t, "the other answer", p.Text("#q-event-city"), tt.declined)
			p.Open(w.URL + "/kawara/history")
			wantIn(t, "history", p.Text("main"), tt.told)
			p.Open(w.URL + "/kawara")
			want(t, "asked again", p.Has(`.attention a[href="/kawara/asked"]`), false)
		})
	}
}
