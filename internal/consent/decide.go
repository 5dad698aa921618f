package consent

import (
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// An Answer is what a person says to a question.
type Answer string

// The answers.
const (
	Yes   Answer = "yes"
	No    Answer = "no"
	Later Answer = "later"
)

// A Decision is one answer with all that proves it.
type Decision struct {
	Subject id.Subject
	Purpose *PurposeVersion
	Answer  Answer
	Scope   string // brand it is limited to, "" for all
	Locale  string // of the words that were shown
	Proof   Proof
	Brand   string
	Channel string
	Via     PurposeID
	At      time.Time
	Heard   Heard // signals on the profile: a yes beside one is a yes once more
}

// Decide returns the record that d makes beside what stands, or false when d
// changes nothing. The errors are Forbidden for a purpose that leaves no
// choice, Gone for a retired one, and Invalid for an unknown answer.
//
// The record is later than what stands, whatever the clocks of two processes
// say: a withdrawal must not be taken for older than the yes it takes back.
func Decide(now Standing, d Decision) (Record, bool, error) {
	switch {
	case d.Purpose.Retired:
		return Record{}, false, errs.New(errs.Gone, "error.purpose_retired")
	case !d.Purpose.Asks():
		return Record{}, false, errs.New(errs.Forbidden, "error.purpose_locked")
	}
	status, changes, err := next(now, d)
	if err != nil || !changes {
		return Record{}, false, err
	}
	d.At = now.after(d.At)
	return d.record(status), true, nil
}

// after returns at, or the first moment after what stands if that is later.
func (st Standing) after(at time.Time) time.Time {
	if next := st.At.Add(time.Microsecond); !st.At.IsZero() && at.Before(next) {
		return next
	}
	return at
}

// next is the table of consent: what an answer makes of what stands.
func next(now Standing, d Decision) (Status, bool, error) {
	again := now.Version == d.Purpose.Number
	switch d.Answer {
	case Yes:
		switch {
		case now.ValidAt(d.At) && again && now.decided() && !d.outweighs(now):
			return "", false, nil
		case now.Status.Valid() || now.Status == Expired:
			return Renewed, true, nil
		case d.Purpose.DoubleOptIn && d.Proof.Kind != ByMailLink:
			return Requested, !(now.Status == Requested && again), nil
		default:
			return Given, true, nil
		}
	case No:
		switch {
		case now.Status.Valid():
			return Withdrawn, true, nil
		case now.Status.No() && again && now.Own():
			return "", false, nil
		default:
			// After an expiry too: a no that somebody said is kept, so that the
			// question does not come back.
			return Refused, true, nil
		}
	case Later:
		return Deferred, now.Status == Unknown || now.Status == Requested, nil
	default:
		return "", false, errs.InvalidFields(errs.At("answer", "error.not_a_choice"))
	}
}

// outweighs tells whether a yes of the person's own to this very purpose is
// needed for it to count beside a signal that stops it.
func (d *Decision) outweighs(now Standing) bool {
	return d.Via == "" && d.Purpose.Stops(now, d.Heard[d.Purpose.Signal])
}

func (d *Decision) record(status Status) Record {
	r := Record{
		ID:      RecordID(id.New()),
		Subject: d.Subject,
		Purpose: d.Purpose.Purpose,
		Version: d.Purpose.Number,
		Scope:   d.Scope,
		Notice:  d.Purpose.Notice(d.Locale).Hash,
		Locale:  d.Locale,
		Status:  status,
		At:      d.At,
		Proof:   d.Proof,
		Brand:   d.Brand,
		Channel: d.Channel,
		Via:     d.Via,
	}
	if status.Valid() && d.Purpose.Expires > 0 {
		r.Until = d.At.Add(d.Purpose.Expires)
	}
	return r
}

// Expire returns the record that ends a yes whose time is over, or false when
// it is not.
func Expire(subject id.Subject, k Key, now Standing, at time.Time) (Record, bool) {
	if !now.Status.Valid() || now.ValidAt(at) {
		return Record{}, false
	}
	return Record{
		ID: RecordID(id.New()), Subject: subject, Purpose: k.Purpose, Version: now.Version, Scope: k.Scope,
		Status: Expired, At: at, Proof: Proof{Kind: ByRule}, Channel: "rule", Via: now.Via,
	}, true
}

// WithChildren returns the decisions that a parent's switch stands for: d
// itself, and for each child on which the person has not decided themselves
// the same answer. A finer choice is never overridden, neither one for the
// scope of d nor one for all brands that counts in it.
func WithChildren(s State, d Decision, children []*PurposeVersion) []Decision {
	all := []Decision{d}
	for _, child := range children {
		st := s.Of(child.Purpose, d.Scope)
		own := st.Status != Unknown && st.Status != Deferred && st.Via == ""
		if !child.Asks() || own {
			continue
		}
		c := d
		c.Purpose, c.Via = child, d.Purpose.Purpose
		all = append(all, c)
	}
	return all
}

// Entry returns the ledger draft that vouches for r.
func (r *Record) Entry() ledger.Draft {
	return ledger.Draft{
		ID:       string(r.ID),
		Kind:     ledger.Kind("consent." + string(r.Status)),
		Evidence: r.Digest(),
		Payload: Trace{
			Purpose: r.Purpose, Version: r.Version, Scope: r.Scope, Notice: r.Notice,
			Locale: r.Locale, Until: r.Until, Proof: r.Proof.Kind, Channel: r.Channel, Via: r.Via,
		},
	}
}

// A Trace is the sealed payload of a consent entry, for history and hooks.
type Trace struct {
	Purpose PurposeID `json:"purpose"`
	Version int       `json:"version"`
	Scope   string    `json:"scope,omitempty"`
	Notice  string    `json:"notice,omitempty"`
	Locale  string    `json:"locale,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	Proof   ProofKind `json:"proof"`
	Channel string    `json:"channel"`
	Via     PurposeID `json:"via,omitempty"`
}
