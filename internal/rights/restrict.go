package rights

import (
	"slices"
	"time"

	"livingprofile/internal/ledger"
)

// A Ground is why data is frozen (Art. 18(1) GDPR).
type Ground string

// The grounds.
const (
	Contested Ground = "contested" // its accuracy is contested
	Unlawful  Ground = "unlawful"  // the processing is unlawful, and erasure is not wanted
	Claims    Ground = "claims"    // the person needs it for a legal claim
	Objected  Ground = "objected"  // an objection waits to be balanced
)

// Grounds lists the grounds in the order of Art. 18(1) GDPR.
var Grounds = [...]Ground{Contested, Unlawful, Claims, Objected}

// Known tells whether g is one of Grounds.
func (g Ground) Known() bool { return slices.Contains(Grounds[:], g) }

// A Scope is how much a request is about.
type Scope string

// The scopes.
const (
	WholePerson   Scope = ""
	CategoryScope Scope = "category"
	FieldScope    Scope = "field"
	PurposeScope  Scope = "purpose"
	DecisionScope Scope = "decision" // one that a system made by itself
	// ControllerScope is one that the person's data is sent to.
	ControllerScope Scope = "controller"
)

// A Freeze is one restriction of processing in force: the data may be stored
// and nothing else (Art. 18(2) GDPR).
type Freeze struct {
	Request RequestID `json:"request"` // that it follows from
	Scope   Scope     `json:"scope,omitempty"`
	Name    string    `json:"name,omitempty"`
	Ground  Ground    `json:"ground"`
	Since   time.Time `json:"since"`
}

// The kinds of ledger entry about what may be done with data. Connected systems
// are told of them, and not of the requests behind.
const (
	RestrictionStarted ledger.Kind = "restriction.started"
	RestrictionEnded   ledger.Kind = "restriction.ended"
)

// Freezes are all that is frozen of one person. They are not changed; With and
// Without return others.
type Freezes []Freeze

// With returns fs and f. A request freezes one thing once.
func (fs Freezes) With(f Freeze) Freezes {
	return append(fs.Without(f.Request), f)
}

// Without returns what stays frozen when a request is over.
func (fs Freezes) Without(r RequestID) Freezes {
	return slices.DeleteFunc(slices.Clone(fs), func(f Freeze) bool { return f.Request == r })
}

// Field returns what freezes a field of a category: any that does.
func (fs Freezes) Field(field, category string) (Freeze, bool) {
	return fs.first(func(f *Freeze) bool {
		return f.Scope == WholePerson || f.Scope == FieldScope && f.Name == field || f.Scope == CategoryScope && f.Name == category
	})
}

// Purpose returns what freezes a purpose as a whole: the last that does, for who
// says yes after one freeze and freezes again has said "stop" since.
func (fs Freezes) Purpose(purpose string) (Freeze, bool) {
	var last Freeze
	is := false
	for i := range fs {
		f := &fs[i]
		if f.Scope != WholePerson && (f.Scope != PurposeScope || f.Name != purpose) {
			continue
		}
		if !is || f.Since.After(last.Since) {
			last, is = *f, true
		}
	}
	return last, is
}

func (fs Freezes) first(covers func(*Freeze) bool) (Freeze, bool) {
	for i := range fs {
		if covers(&fs[i]) {
			return fs[i], true
		}
	}
	return Freeze{}, false
}

// freezes tells what an open request freezes at once: a contested value until
// it is decided (Art. 18(1)(a)), an objection until it is balanced (Art.
// 18(1)(d)), and what the person asked to have frozen.
func (r *Request) freezes() (Freeze, bool) {
	f := Freeze{Request: r.ID, Scope: r.Matter.Scope, Name: r.Matter.Name, Since: r.ReceivedAt}
	switch r.Kind {
	case Rectification:
		f.Ground = Contested
	case Objection:
		f.Ground = Objected
	case Restriction:
		f.Ground = r.Matter.Ground
	default:
		return f, false
	}
	return f, true
}

// Forewarning is how long what staff have decided stays frozen after the person
// was written to: they are informed before the freeze is lifted (Art. 18(3)
// GDPR).
const Forewarning = 24 * time.Hour

// frozen tells whether what r freezes stays so in the state that r is in. A
// restriction lasts beyond its fulfilment, and so does what an objection that
// was upheld is about, until the person lifts it. What staff decided otherwise
// lasts until the person was told.
func (r *Request) frozen() bool {
	return r.State.Open() || !r.ThawAt.IsZero() || r.Kind == Restriction && r.State == Fulfilled || r.Upheld()
}
