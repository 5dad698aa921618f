package profile

import (
	"maps"
	"slices"
	"time"

	"livingprofile/internal/id"
)

// Expire ends the claims whose time is over: those older than what keep says of
// their field, 0 for no end. It returns the next State, a step for each claim
// that ended, and when the next one does; zero for never.
//
// A claim of a system ends as an empty one of now, so that the same old word
// told again does not bring it back. What the person said is forgotten, for an
// empty word of theirs would mean "taken away" and stand above others.
func Expire(s State, schema Schema, keep func(*Field) time.Duration, now time.Time) (next State, steps []Step, due time.Time) {
	next = s
	for _, name := range slices.Sorted(maps.Keys(s.Claims)) {
		f, ok := schema.Field(name)
		if !ok {
			continue
		}
		term := keep(f)
		if term <= 0 {
			continue
		}
		for _, c := range s.Claims[name] {
			ends := c.When().Add(term)
			switch {
			case c.Value == "" && !c.Own():
			case ends.After(now):
				if due.IsZero() || ends.Before(due) {
					due = ends
				}
			default:
				if len(steps) == 0 {
					next = s.clone()
				}
				steps = append(steps, next.expire(f, c, schema.Rank, now))
			}
		}
	}
	return next, steps, due
}

// expire ends one claim. s is a clone.
func (s State) expire(f *Field, c Claim, rank Rank, now time.Time) Step {
	before, _, _ := Winner(f, s.Claims[f.Name], rank)
	step := Step{Kind: Expired, ID: id.New(), Field: f.Name, Old: before.Value, Source: c.Source, Origin: c.Origin}
	if c.Own() {
		s.drop(f.Name, c.Source)
		delete(s.Undos, f.Name)
	} else {
		s.put(f.Name, Claim{Source: c.Source, Origin: c.Origin, At: now, Recorded: now, Entry: step.ID, Seq: c.Seq})
	}
	after, _, _ := Winner(f, s.Claims[f.Name], rank)
	step.New = after.Value
	return step
}
