package activity

import (
	"cmp"
	"math/big"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
)

// SourceRule is the source of values that rules work out. No system may bear
// this name.
const SourceRule = "rule"

// A Rule works a value of the profile out from what a person did.
type Rule struct {
	Name      string
	Field     string // of the profile, that gets the value
	Activity  string // kind that it looks at
	Calculate Calculation
	Of        string        // field of the kind; "" for a count
	Window    time.Duration // how far it looks back; 0 for as far as anything is kept
	Least     int           // of fewer observations it says nothing
	Retired   bool
	Label     i18n.Text
}

// A Calculation is what a rule does with the observations it looks at.
type Calculation string

// The calculations.
const (
	Count        Calculation = "count"
	Sum          Calculation = "sum"
	Average      Calculation = "average"
	MostFrequent Calculation = "most-frequent"
)

// Calculations lists the calculations.
var Calculations = [...]Calculation{Count, Sum, Average, MostFrequent}

// Infer returns what the rule says of observations now, "" for nothing. The
// order of the observations makes no difference, and neither do those of other
// kinds.
func (r *Rule) Infer(all []Observation, now time.Time) string {
	var seen []*Observation
	for i := range all {
		if r.counts(&all[i], now) {
			seen = append(seen, &all[i])
		}
	}
	if len(seen) < max(r.Least, 1) {
		return ""
	}
	switch r.Calculate {
	case Count:
		return number(new(big.Rat).SetInt64(int64(len(seen))))
	case Sum, Average:
		sum := new(big.Rat)
		for _, o := range seen {
			n, _ := new(big.Rat).SetString(o.Values[r.Of])
			sum.Add(sum, n)
		}
		if r.Calculate == Average {
			sum.Quo(sum, new(big.Rat).SetInt64(int64(len(seen))))
		}
		return number(sum)
	case MostFrequent:
		return frequent(seen, r.Of)
	}
	return ""
}

// Next returns when the rule may say something else because observations grow
// old; zero for never.
func (r *Rule) Next(all []Observation, now time.Time) time.Time {
	var next time.Time
	for i := range all {
		if !r.counts(&all[i], now) {
			continue
		}
		leaves := all[i].Expires
		if r.Window > 0 {
			leaves = sooner(leaves, all[i].At.Add(r.Window))
		}
		next = sooner(next, leaves)
	}
	return next
}

// counts tells whether the rule looks at o now. One without the value in
// question says nothing.
func (r *Rule) counts(o *Observation, now time.Time) bool {
	switch {
	case o.Kind != r.Activity, o.At.After(now), !o.Expires.IsZero() && !now.Before(o.Expires):
		return false
	case r.Window > 0 && !now.Before(o.At.Add(r.Window)):
		return false
	case r.Calculate == Count:
		return true
	}
	value := o.Values[r.Of]
	if r.Calculate == MostFrequent {
		return value != ""
	}
	_, ok := new(big.Rat).SetString(value)
	return ok
}

// frequent returns the value that most have; of those that equally many have
// the one that was seen last, and then the first by the alphabet.
func frequent(seen []*Observation, field string) string {
	type tally struct {
		n    int
		last time.Time
	}
	tallies := map[string]tally{}
	for _, o := range seen {
		t := tallies[o.Values[field]]
		t.n++
		if o.At.After(t.last) {
			t.last = o.At
		}
		tallies[o.Values[field]] = t
	}
	best := ""
	for value, t := range tallies {
		b, ok := tallies[best]
		if !ok || cmp.Or(cmp.Compare(t.n, b.n), t.last.Compare(b.last), cmp.Compare(best, value)) > 0 {
			best = value
		}
	}
	return best
}

// number writes n in the canonical form of numbers, rounded to two places.
func number(n *big.Rat) string {
	text, err := profile.ParseNumber(n.FloatString(2), ".", "")
	if err != nil {
		return "" // longer than a value can be
	}
	return text
}

// sooner returns the earlier of two times of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
