package rights

import "slices"

// Holds are what open erasures of a person must not lose, for as long as a law
// wants it kept. They outlast every term by which things end.
type Holds struct {
	All    bool
	Fields []string // of the profile; All keeps them too
}

// HoldsOf adds up the holds of a person's requests.
func HoldsOf(requests []Request) Holds {
	var h Holds
	for i := range requests {
		if r := &requests[i]; r.State.Open() {
			h.All = h.All || r.Held
			h.Fields = append(h.Fields, r.HeldFields...)
		}
	}
	return h
}

// Any tells whether anything is held.
func (h *Holds) Any() bool { return h.All || len(h.Fields) > 0 }

// Keeps tells whether a field of the profile is held.
func (h *Holds) Keeps(field string) bool { return h.All || slices.Contains(h.Fields, field) }
