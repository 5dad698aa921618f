package figures_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/figures"
	"livingprofile/internal/rights"
)

// TestTallies: what came in and what ended are counted by their own moments, and
// what was taken back has no answer.
func TestTallies(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }
	one := func(state rights.State, received, due, closed int) figures.Handled {
		h := figures.Handled{Brand: "b", Kind: rights.Access, State: state, Received: day(received), Due: day(due)}
		if closed > 0 {
			h.Closed = day(closed)
		}
		return h
	}
	refused := one(rights.Rejected, 6, 30, 16) // 10
	refused.Ground = "identity"
	period := figures.Period{From: day(5), Until: day(20)}
	got := figures.Tallies([]figures.Handled{
		one(rights.Fulfilled, 1, 30, 5),  // came before, took 4 days
		one(rights.Fulfilled, 5, 10, 11), // late, 6
		refused,
		one(rights.Unfulfilled, 7, 30, 7), // 0
		one(rights.Cancelled, 8, 30, 9),
		one(rights.Accepted, 19, 30, 0),
		one(rights.Fulfilled, 12, 30, 20), // ends after
		{Brand: "a", Kind: rights.Erasure, State: rights.Fulfilled, Received: day(1), Due: day(9), Closed: day(2)},
	}, period)
	want := []figures.Tally{{
		Brand: "b", Kind: rights.Access, Received: 6, Done: 2, Refused: 2, Cancelled: 1, Late: 1, Median: 5 * 24 * time.Hour,
		Grounds: map[string]int{"identity": 1},
	}}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want)\n%s", diff)
	}
}
