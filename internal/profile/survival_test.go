package profile_test

import (
	"fmt"
	"testing"
	"time"

	"livingprofile/internal/profile"
)

// survivor is the rule of survivorship as it is written for people, apart from
// the code: what the person said stands above all, and of that the newest;
// here before elsewhere when it was said at the same time. Then the better
// source, then what was given before what was seen before what was worked out,
// then the newer, then the source that comes first in the alphabet.
//
// A claim of a system that says nothing counts for nothing. The person's own
// empty one takes the value away.
func survivor(a, b profile.Claim, rank map[string]int) (profile.Claim, profile.Why, bool) {
	said := func(c profile.Claim) bool { return c.Source == "subject" || c.Proved }
	counts := func(c profile.Claim) bool { return c.Value != "" || said(c) }
	trust := map[profile.Origin]int{"provided": 1, "observed": 2, "inferred": 3}
	why := func(c profile.Claim, otherwise profile.Why) profile.Why {
		switch {
		case c.Value == "":
			return "taken_away"
		case c.Source == "subject":
			return "corrected"
		case c.Proved:
			return "proved"
		}
		return otherwise
	}
	if !counts(a) && !counts(b) {
		return profile.Claim{}, "nothing", false
	}
	if !counts(b) {
		return a, why(a, "only"), a.Value != ""
	}
	if !counts(a) {
		return b, why(b, "only"), b.Value != ""
	}
	pick := func(first bool, rule profile.Why) (profile.Claim, profile.Why, bool) {
		c := b
		if first {
			c = a
		}
		return c, why(c, rule), c.Value != ""
	}
	switch {
	case said(a) && !said(b):
		return pick(true, "")
	case said(b) && !said(a):
		return pick(false, "")
	case said(a) && !a.At.Equal(b.At):
		return pick(a.At.After(b.At), "")
	case said(a) && a.Source == "subject":
		return pick(true, "")
	case said(a) && b.Source == "subject":
		return pick(false, "")
	case said(a):
		return pick(a.Source < b.Source, "")
	case rank[a.Source] != rank[b.Source]:
		return pick(rank[a.Source] < rank[b.Source], "rank")
	case trust[a.Origin] != trust[b.Origin]:
		return pick(trust[a.Origin] < trust[b.Origin], "origin")
	case !a.At.Equal(b.At):
		return pick(a.At.After(b.At), "newest")
	}
	return pick(a.Source < b.Source, "name")
}

// TestSurvivorship asks every pair of claims that may stand beside each other:
// source and rank, origin, time, proved or not, said or empty, in both orders.
func TestSurvivorship(t *testing.T) {
	ranks := map[string]int{"crm": 10, "shop": 20, "till": 20}
	rank := func(source string) int { return ranks[source] }
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var all []profile.Claim
	for _, source := range []string{"crm", "shop", "subject", "till"} {
		for _, origin := range profile.Origins {
			for _, at := range []time.Time{noon, noon.Add(time.Hour)} {
				for _, proved := range []bool{false, true} {
					for _, empty := range []bool{false, true} {
						if source == "subject" && (proved || origin != profile.Provided) || proved && origin != profile.Provided {
							continue // nobody can say that
						}
						c := profile.Claim{Value: source + string(origin), Source: source, Origin: origin, At: at, Recorded: noon.Add(2 * time.Hour), Proved: proved}
						if empty {
							c.Value = ""
						}
						all = append(all, c)
					}
				}
			}
		}
	}
	pairs, seen := 0, map[profile.Why]int{}
	for _, a := range all {
		for _, b := range all {
			if a.Source == b.Source {
				continue // a source has one claim
			}
			pairs++
			want, why, held := survivor(a, b, ranks)
			got, reason, has := profile.Winner(&profile.Field{}, []profile.Claim{a, b}, rank)
			seen[reason.Why]++
			if got != want || reason.Why != why || has != held || has && (reason.Source != want.Source || !reason.At.Equal(want.At)) {
				t.Fatalf("of %s and %s:\ngot  %s, %+v, %v\nwant %s, %s, %v", brief(a), brief(b), brief(got), reason, has, brief(want), why, held)
			}
		}
	}
	for _, why := range []profile.Why{
		profile.WhyCorrected, profile.WhyProved, profile.WhyTakenAway, profile.WhyOnly, profile.WhyRank, profile.WhyOrigin,
		profile.WhyNewest, profile.WhyName, profile.WhyNothing,
	} {
		if seen[why] == 0 {
			t.Errorf("none of %d pairs is decided by %q", pairs, why)
		}
	}
}

func brief(c profile.Claim) string {
	return fmt.Sprintf("{%s %q %s %s proved=%v}", c.Source, c.Value, c.Origin, c.At.Format("15:04"), c.Proved)
}
