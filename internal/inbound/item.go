package inbound

import (
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// An Item is one thing that a system tells of one person: values, a decision,
// an identifier, or what they did.
type Item struct {
	// ID is the source's own id of it, by which a repeat is known; "" for what
	// the sender does not repeat.
	ID      string
	Print   []byte // digest of the whole item, for an ID that is used twice
	Cause   string // id of our event that the source follows with it; "" for none
	Subject id.Subject

	Attributes map[string]profile.Claim // by field, canonical
	Report     *consent.Report
	Identifier *identity.Identifier
	Activity   *activity.Item
}

// A Result is what became of an item.
type Result string

// The results.
const (
	Applied   Result = "applied"   // something is otherwise since
	Unchanged Result = "unchanged" // it was known, or something newer is
	Waiting   Result = "waiting"   // it cannot be decided, and somebody is asked
	Refused   Result = "refused"   // it may not stand
)

// Codes of why.
const (
	Echo      = "echo"       // what we said came back
	Known     = "known"      // nothing newer was said than what stands
	Unproved  = "unproved"   // a yes after a no, without proof
	SameRank  = "same_rank"  // two systems say different things, and nothing tells them apart
	Later     = "said_later" // another value than the person's own, said later than that
	Reused    = "id_reused"  // the id was used for something else
	NoSubject = "no_subject" // nobody is meant whom the system may know
	NotYours  = "not_yours"  // a field, purpose or action that the system may not have
	NotTaken  = "not_taken"  // no purpose allows to hold any of the values now
	NotValid  = "not_valid"  // something in it is not acceptable
	Frozen    = "restricted" // the person froze it
	Contested = "contested"  // it moved again and again while it was decided
)

// What the person did is refused for what package activity says as well:
// activity.NoBasis, NoEvent, Future and TooOld.

// An Outcome is what became of one item.
type Outcome struct {
	Result   Result
	Reason   string          // a code; "" for what was applied
	Denied   decision.Reason // for activity.NoBasis: what stands against it
	Fields   []errs.Field
	Repeated bool // the same item came before; this is what became of it then

	// What an item that was decided on now led to. They are nil for a repeat.
	Steps      []profile.Step
	Records    []consent.Record
	Identifier *identity.Identifier
	After      decision.Facts
	Withheld   map[string]profile.Refusal // fields whose values did not enter
	// Err is why it was refused, where that has a kind of its own.
	Err error
}

// A Seen is an item with an id that was decided on. It holds nothing personal,
// and is kept for Keep.
type Seen struct {
	System string
	Event  [32]byte // keyed digest of the source's id
	Print  []byte
	Result Result
	Reason string
	At     time.Time
}

// Keep is how long the id of an item is known. After that a repeat is decided
// on again, and finds that it is old news.
const Keep = 60 * 24 * time.Hour
