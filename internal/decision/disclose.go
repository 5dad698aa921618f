package decision

import (
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// NoPurpose forbids a value to a system that works for no purpose which uses
// it (Art. 5(1)(b) GDPR).
const NoPurpose Reason = "no_purpose"

// NotShared forbids a value to a brand that asks people for it, and was not
// answered with yes.
const NotShared Reason = "not_shared"

// A Recipient is a system that is about to get values.
type Recipient struct {
	Brand    string                    // "" for all brands
	Purposes []*consent.PurposeVersion // those in force that it works for
}

// Disclose answers whether the value of a field may go to r now: some purpose
// that uses the field and that r works for has to allow it, and what its brand
// asks people for has to be shared with that brand. The verdict is of
// the first that does, or else of the last that does not.
//
// A value that is frozen, by itself or with its category, goes to nobody but
// for an important public interest (Art. 18(2) GDPR); a system that would have
// got it is told so. It is not asked for what the person reads of themselves: a
// restriction is for them, and never against.
func Disclose(f Facts, field *profile.Field, r Recipient, at time.Time) Verdict {
	f = f.Whole()
	verdict := deny(NoPurpose)
	if field.Retired {
		return deny(Retired)
	}
	if f.Profile.Withheld(field, r.Brand, at) {
		return deny(NotShared)
	}
	_, frozen := f.Freezes.Field(field.Name, field.Category)
	for _, v := range r.Purposes {
		if !slices.Contains(field.Purposes, string(v.Purpose)) || r.Brand != "" && !v.On(r.Brand) {
			continue
		}
		verdict = May(f, Question{Purpose: v, Brand: r.Brand, At: at})
		if verdict.Allow && frozen && v.Basis != consent.PublicInterest {
			verdict = deny(Restricted)
		}
		if verdict.Allow || verdict.Reasons[0] == Restricted {
			return verdict
		}
	}
	return verdict
}

// WishFrozen tells whether who froze everything keeps back what they want to get
// for a purpose, and how and when, with the exceptions of May. The freeze of a
// purpose alone keeps nothing back: it is no freeze of what is held.
func WishFrozen(f Facts, v *consent.PurposeVersion, brand string, at time.Time) bool {
	f = f.Whole()
	if _, is := f.Freezes.Field("", ""); !is {
		return false
	}
	st := f.Consents.Of(v.Purpose, brand)
	yes := permission(v, &st, at).Allow
	return !yes || frozen(&f, v, &st, yes)
}

// Concerns tells whether a brand has to do with a subject, so that a system
// which may know the brand's people alone may know of this one: the system
// itself says something about them, they decided or wished something there, or
// something is held that only this brand needs. field knows what is declared.
//
// Without such a rule a key for one brand would tell who is known to another.
func Concerns(f Facts, ids []identity.Identifier, brand, system string, field func(string) (*profile.Field, bool)) bool {
	for i := range ids {
		if ids[i].Source == system || ids[i].Scope == system {
			return true
		}
	}
	for key, st := range f.Consents {
		if key.Scope == brand || st.Brand == brand {
			return true
		}
	}
	if _, said := f.Preferences.Brands[brand]; said {
		return true
	}
	for name, claims := range f.Profile.Claims {
		declared, ok := field(name)
		needed := ok && len(declared.Brands) == 1 && declared.Brands[0] == brand
		for i := range claims {
			if claims[i].Value != "" && (needed || claims[i].Source == system) {
				return true
			}
		}
	}
	return false
}
