package profile

import (
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Together returns what is claimed of one person of whom others are records
// too, which were joined at a time: of each source the latest claim, and of
// each answer to a brand the latest, where it loosens nothing. What waits for
// staff and what can be undone are those of s, for they are decided on s alone.
// None of the states is changed, and the order of others makes no difference.
func (s State) Together(joined time.Time, others ...State) State {
	all := s.clone()
	all.Sharings = sharingsTogether(joined, append([]State{s}, others...))
	for _, o := range others {
		all.notice(o.Notices)
		for field, claims := range o.Claims {
			for i := range claims {
				c := claims[i]
				if had, ok := all.Of(field, c.Source); !ok || c.compare(&had) > 0 {
					all.put(field, c)
				}
			}
		}
	}
	return all
}

// sharingsTogether are the answers of one person of whom states are records. The
// latest counts, with one caution: a yes counts beside a no only when the person
// said it after both the no and the joining.
func sharingsTogether(joined time.Time, states []State) map[string]Sharing {
	var all map[string]Sharing
	yes, no := map[string]Sharing{}, map[string]Sharing{}
	for _, s := range states {
		for key, g := range s.Sharings {
			to := no
			if g.Given {
				to = yes
			}
			if had, ok := to[key]; !ok || g.At.After(had.At) || g.At.Equal(had.At) && g.Until.After(had.Until) {
				to[key] = g
			}
			if all == nil {
				all = map[string]Sharing{}
			}
			all[key] = Sharing{}
		}
	}
	for key := range all {
		g, given := yes[key]
		refused, said := no[key]
		if all[key] = g; !given || said && !(g.At.After(refused.At) && g.At.After(joined)) {
			all[key] = refused
		}
	}
	return all
}

// notice adds what was not taken in at another record.
func (s *State) notice(others map[string]map[string]Notice) {
	if len(others) == 0 {
		return
	}
	all := map[string]map[string]Notice{}
	for _, notices := range []map[string]map[string]Notice{others, s.Notices} {
		for field, by := range notices {
			if all[field] == nil {
				all[field] = map[string]Notice{}
			}
			maps.Copy(all[field], by)
		}
	}
	s.Notices = all
}

// The fields that make a name, by which people are told apart.
const (
	GivenName  = "given-name"
	FamilyName = "family-name"
)

// Names returns the names that sources give a person, in the form in which
// names are compared.
func Names(s State) []string {
	all := map[string]bool{}
	for _, c := range s.Claims[GivenName] {
		if name := NameBy(s, c.Source); name != "" {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// NameBy returns the name that one source gives a person, as Names does; "" for
// none.
func NameBy(s State, source string) string {
	given, _ := s.Of(GivenName, source)
	family, _ := s.Of(FamilyName, source)
	return JoinName(given.Value, family.Value)
}

// JoinName returns a name in the form in which it is compared, "" unless both
// of its parts are known.
func JoinName(given, family string) string {
	given, family = foldName(given), foldName(family)
	if given == "" || family == "" {
		return ""
	}
	return given + "\n" + family
}

func foldName(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}
