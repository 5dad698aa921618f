package consent

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/errs"
)

func reported(status Status, scope string, at time.Time) Report {
	return Report{Subject: person, System: "shop", Purpose: "news", Status: status, At: at, Proof: "form 7", Scope: scope, Channel: "shop"}
}

func TestReportAccepts(t *testing.T) {
	t.Parallel()
	after := noon.Add(-time.Minute) // what stands is an hour old
	child := func(via PurposeID) Standing {
		st := stands(Given, 1)
		st.Via = via
		return st
	}
	for name, tt := range map[string]struct {
		state  State
		report Report
		want   map[Key]Status
	}{
		"a_no_for_all_ends_what_a_brand_had": {
			State{{"news", ""}: stands(Given, 2), {"news", "hibiki"}: stands(Given, 2), {"news", "kawara"}: stands(Refused, 2)},
			reported(Refused, "", time.Time{}),
			map[Key]Status{{"news", ""}: Withdrawn, {"news", "hibiki"}: Withdrawn},
		},
		"a_no_for_a_brand_leaves_the_others": {
			State{{"news", ""}: stands(Given, 2)},
			reported(Refused, "hibiki", time.Time{}),
			map[Key]Status{{"news", "hibiki"}: Withdrawn},
		},
		"a_yes_for_a_brand_is_weighed_against_what_counts_there": {
			State{{"news", ""}: stands(Withdrawn, 2)}, reported(Given, "hibiki", noon.Add(-2*time.Hour)), map[Key]Status{},
		},
		"a_newer_yes_for_a_brand_is_the_brands_own": {
			State{{"news", ""}: stands(Withdrawn, 2)}, reported(Given, "hibiki", after), map[Key]Status{{"news", "hibiki"}: Given},
		},
		"a_no_to_a_parent_ends_what_its_switch_gave": {
			State{{"news", ""}: stands(Given, 2), {"offers", ""}: child("news"), {"own", ""}: child("")},
			reported(Refused, "", time.Time{}),
			map[Key]Status{{"news", ""}: Withdrawn, {"offers", ""}: Withdrawn},
		},
		"a_yes_to_a_parent_gives_no_child": {
			State{}, reported(Given, "", after), map[Key]Status{{"news", ""}: Given},
		},
	} {
		t.Run(name, func(t *testing.T) {
			children := []*PurposeVersion{
				{Purpose: "offers", Number: 1, Basis: Consent, Parent: "news"}, {Purpose: "own", Number: 1, Basis: Consent, Parent: "news"},
			}
			if err := tt.report.settle(noon); err != nil {
				t.Fatal(err)
			}
			records := tt.report.accept(tt.state, tt.state, newsletter(), children, noon)
			if len(records) != len(tt.want) {
				t.Errorf("got %+v", records)
			}
			for _, r := range records {
				if r.Status != tt.want[Key{r.Purpose, r.Scope}] || r.Proof != (Proof{BySystemSays, "shop: form 7"}) {
					t.Errorf("got %+v", r)
				}
			}
		})
	}
}

// A no that is said now is never lost, whatever stands and whatever the clocks
// say.
func TestNoReportedNowCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		state := Fold(drawRecords(t))
		r := reported(rapid.SampledFrom([]Status{Refused, Revoked}).Draw(t, "no"), rapid.SampledFrom([]string{"", "hibiki"}).Draw(t, "scope"), time.Time{})
		if rapid.Bool().Draw(t, "ahead") {
			r.At = noon.AddDate(1, 0, 0)
		}
		if err := r.settle(noon); err != nil {
			t.Fatal(err)
		}
		for _, made := range r.accept(state, state, newsletter(), nil, noon) {
			state = state.With(made)
		}
		if st := state.Of("news", r.Scope); st.Status.Valid() {
			t.Fatalf("%+v still stands", st)
		}
		if st := state.Of("news", "hibiki"); r.Scope == "" && st.Status.Valid() {
			t.Fatalf("a brand may go on: %+v", st)
		}
	})
}

func TestReportTimes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status Status
		ahead  time.Duration
		kind   errs.Kind
	}{
		{Given, clockSkew, ""}, {Given, clockSkew + 1, errs.Invalid}, {Refused, 24 * time.Hour, ""}, {Revoked, time.Hour, ""},
	} {
		r := reported(tt.status, "", noon.Add(tt.ahead))
		if got := errs.KindOf(r.settle(noon)); got != tt.kind || got == "" && r.At.After(noon) {
			t.Errorf("%s said %v ahead: got %q at %v, want %q", tt.status, tt.ahead, got, r.At, tt.kind)
		}
	}
}
