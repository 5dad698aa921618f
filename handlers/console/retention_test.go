package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

var certificateIn = regexp.MustCompile(`<option value="([0-9a-v]{26})"`)

// TestRetention erases somebody whose invoices a law keeps and one of whose
// fields is on hold: the preview, the certificate and the console say the same,
// looking takes a reason, and each ends when its time is over.
func TestRetention(t *testing.T) {
	now := clock.NewFake(time.Now())
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: now})
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	them := s.Client(t)
	them.Enter("hibiki", thomas, true)
	wantIn(t, "the preview", them.Page("/hibiki/rights/erasure"), "Invoices", "Corporation Tax Act", "Spent so far")

	c := desk(t, s, authz.DPO)
	wantIn(t, "before", c.Page("/console/retention"), "Nothing is kept", "Invoices", "Training session")
	path := ask(t, s, thomas, rights.Erasure, url.Values{"days": {"7"}})
	form := url.Values{"move": {"hold"}, "fields": {"main-instrument", "no-such-field"}, "note": {"There is a quarrel."}}
	if a := act(t, c, path, form); a.Status != http.StatusSeeOther {
		t.Fatalf("hold: got %d: %s", a.Status, a.Body)
	}
	wantIn(t, "the request", c.Page(path), "Kept when the rest is deleted", "instrument")
	wantIn(t, "their request", them.Page(strings.Replace(path, "/console", "/hibiki", 1)), "Kept when the rest is deleted", "instrument")
	letter := testkit.Eventually(t, "the letter", func() (string, bool) {
		for _, m := range s.Box.Messages() {
			if text := strings.Join(strings.Fields(m.Text), " "); strings.Contains(text, "may not delete this yet") {
				return text, true
			}
		}
		return "", false
	})
	wantIn(t, "the letter", letter, "instrument", "Everything else is not held back", "There is a quarrel.")
	now.Advance(8 * 24 * time.Hour)
	request := rights.RequestID(path[strings.LastIndex(path, "/")+1:])
	if err := s.Rights.Carry(t.Context(), subject, request); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, path, rights.Fulfilled)

	c = desk(t, s, authz.DPO) // the other session is over
	page := c.Page("/console/retention")
	wantIn(t, "after", page, "Invoices", "A hold", "Release")
	wantOut(t, "after", page, "Weber", "piano")
	m := certificateIn.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("nothing can be opened")
	}
	certificate := m[1]
	wantIn(t, "the certificate", s.Client(t).Page("/erasures/"+certificate), "Invoices", "until the hold is released", "Corporation Tax Act")
	kept, err := s.DB.KeptOf(t.Context(), certificate)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kept {
		d, _ := s.Current.Load().Duty("invoices")
		if k.Field != "main-instrument" && !strings.Contains(strings.Join(d.Fields, " "), k.Field) {
			t.Errorf("%s is kept, which nothing names", k.Field)
		}
	}
	if a := c.Post("/console/retention/kept", url.Values{"certificate": {certificate}, "reason": {" "}}); a.Status != http.StatusUnprocessableEntity || strings.Contains(a.Body, "Weber") {
		t.Errorf("without a reason: got %d", a.Status)
	}
	opened := c.Post("/console/retention/kept", url.Values{"certificate": {certificate}, "reason": {"The tax office asks."}})
	wantIn(t, "what is kept", opened.Body, "Weber", "Invoices", "Thomas")
	if a := c.Post("/console/retention/kept", url.Values{"certificate": {id.New()}, "reason": {"x"}}); a.Status != http.StatusNotFound {
		t.Errorf("another certificate: got %d", a.Status)
	}
	auditor := desk(t, s, authz.Auditor)
	if a := auditor.Post("/console/retention/kept", url.Values{"certificate": {certificate}, "reason": {"x"}}); a.Status != http.StatusForbidden {
		t.Errorf("an auditor: got %d", a.Status)
	}
	wantOut(t, "an auditor's page", auditor.Page("/console/retention"), "Write it down")

	if a := c.Post("/console/retention/release/"+certificate, nil); a.Status != http.StatusSeeOther {
		t.Fatalf("release: got %d", a.Status)
	}
	wantOut(t, "released", c.Page("/console/retention"), "A hold")
	now.Advance(8 * 366 * 24 * time.Hour)
	if n, err := s.Retention.EndDue(t.Context()); err != nil || n < len(kept)-1 {
		t.Errorf("when the duty is over: ended %d, with those of joined records, want at least %d, %v", n, len(kept)-1, err)
	}
	if left, err := s.DB.KeptOf(t.Context(), certificate); err != nil || len(left) != 0 {
		t.Errorf("left: %+v, %v", left, err)
	}
}

// TestRetention_of_values: a value ends when its time is over, and the person
// reads why.
func TestRetention_of_values(t *testing.T) {
	now := clock.NewFake(time.Now())
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: now})
	subject, err := s.Identity.ByEmail(t.Context(), aiko)
	if err != nil {
		t.Fatal(err)
	}
	value := func() string {
		facts, err := s.DB.Facts(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := s.Current.Load().Field("last-question")
		w, _, _ := profile.Winner(f, facts.Profile.Claims[f.Name], s.Current.Load().Rank)
		return w.Value
	}
	if _, err := s.Retention.Enforce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if value() == "" {
		t.Fatal("the demo has no last question, or it ended too early")
	}
	path := ask(t, s, aiko, rights.Erasure, url.Values{"days": {"30"}})
	if a := act(t, desk(t, s, authz.DPO), path, url.Values{"move": {"hold"}, "note": {"There is a quarrel."}}); a.Status != http.StatusSeeOther {
		t.Fatalf("hold: got %d: %s", a.Status, a.Body)
	}
	now.Advance(4 * 366 * 24 * time.Hour)
	if _, err := s.Retention.Enforce(t.Context()); err != nil || value() == "" {
		t.Errorf("a value on hold ended, or %v", err)
	}
	request := rights.RequestID(path[strings.LastIndex(path, "/")+1:])
	if _, err := s.Rights.Move(t.Context(), subject, request, rights.Act{Move: rights.Cancel, Actor: ledger.Self(subject)}); err != nil {
		t.Fatal(err)
	}
	now.Advance(25 * time.Hour)
	if n, err := s.Retention.Enforce(t.Context()); err != nil || n == 0 {
		t.Fatalf("looked at %d, %v", n, err)
	}
	if got := value(); got != "" {
		t.Errorf("it is still %q", got)
	}
	// Whose values changed is looked at once more, and then no more.
	for range 2 {
		n, err := s.Retention.Enforce(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	if n, err := s.Retention.Enforce(t.Context()); err != nil || n != 0 {
		t.Errorf("again: looked at %d, %v", n, err)
	}
	them := s.Client(t)
	them.Enter("hibiki", aiko, false)
	wantIn(t, "their history", them.Page("/hibiki/history"), "was over, and it is deleted", "kept for")
}
