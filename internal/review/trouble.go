package review

import (
	"context"
	"time"

	"livingprofile/internal/hook"
	"livingprofile/internal/pull"
)

// A Trouble is a connected system that cannot be told, or cannot be asked, and
// that needs somebody.
type Trouble struct {
	About  string // the endpoint, or the feed of a system; names nobody
	System string
	Feed   bool
	Since  time.Time // zero when nobody knows
	Cause  string    // a code
}

// Causes of troubles that are not those of a delivery.
const (
	Unreadable = "unreadable" // a connector that cannot be read
	Unsigned   = "unsigned"   // there is no secret yet, and something waits
	Untold     = "untold"     // somebody's last word does not get through
	Refuses    = "refuses"    // the system does not follow somebody's last word
	Unsteady   = "unsteady"   // it works now and then
	Reused     = "id_reused"  // a feed uses one id for several things
)

// Works tells whether the system can be told, and has to be looked at all the
// same.
func (t *Trouble) Works() bool {
	return t.Cause == Untold || t.Cause == Refuses || t.Cause == Unsteady
}

// troubleAfter is how long something may fail before it is somebody's concern:
// most of what fails is well again by then.
const troubleAfter = 15 * time.Minute

// reusedFor is how long a feed that used an id twice is somebody's concern.
const reusedFor = 24 * time.Hour

// A SystemStore reads how connected systems do.
type SystemStore interface {
	// Standing returns the health of endpoints.
	Standing(ctx context.Context, endpoints []string, now time.Time) (map[string]hook.Standing, error)
	// Amiss returns since when the last word about somebody does not get through
	// to an endpoint that works, or is refused; of what ended since a time.
	Amiss(ctx context.Context, endpoint string, since time.Time) (Amiss, error)
	// Hours returns what attempts at an endpoint came to since a time.
	Hours(ctx context.Context, endpoint string, since time.Time) ([]hook.Hour, error)
	// PullPosition returns where the feed of a system was left.
	PullPosition(ctx context.Context, system string) (pull.Position, error)
	// ReusedAt returns when the feed of a system last used an id twice; the zero
	// time for never.
	ReusedAt(ctx context.Context, system string) (time.Time, error)
}

// Amiss is since when something is the matter; each is zero for nothing.
type Amiss struct{ Untold, Refused time.Time }

// Systems are the connected systems, as the organisation declares them.
type Systems interface {
	Targets() []hook.Target
	Feeds() map[string]pull.Feed
}

// Troubles returns what needs somebody now, in no order. What staff themselves
// paused does not.
func Troubles(ctx context.Context, store SystemStore, all Systems, now time.Time) ([]Trouble, error) {
	var found []Trouble
	for _, t := range all.Targets() {
		if t.Unreadable != "" {
			found = append(found, Trouble{About: t.ID, System: t.System, Cause: Unreadable})
			continue
		}
		standings, err := store.Standing(ctx, []string{t.ID}, now)
		if err != nil {
			return nil, err
		}
		s := standings[t.ID]
		since, cause := failing(&s.Health, now)
		switch {
		case !since.IsZero():
			found = append(found, Trouble{About: t.ID, System: t.System, Since: since, Cause: cause})
		case s.Mode == hook.Active:
			some, err := amiss(ctx, store, &t, &s, now)
			if err != nil {
				return nil, err
			}
			found = append(found, some...)
		}
	}
	for system := range all.Feeds() {
		at, err := store.PullPosition(ctx, system)
		if err != nil {
			return nil, err
		}
		if at.Failures > 0 && now.Sub(at.Read) >= troubleAfter {
			found = append(found, Trouble{About: system + " feed", System: system, Feed: true, Since: at.Read, Cause: at.Cause})
			continue
		}
		reused, err := store.ReusedAt(ctx, system)
		if err != nil {
			return nil, err
		}
		// A map that gives every record one id loses every withdrawal in it.
		if now.Sub(reused) < reusedFor {
			found = append(found, Trouble{About: system + " feed", System: system, Feed: true, Since: reused, Cause: Reused})
		}
	}
	return found, nil
}

// failing returns since when an endpoint needs somebody; zero when it does not.
func failing(h *hook.Health, now time.Time) (since time.Time, cause string) {
	switch {
	case h.Mode == hook.Disabled, h.Mode == hook.Paused && h.Cause != hook.ByStaff:
		return h.Since, h.Cause
	case h.Mode == hook.Active && !h.Failing.IsZero() && now.Sub(h.Failing) >= troubleAfter:
		return h.Failing, "failing"
	}
	return time.Time{}, ""
}

// amiss returns what is the matter with an endpoint that does not just fail.
func amiss(ctx context.Context, store SystemStore, t *hook.Target, s *hook.Standing, now time.Time) ([]Trouble, error) {
	var all []Trouble
	add := func(cause string, since time.Time) {
		all = append(all, Trouble{About: t.ID + " " + cause, System: t.System, Since: since, Cause: cause})
	}
	if t.Speaks == "" && len(s.Secrets) == 0 && !s.Due.IsZero() && now.Sub(s.Due) >= troubleAfter {
		add(Unsigned, s.Due)
	}
	is, err := store.Amiss(ctx, t.ID, now.Add(-hook.Keep))
	if err != nil {
		return nil, err
	}
	if !is.Untold.IsZero() {
		add(Untold, is.Untold)
	}
	if !is.Refused.IsZero() {
		add(Refuses, is.Refused)
	}
	hours, err := store.Hours(ctx, t.ID, now.Add(-24*time.Hour))
	if err == nil && unsteady(hours) {
		add(Unsteady, hours[0].At)
	}
	return all, err
}

// unsteady tells whether an endpoint worked now and then in many of some hours. An
// outage has a first and a last such hour; a receiver that stumbles over one
// person misses little.
func unsteady(hours []hook.Hour) bool {
	const most, many = 10, 4 // one in ten missed, in four hours
	n := 0
	for _, h := range hours {
		if h.Reached > 0 && h.Missed > 1 && h.Missed*most >= h.Reached+h.Missed {
			n++
		}
	}
	return n >= many
}

// A Warned is that staff were told of a trouble; a zero At, that it is over.
type Warned struct {
	About string
	At    time.Time
}

// Fresh returns the troubles that staff were not told of, and what to remember:
// those, and an end for each that is over.
func Fresh(all []Trouble, warned map[string]time.Time, now time.Time) (fresh []Trouble, marks []Warned) {
	still := map[string]bool{}
	for _, t := range all {
		still[t.About] = true
		if _, told := warned[t.About]; !told {
			fresh = append(fresh, t)
			marks = append(marks, Warned{About: t.About, At: now})
		}
	}
	for about := range warned {
		if !still[about] {
			marks = append(marks, Warned{About: about})
		}
	}
	return fresh, marks
}
