package login

import (
	"strings"
	"time"
	"unicode"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/secret"
)

// SessionID names a session in lists and in the ledger. It opens nothing.
type SessionID string

// A Method is how somebody proved who they are.
type Method string

// The methods.
const (
	ByLink      Method = "link"
	ByPasskey   Method = "passkey"
	ByOIDC      Method = "oidc"
	BySAML      Method = "saml"
	ByBrandLink Method = "brand-link" // the brand's signature says so
)

// An Assurance is how much a session's proof is worth. Larger is more.
type Assurance int

// The levels of assurance.
const (
	Asserted Assurance = 1 // a brand says so
	Mailbox  Assurance = 2 // the person reads the mail of an address
	Strong   Assurance = 3 // a passkey with user check, or two factors elsewhere
)

// A Session is one signed-in browser.
type Session struct {
	ID        SessionID
	Digest    []byte // of the cookie's value; unique
	Subject   id.Subject
	Brand     string
	Method    Method
	Assurance Assurance
	Frame     *Frame // that it is limited to; nil for a window of its own
	UserAgent string // personal, sealed
	Network   string // NetworkOf the address; personal, sealed
	CreatedAt time.Time
	LastSeen  time.Time // to within a minute
	// IdleUntil and AbsoluteUntil are when it ends, kept as data so that they
	// do not depend on later settings.
	IdleUntil     time.Time
	AbsoluteUntil time.Time
	FreshUntil    time.Time // of a fresh proof; zero without one
	Previous      SessionID // the session that this one carries on after a fresh proof
	EndedAt       time.Time // zero while it lives
	EndedWhy      string    // see the Why constants
}

// Why a session ended.
const (
	WhySignedOut = "signed-out"
	WhyByOther   = "ended-elsewhere" // by the subject, from another session
	WhyReplaced  = "replaced"        // by another sign-in in the same browser
	WhyProved    = "proved"          // carried on under a new id
	WhyExpired   = "expired"
	WhyErased    = "erased"
	WhyContact   = "contact-changed" // sign-in data changed
)

// Alive returns nil while the session may be used, and errs.Unauthenticated
// after. A session used further ahead than clocks differ was used under another
// clock, and is refused.
func (s Session) Alive(now time.Time) error {
	switch {
	case !s.EndedAt.IsZero(), s.LastSeen.After(now.Add(clockSkew)):
		return errs.New(errs.Unauthenticated, "error.session_ended")
	case s.Expired(now):
		return errs.New(errs.Unauthenticated, "error.session_expired")
	}
	return nil
}

// Expired tells whether the session's time is over.
func (s Session) Expired(now time.Time) bool {
	return !now.Before(s.IdleUntil) || !now.Before(s.AbsoluteUntil)
}

// Fresh tells whether the person has proved lately who they are, as grave acts
// ask for (ASVS 7.5.3). A sign-in by link is not a fresh proof.
func (s Session) Fresh(now time.Time) bool {
	return now.Before(s.FreshUntil) && s.Alive(now) == nil
}

// touched returns s as used at now, and whether that is worth a write.
func (s Session) touched(now time.Time, idle time.Duration) (Session, bool) {
	if now.Sub(s.LastSeen) < touchEvery {
		return s, false
	}
	s.LastSeen = now
	s.IdleUntil = earlier(now.Add(idle), s.AbsoluteUntil)
	return s, true
}

// A SignedIn says who is to have a session, and on what proof.
type SignedIn struct {
	Subject   id.Subject
	Brand     string
	Method    Method
	Assurance Assurance
	Fresh     bool // the proof was made just now, by the person, for a grave act
	UserAgent string
	Network   string // from NetworkOf
	Frame     *Frame // nil for a window of its own
}

// maxUserAgent bounds what a browser may make us keep.
const maxUserAgent = 300

// begin returns a new session and the value of its cookie, which is kept
// nowhere.
func begin(k Keys, set Settings, in SignedIn, now time.Time) (Session, string) {
	token := secret.Token()
	s := Session{
		ID: SessionID(id.New()), Digest: k.Digest(sessionDomain, []byte(token)),
		Subject: in.Subject, Brand: in.Brand, Method: in.Method, Assurance: in.Assurance,
		UserAgent: plain(in.UserAgent), Network: in.Network, Frame: in.Frame,
		CreatedAt: now, LastSeen: now, AbsoluteUntil: now.Add(set.AbsoluteFor),
	}
	if in.Frame != nil {
		s.AbsoluteUntil = earlier(s.AbsoluteUntil, now.Add(FrameFor))
	}
	s.IdleUntil = earlier(now.Add(set.IdleFor), s.AbsoluteUntil)
	if in.Fresh {
		s.FreshUntil = earlier(now.Add(set.FreshFor), s.AbsoluteUntil)
	}
	return s, token
}

// carryOn returns the session that follows old after a fresh proof: under a new
// id, no longer than old would have lasted, and worth no less.
func carryOn(k Keys, set Settings, old Session, in SignedIn, now time.Time) (Session, string) {
	in.Fresh = true
	s, token := begin(k, set, in, now)
	s.Previous, s.CreatedAt, s.AbsoluteUntil = old.ID, old.CreatedAt, old.AbsoluteUntil
	s.Brand, s.Assurance = old.Brand, max(old.Assurance, in.Assurance)
	s.IdleUntil = earlier(s.IdleUntil, s.AbsoluteUntil)
	s.FreshUntil = earlier(s.FreshUntil, s.AbsoluteUntil)
	return s, token
}

// plain is what we keep of a browser's name for itself.
func plain(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), maxUserAgent)], "")
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
