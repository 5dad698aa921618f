package hook

import "time"

// The breaker keeps the backlog of an endpoint that is down from being spent
// on it: once it has failed for a while only one delivery is tried, now and
// then, until one gets through.
const (
	breakAfter = 5 * time.Second
	// probeEvery is how often an endpoint that fails is tried. What waits for
	// it arrives within a minute of its working again.
	probeEvery = 45 * time.Second
	// probePaused is how often one is tried that was paused because it failed.
	probePaused = time.Hour
)

// ByFailing is the cause of a pause that nobody decided on: it ends as soon as
// something gets through.
const ByFailing = "failing"

// givenUp tells whether an endpoint is paused and may be tried all the same.
func (h *Health) givenUp() bool { return h.Mode == Paused && h.Cause == ByFailing }

// After returns the health of an endpoint after an attempt.
func (h Health) After(o *Outcome, now time.Time) Health {
	switch {
	case o.State == Withheld || o.Unread:
		return h
	case o.Worked:
		h.Failing, h.Slow = time.Time{}, time.Time{}
		if h.givenUp() {
			h.Mode, h.Cause, h.Since = Active, "", now
		}
		if now.Sub(h.Worked) >= time.Minute {
			h.Worked = now
		}
		return h
	case o.Gone:
		h.Mode, h.Cause, h.Since = Disabled, "gone", now
	}
	if h.Failing.IsZero() {
		h.Failing = now
	}
	slow := o.Slow
	if now.Sub(h.Failing) >= breakAfter {
		slow = max(slow, probeEvery)
	}
	if h.givenUp() {
		slow = max(slow, probePaused)
	}
	if slow > 0 {
		h.Slow = now.Add(slow)
	}
	if h.Mode == Active && now.Sub(h.Failing) >= PauseAfter {
		h.Mode, h.Cause, h.Since = Paused, ByFailing, now
	}
	return h
}

// ready tells whether an endpoint may be sent to at now, how many deliveries at
// a time, and whether one may be tried before it is due.
func (s *Standing) ready(now time.Time, most int) (limit int, probe bool) {
	switch {
	case s.Due.IsZero(), len(s.Secrets) == 0 && !s.Unsigned, now.Before(s.Slow):
		return 0, false
	case s.givenUp() && now.Sub(s.Since) >= probePaused:
		return 1, true
	case s.Mode != Active:
		return 0, false
	case !s.Slow.IsZero(): // it was left alone for a while, and is tried
		return 1, true
	case !s.Due.After(now):
		return most, false
	case !s.Failing.IsZero() && now.Sub(s.Failing) >= probeEvery:
		return 1, true
	}
	return 0, false
}
