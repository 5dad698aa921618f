package intake

import (
	"context"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// An Item is what one row says about one person.
type Item struct {
	Line int    // where the row begins in the file, the header being line 1
	Key  string // the source's own key of the record; "" when it has none
	// Identifiers are normalised and have neither ID nor Subject yet. There is
	// at least one.
	Identifiers []identity.Identifier
	// Claims are canonical, by field, and have no Entry yet. An empty cell
	// makes no claim.
	Claims   map[string]profile.Claim
	Consents []Consent
	Acts     []Act
	Country  string    // ISO 3166; "" when neither row nor map says
	At       time.Time // when the source last changed the record; zero when it does not say
}

// A Consent is what a row says about one purpose.
type Consent struct {
	Purpose consent.PurposeID
	Stance  Stance
	// At is when the person decided. It is zero when the file does not say:
	// then it proves nothing about what came first, and may never loosen what
	// the person decided elsewhere.
	At time.Time
	// Confirmed says that the source shows a second yes by mail.
	Confirmed bool
	// Proof is what the source shows for it, as "CONFIRM_IP 192.0.2.1".
	// Personal, sealed at rest.
	Proof string
}

// A Stance is what a source says of a person's decision.
type Stance string

// The stances.
const (
	Given   Stance = "given"
	Refused Stance = "refused" // the person said no
	// Ended says that there is no yes, and not whether there ever was one. It
	// ends a yes that stands and otherwise records nothing: a no that nobody
	// said must not keep the question from being asked.
	Ended Stance = "ended"
	// Silent says nothing: a case of a map that is known to mean nothing.
	Silent Stance = "nothing"
)

// A Sink takes the items of a file. Apply is called by one goroutine, with the
// items in the order of the file, and returns one Outcome for each item in the
// same order. An error stops the import; what was applied stays.
type Sink interface {
	Apply(ctx context.Context, items []Item) ([]Outcome, error)
}

// An Outcome says what became of an item.
type Outcome struct {
	Result Result
	Reason string // message id, for Rejected; or a warning about an item that was taken
	// NotTaken are the values of the item that did not enter the profile, by
	// field.
	NotTaken []NotTaken
}

// A NotTaken is a value that did not enter the profile.
type NotTaken struct{ Field, Reason string }

// A Result is a sort of outcome.
type Result string

// The results.
const (
	Created   Result = "created"   // a new data subject
	Merged    Result = "merged"    // a known one, of whom the source had not told before: by a record that is joined with theirs
	Changed   Result = "changed"   // something about a known one
	Unchanged Result = "unchanged" // everything was known
	Rejected  Result = "rejected"  // not taken; Reason says why
)
