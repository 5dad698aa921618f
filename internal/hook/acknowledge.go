package hook

import "time"

// An Acknowledgement is what a receiver says about a delivery later than in its
// answer.
type Acknowledgement struct {
	Entry   string // that was told of: the webhook-id
	Version int64  // of the body that was followed, or not
	State   State  // Received, Applied, Refused or NotHeld
	Cause   string // of a refusal, a code
}

// NewAcknowledgement returns what a receiver said about the body of a version. It
// is false for a status that is none; a reason in words is left out, as it is from
// an answer.
func NewAcknowledgement(entry string, version int64, status, reason string) (Acknowledgement, bool) {
	s := State(status)
	return Acknowledgement{Entry: entry, Version: version, State: s, Cause: code(reason)}, s.Reached()
}

// A Heard is what became of an acknowledgement.
type Heard string

// What may become of one.
const (
	Taken   Heard = "taken"   // it is what is known of the delivery now, or was already
	Older   Heard = "older"   // something newer was told since, or said
	Early   Heard = "not_yet" // the attempt that it is about is not settled: say it again
	Unknown Heard = "unknown" // the endpoint was told no such thing
)

// Hear returns what d is after t has acknowledged it, with a signature made at
// signed.
//
// It is about the body of one version. What was told since in the name of the same
// event may say something else, and is not followed yet. A delivery that has
// failed so far has reached its receiver after all, where the last attempt said
// that version.
func (d Delivery) Hear(t *Target, a Acknowledgement, signed, now time.Time) (Delivery, Heard) {
	switch {
	case d.State == Waiting && (d.Tries == 0 || a.Version > d.Told):
		return d, Early
	case a.Version > d.Told:
		return d, Unknown
	case a.Version < d.Told, d.State == Withheld, signed.Before(d.Acknowledged), a.State == Received && d.State.acknowledged():
		return d, Older
	case a.State == NotHeld && d.unnamed(t, d.Tried):
		a.State, a.Cause = Failed, NamesGone
	}
	d.Acknowledged = signed
	if d.State != a.State || d.Cause != a.Cause {
		d.State, d.Cause, d.Due, d.Over = a.State, a.Cause, time.Time{}, now
	}
	return d, Taken
}

// acknowledged tells whether the receiver said more than that it has it.
func (s State) acknowledged() bool { return s.Reached() && s != Received }
