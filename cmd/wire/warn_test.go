package wire_test

import (
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestWarn: who answers requests reads in the morning what is theirs and what is
// nobody's, in their language, and a mail names nobody else.
func TestWarn(t *testing.T) {
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
	late, soon, nobodys := file(20), file(10), file(12)
	file(1)
	mika, other := s.Member(t, authz.DPO), s.Member(t, authz.Reviewer, "kawara")
	s.Member(t, authz.Auditor)
	for _, r := range []rights.Request{late, soon} {
		if _, err := s.Review.Act(t.Context(), mika, r.ID, rights.Act{Move: rights.Assign, To: string(mika.ID)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Staff.Speak(t.Context(), mika, "ja"); err != nil {
		t.Fatal(err)
	}
	members, err := s.Staff.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	warnings, err := s.Review.Warnings(t.Context(), members, 7*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || warnings[0].Member.ID != mika.ID {
		t.Fatalf("got %+v, want one for the first member and none for %s", warnings, other.ID)
	}
	want := review.Warning{Member: warnings[0].Member, Overdue: 1, Soon: 2, Nobodys: 1}
	if warnings[0].Overdue != want.Overdue || warnings[0].Soon != want.Soon || warnings[0].Nobodys != want.Nobodys {
		t.Errorf("got %+v, want %+v", warnings[0], want)
	}
	s.Box.Clear()
	if err := s.Warn(t.Context(), s.Review, s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	m, err := s.Box.Wait(t.Context(), "staff@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"期限切れ：1件", "担当なし：1件", "/console/requests"} {
		if !strings.Contains(m.Text, words) {
			t.Errorf("the mail lacks %q:\n%s", words, m.Text)
		}
	}
	for _, words := range []string{"Weber", nobodys.Number} {
		if strings.Contains(m.Text, words) {
			t.Errorf("the mail names %q", words)
		}
	}
}
