package e2e

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"livingprofile/internal/authz"
	"livingprofile/internal/staff"
	"livingprofile/internal/testkit"
)

// plug gives the window an authenticator, as a security key or a phone is one.
// known tells whether it has checked who uses it.
func (p *visitor) plug(known bool) {
	p.t.Helper()
	p.Do(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: known, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
}

// console is where staff reach the console of the world: by a name, for passkeys
// belong to one.
func (w *world) console() string {
	return strings.Replace(w.URL, "127.0.0.1", "localhost", 1) + "/console"
}

// invite returns a link for somebody new.
func (w *world) invite(t *testing.T, r authz.Role) string {
	t.Helper()
	_, token, err := w.Staff.Invite(t.Context(), staff.By{}, staff.Member{Name: "Mika Mori", Email: "mori@example.com", Role: r})
	if err != nil {
		t.Fatal(err)
	}
	return w.InviteURL(token)
}

// works opens a window for a staff member of a role, who comes in by an
// invitation and a passkey.
func (w *world) works(t *testing.T, v testkit.View, r authz.Role) *visitor {
	t.Helper()
	p := w.visit(t, v, "")
	p.plug(true)
	p.Open(w.invite(t, r))
	p.Go("form[data-passkey] button")
	if got := p.Path(); got != "/console" {
		t.Fatalf("got %s after making a passkey, want /console", got)
	}
	return p
}

// TestPasskey: an invitation makes a passkey, the passkey signs in again, and
// nothing else does.
func TestPasskey(t *testing.T) {
	w := open(t)
	p := w.works(t, testkit.View{}, authz.DPO)
	wantIn(t, "the first page", p.Text("main"), "Your passkey is made", "Today")

	p.Go(".leave button")
	want(t, "after signing out", p.Path(), "/console/sign-in")
	want(t, "the console, signed out", p.Open(w.console()+"/audit"), http.StatusOK)
	want(t, "the way in", p.Path(), "/console/sign-in?next=%2Fconsole%2Faudit")
	p.Go("form[data-passkey] button")
	want(t, "after signing in with the passkey", p.Path(), "/console/audit")

	t.Run("a_device_that_does_not_check_its_user_is_refused", func(t *testing.T) {
		p := w.visit(t, testkit.View{}, "")
		p.plug(false)
		p.Open(w.invite(t, authz.DPO))
		p.Press("form[data-passkey] button")
		p.Do(chromedp.WaitVisible("#no-passkey", chromedp.ByQuery))
		wantIn(t, "the page", p.Text("#no-passkey"), "No passkey was used")
	})
	t.Run("a_stranger_has_no_passkey_to_use", func(t *testing.T) {
		p := w.visit(t, testkit.View{}, "")
		p.plug(true)
		p.Open(w.console())
		p.Press("form[data-passkey] button")
		p.Do(chromedp.WaitVisible("#no-passkey", chromedp.ByQuery))
	})
}

// consolePages are the pages of the console for somebody who may open all of
// them; each leads to the next.
func (p *visitor) consolePages(base string) []struct {
	name string
	lead func() int
} {
	at := func(path string) func() int { return func() int { return p.Open(base + path) } }
	// A draft is everybody's, and each language is walked by somebody else.
	purpose := "/purposes/" + map[string]string{"en": "newsletter", "ja": "recommendations", "ar": "reviews"}[p.View().Locale]
	return []struct {
		name string
		lead func() int
	}{
		{"console-today", at("")},
		{"console-queue-keep", at("/requests?kind=complaint&law=JP")},
		{"console-queue-wrong", func() int { return p.Go("main form[action$=views] .btn") }},
		{"console-purposes", at("/purposes")},
		{"console-purpose-draft", func() int {
			p.Open(base + purpose)
			p.Fill("[name='sentence.en']", "Once a month, and never more.")
			return p.Go("main form[action$='" + purpose + "'] .main")
		}},
		{"console-purpose-wrong", func() int { return p.Go("main form[action$=publish] .main") }},
		{"console-register", at("/register")},
		{"console-people", at("/people")},
		{"console-found", func() int {
			p.Open(base + "/people")
			p.Fill("input[name=identifier]", thomas)
			return p.Go("main form .main")
		}},
		{"console-why", func() int { return p.Go("main tbody a") }},
		{"console-why-wrong", func() int { return p.Go("main form .main") }},
		{"console-person", func() int {
			p.Press("#f-reason-question")
			return p.Go("main form .main")
		}},
		{"console-person-as", func() int { return p.Go("main a[href$='/as/hibiki']") }},
		{"console-person-as-allow", func() int { return p.Go(".side a[href$='/allow']") }},
		{"console-audiences", at("/audiences")},
		{"console-audience-count", func() int {
			p.Open(base + "/audiences")
			p.Set("#f-purpose", "newsletter")
			p.Set("#f-brand", "hibiki")
			p.Set("[name='what.1.1']", "field:event-city")
			p.Set("[name='compare.1.1']", "known")
			p.Until("document.querySelector('#preview .figures') !== null")
			return p.Go("main .acts button[value=count]")
		}},
		{"console-audience-wrong", func() int { p.Open(base + "/audiences"); return p.Go("main form .main") }},
		{"console-audience", func() int { p.Open(base + "/audiences"); return p.Go("main tbody th a") }},
		{"console-audience-edit", func() int { return p.Go("main a[href$='/edit']") }},
		{"console-audience-edit-group", func() int { return p.Go("main button[value=group]") }},
		{"console-audience-people", func() int {
			p.Open(base + "/audiences")
			p.Go("main tbody th a")
			return p.Go("main form[action$=people] button")
		}},
		{"console-retention", at("/retention")},
		{"console-approvals", at("/approvals")},
		{"console-breaches", at("/breaches")},
		{"console-breaches-wrong", func() int { return p.Go("main form .main") }},
		{"console-breach", func() int { p.Open(base + "/breaches"); return p.Go("main tbody th a") }},
		{"console-breach-wrong", func() int {
			p.Press("details:has(#do-decide-people) summary")
			return p.Go("#do-decide-people .main")
		}},
		{"console-reports", at("/reports?from=2024-01-01")},
		{"console-reports-wrong", at("/reports?from=2024-01-01&until=2023-01-01")},
		{"console-audit", at("/audit")},
		{"console-audit-checked", func() int {
			// There is no button while a check runs that somebody else asked for.
			testkit.Eventually(p.t, "the last check to end", func() (bool, bool) {
				p.Open(base + "/audit")
				return true, p.Has("main form[action$=check] .btn")
			})
			return p.Go("main form[action$=check] .btn")
		}},
		{"console-audit-none", at("/audit?kind=nothing.like.it")},
		{"console-staff", at("/staff")},
		{"console-keys", at("/keys")},
		{"console-settings", at("/settings")},
	}
}

// TestConsolePages looks at every page of the console in each of tongues for
// whatever keeps somebody from reading or using it.
func TestConsolePages(t *testing.T) {
	axe(t)
	w := open(t)
	testkit.Eventually(t, "the first count", func() (bool, bool) {
		_, err := w.DB.Figures(t.Context())
		return true, err == nil
	})
	w.breach(t)
	for l, locale := range tongues() {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			v := testkit.View{Locale: locale, Still: true}
			door := w.visit(t, v, "")
			door.Open(w.console())
			door.inspect("console-sign-in", l)
			door.Open(w.invite(t, authz.DPO))
			door.inspect("console-invite", l)

			for _, r := range []authz.Role{authz.DPO, authz.Administrator} {
				p := w.works(t, v, r)
				for i, page := range p.consolePages(w.console()) {
					if r == authz.Administrator && !strings.HasPrefix(page.name, "console-staff") && !strings.HasPrefix(page.name, "console-keys") {
						continue
					}
					t.Run(string(r)+"/"+page.name, func(t *testing.T) {
						p := p.in(t)
						status := http.StatusOK
						if strings.HasSuffix(page.name, "wrong") {
							status = http.StatusUnprocessableEntity
						}
						want(t, "status", p.consolePages(w.console())[i].lead(), status)
						// In opposite looks, and by axe in one of two languages, before a
						// release in all.
						if name := page.name + "." + string(r); i%2 == l%2 || testkit.Long() {
							p.inspect(name, i+2*l)
						} else {
							p.glance(name, i+2*l)
						}
					})
				}
			}
		})
	}
}

// inspect is what holds for every page, in one of the looks.
func (p *visitor) inspect(name string, i int) { p.glance(name, i, p.accessible) }

// glance is inspect with what costs more left to the caller.
func (p *visitor) glance(name string, i int, more ...func()) {
	p.t.Helper()
	was := p.View()
	look := looks[i%len(looks)]
	look.Locale, look.Still = was.Locale, true
	p.Look(look)
	p.sound()
	for _, check := range more {
		check()
	}
	if folder := os.Getenv("LIVINGPROFILE_GALLERY"); folder != "" {
		p.Shot(filepath.Join(folder, name+"."+look.String()+".png"))
	}
	p.narrow()
	p.Look(was)
	problems, loads := p.Problems()
	for _, s := range problems {
		p.t.Errorf("%s: the browser says: %s", p.where(), s)
	}
	for _, l := range loads {
		if !strings.HasPrefix(l.URL, strings.TrimSuffix(p.w.console(), "/console")+"/") {
			p.t.Errorf("%s: loads %s from elsewhere", p.where(), l.URL)
		}
	}
}
