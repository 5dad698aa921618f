package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

const thomas = "thomas.weber@example.org"

// desk returns a browser in which somebody of a role works.
func desk(t *testing.T, s *testkit.Site, r authz.Role, brands ...string) *testkit.Client {
	t.Helper()
	c := s.Client(t)
	c.Work(s.Member(t, r, brands...))
	return c
}

func wantIn(t *testing.T, what, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("%s lacks %q", what, w)
		}
	}
}

func wantOut(t *testing.T, what, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(page, w) {
			t.Errorf("%s shows %q", what, w)
		}
	}
}

// find searches for somebody and returns the address of the first found.
func find(t *testing.T, c *testkit.Client, typed string) string {
	t.Helper()
	a := c.Post("/console/people", url.Values{"identifier": {typed}})
	if a.Status != http.StatusOK {
		t.Fatalf("search: got %d", a.Status)
	}
	_, rest, _ := strings.Cut(a.Body, `href="/console/people/`)
	id, _, found := strings.Cut(rest, `"`)
	if !found {
		return ""
	}
	return "/console/people/" + id
}

// TestPerson: somebody is found by whatever they are known by, opened for a
// reason, and reads it.
func TestPerson(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.DPO)
	person := find(t, c, " Thomas.Weber@Example.ORG ")
	if person == "" {
		t.Fatal("nobody was found")
	}
	for _, typed := range []string{"thomas.webe@example.org", "thomas", "%", "x"} {
		if found := find(t, c, typed); found != "" {
			t.Errorf("%q found %s", typed, found)
		}
	}
	if found := find(t, c, strings.TrimPrefix(person, "/console/people/")); found != person {
		t.Errorf("by our id: got %q", found)
	}
	page := c.Page(person)
	wantIn(t, "the page before a reason", page, "Why are you opening")
	wantOut(t, "the page before a reason", page, "Weber", "example.org")
	for _, form := range []url.Values{{}, {"reason": {"curiosity"}}, {"reason": {"question"}, "note": {strings.Repeat("a", 301)}}} {
		if a := c.Post(person, form); a.Status != http.StatusUnprocessableEntity || strings.Contains(a.Body, "Weber") {
			t.Errorf("%v: got %d", form, a.Status)
		}
	}
	if a := c.Post(person, url.Values{"reason": {"question"}, "note": {"Your call of Monday"}}); a.Location() != person {
		t.Fatalf("open: got %d to %q", a.Status, a.Location())
	}
	wantIn(t, "the page", c.Page(person), "Thomas Weber", thomas, "No value can be changed")

	// Another member needs a reason of their own.
	wantOut(t, "the page of another", desk(t, s, authz.DPO).Page(person), "Weber")

	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	wantIn(t, "the history", them.Page("/hibiki/history"), "Looked at this profile", "because you asked something", "Your call of Monday", "privacy staff")
}

// trains has a machine know something of the person, who has said no to more.
func trains(t *testing.T, s *testkit.Site) {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	state, version, err := s.DB.Profile(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	state.Claims["training-goal"] = []profile.Claim{{Value: "Endurance", Source: "machines", Origin: profile.Provided}}
	_, err = s.DB.Commit(t.Context(), ledger.Change{
		Subject: subject, Base: version, At: s.Clock.Now(), Actor: ledger.Actor{Kind: ledger.BySystem, ID: "machines"},
		Entries: []ledger.Draft{{Kind: profile.Imported}}, Rows: []any{state},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSight: a member sees what role and brands need (S01, by field).
func TestSight(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	trains(t, s)
	look := func(c *testkit.Client) string {
		person := find(t, c, thomas)
		c.Post(person, url.Values{"reason": {"question"}})
		return c.Page(person)
	}
	all := look(desk(t, s, authz.DPO))
	support := look(desk(t, s, authz.Support))
	limited := look(desk(t, s, authz.Reviewer, "kawara"))
	wantIn(t, "the DPO's page", all, "Thomas Weber", "Who you are", "Training", "What we guess", "customer number")
	wantIn(t, "support's page", support, "Thomas Weber", "Who you are", "How to reach you", "You see what your role")
	wantOut(t, "support's page", support, "What we guess", "<caption>Training")
	wantOut(t, "the page of another brand", limited, "<caption>Training", "customer number")
	wantIn(t, "the page of another brand", limited, "You see what your role")
}
