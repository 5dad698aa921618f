package decision

import (
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
)

// Together returns what is held of one person whose records were joined at a
// time, as it is read from the record that has f: every claim, every freeze and
// every contact, and the cautious sum of what was decided and wished. The version
// is that of f. Nothing is changed, so that the records can be taken apart again.
func (f Facts) Together(joined time.Time, others ...Facts) Facts {
	var claims []profile.State
	var wishes []consent.Preferences
	states := []consent.State{f.Consents}
	f.Freezes, f.Contacts = slices.Clone(f.Freezes), slices.Clone(f.Contacts)
	for i := range others {
		o := &others[i]
		claims, states, wishes = append(claims, o.Profile), append(states, o.Consents), append(wishes, o.Preferences)
		f.Freezes, f.Contacts = append(f.Freezes, o.Freezes...), append(f.Contacts, o.Contacts...)
		f.Humans = f.Humans.Together(o.Humans)
	}
	slices.SortStableFunc(f.Contacts, func(a, b Contact) int { return a.At.Compare(b.At) })
	f.Preferences = f.Preferences.Together(wishes...)
	f.Profile = f.Profile.Together(joined, claims...)
	f.Consents = consent.Together(joined, states...)
	return f
}

// Whole returns f as it is read together with its Others; f itself where it has
// none.
func (f Facts) Whole() Facts {
	if len(f.Others) == 0 {
		return f
	}
	others := f.Others
	f.Others = nil
	return f.Together(f.Joined, others...)
}
