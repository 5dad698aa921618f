package login

import (
	"context"
	"errors"
	"fmt"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// Sessions begins, checks and ends sessions. It is safe for concurrent use.
type Sessions struct {
	store SessionStore
	keys  Keys
	clock clock.Clock
	set   Settings
}

// NewSessions returns the service over store.
func NewSessions(store SessionStore, keys Keys, c clock.Clock, set Settings) *Sessions {
	return &Sessions{store: store, keys: keys, clock: c, set: set.withDefaults()}
}

// Check returns the live session of a cookie's value, and notes its use about
// once a minute. Everything else is errs.Unauthenticated, whatever the reason.
// It looks in the store each time, so that a session ended anywhere is ended
// everywhere (ASVS 7.4.1).
func (s *Sessions) Check(ctx context.Context, token string) (Session, error) {
	session, err := s.find(ctx, token)
	if err != nil {
		return Session{}, err
	}
	now := s.clock.Now()
	if err := session.Alive(now); err != nil {
		return Session{}, s.bury(ctx, session, err)
	}
	touched, due := session.touched(now, s.set.IdleFor)
	if due {
		if err := s.store.Touch(ctx, touched.Digest, touched.LastSeen, touched.IdleUntil); err != nil {
			return Session{}, fmt.Errorf("touch session: %w", err)
		}
	}
	return touched, nil
}

// bury ends a session that was found expired, and returns refusal.
func (s *Sessions) bury(ctx context.Context, session Session, refusal error) error {
	now := s.clock.Now()
	if !session.EndedAt.IsZero() || !session.Expired(now) {
		return refusal
	}
	_, err := s.store.EndSessions(ctx, Which{Subject: session.Subject, Only: session.ID}, now, WhyExpired)
	if err != nil {
		return fmt.Errorf("end expired session: %w", err)
	}
	return refusal
}

// Start signs somebody in whose proof the caller has checked, and returns the
// session with the value of its cookie. replaces is the value that the browser
// has had, or "": that session ends.
func (s *Sessions) Start(ctx context.Context, in SignedIn, replaces string) (Session, string, error) {
	if in.Subject == "" || in.Method == "" || in.Assurance < Asserted || in.Assurance > Strong {
		return Session{}, "", errors.New("login: a session without subject, method or assurance")
	}
	old, err := s.find(ctx, replaces)
	if err != nil && !errors.Is(err, errs.Unauthenticated) {
		return Session{}, "", err
	}
	now := s.clock.Now()
	session, token := begin(s.keys, s.set, in, now)
	start := Start{
		Session:  session,
		Replaces: Which{Subject: old.Subject, Only: old.ID},
		Journal:  started(session, now),
	}
	if err := s.store.StartSession(ctx, start); err != nil {
		return Session{}, "", fmt.Errorf("start session: %w", err)
	}
	return session, token, nil
}

// Prove carries the session of a cookie's value on after a fresh proof that the
// caller has checked, for instance with a passkey. The old value is dead. in
// must name the session's own subject, else the error is errs.Forbidden.
func (s *Sessions) Prove(ctx context.Context, token string, in SignedIn) (Session, string, error) {
	old, err := s.Check(ctx, token)
	if err != nil {
		return Session{}, "", err
	}
	if in.Subject != old.Subject || old.Frame != nil {
		return Session{}, "", errs.New(errs.Forbidden, "error.other_subject")
	}
	now := s.clock.Now()
	session, fresh := carryOn(s.keys, s.set, old, in, now)
	start := Start{Session: session, Succeeds: old.ID, Journal: started(session, now)}
	if err := s.store.StartSession(ctx, start); err != nil {
		return Session{}, "", fmt.Errorf("carry session on: %w", err)
	}
	return session, fresh, nil
}

// End signs out: the session of the cookie's value is over. A value that names
// no live session is no error, for then there is nothing to end.
func (s *Sessions) End(ctx context.Context, token string) error {
	session, err := s.find(ctx, token)
	if errors.Is(err, errs.Unauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.store.EndSessions(ctx, Which{Subject: session.Subject, Only: session.ID},
		s.clock.Now(), WhySignedOut)
	return err
}

// List returns the subject's live sessions, the one used last first.
func (s *Sessions) List(ctx context.Context, subject id.Subject) ([]Session, error) {
	return s.store.Sessions(ctx, subject, s.clock.Now())
}

// EndOne ends one session of the subject, chosen in a list. It is errs.NotFound
// when the subject has no such live session.
func (s *Sessions) EndOne(ctx context.Context, subject id.Subject, session SessionID) error {
	if !id.Valid(string(session)) {
		return errs.New(errs.NotFound, "")
	}
	ended, err := s.store.EndSessions(ctx, Which{Subject: subject, Only: session}, s.clock.Now(), WhyByOther)
	if err != nil {
		return err
	}
	if len(ended) == 0 {
		return errs.New(errs.NotFound, "")
	}
	return nil
}

// EndOthers ends all of the subject's sessions but the given one, and returns
// how many.
func (s *Sessions) EndOthers(ctx context.Context, keep Session) (int, error) {
	ended, err := s.store.EndSessions(ctx, Which{Subject: keep.Subject, Except: keep.ID}, s.clock.Now(), WhyByOther)
	return len(ended), err
}

// EndAll ends all of the subject's sessions, and returns how many. why is one
// of the Why constants. Erasure ends them in its own transaction; this is for
// everything else (ASVS 7.4.2).
func (s *Sessions) EndAll(ctx context.Context, subject id.Subject, why string) (int, error) {
	ended, err := s.store.EndSessions(ctx, Which{Subject: subject}, s.clock.Now(), why)
	return len(ended), err
}

// find returns the session of a cookie's value, whether it lives or not.
func (s *Sessions) find(ctx context.Context, token string) (Session, error) {
	return findSession(ctx, s.store, s.keys, token)
}

func findSession(ctx context.Context, store SessionStore, keys Keys, token string) (Session, error) {
	unknown := errs.New(errs.Unauthenticated, "error.session_ended")
	if !ValidToken(token) {
		return Session{}, unknown
	}
	session, err := store.Session(ctx, keys.Digest(sessionDomain, []byte(token)))
	if errors.Is(err, errs.NotFound) {
		return Session{}, unknown
	}
	if err != nil {
		return Session{}, fmt.Errorf("find session: %w", err)
	}
	return session, nil
}
