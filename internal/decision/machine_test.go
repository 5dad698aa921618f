package decision_test

import (
	"testing"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// A machine may not decide about somebody who wants a human, nor from a value
// that is frozen; anything else for the same purpose goes on.
func TestMay_by_a_machine(t *testing.T) {
	t.Parallel()
	kind, other := &automated.Kind{Name: "pay-later"}, &automated.Kind{Name: "plan"}
	uses := []*profile.Field{{Name: "orders", Category: "shopping"}}
	humans := automated.Humans{"pay-later": noon}
	for name, tt := range map[string]struct {
		humans  automated.Humans
		freezes rights.Freezes
		kind    *automated.Kind
		want    decision.Reason
	}{
		"nothing against it":       {nil, nil, kind, decision.ByBasis},
		"a human is wanted":        {humans, nil, kind, decision.HumanWanted},
		"for another kind":         {humans, nil, other, decision.ByBasis},
		"no machine decides":       {humans, nil, nil, decision.ByBasis},
		"a field is frozen":        {nil, frozen(rights.FieldScope, "orders"), kind, decision.Restricted},
		"its category is frozen":   {nil, frozen(rights.CategoryScope, "shopping"), kind, decision.Restricted},
		"another field is frozen":  {nil, frozen(rights.FieldScope, "email"), kind, decision.ByBasis},
		"frozen, and no machine":   {nil, frozen(rights.FieldScope, "orders"), nil, decision.ByBasis},
		"frozen, and human wanted": {humans, frozen(rights.WholePerson, ""), kind, decision.Restricted},
	} {
		v := &consent.PurposeVersion{Purpose: "fraud", Number: 1, Basis: consent.Contract}
		verdict := decision.May(decision.Facts{Humans: tt.humans, Freezes: tt.freezes}, decision.Question{
			Purpose: v, At: noon, Automated: tt.kind, Uses: uses,
		})
		if verdict.Reasons[0] != tt.want || verdict.Allow != (tt.want == decision.ByBasis) {
			t.Errorf("%s: got %v, want %s", name, verdict, tt.want)
		}
	}
}

// What one record of a person says holds for all of them.
func TestTogether_wants_a_human(t *testing.T) {
	t.Parallel()
	own, other := decision.Facts{}, decision.Facts{Humans: automated.Humans{"plan": noon}}
	if got := own.Together(noon, other); !got.Humans.Wanted("plan") || own.Humans.Wanted("plan") {
		t.Errorf("together: %v; apart: %v", got.Humans, own.Humans)
	}
}
