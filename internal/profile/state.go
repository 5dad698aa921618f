package profile

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// UndoWindow is how long a correction can be undone.
const UndoWindow = 24 * time.Hour

// A State is everything that is claimed about one data subject. Decisions
// return a next State and never change the one they were given, so a State may
// be read by many at the same time. The zero State has no claims.
type State struct {
	// Claims holds the latest claim of each source, by field, sorted by source.
	Claims map[string][]Claim
	// Proposals holds what waits for staff, by field.
	Proposals map[string]Proposal
	// Undos holds what the person's last correction replaced, by field.
	Undos map[string]Memory
	// Notices tell of values that were not taken in, by field and source.
	Notices map[string]map[string]Notice
	// Sharings holds the answers to what brands asked for, by brand and field; of
	// no field, that all was put off.
	Sharings map[string]Sharing
}

// A Proposal is a value that the person wants and staff have to decide on.
type Proposal struct {
	ID    string // of the ledger entry that brought it
	Value string // canonical; "" asks to take the value away
	At    time.Time
	Via   string // as of a Claim
}

// A Memory is what a correction replaced.
type Memory struct {
	Before *Claim // the person's own claim before it; nil when there was none
	At     time.Time
}

// Undoable tells whether Undo would be accepted at time at.
func (s State) Undoable(field string, at time.Time) bool {
	if _, waits := s.Proposals[field]; waits {
		return true
	}
	m, ok := s.Undos[field]
	return ok && !at.After(m.At.Add(UndoWindow))
}

// Fields returns the names of all fields that somebody claims something about,
// sorted.
func (s State) Fields() []string { return slices.Sorted(maps.Keys(s.Claims)) }

// Of returns the latest claim of source about field.
func (s State) Of(field, source string) (Claim, bool) {
	claims := s.Claims[field]
	if i, ok := place(claims, source); ok {
		return claims[i], true
	}
	return Claim{}, false
}

// clone returns a State whose maps may be changed. The slices in Claims are
// still shared: put and drop replace them; so are Notices, which Sieve replaces.
func (s State) clone() State {
	n := State{
		Claims:    make(map[string][]Claim, len(s.Claims)+1),
		Proposals: make(map[string]Proposal, len(s.Proposals)),
		Undos:     make(map[string]Memory, len(s.Undos)),
		Notices:   s.Notices,
		Sharings:  maps.Clone(s.Sharings),
	}
	maps.Copy(n.Claims, s.Claims)
	maps.Copy(n.Proposals, s.Proposals)
	maps.Copy(n.Undos, s.Undos)
	return n
}

// put makes c the claim of its source about field.
func (s State) put(field string, c Claim) {
	old := s.Claims[field]
	i, had := place(old, c.Source)
	next := make([]Claim, 0, len(old)+1)
	next = append(append(next, old[:i]...), c)
	if had {
		i++
	}
	s.Claims[field] = append(next, old[i:]...)
}

// drop forgets the claim of source about field.
func (s State) drop(field, source string) {
	old := s.Claims[field]
	i, had := place(old, source)
	switch {
	case !had:
	case len(old) == 1:
		delete(s.Claims, field)
	default:
		s.Claims[field] = slices.Concat(old[:i], old[i+1:])
	}
}

func place(claims []Claim, source string) (int, bool) {
	return slices.BinarySearchFunc(claims, source, func(c Claim, source string) int {
		return strings.Compare(c.Source, source)
	})
}
