package staff

import (
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/secret"
)

// How long a session lives: less than a person's, for it opens everybody's.
const (
	IdleFor     = 20 * time.Minute
	AbsoluteFor = 8 * time.Hour
	touchEvery  = time.Minute
)

// A Session is one browser in which a member is signed in.
type Session struct {
	ID            string
	Digest        []byte // of the cookie's value; unique
	Member        Member
	CreatedAt     time.Time
	LastSeen      time.Time // to within a minute
	IdleUntil     time.Time
	AbsoluteUntil time.Time
	EndedAt       time.Time // zero while it lives
}

// Alive returns nil while the session may be used by its member, and
// errs.Unauthenticated after.
func (s Session) Alive(now time.Time) error {
	switch {
	case !s.EndedAt.IsZero(), !s.Member.Enabled(), s.LastSeen.After(now.Add(clockSkew)):
		return errs.New(errs.Unauthenticated, "error.session_ended")
	case !now.Before(s.IdleUntil), !now.Before(s.AbsoluteUntil):
		return errs.New(errs.Unauthenticated, "error.session_expired")
	}
	return nil
}

// begin returns a new session and the value of its cookie, which is kept
// nowhere.
func begin(k Keys, m Member, now time.Time) (Session, string) {
	token := secret.Token()
	return Session{
		ID: id.New(), Digest: k.Digest(sessionDomain, []byte(token)), Member: m,
		CreatedAt: now, LastSeen: now, IdleUntil: now.Add(IdleFor), AbsoluteUntil: now.Add(AbsoluteFor),
	}, token
}

// touched returns s as used at now, and whether that is worth a write.
func (s Session) touched(now time.Time) (Session, bool) {
	if now.Sub(s.LastSeen) < touchEvery {
		return s, false
	}
	s.LastSeen, s.IdleUntil = now, now.Add(IdleFor)
	return s, true
}
