package activity_test

import (
	"testing"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/rights"
)

func TestBasis(t *testing.T) {
	t.Parallel()
	ideas := &consent.PurposeVersion{Purpose: "ideas", Number: 1, Basis: consent.Consent, Marketing: true, Brands: []string{"club"}}
	orders := &consent.PurposeVersion{Purpose: "orders", Number: 1, Basis: consent.Contract, Required: true}
	said := func(status consent.Status, scope string) consent.State {
		return consent.State{{Purpose: "ideas", Scope: scope}: {Record: "r", Version: 1, Status: status, At: noon.Add(-time.Hour)}}
	}
	frozen := rights.Freezes{{Request: "q", Scope: rights.CategoryScope, Name: "training", Since: noon}}
	for name, tt := range map[string]struct {
		kind  activity.Kind
		facts decision.Facts
		brand string
		want  decision.Reason // "" for a basis
	}{
		"a_yes":                        {activity.Kind{Purposes: []string{"ideas"}}, decision.Facts{Consents: said(consent.Given, "")}, "", ""},
		"a_yes_for_the_brand_alone":    {activity.Kind{Purposes: []string{"ideas"}}, decision.Facts{Consents: said(consent.Given, "club")}, "", ""},
		"a_no":                         {activity.Kind{Purposes: []string{"ideas"}}, decision.Facts{Consents: said(consent.Withdrawn, "")}, "", decision.Withdrawn},
		"nothing_said":                 {activity.Kind{Purposes: []string{"ideas"}}, decision.Facts{}, "", decision.NotAsked},
		"another_purpose_is_allowed":   {activity.Kind{Purposes: []string{"ideas", "orders"}}, decision.Facts{}, "", ""},
		"at_a_brand_without_it":        {activity.Kind{Purposes: []string{"ideas"}}, decision.Facts{Consents: said(consent.Given, "")}, "shop", decision.NoPurpose},
		"a_pause_of_messages_is_no_no": {activity.Kind{Purposes: []string{"ideas"}}, decision.Facts{Consents: said(consent.Given, ""), Preferences: consent.Preferences{All: consent.Wishes{Pause: noon.Add(time.Hour)}}}, "", ""},
		"frozen":                       {activity.Kind{Category: "training", Purposes: []string{"orders"}}, decision.Facts{Freezes: frozen}, "", decision.Restricted},
		"retired":                      {activity.Kind{Purposes: []string{"orders"}, Retired: true}, decision.Facts{}, "", decision.Retired},
		"no_purpose":                   {activity.Kind{}, decision.Facts{}, "", decision.NoPurpose},
	} {
		t.Run(name, func(t *testing.T) {
			got := activity.Basis(tt.facts, &tt.kind, []*consent.PurposeVersion{ideas, orders}, tt.brand, noon)
			if got.Allow != (tt.want == "") || !got.Allow && got.Reasons[0] != tt.want {
				t.Errorf("got %+v, want %q", got, tt.want)
			}
		})
	}
}
