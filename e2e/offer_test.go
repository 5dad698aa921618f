package e2e

import (
	"net/http"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
	"livingprofile/internal/transfer"
)

// declares has a site declare another controller.
func declares(t *testing.T, s *testkit.Site, c transfer.Controller) {
	t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	draft.Declared.Controllers = []transfer.Controller{c}
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "apply"}}); err != nil {
		t.Fatal(err)
	}
}

// TestOffer: somebody has their data sent from one installation to another, and
// picks there, without a script, what counts.
func TestOffer(t *testing.T) {
	axe(t)
	t.Parallel()
	near := testkit.SiteOptions{Set: func(s *wire.Settings) { s.Outbound = []string{"127.0.0.1"} }}
	browser := open(t).browser
	there, here := &world{testkit.NewSite(t, near), browser}, &world{testkit.NewSite(t, near), browser}
	key, err := there.TransferKey()
	if err != nil {
		t.Fatal(err)
	}
	name := i18n.Text{"en": "the town choir", "ja": "町の合唱団", "ar": "جوقة البلدة"}
	declares(t, there.Site, transfer.Controller{Name: "choir", Label: name, URL: here.URL + transfer.TakePath})
	declares(t, here.Site, transfer.Controller{Name: "choir", Label: name, Key: key.Public()})
	subject, err := there.Identity.ByEmail(t.Context(), aiko)
	if err != nil {
		t.Fatal(err)
	}
	e := profile.Editor{Subject: subject, Actor: ledger.Self(subject), Brand: "hibiki"}
	for field, value := range map[string]string{"delivery-city": "大津市", "event-city": "神戸市"} {
		if _, err := there.Profile.Correct(t.Context(), e, field, value); err != nil {
			t.Fatal(err)
		}
	}

	p := there.member(t, testkit.View{Locale: "ja"}, aiko)
	p.to("/proof?next=/hibiki/rights/portability")
	p.Go("main form .main")
	p.Open(there.Link(t, aiko))
	p.Go("main form .main")
	p.Press("#f-scope-controller-choir")
	p.Fill("input[name=text]", "会員42")
	p.Go("main form .main")
	testkit.Eventually(t, "what was sent", func() (int, bool) {
		n, err := here.DB.WaitingFrom(t.Context(), "choir")
		return n, err == nil && n == 1
	})

	p = here.member(t, testkit.View{Width: 360, Height: 740, Phone: true, Locale: "ja", NoScript: true, Still: true}, aiko)
	wantIn(t, "the first page", p.Text(".attention"), "町の合唱団")
	if got := p.Go(`.attention a[href*="/offers/"]`); got != http.StatusOK {
		t.Fatalf("the offer: got %d", got)
	}
	want(t, "ticked before anybody did", p.Has("main input:checked"), false)
	if got := p.Go("main button[value=take]"); got != http.StatusUnprocessableEntity {
		t.Errorf("nothing picked: got %d, want 422", got)
	}
	p.Press("#f-take-delivery-city")
	plain := p.View()
	checked := plain
	checked.NoScript = false // axe is one
	p.Look(checked)
	p.sound()
	p.accessible()
	p.narrow()
	p.Look(plain)
	p.quiet()
	p.Go("main button[value=take]")
	wantIn(t, "what is said", p.said(), "引き継ぎました")
	wantIn(t, "the value", p.Text("#v-delivery-city"), "大津市", "町の合唱団から引き継ぎ")
	want(t, "what was not picked", strings.Contains(p.Text("main"), "神戸市"), false)
}
