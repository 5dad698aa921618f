package decision_test

import (
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

func TestDisclose(t *testing.T) {
	news := &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: consent.Consent, Marketing: true}
	orders := &consent.PurposeVersion{Purpose: "orders", Number: 1, Basis: consent.Contract, Required: true, Brands: []string{"hibiki"}}
	yes, no := consent.State{{Purpose: "news"}: *stands(consent.Given, 1, time.Time{})}, consent.State{{Purpose: "news"}: *stands(consent.Withdrawn, 1, time.Time{})}
	for name, tt := range map[string]struct {
		uses  []string // purposes that use the field
		works []*consent.PurposeVersion
		brand string
		state consent.State
		want  decision.Reason // the weightiest
	}{
		"allowed_by_a_yes":                        {[]string{"news"}, []*consent.PurposeVersion{news}, "", yes, decision.ByConsent},
		"withheld_after_a_no":                     {[]string{"news"}, []*consent.PurposeVersion{news}, "", no, decision.Withdrawn},
		"allowed_by_another_purpose_after_a_no":   {[]string{"news", "orders"}, []*consent.PurposeVersion{news, orders}, "hibiki", no, decision.ByBasis},
		"withheld_where_the_purpose_is_not_used":  {[]string{"orders"}, []*consent.PurposeVersion{orders}, "kawara", yes, decision.NoPurpose},
		"withheld_from_who_works_for_another":     {[]string{"orders"}, []*consent.PurposeVersion{news}, "hibiki", yes, decision.NoPurpose},
		"withheld_from_who_works_for_nothing":     {[]string{"news"}, nil, "", yes, decision.NoPurpose},
		"withheld_when_no_purpose_uses_the_field": {nil, []*consent.PurposeVersion{news, orders}, "", yes, decision.NoPurpose},
	} {
		t.Run(name, func(t *testing.T) {
			f := decision.Facts{Consents: tt.state}
			field := &profile.Field{Name: "city", Purposes: tt.uses}
			got := decision.Disclose(f, field, decision.Recipient{Brand: tt.brand, Purposes: tt.works}, noon)
			allow := tt.want == decision.ByConsent || tt.want == decision.ByBasis
			if got.Allow != allow || got.Reasons[0] != tt.want {
				t.Errorf("got %+v, want %s", got, tt.want)
			}
			field.Asks = []profile.Ask{{Brand: tt.brand}}
			if tt.brand != "" {
				got = decision.Disclose(f, field, decision.Recipient{Brand: tt.brand, Purposes: tt.works}, noon)
				if got.Allow || got.Reasons[0] != decision.NotShared {
					t.Errorf("asked for and not shared: got %+v", got)
				}
			}
			field.Retired = true
			if decision.Disclose(f, field, decision.Recipient{Brand: tt.brand, Purposes: tt.works}, noon).Allow {
				t.Error("a retired field is disclosed")
			}
		})
	}
}

func TestConcerns(t *testing.T) {
	fields := map[string]*profile.Field{
		"city": {Name: "city"}, "plan": {Name: "plan", Brands: []string{"kawara"}}, "shared": {Name: "shared", Brands: []string{"kawara", "hibiki"}},
	}
	claim := func(field, source, value string) decision.Facts {
		return decision.Facts{Profile: profile.State{Claims: map[string][]profile.Claim{field: {{Source: source, Value: value}}}}}
	}
	decided := func(scope, at string) decision.Facts {
		return decision.Facts{Consents: consent.State{{Purpose: "news", Scope: scope}: {Brand: at}}}
	}
	for name, tt := range map[string]struct {
		facts decision.Facts
		ids   []identity.Identifier
		want  bool
	}{
		"nobody_said_anything":                 {decision.Facts{}, nil, false},
		"the_system_gave_a_number":             {decision.Facts{}, []identity.Identifier{{Kind: identity.Customer, Scope: "media"}}, true},
		"the_system_told_of_an_address":        {decision.Facts{}, []identity.Identifier{{Kind: identity.Email, Source: "media"}}, true},
		"another_system_did":                   {decision.Facts{}, []identity.Identifier{{Kind: identity.Email, Source: "shop"}}, false},
		"the_system_holds_a_value":             {claim("city", "media", "Kyoto"), nil, true},
		"the_system_holds_nothing_any_more":    {claim("city", "media", ""), nil, false},
		"another_system_holds_a_value":         {claim("city", "shop", "Kyoto"), nil, false},
		"a_value_that_this_brand_alone_needs":  {claim("plan", "shop", "gold"), nil, true},
		"a_value_that_another_brand_needs_too": {claim("shared", "shop", "gold"), nil, false},
		"a_value_of_a_field_that_is_not_there": {claim("gone", "shop", "gold"), nil, false},
		"decided_on_the_brand":                 {decided("", "kawara"), nil, true},
		"decided_for_the_brand":                {decided("kawara", ""), nil, true},
		"decided_on_another_brand":             {decided("hibiki", "hibiki"), nil, false},
		"wished_for_the_brand":                 {decision.Facts{Preferences: consent.Preferences{Brands: map[string]consent.Wishes{"kawara": {}}}}, nil, true},
		"wished_for_another_brand":             {decision.Facts{Preferences: consent.Preferences{Brands: map[string]consent.Wishes{"hibiki": {}}}}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			field := func(name string) (*profile.Field, bool) {
				f, ok := fields[name]
				return f, ok
			}
			if got := decision.Concerns(tt.facts, tt.ids, "kawara", "media", field); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
