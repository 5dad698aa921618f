package figures

import (
	"cmp"
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/rights"
)

// A Period is from its first moment up to, and without, its last.
type Period struct{ From, Until time.Time }

// Has tells whether a moment is in p.
func (p Period) Has(at time.Time) bool { return !at.Before(p.From) && at.Before(p.Until) }

// A Handled is one request as it counts.
type Handled struct {
	Brand                 string
	Kind                  rights.Kind
	State                 rights.State
	Ground                string    // of a refusal; "" for none that a law pack names
	Received, Due, Closed time.Time // Closed is zero while it is open
}

// A Tally is what became of the requests of one kind at one brand in a period.
type Tally struct {
	Brand    string
	Kind     rights.Kind
	Received int
	// These ended in the period, whenever they came.
	Done, Refused, Cancelled int
	Late                     int            // of Done and Refused, after they were due
	Median                   time.Duration  // from receipt to the answer; 0 without one
	Grounds                  map[string]int // how many of Refused were on each
}

// Answered counts the requests that were answered one way or the other.
func (t *Tally) Answered() int { return t.Done + t.Refused }

// Days is the median in whole days, rounded.
func (t *Tally) Days() int { return int((t.Median + 12*time.Hour) / (24 * time.Hour)) }

// Tallies adds requests up, by brand and kind. What the person took back was not
// answered.
func Tallies(all []Handled, p Period) []Tally {
	type key struct {
		brand string
		kind  rights.Kind
	}
	sums, took := map[key]*Tally{}, map[key][]time.Duration{}
	for i := range all {
		h := &all[i]
		k := key{h.Brand, h.Kind}
		t := sums[k]
		if t == nil {
			t = &Tally{Brand: h.Brand, Kind: h.Kind}
			sums[k] = t
		}
		if p.Has(h.Received) {
			t.Received++
		}
		if h.Closed.IsZero() || !p.Has(h.Closed) {
			continue
		}
		switch h.State {
		case rights.Fulfilled:
			t.Done++
		case rights.Rejected, rights.Unfulfilled:
			t.Refused++
			if h.Ground != "" {
				if t.Grounds == nil {
					t.Grounds = map[string]int{}
				}
				t.Grounds[h.Ground]++
			}
		default:
			t.Cancelled++
			continue
		}
		if h.Closed.After(h.Due) {
			t.Late++
		}
		took[k] = append(took[k], h.Closed.Sub(h.Received))
	}
	var list []Tally
	for k, t := range sums {
		t.Median = median(took[k])
		if t.Received+t.Answered()+t.Cancelled > 0 {
			list = append(list, *t)
		}
	}
	slices.SortFunc(list, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.Brand, b.Brand), slices.Index(rights.Kinds[:], a.Kind)-slices.Index(rights.Kinds[:], b.Kind))
	})
	return list
}

// median is the middle of some times, of two the mean; 0 of none.
func median(all []time.Duration) time.Duration {
	n := len(all)
	if n == 0 {
		return 0
	}
	slices.Sort(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// A Decided is how often people decided so about a version of a purpose.
type Decided struct {
	Purpose consent.PurposeID
	Version int
	Brand   string
	Status  consent.Status
	Records int
}
