package login

import (
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// AttemptID identifies an attempt. It may be shown.
type AttemptID string

// A Purpose says what a link is for.
type Purpose string

// The purposes.
const (
	SignIn Purpose = "sign-in"
	// Register is SignIn by somebody who says that they are new. What happens
	// depends on the address alone, so the two do the same.
	Register Purpose = "register"
	// FreshProof proves once more that the person is who the session says.
	FreshProof Purpose = "fresh-proof"
	// ConfirmAddress proves that a new contact address is the subject's own.
	ConfirmAddress Purpose = "confirm-address"
	// ConfirmConsent is the second step of a double opt-in.
	ConfirmConsent Purpose = "confirm-consent"
)

// An Attempt is one link that was asked for. Digests are of 32 bytes.
type Attempt struct {
	ID      AttemptID
	Token   []byte // digest of the link's token; unique
	Binding []byte // digest of the secret in the cookie of the asking browser
	Code    []byte // digest of the code shown in the asking browser
	Purpose Purpose
	Brand   string
	Address string // normalised; personal, sealed with the installation's key
	Index   []byte // blind index of Address, so that erasure finds the row
	// Subject and Session are who asked, if they were signed in.
	Subject   id.Subject
	Session   SessionID
	Reference string // what is confirmed: an id of the package that asked
	Locale    string // of the page where it was asked
	CreatedAt time.Time
	ExpiresAt time.Time
	ClosedAt  time.Time // when it was spent or found expired; zero while open
	Spent     bool      // closed by being spent
	Tries     int       // codes typed
}

// Usable returns nil while the attempt may be spent, and errs.Gone after. It is
// the condition that the store repeats in the step that spends it.
func (a Attempt) Usable(now time.Time) error {
	switch {
	case a.Spent:
		return errs.New(errs.Gone, "error.link_used")
	case !a.ClosedAt.IsZero(), a.Expired(now), a.CreatedAt.After(now.Add(clockSkew)):
		return errs.New(errs.Gone, "error.link_expired")
	}
	return nil
}

// Expired tells whether the attempt's time is over.
func (a Attempt) Expired(now time.Time) bool { return !now.Before(a.ExpiresAt) }

// MadeBy returns the latest CreatedAt that is believed at now; the store
// compares with it when it spends.
func MadeBy(now time.Time) time.Time { return now.Add(clockSkew) }

// startsSession tells whether redeeming signs the person in.
func (p Purpose) startsSession() bool {
	return p == SignIn || p == Register || p == FreshProof
}

// valid tells whether a question of this purpose says enough about who asks.
func (q Question) valid() bool {
	switch q.Purpose {
	case SignIn, Register:
		return q.Subject == "" && q.Session == "" && q.Reference == ""
	case FreshProof:
		return q.Subject != "" && q.Session != "" && q.Reference == ""
	case ConfirmAddress:
		return q.Subject != "" && q.Reference != ""
	case ConfirmConsent:
		return q.Reference != ""
	}
	return false
}
