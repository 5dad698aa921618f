package console_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/figures"
	"livingprofile/internal/ledger"
	"livingprofile/internal/staff"
	"livingprofile/internal/testkit"
)

var inviteLink = regexp.MustCompile(`http://localhost:\d+/console/invite/[A-Za-z0-9_-]{43}`)

// TestStaffPage: an administrator invites, places and ends a member, and the
// ledger says so.
func TestStaffPage(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.Administrator)
	wantIn(t, "the form, which takes nobody for an administrator", c.Page("/console/staff"), `<option value="" selected>Please choose`)
	if a := c.Post("/console/staff", url.Values{"name": {"Jo Sato"}, "email": {"jo@example.com"}, "role": {""}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a role: got %d", a.Status)
	}
	a := c.Post("/console/staff", url.Values{"name": {"Jo Sato"}, "email": {"nobody"}, "role": {"brand-manager"}})
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("bad: got %d", a.Status)
	}
	wantIn(t, "the form", a.Body, "Jo Sato", "does not look like an e-mail", "at least one brand")

	a = c.Post("/console/staff", url.Values{"name": {"Jo Sato"}, "email": {"jo@example.com"}, "role": {"support"}, "brands": {"hibiki"}})
	link := inviteLink.FindString(a.Body)
	if a.Status != http.StatusOK || link == "" {
		t.Fatalf("invite: got %d", a.Status)
	}
	wantOut(t, "the list", c.Page("/console/staff"), link)
	wantIn(t, "the invitation", s.Client(t).Page(link[strings.Index(link, "/console"):]), "Welcome, Jo Sato", "Support")
	member := memberCalled(t, s, "Jo Sato")
	path := "/console/staff/" + string(member.ID)

	a = c.Post(path, url.Values{string(member.ID) + ".role": {"reviewer"}, string(member.ID) + ".brands": {"kawara"}})
	if a.Location() != "/console/staff" {
		t.Fatalf("place: got %d", a.Status)
	}
	if m := memberCalled(t, s, "Jo Sato"); m.Role != authz.Reviewer || !m.Sees("kawara") || m.Sees("hibiki") {
		t.Errorf("got %+v", m)
	}
	wantIn(t, "the next page", c.Page("/console/staff"), "The role is changed")
	c.Post(path, url.Values{string(member.ID) + ".role": {"auditor"}, string(member.ID) + ".brands": {"kawara"}})
	wantIn(t, "the next page", c.Page("/console/staff"), "not limited to brands")
	if a := c.Post(path+"/invite", nil); inviteLink.FindString(a.Body) == "" {
		t.Errorf("another link: got %d", a.Status)
	}
	c.Post(path+"/disable", nil)
	wantIn(t, "the next page", c.Page("/console/staff"), "cannot sign in any more", "ended")
	if a := c.Post(path+"/disable", nil); a.Status != http.StatusNotFound {
		t.Errorf("end again: got %d", a.Status)
	}
	found, err := s.DB.Search(t.Context(), ledger.Search{Kind: "staff.", Actor: ledger.Actor{Kind: ledger.ByStaff}, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[ledger.Kind]int{}
	for _, h := range found {
		kinds[h.Kind]++
		wantOut(t, "the ledger", string(h.Payload), "Jo", "jo@example.com")
	}
	if kinds[staff.KindInvited] != 2 || kinds[staff.KindPlaced] != 1 || kinds[staff.KindDisabled] != 1 {
		t.Errorf("the ledger has %v", kinds)
	}
}

func memberCalled(t *testing.T, s *testkit.Site, name string) staff.Member {
	t.Helper()
	all, err := s.Staff.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("nobody is called %s", name)
	return staff.Member{}
}

var keyText = regexp.MustCompile(`lp_[0-9a-v]{26}_[A-Za-z0-9_-]{43}`)

// TestKeysPage: a key is made, works, is shown once, and is revoked by whom the
// ledger names.
func TestKeysPage(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	admin := s.Member(t, authz.Administrator)
	c := s.Client(t)
	c.Work(admin)
	form := url.Values{"name": {"export"}, "system": {"crm"}, "brand": {"*"}, "scopes": {"profile:read"}, "fields": {"given-name, email"}, "life": {"30"}}
	bad := url.Values{"name": {""}, "system": {"none"}, "brand": {"*"}, "scopes": {"staff:manage"}, "fields": {"no-such-field"}, "life": {"9999"}}
	if a := c.Post("/console/keys", bad); a.Status != http.StatusUnprocessableEntity || keyText.MatchString(a.Body) {
		t.Errorf("bad: got %d", a.Status)
	}
	a := c.Post("/console/keys", form)
	text := keyText.FindString(a.Body)
	k, err := s.Keys().Authenticate(t.Context(), text)
	if err != nil || k.System != "crm" || !k.MayField("email") || k.MayField("family-name") {
		t.Fatalf("got %d, %+v, %v", a.Status, k, err)
	}
	wantOut(t, "the list", c.Page("/console/keys"), text)
	if a := c.Post("/console/keys/"+string(k.ID)+"/revoke", nil); a.Location() != "/console/keys" {
		t.Errorf("revoke: got %d", a.Status)
	}
	if _, err := s.Keys().Authenticate(t.Context(), text); err == nil {
		t.Error("a revoked key works")
	}
	found, err := s.DB.Search(t.Context(), ledger.Search{Kind: "apikey.", Actor: admin.Actor(), Limit: 10})
	if err != nil || len(found) != 2 {
		t.Errorf("the ledger names the member %d times, want 2: %v", len(found), err)
	}
}

// TestAudit: filters, pages, and a file whose taking is in the ledger.
func TestAudit(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.Auditor)
	a := c.Post("/console/audit", url.Values{"kind": {" staff."}, "who": {"program"}, "from": {"2026-01-01"}})
	if want := "/console/audit?from=2026-01-01&kind=staff.&who=program"; a.Location() != want {
		t.Fatalf("got %d to %q, want %q", a.Status, a.Location(), want)
	}
	wantIn(t, "the page", c.Page(a.Location()), "staff.invited")
	wantOut(t, "the page", c.Page(a.Location()), "subject.created")
	for _, bad := range []url.Values{{"kind": {"a b"}}, {"who": {"x"}}, {"from": {"yesterday"}}, {"subject": {"thomas"}}} {
		if a := c.Post("/console/audit", bad); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: got %d", bad, a.Status)
		}
		if a := c.Get("/console/audit?" + bad.Encode()); a.Status != http.StatusNotFound {
			t.Errorf("%v in the address: got %d", bad, a.Status)
		}
	}
	if a := c.Get("/console/audit?before=x"); a.Status != http.StatusNotFound {
		t.Errorf("a made-up place: got %d", a.Status)
	}
	first := c.Page("/console/audit")
	wantOut(t, "the page", first, "Thomas", "example.org")
	older := regexp.MustCompile(`/console/audit\?before=[0-9-]+`).FindString(first)
	if older == "" {
		t.Fatal("there is no second page")
	}
	wantIn(t, "the second page", c.Page(older), "/console/audit\"")

	a = c.Post("/console/audit/export", url.Values{"kind": {"subject."}})
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/jsonl") {
		t.Fatalf("export: got %d, %s", a.Status, a.Header.Get("Content-Type"))
	}
	lines := strings.Split(strings.TrimSpace(a.Body), "\n")
	for _, line := range lines {
		var e struct{ Kind, Hash, Payload string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || !strings.HasPrefix(e.Kind, "subject.") || len(e.Hash) != 64 || e.Payload != "" {
			t.Fatalf("got %s, %v", line, err)
		}
	}
	found, err := s.DB.Search(t.Context(), ledger.Search{Kind: string(staff.KindExported), Limit: 2})
	if err != nil || len(found) != 1 || string(found[0].Payload) != `{"kind":"subject."}` {
		t.Errorf("got %+v, %v", found, err)
	}
}

// calm waits until Today has nothing that needs attention: what is due since the
// installation was made is done by then. It returns the page.
func calm(t *testing.T, c *testkit.Client) (page string) {
	t.Helper()
	return testkit.Eventually(t, "nothing to need attention", func() (string, bool) {
		page := c.Page("/console")
		return page, strings.Contains(page, "Nothing needs attention")
	})
}

// TestToday: the figures are those of the data, and of the member's brands.
func TestToday(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	f := testkit.Eventually(t, "the first count", func() (figures.Figures, bool) {
		f, err := s.DB.Figures(t.Context())
		return f, err == nil
	})
	calm(t, desk(t, s, authz.DPO))
	f.Standings = append(f.Standings, figures.Count{Purpose: "newsletter", Version: 1, Status: "given", People: 4321})
	if err := s.DB.SaveFigures(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	wantIn(t, "the DPO's page", desk(t, s, authz.DPO).Page("/console"), "4,32", "Nothing needs attention", "Use my training", "Failed work", "Last checkpoint")
	other := desk(t, s, authz.BrandManager, "kawara").Page("/console")
	wantOut(t, "the page of another brand", other, "Use my training", "Failed work", "Last checkpoint")
	wantOut(t, "the purposes of another brand", desk(t, s, authz.BrandManager, "kawara").Page("/console/purposes"), "training-suggestions")
	wantIn(t, "the purposes", desk(t, s, authz.DPO).Page("/console/purposes"), "training-suggestions", "4,32")
}

// TestLanguage: the console speaks what it is told to.
func TestLanguage(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.DPO)
	if a := c.Post("/console/language", url.Values{"locale": {"ja"}, "back": {"/console/people"}}); a.Location() != "/console/people" {
		t.Fatalf("got %d to %q", a.Status, a.Location())
	}
	wantIn(t, "the page", c.Page("/console/people"), "人を探す", `lang="ja"`)
	if a := c.Post("/console/language", url.Values{"locale": {"xx"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d", a.Status)
	}
	if a := c.Post("/console/sign-out", nil); a.Location() != "/console/sign-in" || c.Cookie("staff") != "" {
		t.Errorf("sign out: got %d to %q", a.Status, a.Location())
	}
}

// TestAudit_check: a member has every entry checked, reads that all is as it was
// written, and after somebody has changed an entry past the program, that it is
// not; then Today says so.
func TestAudit_check(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			var where testkit.Installation
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e, Set: func(s *wire.Settings) {
				where = testkit.Installation{Engine: e, Address: s.Database}
			}})
			auditor := s.Member(t, authz.Auditor)
			c := s.Client(t)
			c.Work(auditor)
			wantIn(t, "before the first", c.Page("/console/audit"), "Nobody has had every entry checked")
			ended := func(says string) {
				t.Helper()
				if a := c.Post("/console/audit/check", nil); a.Location() != "/console/audit" {
					t.Fatalf("got %d", a.Status)
				}
				testkit.Eventually(t, says, func() (string, bool) {
					page := c.Page("/console/audit")
					return page, strings.Contains(page, says)
				})
			}
			ended("Everything is as it was written")
			wantIn(t, "who asked", c.Page("/console/audit?kind=ledger."), auditor.Name, "ledger.check_asked")
			calm(t, c)
			if _, err := where.SQL(t).ExecContext(t.Context(), "update ledger_entries set brand = 'other' where kind = 'ledger.check_asked'"); err != nil {
				t.Fatal(err)
			}
			ended("Something is not as it was written")
			wantIn(t, "Today", c.Page("/console"), "The last check of the ledger found something")
			found, err := s.DB.LedgerCheck(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			// As while another is under way, and when that is lost.
			found.EndedAt = time.Time{}
			if err := s.DB.SaveLedgerCheck(t.Context(), found); err != nil {
				t.Fatal(err)
			}
			wantIn(t, "Today, until another check has ended", c.Page("/console"), "The last check of the ledger found something")
		})
	}
}
