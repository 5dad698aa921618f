package scim

import (
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// An Enrolment is that a system deals with a person by SCIM: the person is one
// of its users. It says nothing of anybody else's dealings.
type Enrolment struct {
	System    string
	Subject   id.Subject
	Name      string // userName, as the system writes it; unique within the system whatever its case
	Active    bool
	CreatedAt time.Time
	ChangedAt time.Time
}

// An Ended is the row that ends an enrolment within a ledger.Change.
type Ended struct{ System string }

// The kinds of ledger entry about enrolments.
const (
	EnrolmentStarted ledger.Kind = "enrolment.started"
	EnrolmentPaused  ledger.Kind = "enrolment.paused" // the system says that it is not active
	EnrolmentResumed ledger.Kind = "enrolment.resumed"
	EnrolmentEnded   ledger.Kind = "enrolment.ended"
)

// Enrolments lists them.
var Enrolments = [...]ledger.Kind{EnrolmentStarted, EnrolmentPaused, EnrolmentResumed, EnrolmentEnded}

// A Trace is the sealed payload of an entry about an enrolment.
type Trace struct {
	System string `json:"system"`
}

// Entry returns the ledger draft of what happened to an enrolment.
func Entry(kind ledger.Kind, system string) ledger.Draft {
	return ledger.Draft{Kind: kind, Payload: Trace{system}}
}

// Set returns e as a document says that it is, the row to write and the entry
// that tells of it; both are missing when nothing changed.
func (e Enrolment) Set(d Document, now time.Time) (next Enrolment, rows []any, entries []ledger.Draft) {
	next = e
	next.Name, _ = d["userName"].(string)
	active, said := d["active"].(bool)
	next.Active = active || !said
	switch {
	case e.CreatedAt.IsZero():
		next.CreatedAt = now
		entries = append(entries, Entry(EnrolmentStarted, e.System))
	case next == e:
		return e, nil, nil
	case e.Active && !next.Active:
		entries = append(entries, Entry(EnrolmentPaused, e.System))
	case !e.Active && next.Active:
		entries = append(entries, Entry(EnrolmentResumed, e.System))
	}
	next.ChangedAt = now
	return next, []any{next}, entries
}

// A Policy is what an organisation lets a system do by SCIM. The zero Policy is
// usable.
type Policy struct {
	Leaving Leaving `json:",omitempty"`
	// Open lets filters that name people stand in addresses, for clients that
	// cannot send them otherwise. Whatever stands between writes them down.
	Open bool `json:",omitempty"`
}

// A Leaving is what deleting a user means. It is never erasure: who leaves one
// system has not asked us to forget them.
type Leaving string

// What deleting a user means.
const (
	Unlink  Leaving = ""        // the system knows the person no more; what it told of them stays
	Clear   Leaving = "clear"   // it also takes back the values that it told
	Request Leaving = "request" // it also asks for erasure, which staff decide on
)

// Leavings lists the words for them, as they are declared.
func Leavings() []string { return []string{"unlink", string(Clear), string(Request)} }
