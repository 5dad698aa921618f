package review_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/hook"
	"livingprofile/internal/pull"
	"livingprofile/internal/review"
)

// systems are what is declared and how it does.
type systems struct {
	health map[string]hook.Health
	feeds  map[string]pull.Position
	faults string // of the connectors
}

func (s *systems) Targets() (all []hook.Target) {
	for name := range s.health {
		all = append(all, hook.Target{ID: name, System: "crm", Unreadable: s.faults})
	}
	return all
}

func (s *systems) Feeds() map[string]pull.Feed {
	all := map[string]pull.Feed{}
	for name := range s.feeds {
		all[name] = pull.Feed{}
	}
	return all
}

func (s *systems) Standing(_ context.Context, endpoints []string, _ time.Time) (map[string]hook.Standing, error) {
	return map[string]hook.Standing{endpoints[0]: {Health: s.health[endpoints[0]]}}, nil
}

func (s *systems) PullPosition(_ context.Context, system string) (pull.Position, error) {
	return s.feeds[system], nil
}

func TestTroubles(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	long, short := now.Add(-time.Hour), now.Add(-time.Minute)
	for name, tt := range map[string]struct {
		systems
		want bool
	}{
		"works":             {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Active, Worked: long}}}, false},
		"failed just now":   {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Active, Failing: short}}}, false},
		"fails":             {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Active, Failing: long}}}, true},
		"paused by staff":   {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Paused, Cause: hook.ByStaff, Since: long}}}, false},
		"given up":          {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Paused, Cause: "failing", Since: long}}}, true},
		"gone":              {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Disabled, Cause: "gone", Since: short}}}, true},
		"unreadable":        {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Active}}, faults: "line 1: is empty"}, true},
		"a feed that reads": {systems{feeds: map[string]pull.Position{"crm": {Read: long}}}, false},
		"a feed that fails": {systems{feeds: map[string]pull.Position{"crm": {Read: long, Failures: 3, Cause: "loops"}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := review.Troubles(t.Context(), &tt.systems, &tt.systems, now)
			if err != nil {
				t.Fatal(err)
			}
			if is := len(got) == 1; is != tt.want || len(got) > 1 {
				t.Errorf("got %+v, want one: %v", got, tt.want)
			}
		})
	}
}

// TestFresh: staff are told once of each trouble, and again when it comes back.
func TestFresh(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	a, b := review.Trouble{About: "crm/main"}, review.Trouble{About: "shop/main"}
	fresh, marks := review.Fresh([]review.Trouble{a, b}, map[string]time.Time{"shop/main": now, "old/main": now}, now)
	if diff := cmp.Diff([]review.Trouble{a}, fresh); diff != "" {
		t.Errorf("told: (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]review.Warned{{About: "crm/main", At: now}, {About: "old/main"}}, marks); diff != "" {
		t.Errorf("remembered: (-want +got)\n%s", diff)
	}
}
