package decision_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// frozenAt is when the data of these tests was frozen.
var frozenAt = noon.Add(-time.Hour)

func frozen(scope rights.Scope, name string) rights.Freezes {
	return rights.Freezes{{Request: "r", Scope: scope, Name: name, Ground: rights.Unlawful, Since: frozenAt}}
}

func TestMay_while_frozen(t *testing.T) {
	t.Parallel()
	given := func(at time.Time) consent.State {
		return consent.State{{Purpose: "news"}: {Status: consent.Given, Version: 1, At: at, Record: "1"}}
	}
	for name, tt := range map[string]struct {
		basis    consent.Basis
		freezes  rights.Freezes
		consents consent.State
		want     bool
	}{
		"nothing frozen":                      {consent.Contract, nil, nil, true},
		"the whole person":                    {consent.Contract, frozen(rights.WholePerson, ""), nil, false},
		"the purpose":                         {consent.LegitimateInterest, frozen(rights.PurposeScope, "news"), nil, false},
		"another purpose":                     {consent.LegitimateInterest, frozen(rights.PurposeScope, "ideas"), nil, true},
		"a field alone":                       {consent.Contract, frozen(rights.FieldScope, "news"), nil, true},
		"a duty, which is no exception":       {consent.LegalObligation, frozen(rights.WholePerson, ""), nil, false},
		"an important public interest":        {consent.PublicInterest, frozen(rights.WholePerson, ""), nil, true},
		"a yes from before the freeze":        {consent.Consent, frozen(rights.WholePerson, ""), given(frozenAt.Add(-time.Hour)), false},
		"a yes from the moment of the freeze": {consent.Consent, frozen(rights.WholePerson, ""), given(frozenAt), false},
		"a yes from after the freeze":         {consent.Consent, frozen(rights.WholePerson, ""), given(frozenAt.Add(time.Minute)), true},
		"no yes at all, which weighs more":    {consent.Consent, frozen(rights.WholePerson, ""), nil, false},
	} {
		v := &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: tt.basis}
		verdict := decision.May(decision.Facts{Consents: tt.consents, Freezes: tt.freezes}, decision.Question{Purpose: v, At: noon})
		if verdict.Allow != tt.want {
			t.Errorf("%s: got %v for %v, want %v", name, verdict.Allow, verdict.Reasons, tt.want)
		}
		if !tt.want && len(tt.consents) == 0 && tt.basis == consent.Consent {
			if verdict.Reasons[0] != decision.NotAsked {
				t.Errorf("%s: got %v, want not_asked", name, verdict.Reasons)
			}
		} else if !tt.want && verdict.Reasons[0] != decision.Restricted {
			t.Errorf("%s: got %v, want restricted", name, verdict.Reasons)
		}
	}
}

func TestDisclose_while_frozen(t *testing.T) {
	t.Parallel()
	field := &profile.Field{Name: "phone", Category: "contact", Purposes: []string{"orders", "census", "news"}}
	orders := &consent.PurposeVersion{Purpose: "orders", Number: 1, Basis: consent.Contract}
	census := &consent.PurposeVersion{Purpose: "census", Number: 1, Basis: consent.PublicInterest}
	news := &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: consent.Consent}
	for name, tt := range map[string]struct {
		freezes  rights.Freezes
		purposes []*consent.PurposeVersion
		want     decision.Reason
	}{
		"nothing frozen":            {nil, []*consent.PurposeVersion{orders}, decision.ByBasis},
		"the field":                 {frozen(rights.FieldScope, "phone"), []*consent.PurposeVersion{orders}, decision.Restricted},
		"its category":              {frozen(rights.CategoryScope, "contact"), []*consent.PurposeVersion{orders}, decision.Restricted},
		"the whole person":          {frozen(rights.WholePerson, ""), []*consent.PurposeVersion{orders}, decision.Restricted},
		"its purpose":               {frozen(rights.PurposeScope, "orders"), []*consent.PurposeVersion{orders}, decision.Restricted},
		"another field":             {frozen(rights.FieldScope, "name"), []*consent.PurposeVersion{orders}, decision.ByBasis},
		"the public interest may":   {frozen(rights.FieldScope, "phone"), []*consent.PurposeVersion{census}, decision.ByBasis},
		"who may not anyway":        {frozen(rights.FieldScope, "phone"), []*consent.PurposeVersion{news}, decision.NotAsked},
		"who has no purpose for it": {frozen(rights.FieldScope, "phone"), nil, decision.NoPurpose},
	} {
		got := decision.Disclose(decision.Facts{Freezes: tt.freezes}, field, decision.Recipient{Purposes: tt.purposes}, noon)
		if got.Reasons[0] != tt.want || got.Allow != (tt.want == decision.ByBasis) {
			t.Errorf("%s: got %v for %v, want %s", name, got.Allow, got.Reasons, tt.want)
		}
	}
}

func TestWishFrozen(t *testing.T) {
	t.Parallel()
	everything := frozen(rights.WholePerson, "")
	said := func(s consent.Status, at time.Time) consent.State {
		return consent.State{{Purpose: "news"}: {Status: s, Version: 1, At: at, Record: "1"}}
	}
	for name, tt := range map[string]struct {
		basis    consent.Basis
		freezes  rights.Freezes
		consents consent.State
		want     bool
	}{
		"nothing frozen":             {consent.Consent, nil, nil, false},
		"the purpose alone":          {consent.LegitimateInterest, frozen(rights.PurposeScope, "news"), nil, false},
		"a field alone":              {consent.Consent, frozen(rights.FieldScope, "news"), nil, false},
		"everything":                 {consent.LegitimateInterest, everything, nil, true},
		"everything, nothing said":   {consent.Consent, everything, nil, true},
		"everything, a duty":         {consent.LegalObligation, everything, nil, true},
		"an important public need":   {consent.PublicInterest, everything, nil, false},
		"a yes from before":          {consent.Consent, everything, said(consent.Given, frozenAt.Add(-time.Hour)), true},
		"a yes from after":           {consent.Consent, everything, said(consent.Given, frozenAt.Add(time.Minute)), false},
		"a no from after":            {consent.Consent, everything, said(consent.Withdrawn, frozenAt.Add(time.Minute)), true},
		"a yes that waits for proof": {consent.Consent, everything, said(consent.Requested, frozenAt.Add(time.Minute)), true},
	} {
		v := &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: tt.basis}
		if got := decision.WishFrozen(decision.Facts{Consents: tt.consents, Freezes: tt.freezes}, v, "", noon); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

// TestMay_with_many_freezes compares with one line of Art. 18(2) GDPR, whatever
// was frozen, lifted and said before: a yes counts that is newer than each freeze
// of the purpose that stands. It was once compared with the first of them alone.
func TestMay_with_many_freezes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type freeze struct {
			scope rights.Scope
			name  string
			since int
		}
		var freezes rights.Freezes
		stand := map[rights.RequestID]freeze{}
		said := rapid.IntRange(0, 12).Draw(t, "yes")
		at := func(minute int) time.Time { return frozenAt.Add(time.Duration(minute) * time.Minute) }
		for minute := range 12 {
			r := rights.RequestID(rapid.SampledFrom([]string{"1", "2", "3", "4"}).Draw(t, "request"))
			if rapid.Bool().Draw(t, "lifted") {
				freezes = freezes.Without(r)
				delete(stand, r)
				continue
			}
			f := freeze{
				rapid.SampledFrom([]rights.Scope{rights.WholePerson, rights.PurposeScope, rights.FieldScope, rights.CategoryScope}).Draw(t, "scope"),
				rapid.SampledFrom([]string{"news", "ideas"}).Draw(t, "name"), minute,
			}
			if f.scope == rights.WholePerson {
				f.name = ""
			}
			freezes, stand[r] = freezes.With(rights.Freeze{Request: r, Scope: f.scope, Name: f.name, Ground: rights.Unlawful, Since: at(minute)}), f
		}
		basis := rapid.SampledFrom([]consent.Basis{consent.Consent, consent.Contract, consent.PublicInterest}).Draw(t, "basis")
		want := true
		for _, f := range stand {
			if f.scope == rights.WholePerson || f.scope == rights.PurposeScope && f.name == "news" {
				want = want && (basis == consent.PublicInterest || basis == consent.Consent && said > f.since)
			}
		}
		facts := decision.Facts{Freezes: freezes, Consents: consent.State{{Purpose: "news"}: {Status: consent.Given, Version: 1, At: at(said), Record: "1"}}}
		v := &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: basis}
		if got := decision.May(facts, decision.Question{Purpose: v, At: noon}); got.Allow != want {
			t.Fatalf("a yes at %d under %v: got %v for %v, want %v", said, stand, got.Allow, got.Reasons, want)
		}
	})
}
