package decision_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
)

func TestConsentMode(t *testing.T) {
	t.Parallel()
	purposes := []*consent.PurposeVersion{
		{Purpose: "orders", Basis: consent.Contract, Required: true, ConsentMode: []string{"security_storage"}},
		{Purpose: "audience", Basis: consent.LegitimateInterest, ConsentMode: []string{"analytics_storage"}},
		{Purpose: "shared", Basis: consent.LegitimateInterest, Signal: consent.GPC, ConsentMode: []string{"ad_storage", "functionality_storage"}},
		{Purpose: "ads", Basis: consent.Consent, ConsentMode: []string{"ad_user_data", "functionality_storage"}},
	}
	granted := func(q decision.Question) []string {
		q.At = noon
		var list []string
		mode := decision.ConsentMode(decision.Facts{}, q, purposes)
		if len(mode) != len(decision.ModeTypes) {
			t.Errorf("got %d types, want %d", len(mode), len(decision.ModeTypes))
		}
		for name, is := range mode {
			if is == "granted" {
				list = append(list, name)
			} else if is != "denied" {
				t.Errorf("%s is %q", name, is)
			}
		}
		slices.Sort(list)
		return list
	}
	if d := cmp.Diff(granted(decision.Question{}), []string{"ad_storage", "analytics_storage", "security_storage"}); d != "" {
		t.Errorf("without a signal (-got +want):\n%s", d)
	}
	if d := cmp.Diff(granted(decision.Question{Signal: consent.GPC}), []string{"analytics_storage", "security_storage"}); d != "" {
		t.Errorf("with a signal (-got +want):\n%s", d)
	}
}

// No type is granted for a purpose that may not be done, and a signal grants
// nothing.
func TestConsentMode_grants_no_more_than_may(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var purposes []*consent.PurposeVersion
		for _, name := range []consent.PurposeID{"a", "b", "c"} {
			purposes = append(purposes, &consent.PurposeVersion{
				Purpose: name, Number: 1, Basis: rapid.SampledFrom(consent.Bases[:]).Draw(t, "basis"),
				Signal:      rapid.SampledFrom([]consent.Signal{"", consent.GPC}).Draw(t, "covered"),
				ConsentMode: rapid.SliceOfN(rapid.SampledFrom(decision.ModeTypes[:]), 0, 3).Draw(t, "types"),
			})
		}
		q := decision.Question{At: noon}
		plain := decision.ConsentMode(decision.Facts{}, q, purposes)
		q.Signal = consent.GPC
		signalled := decision.ConsentMode(decision.Facts{}, q, purposes)
		for _, v := range purposes {
			q.Purpose = v
			for _, name := range v.ConsentMode {
				if signalled[name] == "granted" && !decision.May(decision.Facts{}, q).Allow {
					t.Fatalf("%s is granted, and %s may not be done", name, v.Purpose)
				}
			}
		}
		for name, is := range signalled {
			if is == "granted" && plain[name] != "granted" {
				t.Fatalf("the signal grants %s", name)
			}
		}
	})
}
