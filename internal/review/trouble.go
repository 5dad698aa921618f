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

// Unreadable is the cause of a trouble with a connector that cannot be read.
const Unreadable = "unreadable"

// troubleAfter is how long something may fail before it is somebody's concern:
// most of what fails is well again by then.
const troubleAfter = 15 * time.Minute

// A SystemStore reads how connected systems do.
type SystemStore interface {
	// Standing returns the health of endpoints.
	Standing(ctx context.Context, endpoints []string, now time.Time) (map[string]hook.Standing, error)
	// PullPosition returns where the feed of a system was left.
	PullPosition(ctx context.Context, system string) (pull.Position, error)
}

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
		if since, cause := failing(&s.Health, now); !since.IsZero() {
			found = append(found, Trouble{About: t.ID, System: t.System, Since: since, Cause: cause})
		}
	}
	for system := range all.Feeds() {
		at, err := store.PullPosition(ctx, system)
		if err != nil {
			return nil, err
		}
		if at.Failures > 0 && now.Sub(at.Read) >= troubleAfter {
			found = append(found, Trouble{About: system + " feed", System: system, Feed: true, Since: at.Read, Cause: at.Cause})
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
