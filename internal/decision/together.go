package decision

import (
	"maps"
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
)

// Together returns what is held of one person whose records were joined at a
// time, as it is read from the record that has f: every claim, the cautious
// sum of what was decided, every freeze and every signal. Wishes and version
// are those of f. Nothing is changed, so that the records can be taken apart
// again.
func (f Facts) Together(joined time.Time, others ...Facts) Facts {
	var claims []profile.State
	states := []consent.State{f.Consents}
	f.Freezes = slices.Clone(f.Freezes)
	heard := maps.Clone(f.Preferences.Heard)
	for i := range others {
		o := &others[i]
		claims, states = append(claims, o.Profile), append(states, o.Consents)
		f.Freezes = append(f.Freezes, o.Freezes...)
		f.Humans = f.Humans.Together(o.Humans)
		for signal, since := range o.Preferences.Heard {
			if heard == nil {
				heard = consent.Heard{}
			}
			if had, ok := heard[signal]; !ok || since.Before(had) {
				heard[signal] = since
			}
		}
	}
	f.Preferences.Heard, f.Shared = heard, true
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
