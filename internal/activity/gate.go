package activity

import (
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
)

// Basis tells whether there is a basis for knowing of a kind now: some purpose
// that uses it has to be allowed (Art. 6 GDPR). A pause of messages takes none
// away. brand is where it happened, "" for nowhere in particular.
func Basis(f decision.Facts, k *Kind, purposes []*consent.PurposeVersion, brand string, at time.Time) decision.Verdict {
	f = f.Whole()
	verdict := decision.Verdict{Reasons: []decision.Reason{decision.NoPurpose}}
	if k.Retired {
		verdict.Reasons[0] = decision.Retired
		return verdict
	}
	_, frozen := f.Freezes.Field(k.Name, k.Category)
	for _, v := range purposes {
		if !slices.Contains(k.Purposes, string(v.Purpose)) || brand != "" && !v.On(brand) {
			continue
		}
		for _, place := range places(k, v, brand) {
			verdict = decision.May(f, decision.Question{Purpose: v, Brand: place, At: at})
			if verdict.Reasons[0] == decision.Paused {
				verdict.Allow = true
			}
			if verdict.Allow && frozen && v.Basis != consent.PublicInterest {
				verdict = decision.Verdict{Reasons: []decision.Reason{decision.Restricted}}
			}
			if verdict.Allow {
				return verdict
			}
		}
	}
	return verdict
}

// places are the brands for which a purpose is asked: a decision for one brand
// is finer than one for all.
func places(k *Kind, v *consent.PurposeVersion, brand string) []string {
	switch {
	case brand != "":
		return []string{brand}
	case len(k.Brands) > 0:
		return k.Brands
	case len(v.Brands) > 0:
		return v.Brands
	}
	return []string{""}
}
