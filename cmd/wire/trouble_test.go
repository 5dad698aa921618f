package wire_test

import (
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestWarnOfSystems: who looks after systems is told once by mail, in their
// language, and Today says so until it is over.
func TestWarnOfSystems(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	if _, err := s.Connect(t.Context(), "https://tool.example.com/hooks"); err != nil {
		t.Fatal(err)
	}
	admin := s.Member(t, authz.Administrator)
	s.Member(t, authz.Support)
	if err := s.Staff.Speak(t.Context(), admin, "ja"); err != nil {
		t.Fatal(err)
	}
	const endpoint = demo.Newsletter + "/" + demo.Endpoint
	mode := func(m hook.Mode, cause string) {
		t.Helper()
		if err := s.DB.SetMode(t.Context(), endpoint, m, cause, "", ledger.Actor{Kind: ledger.ByProgram, ID: "hooks"}, s.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	warn := func() {
		t.Helper()
		if err := s.WarnOfSystems(t.Context(), s.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	mails := func() int {
		t.Helper()
		found, err := s.DB.Search(t.Context(), ledger.Search{Kind: "staff.warned", Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	mode(hook.Paused, hook.ByStaff)
	warn()
	if got := mails(); got != 0 {
		t.Errorf("got %d mails of what staff paused, want none", got)
	}
	mode(hook.Paused, "failing")
	warn()
	warn()
	if got := mails(); got != 1 {
		t.Errorf("got %d mails, want 1", got)
	}
	m, err := s.Box.Wait(t.Context(), "staff@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"つながらないシステム：メール配信", "/console/systems"} {
		if !strings.Contains(m.Subject+m.Text, words) {
			t.Errorf("the mail lacks %q:\n%s", words, m.Text)
		}
	}
	c := s.Client(t)
	c.Work(admin)
	c.Post("/console/language", map[string][]string{"locale": {"en"}, "back": {"/console"}})
	if page := c.Page("/console"); !strings.Contains(page, "Newsletter tool cannot be told: Only failed.") {
		t.Error("Today says nothing of it")
	}
	mode(hook.Active, "")
	warn()
	mode(hook.Disabled, "gone")
	warn()
	if got := mails(); got != 2 {
		t.Errorf("got %d mails after it came back, want 2", got)
	}
}
