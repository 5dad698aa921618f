package figures_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/rights"
)

// TestPublish_tells_no_small_count goes through all numbers of answers: whoever
// reads what is told of the refused can still take them for Few different
// numbers, or for one that leaves Few on either side.
func TestPublish_tells_no_small_count(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	period := figures.Period{From: at, Until: at.AddDate(0, 3, 0)}
	told := func(refused, answered int) figures.Told {
		var all []figures.Handled
		for i := range answered {
			h := figures.Handled{Brand: []string{"a", "b"}[i%2], Kind: rights.Access, State: rights.Fulfilled, Received: at, Closed: at, Due: at}
			if i < refused {
				h.State, h.Closed = rights.Rejected, at.Add(48*time.Hour) // and late
			}
			all = append(all, h)
		}
		return figures.Publish(all, period).Kinds[0]
	}
	for answered := range 25 {
		among := map[figures.Range]int{}
		for refused := range answered + 1 {
			one := told(refused, answered)
			among[one.Refused]++
			if r := one.Refused; refused < r.Least || refused > r.Most {
				t.Fatalf("%d of %d: told as %+v", refused, answered, r)
			}
			if r := one.Refused; r.Exact() && min(refused, answered-refused) < figures.Few {
				t.Errorf("%d of %d is told as it is", refused, answered)
			}
			if r := one.InTime; r.Exact() != one.Refused.Exact() {
				t.Errorf("%d late of %d: in time is told as %+v", refused, answered, r)
			}
			if one.Answered.Exact() != (answered >= figures.Few) || (one.Days != nil) != (answered >= figures.Few) {
				t.Errorf("%d answered: told as %+v, days %v", answered, one.Answered, one.Days)
			}
		}
		for r, n := range among {
			if !r.Exact() && n < figures.Few && answered >= figures.Few {
				t.Errorf("of %d only %d numbers are told as %+v", answered, n, r)
			}
		}
	}
	if got := figures.Publish(nil, period); len(got.Kinds) != len(rights.Kinds) {
		t.Errorf("of no requests: got %d kinds, want all", len(got.Kinds))
	}
}

// TestPublish_tells_no_small_ground goes through all ways to refuse on three
// grounds, or none: whoever reads what is told can take each of them, and what
// some of them add up to, for Few different numbers, or knows that it is not small.
func TestPublish_tells_no_small_ground(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	period := figures.Period{From: at, Until: at.AddDate(0, 3, 0)}
	const most, sums = 22, 1 << 4 // of refusals, and of what may be added up
	codes := [...]string{"a", "b", "c", ""}
	could := map[string]*[sums]map[int]bool{}
	for n := range most * most * most * most {
		counts := [...]int{n % most, n / most % most, n / most / most % most, n / most / most / most}
		if counts[0]+counts[1]+counts[2]+counts[3] >= most {
			continue
		}
		var all []figures.Handled
		for i, of := range counts {
			for range of {
				all = append(all, figures.Handled{Kind: rights.Access, State: rights.Rejected, Ground: codes[i], Received: at, Closed: at, Due: at})
			}
		}
		for range figures.Few {
			all = append(all, figures.Handled{Kind: rights.Access, State: rights.Fulfilled, Received: at, Closed: at, Due: at})
		}
		one := figures.Publish(all, period).Kinds[0]
		if !one.Refused.Exact() {
			if one.Rest != nil || one.Grounds != nil {
				t.Fatalf("%v: told %+v of so few", counts, one)
			}
			continue
		}
		left := one.Refused.Least
		for _, b := range one.Grounds {
			of := counts[slices.Index(codes[:], b.Ground)]
			if of < b.Refused.Least || of > b.Refused.Most {
				t.Fatalf("%v: %s is told as %+v", counts, b.Ground, b.Refused)
			}
			left -= of
		}
		if left < one.Rest.Least || left > one.Rest.Most {
			t.Fatalf("%v: the rest is told as %+v", counts, *one.Rest)
		}
		told := fmt.Sprint(one.Refused, one.Grounds, *one.Rest)
		if could[told] == nil {
			could[told] = new([sums]map[int]bool)
		}
		for which := range sums {
			sum := 0
			for i, of := range counts {
				if which>>i&1 == 1 {
					sum += of
				}
			}
			if could[told][which] == nil {
				could[told][which] = map[int]bool{}
			}
			could[told][which][sum] = true
		}
	}
	for told, sets := range could {
		for which := 1; which < sums-1; which++ {
			least := most * len(codes)
			for sum := range sets[which] {
				least = min(least, sum)
			}
			if n := len(sets[which]); n < figures.Few && least < figures.Few {
				t.Errorf("%s: grounds %04b can only be %d numbers", told, which, n)
			}
		}
	}
}

// shelf keeps what is published, and counts nothing.
type shelf struct{ kept []figures.Published }

func (s *shelf) Handled(context.Context, figures.Period) ([]figures.Handled, error) { return nil, nil }

func (s *shelf) SavePublished(_ context.Context, all []figures.Published, _ time.Time) error {
	s.kept = all
	return nil
}

func (s *shelf) Published(context.Context) ([]figures.Published, error) {
	if s.kept == nil {
		return nil, errs.NotFound
	}
	return slices.Clone(s.kept), nil
}

// TestPublishTask: a period is told of once, after it is over, and no two
// overlap whatever is declared meanwhile.
func TestPublishTask(t *testing.T) {
	var s shelf
	var cycle figures.Cycle
	task := figures.PublishTask(&s, func() figures.Cycle { return cycle })
	for _, step := range []struct {
		day   string
		cycle figures.Cycle
	}{
		{"2026-02-01", ""},
		{"2026-05-31", figures.Quarter}, // the first quarter
		{"2026-06-30", figures.Quarter},
		{"2026-07-01", figures.Quarter}, // the second
		{"2027-01-01", figures.Year},    // 2026 would say what its quarters did not
		{"2028-02-29", figures.Year},    // 2027
		{"2028-03-31", figures.Quarter}, // in 2027
		{"2029-01-01", figures.Quarter}, // the last of 2028
	} {
		now, err := time.Parse(time.DateOnly, step.day)
		if err != nil {
			t.Fatal(err)
		}
		cycle = step.cycle
		if err := task.Do(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, p := range s.kept {
		got = append(got, p.From.Format(time.DateOnly)+" "+p.Until.Format(time.DateOnly))
	}
	want := []string{"2028-10-01 2029-01-01", "2027-01-01 2028-01-01", "2026-04-01 2026-07-01", "2026-01-01 2026-04-01"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want)\n%s", diff)
	}
}
