package e2e

import (
	"net/http"
	"slices"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

// reads fails unless a system reads the given name of somebody as value, or that
// it is restricted and no value where value is "".
func (p *visitor) reads(key, when, value string) {
	p.t.Helper()
	got := p.w.told(p.t, key, p.address)
	want(p.t, "what a system reads "+when, got.values["given-name"], value)
	want(p.t, "restricted "+when, slices.Contains(got.restricted, "given-name"), value == "")
}

// TestRestriction: what somebody freezes they see as before, and no system reads
// it, until they end that themselves. Staff see why it is frozen, and have nothing
// to decide. What staff do end, and that the person is told before, is a part of
// TestEvidence.
func TestRestriction(t *testing.T) {
	axe(t)
	t.Parallel()
	w := open(t)
	key := w.brandKey(t, authz.AllBrands)
	for l, tt := range []struct {
		view                      testkit.View
		value, frozen, why, ended string
	}{
		{
			testkit.View{Locale: "en", Still: true},
			"Pat", "Frozen", "I need it for a legal matter", "The freeze is over.",
		},
		{
			testkit.View{Width: 360, Height: 740, Phone: true, Dark: true, Locale: "ja", Still: true},
			"真理", "止めています", "法的な手続きのために必要", "停止を終わりにしました。",
		},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			t.Parallel()
			p := w.newcomer(t, tt.view)
			p.to("/data/given-name/edit")
			p.Fill("[name=value]", tt.value)
			p.Go("main form .main")
			p.reads(key, "before", tt.value)

			p.to("/requests")
			p.Go(`main a[href$="/rights/restriction"]`)
			p.Set("#f-scope", "field-given-name")
			want(t, "without a ground", p.Go("main form .main"), http.StatusUnprocessableEntity)
			p.looks()
			p.Press("#f-ground-claims")
			want(t, "a freeze", p.Go("main form .main"), http.StatusOK)
			request := p.Path()
			wantIn(t, "the request", p.Text("main"), tt.frozen, tt.why)
			p.looks()
			p.reads(key, "while it is frozen", "")
			p.to("/data/given-name")
			wantIn(t, "what the person sees", p.Text("main"), tt.value, tt.frozen)

			d := desk{w.works(t, testkit.View{Locale: tt.view.Locale, Still: true}, authz.DPO)}
			d.takes(request)
			wantIn(t, "why it is frozen", d.Text("main"), tt.why)
			want(t, "staff can end it", d.Has(`[name=move]`), false)
			d.inspect("restriction-desk", l)

			p.Open(w.URL + request)
			want(t, "the end", p.Go(`form[action$="/lift"] button`), http.StatusOK)
			wantIn(t, "said", p.said(), tt.ended)
			p.reads(key, "after that", tt.value)
			p.to("/data/given-name")
			want(t, "frozen after that", p.Has("main .state.frozen"), false)
			p.quiet()
		})
	}
}
