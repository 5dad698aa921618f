package decision

import (
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
)

// Take answers whether a value that a system sends may enter the profile; "" is
// yes, anything else why not.
//
// A source that works for none of the purposes that use the field has no basis
// to send it (Art. 5(1)(b), 6(1) GDPR). And a value that nobody could use,
// because the person has said no to every purpose that would, is not collected
// in the first place (Art. 5(1)(c) GDPR). A purpose that nobody was asked about
// is not refused. purposes are those in force, and works those that the source
// works for; a field that no purpose uses has none to be refused.
func Take(f Facts, field *profile.Field, works []string, purposes []*consent.PurposeVersion, at time.Time) profile.Refusal {
	f = f.Whole()
	used, based, refused := false, false, true
	for _, v := range purposes {
		if v.Retired || !slices.Contains(field.Purposes, string(v.Purpose)) {
			continue
		}
		used = true
		based = based || slices.Contains(works, string(v.Purpose))
		refused = refused && saidNo(f, v, at)
	}
	switch {
	case !used:
		return ""
	case !based:
		return profile.NoBasis
	case refused:
		return profile.AllRefused
	}
	return ""
}

// saidNo tells whether the person has said no to a purpose on every brand that
// has it.
func saidNo(f Facts, v *consent.PurposeVersion, at time.Time) bool {
	brands := v.Brands
	if len(brands) == 0 {
		brands = []string{""}
		for k := range f.Consents {
			if k.Purpose == v.Purpose && k.Scope != "" {
				brands = append(brands, k.Scope)
			}
		}
	}
	for _, brand := range brands {
		verdict := May(f, Question{Purpose: v, Brand: brand, At: at})
		if verdict.Allow {
			return false
		}
		switch verdict.Reasons[0] {
		case Refused, Withdrawn, Revoked, Objected, Invalidated:
		default:
			return false
		}
	}
	return true
}
