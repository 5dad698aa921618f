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
)

// After returns the health of an endpoint after outcomes, and whether it has
// to be remembered.
func (h Health) After(outcomes []Outcome, now time.Time) (next Health, changed bool) {
	next = h
	slow := time.Duration(0)
	for i := range outcomes {
		o := &outcomes[i]
		switch {
		case o.State == Withheld || o.Unread:
			continue
		case o.Worked:
			next.Failing, next.Slow, slow = time.Time{}, time.Time{}, 0
			if now.Sub(h.Worked) >= time.Minute {
				next.Worked = now
			}
			continue
		case o.Gone:
			next.Mode, next.Cause, next.Since = Disabled, "gone", now
		}
		if next.Failing.IsZero() {
			next.Failing = now
		}
		slow = max(slow, o.Slow)
	}
	if !next.Failing.IsZero() && len(outcomes) > 0 && now.Sub(next.Failing) >= breakAfter {
		slow = max(slow, probeEvery)
	}
	if slow > 0 {
		next.Slow = now.Add(slow)
	}
	if next.Mode == Active && !next.Failing.IsZero() && now.Sub(next.Failing) >= PauseAfter {
		next.Mode, next.Cause, next.Since = Paused, "failing", now
	}
	return next, next != h
}

// ready tells whether an endpoint may be sent to at now, how many deliveries at
// a time, and whether one may be tried before it is due.
func (s *Standing) ready(now time.Time, most int) (limit int, probe bool) {
	switch {
	case s.Mode != Active, s.Due.IsZero(), len(s.Secrets) == 0 && !s.Unsigned, now.Before(s.Slow):
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
