package profile

import (
	"maps"
	"slices"

	"livingprofile/internal/id"
)

// An Effect says what became of a claim.
type Effect string

// The effects.
const (
	Changes  Effect = "changes"  // the source says something else than before
	Confirms Effect = "confirms" // the source says the same, at a later time
	Same     Effect = "same"     // the very thing the source said before: nothing changed
	Older    Effect = "older"    // the source has said something newer: nothing changed
	Foreign  Effect = "foreign"  // not from a system, or without a source: nothing changed
)

// Observe returns what a system's claim about f makes of s. Its value has to be
// canonical or empty, and its Recorded and Entry set.
//
// The same claim again changes nothing, and an older one than the source's
// latest changes nothing: the same set of dated claims leads to the same
// state, in whatever order and however often they arrive. Two claims of one
// source about the same instant are told apart by their content. A claim
// without a time that says what the source said before changes nothing.
func Observe(s State, f *Field, c Claim, rank Rank) (State, Step, Effect) {
	effect := weigh(s, f, &c)
	if effect != Changes && effect != Confirms {
		return s, Step{}, effect
	}
	next := s.clone()
	return next, next.observe(f, c, rank, effect), effect
}

// ObserveAll is Observe for the claims of one record, by field. Claims about
// fields that field does not know are left out, and claims without an Entry get
// one and the same. The steps are sorted by field; where there are none, the
// returned State is s.
func ObserveAll(s State, claims map[string]Claim, field func(name string) *Field, rank Rank) (State, []Step) {
	var steps []Step
	next, entry := s, ""
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		f, c := field(name), claims[name]
		if f == nil {
			continue
		}
		effect := weigh(next, f, &c)
		if effect != Changes && effect != Confirms {
			continue
		}
		if len(steps) == 0 {
			next, entry = s.clone(), id.New()
		}
		if c.Entry == "" {
			c.Entry = entry
		}
		steps = append(steps, next.observe(f, c, rank, effect))
	}
	return next, steps
}

func weigh(s State, f *Field, c *Claim) Effect {
	if c.Source == "" || c.Own() {
		return Foreign
	}
	old, had := s.Of(f.Name, c.Source)
	switch {
	case !had && c.Value == "":
		return Confirms
	case !had:
		return Changes
	case c.At.IsZero() && c.Seq <= old.Seq && c.alike(&old):
		return Same
	}
	switch n := c.compare(&old); {
	case n == 0:
		return Same
	case n < 0:
		return Older
	case c.Value == old.Value:
		return Confirms
	default:
		return Changes
	}
}

func (s State) observe(f *Field, c Claim, rank Rank, effect Effect) Step {
	step := Step{
		Kind: Imported, ID: c.Entry, Field: f.Name, Old: s.Value(f, rank),
		Said: c.Value, Source: c.Source, Origin: c.Origin,
	}
	if effect == Confirms {
		step.Kind = Confirmed
	}
	s.put(f.Name, c)
	step.New = s.Value(f, rank)
	if step.Moved() {
		// Saying the same again can still move what counts: a newer time, or
		// the person's proof, may lift the claim over another one.
		step.Kind = Imported
	}
	return step
}
