package profile

import (
	"maps"
	"slices"
	"time"

	"livingprofile/internal/ledger"
)

// Withheld is the kind of the entry that tells that a system sent values which
// were not taken in. It names fields and reasons, and has no value.
const Withheld ledger.Kind = "attribute.withheld"

// A Refusal is why a value does not enter the profile.
type Refusal string

// The refusals.
const (
	AllRefused Refusal = "refused" // the person said no to every purpose that uses it
	NoBasis    Refusal = "basis"   // the source works for no purpose that uses it
)

// A Refused is a value that was not taken in, without the value.
type Refused struct {
	Field  string  `json:"field"`
	Source string  `json:"source"`
	Why    Refusal `json:"why"`
}

// A RefusedTrace is the sealed payload of Withheld.
type RefusedTrace struct {
	Refused []Refused `json:"refused"`
}

// A Notice is that something of a source was not taken in, as a State has it.
type Notice struct {
	Why Refusal
	At  time.Time // since when
}

// Sieve returns the claims that enter, and s with a note of those that do not.
// What is new of that is told by an entry; there is none when it was told
// before. That a source holds nothing any more always enters.
//
// A refused value leaves no trace of what it was: when it may enter, the next
// delivery brings it.
func Sieve(s State, claims map[string]Claim, why map[string]Refusal, at time.Time) (map[string]Claim, State, []ledger.Draft) {
	enters := make(map[string]Claim, len(claims))
	var told []Refused
	next, cloned := s, false
	write := func() {
		if !cloned {
			next, cloned = s.clone(), true
			next.Notices = maps.Clone(s.Notices)
			if next.Notices == nil {
				next.Notices = map[string]map[string]Notice{}
			}
		}
	}
	for _, field := range slices.Sorted(maps.Keys(claims)) {
		c := claims[field]
		before, noted := s.Notices[field][c.Source]
		reason := why[field]
		if reason == "" || c.Value == "" {
			enters[field] = c
			if noted && reason == "" {
				write()
				next.Notices[field] = maps.Clone(next.Notices[field])
				delete(next.Notices[field], c.Source)
			}
			continue
		}
		if noted && before.Why == reason {
			continue
		}
		write()
		one := maps.Clone(next.Notices[field])
		if one == nil {
			one = map[string]Notice{}
		}
		one[c.Source] = Notice{reason, at}
		next.Notices[field] = one
		told = append(told, Refused{field, c.Source, reason})
	}
	if len(told) == 0 {
		return enters, next, nil
	}
	return enters, next, []ledger.Draft{{Kind: Withheld, Payload: RefusedTrace{told}}}
}
