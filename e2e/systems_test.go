package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

// neighbourhood is a world of its own, with a newsletter tool that fails, a feed
// that can be asked, and two systems that contradict each other.
func neighbourhood(t *testing.T) *world {
	t.Helper()
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/feed" {
			_, _ = w.Write([]byte(`{"contacts":[{"event":1,"number":"C-1000001","mobile":"+81-90-0000-5555"},{"event":2}]}`))
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(outside.Close)
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(outside.URL, "http://")}
	}})
	w := &world{s, open(t).browser}
	n := demo.Neighbours{Newsletter: outside.URL + "/hooks", Feed: outside.URL + "/feed"}
	if _, err := s.ConnectAll(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if _, err := s.FeedKey(demo.FeedSecret); err != nil {
		t.Fatal(err)
	}
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	c.Answer("hibiki", "newsletter", "yes")
	testkit.Eventually(t, "an attempt that fails", func() (bool, bool) {
		hours, err := s.DB.Hours(t.Context(), demo.Newsletter+"/"+demo.Endpoint, s.Clock.Now().AddDate(0, 0, -1))
		return true, err == nil && len(hours) > 0
	})
	w.contradict(t, n)
	return w
}

// contradict has two systems of one rank say different things of one moment.
func (w *world) contradict(t *testing.T, n demo.Neighbours) {
	t.Helper()
	draft, err := demo.Connected(n)
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		if sys := &draft.Declared.Systems[i]; sys.Name == demo.CRM || sys.Name == demo.Shop {
			sys.Rank = 15
		}
	}
	if _, err := w.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		t.Fatal(err)
	}
	subject, err := w.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	at := w.Clock.Now()
	for system, phone := range map[string]string{demo.CRM: "+81398765432", demo.Shop: "+81312345678"} {
		_, err := w.Door.Take(t.Context(), inbound.Sender{System: system}, []inbound.Item{{
			Subject: subject, Attributes: map[string]profile.Claim{"phone": {Value: phone, Origin: profile.Provided, At: at}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSystemPages looks at the pages about connected systems, in every state,
// for whatever keeps somebody from reading or using them.
func TestSystemPages(t *testing.T) {
	axe(t)
	w := neighbourhood(t)
	const endpoint = "/systems/" + demo.Newsletter + "/endpoints/" + demo.Endpoint
	look := func(p *visitor, i int, name string, status, want int) {
		t.Helper()
		if status != want {
			t.Errorf("%s: got %d, want %d", name, status, want)
		}
		p.inspect("console-"+name, i)
	}
	t.Run("systems", func(t *testing.T) {
		t.Parallel()
		p := w.works(t, testkit.View{Locale: "en", Still: true}, authz.Administrator)
		look(p, 0, "systems", p.Open(w.console()+"/systems"), http.StatusOK)
		look(p, 1, "system", p.Open(w.console()+"/systems/newsletter"), http.StatusOK)
		look(p, 2, "endpoint", p.Open(w.console()+endpoint), http.StatusOK)
		look(p, 3, "endpoint-wrong", p.Go("form[action$=replay] .btn"), http.StatusUnprocessableEntity)
		look(p, 0, "endpoint-secret", p.Go("form[action$=secret] .btn"), http.StatusOK)
		p.Fill("form[action$=pause] input[name=reason]", "They are moving")
		look(p, 1, "endpoint-paused", p.Go("form[action$=pause] .btn"), http.StatusOK)
		look(p, 2, "delivery", p.Go("section .scroll tbody th a[href*=deliveries]"), http.StatusOK)
		look(p, 3, "system-feed", p.Open(w.console()+"/systems/crm"), http.StatusOK)
		look(p, 0, "feed", p.Open(w.console()+"/systems/crm/feed"), http.StatusOK)
		look(p, 1, "feed-tried", p.Go("button[value=feed]"), http.StatusOK)
		p.Set("textarea[name=feed]", "map: {fields: {shop-note: x}}")
		look(p, 2, "feed-wrong", p.Go("main .btn.main"), http.StatusUnprocessableEntity)
	})
	t.Run("sendings", func(t *testing.T) {
		t.Parallel()
		p := w.works(t, testkit.View{Locale: "ar", Still: true}, authz.DPO)
		p.Open(w.console() + "/audiences")
		for box, value := range map[string]string{
			"#f-name": "pianists", "#f-purpose": "recommendations", "#f-brand": "hibiki",
			"[name='what.1.1']": "field:main-instrument", "[name='compare.1.1']": "known",
		} {
			p.Set(box, value)
		}
		p.Go("main form .main")
		path, endpoint := p.Path(), ""
		p.Eval(`document.querySelector("#f-how option[value*='/']").value`, &endpoint)
		p.Set("#f-how", endpoint)
		p.Fill("[name=reason]", "The fair in March.")
		look(p, 1, "audience-asked", p.Go("[aria-labelledby=take] form .btn"), http.StatusOK)
		second := w.works(t, testkit.View{Still: true}, authz.DPO)
		look(second, 2, "approvals-waiting", second.Open(w.console()+"/approvals"), http.StatusOK)
		look(second, 0, "approved", second.Go("main form button[value=yes]"), http.StatusOK)
		p.Open(strings.TrimSuffix(w.console(), "/console") + path)
		look(p, 3, "audience-sent", p.Go("form[action$=send] button[value=send]"), http.StatusOK)
		want(t, "a sending is listed", p.Has("table caption"), true)
	})
	t.Run("conflicts", func(t *testing.T) {
		t.Parallel()
		r := w.works(t, testkit.View{Locale: "ja", Still: true}, authz.Reviewer)
		look(r, 0, "conflicts", r.Open(w.console()+"/conflicts"), http.StatusOK)
		look(r, 1, "conflict-why", r.Go("main tbody a"), http.StatusOK)
		r.Press("#f-reason-question")
		look(r, 2, "conflict", r.Go("main form .main"), http.StatusOK)
		r.Fill("input[name=reason]", "電話で確かめました")
		look(r, 3, "conflict-wrong", r.Go("main form .main"), http.StatusUnprocessableEntity)
	})
}
