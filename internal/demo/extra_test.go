package demo_test

import (
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/id"
)

// Every decision is one that the rules take, in the order in which it is
// given, and together they show all that becomes of a consent.
func TestDecisions_make_lived_in_histories(t *testing.T) {
	o := declared(t)
	got := map[consent.Status]int{}
	untouched := 0
	for _, p := range demo.People(4, 200, noon) {
		state := consent.State{}
		last := time.Time{}
		decisions := demo.Decisions(&p, noon)
		if len(decisions) == 0 {
			untouched++
		}
		for _, d := range decisions {
			if d.At.Before(last) || d.At.After(noon) {
				t.Errorf("%d: %s at %s, after %s", p.Index, d.Purpose, d.At, last)
			}
			last = d.At
			v, ok := o.Purpose(d.Purpose)
			if !ok {
				t.Fatalf("%d: purpose %s is not declared", p.Index, d.Purpose)
			}
			if _, ok := o.Brand(d.Brand); !ok || d.Scope != "" && d.Scope != d.Brand {
				t.Errorf("%d: decided on %q in scope %q", p.Index, d.Brand, d.Scope)
			}
			now, ok := state[consent.Key{Purpose: d.Purpose, Scope: d.Scope}]
			if !ok {
				now = consent.Standing{Status: consent.Unknown}
			}
			r, changed, err := consent.Decide(now, consent.Decision{
				Subject: id.Subject("s"), Purpose: v, Answer: d.Answer, Scope: d.Scope, Locale: d.Locale,
				Proof: consent.Proof{Kind: d.Proof}, Brand: d.Brand, Channel: d.Channel, At: d.At,
			})
			if err != nil || !changed {
				t.Errorf("%d: %s %s: changed %t, %v", p.Index, d.Purpose, d.Answer, changed, err)
				continue
			}
			state = state.With(r)
		}
		for _, st := range state {
			if st.Status.Valid() && !st.ValidAt(noon) {
				got[consent.Expired]++
				continue
			}
			got[st.Status]++
		}
	}
	for _, s := range []consent.Status{
		consent.Given, consent.Refused, consent.Withdrawn, consent.Requested, consent.Deferred, consent.Expired,
	} {
		if got[s] == 0 {
			t.Errorf("nobody's consent is %s", s)
		}
	}
	if untouched == 0 {
		t.Error("everybody has decided something")
	}
}

func TestDecisions_of_the_three(t *testing.T) {
	again := demo.At(1, 0, noon)
	var answers []consent.Answer
	for _, d := range demo.Decisions(&again, noon) {
		if d.Purpose == "newsletter" && d.Proof == consent.BySession {
			answers = append(answers, d.Answer)
		}
	}
	if len(answers) != 3 || answers[0] != consent.Yes || answers[1] != consent.No || answers[2] != consent.Yes {
		t.Errorf("Aiko said %v to the newsletter, want yes, no, yes", answers)
	}
	waiting := demo.At(1, 2, noon)
	decisions := demo.Decisions(&waiting, noon)
	if last := decisions[len(decisions)-1]; last.Purpose != "newsletter" || last.Proof != consent.BySession {
		t.Errorf("Layla's last decision is %+v, want a newsletter that waits for the second yes", last)
	}
}

func TestPreferences_can_be_kept(t *testing.T) {
	o := declared(t)
	said := 0
	for _, p := range demo.People(4, 50, noon) {
		language, wishes := demo.Preferences(&p, noon)
		if b := o.Brands[0]; !b.Speaks(language) {
			t.Errorf("%d reads %q, which %s does not offer", p.Index, language, b.Name)
		}
		for _, w := range wishes {
			said++
			if err := w.Wishes.Check(o.AllTopics(), o.AllChannels(), noon); err != nil {
				t.Errorf("%d: %v", p.Index, err)
			}
			if w.At.After(noon) {
				t.Errorf("%d: said at %s, which is to come", p.Index, w.At)
			}
		}
	}
	if said == 0 {
		t.Error("nobody wishes anything")
	}
}
