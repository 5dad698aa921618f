package activity

import (
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// The kinds of ledger entry about activity.
const (
	Recorded    ledger.Kind = "activity.recorded"      // a system told of some
	Removed     ledger.Kind = "activity.removed"       // the person removed one
	SwitchedOff ledger.Kind = "inference.switched_off" // the person stopped a rule
	SwitchedOn  ledger.Kind = "inference.switched_on"  // and let it work again
)

// An Observation is one thing that a person did, as a system saw it. It is a
// row of a ledger.Change.
type Observation struct {
	ID       string
	Subject  id.Subject
	Kind     string
	Source   string // name of the system
	Event    string // the system's own id of it; another one with the same is a repeat
	Brand    string // where it happened; "" when the system does not say
	At       time.Time
	Recorded time.Time
	Expires  time.Time
	Values   map[string]string // canonical, by field; personal
}

// A Removal is the row that empties one observation. Its place stays until it
// expires, so that the system which sends it again does not bring it back.
type Removal struct{ Observation string }

// A State is what a person decided about the rules. It is a row of a
// ledger.Change.
type State struct {
	Off map[string]time.Time `json:"off,omitempty"` // since when, by rule
}

// A Trace is the sealed payload of an entry about activity.
type Trace struct {
	Source string         `json:"source,omitempty"`
	Counts map[string]int `json:"counts,omitempty"` // by kind
	Kind   string         `json:"kind,omitempty"`
	At     time.Time      `json:"at,omitzero"`
	Rule   string         `json:"rule,omitempty"`
}

// A Page says which observations are read: newest first, of Kinds, before a
// place.
type Page struct {
	ID     string    // only this one; "" for all
	Kinds  []string  // nil for all
	Before Place     // zero for the newest
	Since  time.Time // zero for all
	Now    time.Time // what has expired by then is not read
	Limit  int
}

// A Place is where an observation stands in time.
type Place struct {
	At time.Time
	ID string
}

// Zero tells whether p is no place.
func (p Place) Zero() bool { return p.ID == "" }

// Place returns where o stands.
func (o *Observation) Place() Place { return Place{o.At, o.ID} }
