package hook

import (
	"testing"
	"time"
)

// When an endpoint is sent to, how much at a time, and whether what is not due
// may be tried.
func TestStanding_ready(t *testing.T) {
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return now.Add(d) }
	due := Standing{Health: Health{Mode: Active}, Due: now, Secrets: []Secret{{1}}}
	with := func(change func(*Standing)) Standing {
		s := due
		change(&s)
		return s
	}
	for name, tt := range map[string]struct {
		s     Standing
		limit int
		probe bool
	}{
		"due":                      {due, 16, false},
		"not due":                  {with(func(s *Standing) { s.Due = at(1) }), 0, false},
		"nothing waits":            {with(func(s *Standing) { s.Due = time.Time{} }), 0, false},
		"without a secret":         {with(func(s *Standing) { s.Secrets = nil }), 0, false},
		"paused":                   {with(func(s *Standing) { s.Mode = Paused }), 0, false},
		"given up a while ago":     {with(func(s *Standing) { s.Mode, s.Cause, s.Since = Paused, ByFailing, at(1-time.Hour) }), 0, false},
		"given up an hour ago":     {with(func(s *Standing) { s.Mode, s.Cause, s.Since = Paused, ByFailing, at(-time.Hour) }), 1, true},
		"given up, and tried":      {with(func(s *Standing) { s.Mode, s.Cause, s.Slow = Paused, ByFailing, at(1) }), 0, false},
		"paused by staff for long": {with(func(s *Standing) { s.Mode, s.Cause, s.Since = Paused, ByStaff, at(-48*time.Hour) }), 0, false},
		"disabled":                 {with(func(s *Standing) { s.Mode = Disabled }), 0, false},
		"left alone":               {with(func(s *Standing) { s.Slow = at(1) }), 0, false},
		"left alone long enough":   {with(func(s *Standing) { s.Slow = now }), 1, true},
		"failed just now":          {with(func(s *Standing) { s.Failing, s.Due = now, at(time.Hour) }), 0, false},
		"failed a while ago":       {with(func(s *Standing) { s.Failing, s.Due = at(-time.Minute), at(time.Hour) }), 1, true},
		"failed, and another due":  {with(func(s *Standing) { s.Failing = at(-time.Second) }), 16, false},
	} {
		if limit, probe := tt.s.ready(now, 16); limit != tt.limit || probe != tt.probe {
			t.Errorf("%s: got %d, %t, want %d, %t", name, limit, probe, tt.limit, tt.probe)
		}
	}
}

// An endpoint that was given up is tried every hour, and is sent to again when
// something gets through; one that staff paused, or that wants no more, stays.
func TestHealth_of_who_was_given_up(t *testing.T) {
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	up := Health{Mode: Paused, Cause: ByFailing, Since: now.Add(-48 * time.Hour)}
	if got := up.After(&Outcome{}, now); got.Mode != Paused || !got.Since.Equal(up.Since) || !got.Slow.Equal(now.Add(probePaused)) {
		t.Errorf("failed again: got %+v", got)
	}
	if got := up.After(&Outcome{Worked: true}, now); got.Mode != Active || got.Cause != "" || !got.Since.Equal(now) {
		t.Errorf("got through: got %+v", got)
	}
	for _, h := range []Health{{Mode: Paused, Cause: ByStaff}, {Mode: Disabled, Cause: "gone"}} {
		if got := h.After(&Outcome{Worked: true}, now); got.Mode != h.Mode || got.Cause != h.Cause {
			t.Errorf("%s: got %+v", h.Cause, got)
		}
	}
}

// After a hiccup what failed often keeps its wait; after an outage nothing does.
func TestHurry(t *testing.T) {
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	for since, want := range map[time.Duration]int{time.Minute: HurryBelow, outage - 1: HurryBelow, outage: Attempts, 4 * 24 * time.Hour: Attempts} {
		if got := hurry(now.Add(-since), now); got != want {
			t.Errorf("after %s: got %d, want %d", since, got, want)
		}
	}
}
