package login

import (
	"context"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/job"
)

// LinkStore keeps attempts and counts. Each method is one transaction; all are
// safe for concurrent use by several processes. logintest.Run is the contract.
type LinkStore interface {
	// Spend applies Counter.Add to each counter in order and stops at the first
	// that is full, without counting the rest; then until is when that one
	// counts again, and else it is zero. What was counted is committed in
	// either case. Parallel calls never count past a limit.
	Spend(ctx context.Context, counters []Counter, now time.Time) (until time.Time, err error)

	// SaveAttempt writes a new attempt and the job that mails its link.
	SaveAttempt(ctx context.Context, a Attempt, mail job.Job) error

	// Attempt returns the attempt with the digest as its Token; errs.NotFound
	// if there is none.
	Attempt(ctx context.Context, token []byte) (Attempt, error)

	// CountTry adds one to Tries and returns the new number, in one step on the
	// condition that the attempt is Usable at now (else errs.Gone) and has
	// fewer than CodeTries (else errs.TooMany).
	CountTry(ctx context.Context, token []byte, now time.Time) (int, error)

	// Redeem spends the attempt, in one step on the condition that it is Usable
	// at now (else errs.Gone), and unless start is nil starts the session as
	// SessionStore.StartSession does. On any error nothing is written. Of any
	// number of calls for one attempt at most one succeeds.
	Redeem(ctx context.Context, token []byte, now time.Time, start *Start) error

	// Expire closes the attempt if it is Expired at now and not closed yet, so
	// that it stays expired whatever the clock says later.
	Expire(ctx context.Context, token []byte, now time.Time) error

	// Sweep deletes attempts that expired before now, counts that began more
	// than keepCounts before now, and sessions that ended, or would have ended
	// by AbsoluteUntil, more than keepSessions before now. It returns how many
	// rows went.
	Sweep(ctx context.Context, now time.Time, keepCounts, keepSessions time.Duration) (int, error)
}

// SessionStore keeps sessions. Each method is one transaction, in which the
// journal's lines go to the ledger; all are safe for concurrent use.
// logintest.Run is the contract.
type SessionStore interface {
	// StartSession writes a new session and the journal's line.
	//
	// With Succeeds, that session of the same subject ends in the same step
	// (EndedWhy WhyProved, without a line of its own); if it has ended before,
	// nothing is written and the error is errs.Unauthenticated. With Replaces,
	// that session ends if it lives (WhyReplaced, with its line).
	StartSession(ctx context.Context, s Start) error

	// Session returns the session with the digest, ended or not; errs.NotFound
	// if there is none.
	Session(ctx context.Context, digest []byte) (Session, error)

	// Touch sets LastSeen and IdleUntil of a session that has not ended, unless
	// its LastSeen is later already. A session that ended stays so, and that is
	// no error. It writes nothing to the ledger.
	Touch(ctx context.Context, digest []byte, lastSeen, idleUntil time.Time) error

	// EndSessions ends the sessions that which names and that have not ended,
	// writes Ended of each to the ledger, and returns them as they are then.
	// None is no error.
	EndSessions(ctx context.Context, which Which, now time.Time, why string) ([]Session, error)

	// Sessions returns the subject's sessions that are neither ended nor
	// expired at now, the one used last first.
	Sessions(ctx context.Context, subject id.Subject, now time.Time) ([]Session, error)
}

// A Start is a session about to begin.
type Start struct {
	Session  Session
	Succeeds SessionID // carried on by Session; "" for none
	Replaces Which     // one session, of this or another subject; zero for none
	Journal  Journal
}

// Which names sessions of one subject: all of them, with Only one of them, with
// Except all but one. The zero Which names none.
type Which struct {
	Subject      id.Subject
	Only, Except SessionID
}

// Names tells whether w names s.
func (w Which) Names(s Session) bool {
	return w.Subject != "" && s.Subject == w.Subject &&
		(w.Only == "" || s.ID == w.Only) && (w.Except == "" || s.ID != w.Except)
}

// What the journal records.
const (
	SessionStarted = "session.started"
	SessionEnded   = "session.ended"
	SessionProved  = "session.proved" // a fresh proof; the session has a new id
)

// A Journal is what the ledger is told of a session. It holds nothing personal
// beyond the subject's id.
type Journal struct {
	Kind      string
	Subject   id.Subject
	Session   SessionID
	Previous  SessionID // for SessionProved: the id until now
	Brand     string
	Method    Method
	Assurance Assurance
	Why       string // for SessionEnded
	At        time.Time
}

// Ended is the journal's line for the end of s, whose EndedAt and EndedWhy are
// set.
func Ended(s Session) Journal {
	return Journal{
		Kind: SessionEnded, Subject: s.Subject, Session: s.ID, Brand: s.Brand,
		Method: s.Method, Assurance: s.Assurance, Why: s.EndedWhy, At: s.EndedAt,
	}
}

// started is the journal's line for the beginning of s at now.
func started(s Session, now time.Time) Journal {
	j := Journal{
		Kind: SessionStarted, Subject: s.Subject, Session: s.ID, Brand: s.Brand,
		Method: s.Method, Assurance: s.Assurance, At: now,
	}
	if s.Previous != "" {
		j.Kind, j.Previous = SessionProved, s.Previous
	}
	return j
}
