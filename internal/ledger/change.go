package ledger

import (
	"time"

	"livingprofile/internal/id"
)

// AnyVersion as the Base of a Change says that it does not depend on the
// subject's state, and so cannot conflict with another.
const AnyVersion = -1

// A Change is everything that one decision writes. The store commits rows,
// entries and background work together or not at all (invariant 2), and
// refuses with errs.Conflict when the subject is no longer at version Base:
// then load, decide and commit again.
//
// A Change without a Subject concerns the organisation; it may have no Rows
// that belong to a subject.
type Change struct {
	Subject id.Subject
	Base    int64 // version the decision was made on, 0 for a new subject, or AnyVersion
	At      time.Time
	Actor   Actor
	Brand   string // where it happened; "" when on no brand's site
	Cause   string // id of the import, request or entry that led to it, or ""

	Entries []Draft
	// Rows are the row types of the packages above, in the order in which they
	// are to be written. The store refuses a type that it does not know.
	Rows []any
}

// Empty tells whether there is nothing to commit.
func (c Change) Empty() bool { return len(c.Entries) == 0 && len(c.Rows) == 0 }

// A Draft is an entry before it has a place in the chain.
type Draft struct {
	Kind Kind
	// Payload is written as JSON and sealed with the subject's key, or with the
	// installation's when there is no subject. It may be nil.
	Payload any
	// Evidence is the digest of the row that the entry vouches for, if any.
	Evidence Hash
	// ID is the entry's id; empty lets the store make one.
	ID string
}

// Written says where an entry came to stand.
type Written struct {
	EntryID string
	Kind    Kind
	Lane    int
	Seq     int64
	Version int64
	Hash    Hash
}

// An Actor is who caused a change. Every change names one (invariant 5).
type Actor struct {
	Kind ActorKind
	// ID is the subject's id, the staff member's id, the system's name or the
	// command's name.
	ID string
}

// An ActorKind is a sort of actor.
type ActorKind string

// The actors.
const (
	BySubject ActorKind = "subject" // the person the data is about
	ByStaff   ActorKind = "staff"
	BySystem  ActorKind = "system"  // a connected system, also through an import
	ByProgram ActorKind = "program" // this product itself: expiry, schedules, commands
)

// Self is the actor of what a person does about their own data.
func Self(s id.Subject) Actor { return Actor{Kind: BySubject, ID: string(s)} }
