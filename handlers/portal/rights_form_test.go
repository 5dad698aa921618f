package portal

import (
	"slices"
	"strings"
	"testing"

	"livingprofile/internal/consent"
	"livingprofile/internal/hook"
	"livingprofile/internal/rights"
)

// Who is told of an erasure are all connected systems, whatever is held: one that
// only ever had choices and a number is told too. A retired one is not.
func TestErasure_plan_names_who_is_told(t *testing.T) {
	t.Parallel()
	org := declared(t)
	for i := range org.Systems {
		sys := &org.Systems[i]
		sys.Endpoints, sys.OpenDSR, sys.Connector = nil, nil, nil
	}
	connected, retired := &org.Systems[0], &org.Systems[1]
	connected.Endpoints = []hook.Endpoint{{Name: "main"}}
	retired.Endpoints, retired.Retired = connected.Endpoints, true
	s := newSight(t, org, "hibiki", "en", nil)
	var told []string
	for _, e := range s.rightPlan(&rightForm{kind: rights.Erasure}).Told {
		told = append(told, e.Text)
	}
	if want := []string{connected.Human["en"]}; !slices.Equal(told, want) {
		t.Errorf("got %v, want %v", told, want)
	}
}

// What is said to be lost is what this very person has.
func TestErasure_plan_says_what_is_lost(t *testing.T) {
	t.Parallel()
	org := declared(t)
	held := func(counts map[rights.Part]int) rights.Plan { return rights.PlanErasure(rights.Holding{Count: counts}) }
	correction := rights.Request{Number: "R-1", Kind: rights.Rectification, State: rights.Acknowledged}
	complaint := rights.Request{Number: "R-2", Kind: rights.Complaint, State: rights.Acknowledged}
	frozen := rights.Request{Number: "R-3", Kind: rights.Restriction, State: rights.Fulfilled}
	over := rights.Request{Number: "R-4", Kind: rights.Complaint, State: rights.Fulfilled}
	ending := held(nil)
	ending.Ends = []rights.Request{correction, {Number: "R-5", Kind: rights.Erasure}}
	for name, tt := range map[string]struct {
		form   rightForm
		wishes consent.Wishes
		want   []string
	}{
		"nothing":       {form: rightForm{plan: held(nil), open: []rights.Request{over}}},
		"the way in":    {form: rightForm{plan: held(map[rights.Part]int{rights.PartIdentifiers: 1})}, want: []string{"Your way in"}},
		"answers":       {form: rightForm{plan: held(map[rights.Part]int{rights.PartRecords: 2})}, want: []string{"What you allowed and refused, with its receipts"}},
		"a pause":       {form: rightForm{plan: held(nil)}, wishes: consent.Wishes{Pause: noon}, want: []string{`What you picked under "What I get"`}},
		"activity":      {form: rightForm{plan: held(nil), did: []string{"Orders"}}, want: []string{"What you did with us: Orders"}},
		"machines":      {form: rightForm{plan: held(map[rights.Part]int{rights.PartAutomated: 1})}, want: []string{"Your say in what our systems decided about you"}},
		"the history":   {form: rightForm{plan: held(map[rights.Part]int{rights.PartEntries: 9})}, want: []string{"Your history here"}},
		"open requests": {form: rightForm{plan: ending, open: []rights.Request{correction}}, want: []string{"Requests that end without an answer: R-1 (Correction)"}},
		"a complaint":   {form: rightForm{plan: held(nil), open: []rights.Request{complaint}}, want: []string{"The answer to your complaint: R-2 (Complaint)"}},
		"a freeze":      {form: rightForm{plan: held(nil), open: []rights.Request{frozen}}, want: []string{"What you had frozen: R-3 (Freeze)"}},
	} {
		s := newSight(t, org, "hibiki", "en", func(s *sight) { s.facts.Preferences.All = tt.wishes })
		tt.form.kind = rights.Erasure
		var got []string
		for _, e := range s.rightPlan(&tt.form).Lost {
			got = append(got, e.Text+": "+e.Note)
		}
		if !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
			t.Errorf("%s: got %q, want what begins with %q", name, got, tt.want)
		}
	}
}
