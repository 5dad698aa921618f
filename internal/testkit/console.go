package testkit

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/handlers"
	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
)

// inConsole tells whether a route is the console's, which ExerciseConsole
// walks.
func inConsole(r handlers.Route) bool {
	return r.Path == "/console" || strings.HasPrefix(r.Path, "/console/")
}

// ExerciseConsole walks the routes of the console and proves of each that it
// lets in the roles that its permission names and nobody else: not who is signed
// out, not a person with a session of the portal, not a member who was disabled.
// A change needs the token of the session, and looking changes nothing.
func ExerciseConsole(t *testing.T, s *Site) {
	t.Helper()
	d := &deskWalk{t: t, site: s}
	for _, r := range s.Server.Routes() {
		if inConsole(r) {
			d.routes = append(d.routes, r)
		}
	}
	if len(d.routes) < 20 {
		t.Fatalf("got %d routes, which is too few to be the console", len(d.routes))
	}
	subject, err := s.Identity.ByEmail(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	request, _, err := s.Rights.File(t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Complaint, Matter: rights.Matter{Text: "words"}, Brand: "hibiki",
		Locale: "en", Zone: time.UTC, Pack: s.Laws.For("JP", s.Clock.Now()),
	})
	if err != nil {
		t.Fatal(err)
	}
	d.values = strings.NewReplacer(":subject", string(subject), ":request", string(request.ID), ":member", string(s.Member(t, authz.Auditor).ID),
		":purpose", "newsletter", ":brand", "hibiki", ":part", "look", ":key", strings.Repeat("0", 26), ":token", strings.Repeat("A", 43))
	t.Run("strangers_are_led_to_the_way_in", d.strangers)
	t.Run("each_role_may_what_it_may", d.roles)
	t.Run("a_change_needs_the_token_of_the_session", d.token)
	t.Run("a_change_is_not_made_for_another_site", d.crossSite)
	t.Run("looking_changes_nothing", d.looking)
	t.Run("a_staff_session_opens_nothing_of_the_portal", d.portal)
}

type deskWalk struct {
	t      *testing.T
	site   *Site
	routes []handlers.Route
	values *strings.Replacer
}

func (d *deskWalk) each(fn func(r handlers.Route, path string)) {
	for _, r := range d.routes {
		fn(r, d.values.Replace(r.Path))
	}
}

func (d *deskWalk) strangers(t *testing.T) {
	out, forged, theirs, ended := d.site.Client(t), d.site.Client(t), d.site.Client(t), d.site.Client(t)
	forged.SetCookie(forged.StaffCookie(), strings.Repeat("A", 43))
	theirs.Enter("hibiki", person, true)
	theirs.SetCookie(theirs.StaffCookie(), theirs.Cookie(theirs.SessionCookie()))
	member := d.site.Member(t, authz.DPO)
	ended.Work(member)
	if err := d.site.Staff.Disable(t.Context(), staff.By{}, member.ID); err != nil {
		t.Fatal(err)
	}
	for who, c := range map[string]*Client{"signed out": out, "forged": forged, "a person": theirs, "disabled": ended} {
		d.each(func(r handlers.Route, path string) {
			if r.Permission == authz.Public {
				return
			}
			a := c.Do(c.Request(r.Method, path, nil))
			if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/console/sign-in?next=") {
				t.Errorf("%s: %s %s: got %d to %q, want the way in", who, r.Method, path, a.Status, a.Location())
			}
			if a := c.Do(c.Request(r.Method, path, nil, "Accept", "application/json")); a.Status != http.StatusUnauthorized {
				t.Errorf("%s: %s %s as JSON: got %d, want 401", who, r.Method, path, a.Status)
			}
		})
	}
}

// roles asks every route as every role, with the token where one is needed.
func (d *deskWalk) roles(t *testing.T) {
	for _, role := range authz.Roles() {
		var brands []string
		if role.NeedsBrands() {
			brands = []string{"hibiki"}
		}
		c := d.site.Client(t)
		c.Work(d.site.Member(t, role, brands...))
		d.each(func(r handlers.Route, path string) {
			if r.Permission == authz.Public || r.Permission == authz.ConsoleUse {
				return
			}
			var a *Answer
			if r.Method == http.MethodGet {
				a = c.Get(path)
			} else {
				a = c.Post(path, url.Values{"unknown-field": {"x"}})
			}
			refused := a.Status == http.StatusForbidden
			if want := !role.Has(r.Permission); refused != want {
				t.Errorf("%s: %s %s: got %d, refused is to be %v", role, r.Method, path, a.Status, want)
			}
			if a.Status >= 500 || strings.Contains(a.Body, "⟦") {
				t.Errorf("%s: %s %s: got %d: %.200s", role, r.Method, path, a.Status, a.Body)
			}
		})
	}
}

// member returns a browser of somebody who may open nearly everything.
func (d *deskWalk) member(t *testing.T) *Client {
	c := d.site.Client(t)
	c.Work(d.site.Member(t, authz.Administrator))
	return c
}

func (d *deskWalk) token(t *testing.T) {
	c, other := d.member(t), d.member(t)
	d.each(func(r handlers.Route, path string) {
		if r.Method != http.MethodPost {
			return
		}
		for what, form := range map[string]url.Values{
			"no token": nil, "a wrong token": {"csrf": {"wrong"}}, "another session's token": {"csrf": {other.CSRF}},
		} {
			if a := c.Send(path, form); a.Status != http.StatusForbidden {
				t.Errorf("POST %s with %s: got %d, want 403", path, what, a.Status)
			}
		}
	})
}

func (d *deskWalk) crossSite(t *testing.T) {
	c := d.member(t)
	d.each(func(r handlers.Route, path string) {
		if r.Method != http.MethodPost {
			return
		}
		for _, h := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
			if a := c.Post(path, nil, h[0], h[1]); a.Status != http.StatusForbidden {
				t.Errorf("POST %s with %s: got %d, want 403", path, h, a.Status)
			}
		}
	})
}

func (d *deskWalk) looking(t *testing.T) {
	all := []*Client{d.member(t), d.site.Client(t)}
	all[1].Work(d.site.Member(t, authz.DPO))
	w := &walk{t: t, site: d.site}
	before := w.heads()
	for _, c := range all {
		d.each(func(r handlers.Route, path string) {
			if r.Method == http.MethodGet {
				c.Get(path)
			}
		})
	}
	w.unchanged(t, before)
}

func (d *deskWalk) portal(t *testing.T) {
	c := d.member(t)
	c.SetCookie(c.SessionCookie(), c.Cookie(c.StaffCookie()))
	for _, path := range []string{"/hibiki", "/hibiki/data", "/hibiki/safety"} {
		if a := c.Get(path); !strings.HasPrefix(a.Location(), "/hibiki/sign-in") {
			t.Errorf("%s: got %d to %q", path, a.Status, a.Location())
		}
	}
}
