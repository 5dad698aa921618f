package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/automated"
	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

var machineIn = regexp.MustCompile(`(/hibiki/automated/([0-9a-v]{26}))">Whether you may pay`)

// TestAutomated goes from what a machine decided about somebody, by what they
// say of it, to what a human decides and what the system may do from then on.
func TestAutomated(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) { automatedOn(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e})) })
	}
}

func automatedOn(t *testing.T, s *testkit.Site) {
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	list := them.Page("/hibiki/automated")
	m := machineIn.FindStringSubmatch(list)
	if m == nil {
		t.Fatal("the demo has decided nothing about them")
	}
	wantIn(t, "the list", list, "Paying after delivery was not offered.", "By a machine", "Not this way again")
	path := m[1]
	wantIn(t, "the decision", them.Page(path), "earlier orders", "Postcode", "pay this order by card", "Ask for a human")

	another := s.Client(t)
	another.Enter("hibiki", aiko, false)
	for _, p := range []string{path, "/hibiki/rights/automated?about=" + m[2]} {
		if a := another.Get(p); a.Status != http.StatusNotFound {
			t.Errorf("%s of another: got %d, want 404", p, a.Status)
		}
	}
	if a := another.Post(path+"/say", url.Values{"text": {"mine"}}); a.Status != http.StatusNotFound {
		t.Errorf("a view on another's: got %d, want 404", a.Status)
	}

	if a := them.Post(path+"/say", url.Values{"text": {strings.Repeat("x", 2001)}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a view without end: got %d, want 422", a.Status)
	}
	them.Post(path+"/say", url.Values{"text": {"I always paid."}})
	wantIn(t, "with their view", them.Page(path), "I always paid.")

	request := ask(t, s, thomas, rights.Automated, url.Values{"about": {m[2]}, "text": {"Please look at it."}})
	wantIn(t, "the decision, asked about", them.Page(path), "You asked for that")
	review(t, s, request)
	wantIn(t, "the decision, reviewed", them.Page(path), "What a human decided", "Thomas may pay later.", "All orders were paid.", "not offered")
	wantIn(t, "their history", them.Page("/hibiki/history"), "A human decided anew", "You said something about a decision")
	refuse(t, s, them)
}

// review has a member decide anew.
func review(t *testing.T, s *testkit.Site, request string) {
	t.Helper()
	c := desk(t, s, authz.DPO)
	c.Post(request, nil)
	wantIn(t, "the request", c.Page(request), "Please look at it.", "I always paid.", "not offered", "The new outcome", "earlier orders")
	if a := act(t, c, request, url.Values{"move": {"fulfil"}, "note": {"All orders were paid."}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without an outcome: got %d, want 422", a.Status)
	}
	wantState(t, s, request, rights.Acknowledged)
	form := url.Values{"move": {"fulfil"}, "note": {"All orders were paid."}, "outcome": {"Thomas may pay later."}}
	if a := act(t, c, request, form); a.Status != http.StatusSeeOther {
		t.Fatalf("decide: got %d: %s", a.Status, a.Body)
	}
	wantState(t, s, request, rights.Fulfilled)
}

// refuse has the person want a human from then on: what is decided all the same
// says so.
func refuse(t *testing.T, s *testkit.Site, them *testkit.Client) {
	t.Helper()
	if a := them.Post("/hibiki/automated", url.Values{"kind": {"invitations"}, "by": {"human"}}); a.Status != http.StatusForbidden {
		t.Errorf("a kind that stays: got %d, want 403", a.Status)
	}
	them.Post("/hibiki/automated", url.Values{"kind": {"pay-later"}, "by": {"human"}})
	wantIn(t, "the list", them.Page("/hibiki/automated"), "A human decides since", "The machine may decide again")
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	words := i18n.Text{"en": "No."}
	told := automated.Telling{
		Subject: subject, System: demo.Payments, Brand: "hibiki", Kind: "pay-later", Event: "again", At: s.Clock.Now(),
		Outcome: words, Logic: words, Effect: words,
	}
	d, _, err := s.Automated.Register(t.Context(), told)
	if err != nil || !d.Against {
		t.Fatalf("decided all the same: got %+v, %v", d, err)
	}
	wantIn(t, "what was decided all the same", them.Page("/hibiki/automated/"+d.ID), "the machine decided all the same")
	humans, _, err := s.DB.Humans(t.Context(), subject)
	if err != nil || !humans.Wanted("pay-later") || humans.Wanted("invitations") {
		t.Errorf("got %v, %v", humans, err)
	}
}
