// Package logintest has the contract of the store that login needs, a double in
// memory that keeps it, and doubles of the other things that login is given.
package logintest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/login"
)

// Memory keeps attempts, counts and sessions in memory. One lock stands for the
// transactions. It is safe for concurrent use.
type Memory struct {
	mu       sync.Mutex
	attempts map[string]login.Attempt
	counts   map[string]login.Count
	sessions map[string]login.Session
	frames   map[string]login.FrameLink
	journal  []login.Journal
	jobs     []job.Job
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{
		attempts: make(map[string]login.Attempt),
		counts:   make(map[string]login.Count),
		sessions: make(map[string]login.Session),
		frames:   make(map[string]login.FrameLink),
	}
}

var _ login.Store = (*Memory)(nil)

// Journal returns what the ledger was told so far.
func (m *Memory) Journal() []login.Journal {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.journal)
}

// Jobs returns the jobs that were enqueued so far.
func (m *Memory) Jobs() []job.Job {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.jobs)
}

// Attempts returns the attempts that are kept.
func (m *Memory) Attempts() []login.Attempt {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []login.Attempt
	for _, a := range m.attempts {
		all = append(all, a)
	}
	return all
}

// Spend is login.LinkStore.Spend.
func (m *Memory) Spend(_ context.Context, counters []login.Counter, now time.Time) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range counters {
		old := m.counts[string(c.Key)]
		count, ok := c.Add(old, now)
		if !ok {
			return c.Until(old), nil
		}
		m.counts[string(c.Key)] = count
	}
	return time.Time{}, nil
}

// SaveAttempt is login.LinkStore.SaveAttempt.
func (m *Memory) SaveAttempt(_ context.Context, a login.Attempt, mail job.Job) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.attempts[string(a.Token)]; ok {
		return errs.New(errs.Conflict, "")
	}
	m.attempts[string(a.Token)] = a
	m.jobs = append(m.jobs, mail)
	return nil
}

// Attempt is login.LinkStore.Attempt.
func (m *Memory) Attempt(_ context.Context, token []byte) (login.Attempt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.attempts[string(token)]
	if !ok {
		return login.Attempt{}, errs.New(errs.NotFound, "")
	}
	return a, nil
}

// CountTry is login.LinkStore.CountTry.
func (m *Memory) CountTry(_ context.Context, token []byte, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, err := m.usable(token, now)
	if err != nil {
		return 0, err
	}
	if a.Tries >= login.CodeTries {
		return 0, errs.New(errs.TooMany, "")
	}
	a.Tries++
	m.attempts[string(token)] = a
	return a.Tries, nil
}

// Redeem is login.LinkStore.Redeem.
func (m *Memory) Redeem(_ context.Context, token []byte, now time.Time, start *login.Start) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, err := m.usable(token, now)
	if err != nil {
		return err
	}
	if start != nil {
		if err := m.start(*start); err != nil {
			return err
		}
	}
	a.ClosedAt, a.Spent = now, true
	m.attempts[string(token)] = a
	return nil
}

// Expire is login.LinkStore.Expire.
func (m *Memory) Expire(_ context.Context, token []byte, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.attempts[string(token)]; ok && a.ClosedAt.IsZero() && a.Expired(now) {
		a.ClosedAt = now
		m.attempts[string(token)] = a
	}
	return nil
}

// Sweep is login.LinkStore.Sweep.
func (m *Memory) Sweep(_ context.Context, now time.Time, keepCounts, keepSessions time.Duration) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for k, a := range m.attempts {
		if a.ExpiresAt.Before(now) {
			delete(m.attempts, k)
			n++
		}
	}
	for k, l := range m.frames {
		if l.ExpiresAt.Before(now) {
			delete(m.frames, k)
			n++
		}
	}
	for k, c := range m.counts {
		if c.Began.Before(now.Add(-keepCounts)) {
			delete(m.counts, k)
			n++
		}
	}
	for k, s := range m.sessions {
		end := s.AbsoluteUntil
		if !s.EndedAt.IsZero() {
			end = s.EndedAt
		}
		if end.Before(now.Add(-keepSessions)) {
			delete(m.sessions, k)
			n++
		}
	}
	return n, nil
}

// StartSession is login.SessionStore.StartSession.
func (m *Memory) StartSession(_ context.Context, s login.Start) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.start(s)
}

// Session is login.SessionStore.Session.
func (m *Memory) Session(_ context.Context, digest []byte) (login.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[string(digest)]
	if !ok {
		return login.Session{}, errs.New(errs.NotFound, "")
	}
	return s, nil
}

// Touch is login.SessionStore.Touch.
func (m *Memory) Touch(_ context.Context, digest []byte, lastSeen, idleUntil time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[string(digest)]
	if ok && s.EndedAt.IsZero() && s.LastSeen.Before(lastSeen) {
		s.LastSeen, s.IdleUntil = lastSeen, idleUntil
		m.sessions[string(digest)] = s
	}
	return nil
}

// EndSessions is login.SessionStore.EndSessions.
func (m *Memory) EndSessions(_ context.Context, which login.Which, now time.Time, why string) ([]login.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.end(which, now, why), nil
}

// Sessions is login.SessionStore.Sessions.
func (m *Memory) Sessions(_ context.Context, subject id.Subject, now time.Time) ([]login.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	live := m.find(func(s login.Session) bool {
		return s.Subject == subject && s.EndedAt.IsZero() && !s.Expired(now)
	})
	slices.SortFunc(live, func(a, b login.Session) int {
		return cmp.Or(b.LastSeen.Compare(a.LastSeen), cmp.Compare(b.ID, a.ID))
	})
	return live, nil
}

// usable returns the attempt if it may be spent; the lock is held.
func (m *Memory) usable(token []byte, now time.Time) (login.Attempt, error) {
	a, ok := m.attempts[string(token)]
	if !ok {
		return login.Attempt{}, errs.New(errs.Gone, "error.link_expired")
	}
	return a, a.Usable(now)
}

func (m *Memory) start(s login.Start) error {
	if s.Succeeds != "" {
		old := m.find(func(old login.Session) bool {
			return old.ID == s.Succeeds && old.Subject == s.Session.Subject && old.EndedAt.IsZero()
		})
		if len(old) == 0 {
			return errs.New(errs.Unauthenticated, "error.session_ended")
		}
		old[0].EndedAt, old[0].EndedWhy = s.Journal.At, login.WhyProved
		m.sessions[string(old[0].Digest)] = old[0]
	}
	m.end(s.Replaces, s.Journal.At, login.WhyReplaced)
	m.sessions[string(s.Session.Digest)] = s.Session
	m.journal = append(m.journal, s.Journal)
	return nil
}

func (m *Memory) end(which login.Which, now time.Time, why string) []login.Session {
	if which.Subject == "" {
		return nil
	}
	ended := m.find(func(s login.Session) bool { return which.Names(s) && s.EndedAt.IsZero() })
	for i := range ended {
		ended[i].EndedAt, ended[i].EndedWhy = now, why
		m.sessions[string(ended[i].Digest)] = ended[i]
		m.journal = append(m.journal, login.Ended(ended[i]))
	}
	return ended
}

// find returns the sessions that match, by ID.
func (m *Memory) find(match func(login.Session) bool) []login.Session {
	var found []login.Session
	for _, s := range m.sessions {
		if match(s) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b login.Session) int { return cmp.Compare(a.ID, b.ID) })
	return found
}
