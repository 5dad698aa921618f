package automated

import (
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// The kinds of ledger entry about automated decisions.
const (
	Registered ledger.Kind = "automated.registered" // a system told of one
	Stated     ledger.Kind = "automated.stated"     // the person said something about one
	Reviewed   ledger.Kind = "automated.reviewed"   // a human decided anew
	Refused    ledger.Kind = "automated.refused"    // the person wants a human for a kind
	Allowed    ledger.Kind = "automated.allowed"    // and lets the machine decide again
)

// A Decision is one that a system made about a person by itself. It is a row of
// a ledger.Change, which registers it.
type Decision struct {
	ID       string
	Subject  id.Subject
	Kind     string
	System   string
	Event    string // the system's own id of it; another one with the same is a repeat
	Brand    string // where it was made; "" when the system does not say
	At       time.Time
	Recorded time.Time
	Expires  time.Time

	// What follows is personal and sealed.

	Outcome i18n.Text // what was decided
	Logic   i18n.Text // how, in plain words (Art. 13(2)(f) GDPR)
	Effect  i18n.Text // what it means for the person
	Fields  []string  // of the profile, that it was made from
	// Against says that the person had asked for a human when it was made.
	Against   bool
	Statement Statement
	Review    Review // of a human; the zero Review for none
}

// A Statement is the person's own view of a decision (Art. 22(3) GDPR).
type Statement struct {
	Text string    `json:"text,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// A Review is what a human decided instead.
type Review struct {
	Outcome string    `json:"outcome,omitempty"`
	Reasons string    `json:"reasons,omitempty"`
	Member  string    `json:"member,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// Done tells whether a human has decided.
func (r *Review) Done() bool { return !r.At.IsZero() }

// A Settled is the row that writes the statement and the review of a decision,
// and nothing else of it.
type Settled struct{ Decision }

// A Trace is the sealed payload of an entry about automated decisions.
type Trace struct {
	Decision string `json:"decision,omitempty"`
	Kind     string `json:"kind"`
	System   string `json:"system"`
	Event    string `json:"event,omitempty"`
	Text     string `json:"text,omitempty"`    // the person's words
	Outcome  string `json:"outcome,omitempty"` // of a review
	Against  bool   `json:"against,omitempty"`
}

func (d *Decision) trace() Trace {
	return Trace{Decision: d.ID, Kind: d.Kind, System: d.System, Event: d.Event}
}

// A Page says which decisions are read, the newest first.
type Page struct {
	ID     string // only this one; "" for all
	Event  string // only this one of System; "" for all
	System string // only those of one system; "" for all
	Now    time.Time
	Limit  int
}
