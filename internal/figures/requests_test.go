package figures_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/figures"
	"livingprofile/internal/rights"
)

func TestFirstWeek(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-22T23:59:59Z": "2026-08-31", // Sunday
		"2026-11-23T00:00:00Z": "2026-09-07", // Monday
		"2026-01-01T09:00:00Z": "2025-10-13", // Thursday, over a year's end
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := figures.FirstWeek(at).Format(time.DateOnly); got != want {
			t.Errorf("%s: got %s, want %s", now, got, want)
		}
	}
}

// TestRequests adds up what a member sees and nothing else.
func TestRequests(t *testing.T) {
	day := 24 * time.Hour
	r := figures.Requests{
		Received: []figures.Received{{"hibiki", 0, 3}, {"kawara", 0, 5}, {"hibiki", 11, 1}, {"hibiki", 12, 9}},
		Closed: []figures.Closed{
			{"hibiki", rights.Access, rights.Fulfilled, 1, 2, 0, 6 * day},
			{"hibiki", rights.Complaint, rights.Rejected, 1, 1, 1, 30 * day},
			{"hibiki", rights.Complaint, rights.Cancelled, 2, 4, 0, 4 * day},
			{"kawara", rights.Complaint, rights.Fulfilled, 1, 7, 0, 7 * day},
			{"hibiki", rights.Erasure, rights.Unfulfilled, 3, 1, 0, day},
		},
	}
	hibiki := func(brand string) bool { return brand == "hibiki" }
	weeks := r.Weekly(hibiki)
	if len(weeks) != figures.Weeks {
		t.Fatalf("got %d weeks", len(weeks))
	}
	for i := range weeks {
		weeks[i].Start = time.Time{}
	}
	if diff := cmp.Diff([]figures.RequestWeek{weeks[0], weeks[1], weeks[2], weeks[11]}, []figures.RequestWeek{
		{Received: 3}, {Closed: 3, Late: 1, Days: 12}, {Closed: 4, Days: 1}, {Received: 1},
	}); diff != "" {
		t.Errorf("weeks (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(r.Outcomes(hibiki), []figures.Outcome{
		{Kind: rights.Access, Done: 2}, {Kind: rights.Erasure, Refused: 1}, {Kind: rights.Complaint, Refused: 1},
	}); diff != "" {
		t.Errorf("outcomes (-got +want):\n%s", diff)
	}
}
