package wire_test

import (
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/job"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestSeedRequests: the demo has forty requests in every state that lasts, under
// three laws, some of them overdue, and makes them once.
func TestSeedRequests(t *testing.T) {
	const people = 75
	s := testkit.NewSite(t, testkit.SiteOptions{People: people})
	if got := len(demo.Requests()); got != 40 {
		t.Errorf("got %d requests, want 40", got)
	}
	folder, first, second := t.TempDir(), s.Member(t, authz.DPO), s.Member(t, authz.Reviewer)
	for range 2 {
		if err := s.SeedRequests(t.Context(), folder, people, first.ID, second.ID); err != nil {
			t.Fatal(err)
		}
	}
	// Erasures whose day is still to come once passed for the work of a wrong
	// clock: they were made due, found to be early, and never carried out.
	if n, err := s.DB.Rewind(t.Context(), s.Clock.Now(), job.ClockSkew); err != nil || n != 0 {
		t.Errorf("%d jobs are from the future, %v", n, err)
	}
	states, laws := map[rights.State]int{}, map[string]int{}
	for _, closed := range []bool{false, true} {
		rows, err := s.DB.Queue(t.Context(), review.Filter{Closed: closed, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			states[rows[i].State]++
			laws[rows[i].Law()]++
		}
	}
	total := 0
	for _, state := range rights.States {
		total += states[state]
		if state != rights.Initiated && states[state] == 0 {
			t.Errorf("none is %s", state)
		}
	}
	if total != 40 || len(laws) != 3 {
		t.Errorf("got %d requests under %v", total, laws)
	}
	p, err := s.DB.Pressing(t.Context(), nil, s.Clock.Now())
	if err != nil || p.Overdue < 3 || p.DueSoon < 3 {
		t.Errorf("got %+v, %v", p, err)
	}
}
