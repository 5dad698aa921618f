package rights

import "slices"

// A Kind is a right that is exercised.
type Kind string

// The kinds, with their articles of the GDPR.
const (
	Access        Kind = "access"        // 15
	Rectification Kind = "rectification" // 16
	Erasure       Kind = "erasure"       // 17
	Restriction   Kind = "restriction"   // 18
	Portability   Kind = "portability"   // 20
	Objection     Kind = "objection"     // 21
	Automated     Kind = "automated"     // 22: ask for a human
	Complaint     Kind = "complaint"     // 77, and to the controller itself
	Withdrawal    Kind = "withdrawal"    // 7(3)
)

// Kinds lists the rights in the order in which they are offered.
var Kinds = [...]Kind{
	Access, Rectification, Portability, Restriction, Objection, Automated, Erasure, Withdrawal, Complaint,
}

// Known tells whether k is one of Kinds.
func (k Kind) Known() bool { return slices.Contains(Kinds[:], k) }

// Filed tells whether k is exercised by a request. A withdrawal is not: taking a
// yes back is as easy as giving it (Art. 7(3) GDPR), and happens at once.
func (k Kind) Filed() bool { return slices.Contains(filed[:], k) }

// Grave tells whether a request of the kind needs a fresh proof of who asks:
// what it releases or destroys cannot be taken back (security.md, threat 3).
func (k Kind) Grave() bool { return k == Access || k == Portability || k == Erasure }

// Proved tells whether a request of the kind may be granted only to who is known
// to be the person: it releases, destroys or changes what is held (Art. 12(6)
// GDPR). The others may be answered whoever asks.
func (k Kind) Proved() bool { return k.Grave() || k == Rectification }

// Takes tells whether a request of the kind may be about a scope. A complaint may
// be about anything: nothing runs on what it names.
func (k Kind) Takes(s Scope) bool {
	switch k {
	case Rectification:
		return s == FieldScope
	case Objection:
		return s == PurposeScope
	case Restriction:
		return s == WholePerson || s == CategoryScope || s == FieldScope
	case Automated:
		return s == WholePerson || s == DecisionScope
	case Complaint:
		return true
	case Portability:
		return s == WholePerson || s == ControllerScope
	}
	return s == WholePerson
}

// Runs tells whether the product does by itself what the request asks for,
// once nothing stands before it. The others wait for staff.
func (k Kind) Runs() bool {
	switch k {
	case Access, Portability, Erasure, Restriction:
		return true
	}
	return false
}

// A State is where a request stands, in the words of the W3C Data Privacy
// Vocabulary; cancelled is ours.
type State string

// The states.
const (
	Initiated      State = "initiated"
	Acknowledged   State = "acknowledged"
	RequiresAction State = "requires_action" // waits for the person
	Accepted       State = "accepted"
	Delayed        State = "delayed" // the limit was extended, and the person told
	Fulfilled      State = "fulfilled"
	Rejected       State = "rejected"
	Unfulfilled    State = "unfulfilled" // accepted, and could not be done
	Cancelled      State = "cancelled"   // by the person
)

// States lists the states.
var States = [...]State{
	Initiated, Acknowledged, RequiresAction, Accepted, Delayed, Fulfilled, Rejected, Unfulfilled, Cancelled,
}

// Open tells whether something is still owed to the person.
func (s State) Open() bool {
	switch s {
	case Fulfilled, Rejected, Unfulfilled, Cancelled:
		return false
	}
	return true
}
