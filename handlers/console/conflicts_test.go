package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

// alike declares the customer desk and the shop to be of one rank.
func alike(t *testing.T, s *testkit.Site) {
	t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		if sys := &draft.Declared.Systems[i]; sys.Name == demo.CRM || sys.Name == demo.Shop {
			sys.Rank = 15
		}
	}
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		t.Fatal(err)
	}
}

// says has a system tell of somebody's phone number.
func says(t *testing.T, s *testkit.Site, subject id.Subject, system, phone string, at time.Time) inbound.Outcome {
	t.Helper()
	all, err := s.Door.Take(t.Context(), inbound.Sender{System: system}, []inbound.Item{{
		Subject: subject, Attributes: map[string]profile.Claim{"phone": {Value: phone, Origin: profile.Provided, At: at}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// TestConflicts: two systems contradict each other, a member looks for a reason
// that the person reads, decides, and a stale form is refused.
func TestConflicts(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	alike(t, s)
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	const mine, theirs = "+81312345678", "+81398765432"
	at := s.Clock.Now()
	says(t, s, subject, demo.Shop, mine, at)
	if o := says(t, s, subject, demo.CRM, theirs, at); o.Result != inbound.Waiting {
		t.Fatalf("got %s %s, want it to wait", o.Result, o.Reason)
	}
	c := desk(t, s, authz.Reviewer)
	wantIn(t, "Today", c.Page("/console"), "1 contradiction between systems waits")
	list := c.Page("/console/conflicts")
	wantIn(t, "the list", list, "1 waits for staff", "Phone", "Customer desk", "same rank")
	wantOut(t, "the list", list, "Weber", thomas, string(subject), "1234")
	_, rest, _ := strings.Cut(list, `href="/console/conflicts/`)
	path := "/console/conflicts/" + rest[:26]

	page := c.Page(path)
	wantIn(t, "before a reason", page, "Why are you opening")
	wantOut(t, "before a reason", page, "1234")
	if a := c.Post(path, url.Values{"took": {"ours"}, "reason": {"x"}}); strings.Contains(a.Body, "1234") || a.Status == http.StatusSeeOther {
		t.Errorf("decided without having looked: got %d", a.Status)
	}
	c.Post(path+"/open", url.Values{"reason": {"question"}})
	wantIn(t, "both sides", c.Page(path), "1234", "9876", "Web shop", "Customer desk")
	for what, form := range map[string]url.Values{"no side": {"reason": {"x"}}, "no reason": {"took": {"theirs"}}} {
		if a := c.Post(path, form); a.Status != http.StatusUnprocessableEntity || strings.Contains(a.Body, "⟦") {
			t.Errorf("%s: got %d, want 422 with words", what, a.Status)
		}
	}
	if a := c.Post(path, url.Values{"took": {"theirs"}, "reason": {"We asked them by phone"}}); a.Location() != "/console/conflicts" {
		t.Fatalf("decide: got %d to %q: %.400s", a.Status, a.Location(), a.Body)
	}
	if a := c.Post(path, url.Values{"took": {"ours"}, "reason": {"No, this one"}}); a.Status != http.StatusNotFound {
		t.Errorf("a stale form: got %d, want 404", a.Status)
	}
	wantIn(t, "the list afterwards", c.Page("/console/conflicts"), "Nothing to decide")

	state, _, err := s.DB.Profile(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := s.Current.Load().Field("phone")
	if got := state.Value(f, s.Current.Load().Rank); got != theirs {
		t.Errorf("got %q, want %q", got, theirs)
	}
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	wantIn(t, "the history", them.Page("/hibiki/history"), "We decided which of two systems is right about “Phone", "We asked them by phone")
	c.Post("/console/language", url.Values{"locale": {"ja"}, "back": {path}})
	wantIn(t, "in Japanese", c.Page("/console/conflicts"), "決めることはありません")
}
