package wire_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/approval"
	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/internal/testkit"
)

// TestDigest: members read what waits for them, in their language and as often
// as they chose, once whichever processes look; and a mail names nobody else.
func TestDigest(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	subject, err := s.Identity.ByEmail(t.Context(), "thomas.weber@example.org")
	if err != nil {
		t.Fatal(err)
	}
	file := func(days int) rights.Request {
		r, _, err := s.Rights.File(t.Context(), rights.Filing{
			Subject: subject, Actor: ledger.Self(subject), Kind: rights.Complaint, Brand: "hibiki", Locale: "en", Zone: time.UTC,
			Matter: rights.Matter{Text: "words", Scope: rights.CategoryScope, Name: time.Duration(days).String()},
			Pack:   s.Laws.For("JP", s.Clock.Now()), Received: s.Clock.Now().AddDate(0, 0, -days),
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	late, soon, nobodys, left := file(20), file(10), file(12), file(30)
	file(1)
	mika := s.Member(t, authz.DPO)
	s.Member(t, authz.Reviewer, "kawara") // whose brand nobody asked
	s.Member(t, authz.Auditor)
	for _, r := range []rights.Request{late, soon} {
		if _, err := s.Review.Act(t.Context(), mika, r.ID, rights.Act{Move: rights.Assign, To: string(mika.ID)}); err != nil {
			t.Fatal(err)
		}
	}
	// One is overdue of somebody who is not a member any more.
	gone := s.Member(t, authz.Reviewer)
	if _, err := s.Review.Act(t.Context(), mika, left.ID, rights.Act{Move: rights.Assign, To: string(gone.ID)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Staff.Disable(t.Context(), staff.By{}, gone.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Staff.Speak(t.Context(), mika, "ja"); err != nil {
		t.Fatal(err)
	}
	s.Box.Clear()
	ask := approval.Approval{Thing: approval.Thing{Sort: approval.AudienceFile, ID: "x", How: "csv"}, Name: "readers", Reason: "a letter"}
	for _, by := range []ledger.Actor{mika.Actor(), {Kind: ledger.ByStaff, ID: "another"}} {
		if err := approval.NewService(s.DB, s.Clock).Ask(t.Context(), ask, by); err != nil {
			t.Fatal(err)
		}
	}
	now := s.Clock.Now()
	mailed := func() int {
		t.Helper()
		var looking sync.WaitGroup
		for range 4 {
			looking.Go(func() {
				if err := s.Digest(t.Context(), s.Review, now); err != nil {
					t.Error(err)
				}
			})
		}
		looking.Wait()
		found, err := s.DB.Search(t.Context(), ledger.Search{Kind: string(wire.KindWarned), Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if got := mailed(); got != 1 {
		t.Fatalf("got %d mails, want 1", got)
	}
	m, err := s.Box.Wait(t.Context(), "staff@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"期限切れの請求：2件", "担当なし：1件", "承認待ち：1件", "/console/requests", "/console/settings"} {
		if !strings.Contains(m.Text, words) {
			t.Errorf("the mail lacks %q:\n%s", words, m.Text)
		}
	}
	for _, words := range []string{"Weber", nobodys.Number} {
		if strings.Contains(m.Text, words) {
			t.Errorf("the mail names %q", words)
		}
	}
	c := s.Client(t)
	c.Work(mika)
	for _, step := range []struct {
		choose string
		after  time.Duration
		want   int
	}{
		{"daily", 22 * time.Hour, 1},
		{"hourly", 0, 2},
		{"weekly", 6 * 24 * time.Hour, 2},
		{"never", 48 * time.Hour, 2},
		{"daily", 0, 3},
	} {
		if a := c.Post("/console/settings", url.Values{"digest": {step.choose}}); a.Location() != "/console/settings" {
			t.Fatalf("%s: got %d to %q", step.choose, a.Status, a.Location())
		}
		now = now.Add(step.after)
		if got := mailed(); got != step.want {
			t.Errorf("%s after %s: got %d mails, want %d", step.choose, step.after, got, step.want)
		}
	}
	if page := c.Page("/console/settings"); !strings.Contains(page, `value="daily" checked`) {
		t.Error("the page does not show the choice")
	}
	if a := c.Post("/console/settings", url.Values{"digest": {"yearly"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown choice: got %d, want 422", a.Status)
	}
}
