package profile

import (
	"strings"
	"time"
)

// A Rank says whose value counts among systems: of two sources the one with
// the lower number. A nil Rank ranks all alike.
type Rank func(source string) int

func (r Rank) of(source string) int {
	if r == nil {
		return 0
	}
	return r(source)
}

// A Why is the rule by which a claim counts.
type Why string

// The rules of survivorship, in the order in which they are applied.
const (
	WhyCorrected Why = "corrected"  // the person said it to us
	WhyProved    Why = "proved"     // the person gave it to Source, after anything said to us
	WhyTakenAway Why = "taken_away" // the person took the value away
	WhyOnly      Why = "only"       // nobody else says anything
	WhyRank      Why = "rank"       // Source stands above the others
	WhyOrigin    Why = "origin"     // it was given or seen rather than worked out
	WhyNewest    Why = "newest"     // it is the newest
	WhyName      Why = "name"       // nothing tells them apart but the source's name
	WhyNothing   Why = "nothing"    // nobody says anything
)

// A Reason is why a claim counts, with what words about it need.
type Reason struct {
	Why    Why
	Source string    // who said it
	At     time.Time // when
	Others int       // how many other sources say something else
}

// Winner returns the claim that counts, and why. It is false when the field
// has no value; then the Reason is WhyNothing, or WhyTakenAway and the claim is
// the one that took the value away.
//
// What the person said, to us or provably to a system, stands above every
// other claim, and of it the newest counts. Among the rest a lower rank wins,
// then the better origin, then the newer time, then the name. The order of
// claims makes no difference.
func Winner(_ *Field, claims []Claim, rank Rank) (Claim, Reason, bool) {
	first := best(claims, rank, -1)
	if first < 0 {
		return Claim{}, Reason{Why: WhyNothing}, false
	}
	w := claims[first]
	r := Reason{Source: w.Source, At: w.When(), Others: others(claims, &w)}
	switch second := best(claims, rank, first); {
	case w.Value == "":
		r.Why = WhyTakenAway
	case w.Own():
		r.Why = WhyCorrected
	case w.Proved:
		r.Why = WhyProved
	case second < 0:
		r.Why = WhyOnly
	default:
		_, r.Why = prefer(&w, &claims[second], rank)
	}
	return w, r, w.Value != ""
}

// best returns the place of the claim that counts when the one at place
// without is left out, or -1. That a system holds nothing does not count.
func best(claims []Claim, rank Rank, without int) int {
	found := -1
	for i := range claims {
		c := &claims[i]
		if i == without || c.Value == "" && !c.personal() {
			continue
		}
		if found >= 0 {
			if n, _ := prefer(c, &claims[found], rank); n <= 0 {
				continue
			}
		}
		found = i
	}
	return found
}

// Value returns the value that counts, "" when there is none.
func (s State) Value(f *Field, rank Rank) string {
	c, _, _ := Winner(f, s.Claims[f.Name], rank)
	return c.Value
}

// prefer returns a positive number when a counts before b, and the rule that
// told them apart.
func prefer(a, b *Claim, rank Rank) (int, Why) {
	if a.personal() != b.personal() {
		return truth(a.personal()) - truth(b.personal()), WhyProved
	}
	if a.personal() {
		if n := a.When().Compare(b.When()); n != 0 {
			return n, WhyNewest
		}
		if a.Own() != b.Own() {
			return truth(a.Own()) - truth(b.Own()), WhyCorrected
		}
		return byName(a, b), WhyName
	}
	if n := rank.of(b.Source) - rank.of(a.Source); n != 0 {
		return n, WhyRank
	}
	if n := b.Origin.order() - a.Origin.order(); n != 0 {
		return n, WhyOrigin
	}
	if n := a.When().Compare(b.When()); n != 0 {
		return n, WhyNewest
	}
	return byName(a, b), WhyName
}

// byName prefers the source that comes first in the alphabet. A state holds
// one claim of a source; the rest keeps the answer the same for any list.
func byName(a, b *Claim) int {
	if n := strings.Compare(b.Source, a.Source); n != 0 {
		return n
	}
	return a.compare(b)
}

func others(claims []Claim, w *Claim) int {
	n := 0
	for i := range claims {
		c := &claims[i]
		if c.Source != w.Source && c.Value != "" && c.Value != w.Value {
			n++
		}
	}
	return n
}
