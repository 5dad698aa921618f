package consent

import (
	"time"

	"livingprofile/internal/id"
)

// An Inbound is what a connected system says of a person's decision.
type Inbound struct {
	Subject   id.Subject
	Purpose   *PurposeVersion
	Status    Status    // Given, Refused, or Revoked for "there is no yes any more"
	At        time.Time // when it was decided; zero when the system does not say
	Confirmed bool      // the system shows a second yes by mail
	Scope     string    // brand it is limited to, "" for all
	Proof     Proof
	Brand     string
	Channel   string
	Now       time.Time
}

// Accept returns the record that in makes beside what stands, or false when it
// makes none.
//
// A system may tighten what stands and loosens it only with proof that is newer
// than the last choice, whoever told of that: an unsubscription that a system
// passes on is the person's choice too. A yes by its word alone counts only
// beside other such yeses, and gives way to any no, also to an older one that
// arrives later. What is said without a time says nothing about what came
// first: it loosens nothing that was decided, nor overrides what the person
// decided here. What is older than what stands is old news, so the same file
// twice changes nothing.
//
// What is newer is recorded even where it says the same again, so that
// something older which arrives later cannot pass for the latest word: whatever
// the order in which timed words arrive, the newest counts. Many systems know
// no more than the day; of a yes and a no at the same time the no counts.
func Accept(now Standing, in Inbound) (Record, bool) {
	status := in.accepted(now)
	if status == "" {
		return Record{}, false
	}
	d := Decision{
		Subject: in.Subject, Purpose: in.Purpose, Scope: in.Scope, Proof: in.Proof,
		Brand: in.Brand, Channel: in.Channel, At: in.At,
	}
	if d.At.IsZero() {
		d.At = in.Now
	}
	if !in.outranks(now) {
		d.At = now.after(d.At)
	}
	r := d.record(status)
	r.Notice, r.Locale = "", "" // no words of ours were shown
	if !r.Until.IsZero() && !in.Now.Before(r.Until) {
		return Record{}, false // a yes that is over already
	}
	return r, true
}

// Barred tells whether in is a yes that stands against what counts for the
// person, as whole has it: a yes at one record of theirs undoes the no of another
// only where it would undo one of its own.
func Barred(whole Standing, in Inbound) bool {
	if in.Status != Given || whole.Status.Valid() || !whole.decided() {
		return false
	}
	_, ok := Accept(whole, in)
	return !ok
}

// accepted returns the status to record, or "" for none.
func (in *Inbound) accepted(now Standing) Status {
	timed, word := !in.At.IsZero(), in.Proof.Kind == ByWord
	switch {
	case in.Purpose.Retired || !in.Purpose.Asks():
		return ""
	case word && now.decided():
		return ""
	case timed && (in.At.After(in.Now) || in.overtaken(now)):
		return "" // nobody has decided in the future
	case !timed && now.Own():
		return ""
	}
	switch in.Status {
	case Given:
		return in.loosened(now, timed)
	case Refused:
		switch {
		case now.Status.Valid():
			return Withdrawn
		case timed || !now.Status.No():
			return Refused
		}
	case Revoked:
		if timed || now.Status.Valid() {
			return Revoked
		}
	}
	return ""
}

// outranks tells whether in counts before what stands, whatever their times.
func (in *Inbound) outranks(now Standing) bool {
	return now.ProofBy == ByWord && in.Proof.Kind != ByWord
}

// overtaken tells whether what stands is the later word.
func (in *Inbound) overtaken(now Standing) bool {
	if now.At.IsZero() || in.At.After(now.At) || in.outranks(now) {
		return false
	}
	tightens := in.Status != Given && now.Status.Valid()
	return !(tightens && in.At.Equal(now.At))
}

func (in *Inbound) loosened(now Standing, timed bool) Status {
	decided := now.Status.Valid() || now.Status.No() || now.Status == Expired || now.Status == Invalidated
	switch {
	case in.Purpose.DoubleOptIn && !in.Confirmed, decided && !timed:
		return ""
	case now.Status.Valid(), now.Status == Expired:
		return Renewed
	}
	return Given
}

// Own tells whether the person decided it here themselves.
func (st Standing) Own() bool {
	switch st.ProofBy {
	case BySession, ByMailLink, ByBrandLink, ByStaffEntry:
		return true
	}
	return false
}
