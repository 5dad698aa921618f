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
	due    time.Time // of the earliest that waits
	signed bool
	is     review.Amiss
	hours  []hook.Hour
	feeds  map[string]pull.Position
	faults string // of the connectors

	reused time.Time
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
	one := hook.Standing{Health: s.health[endpoints[0]], Due: s.due}
	if s.signed {
		one.Secrets = []hook.Secret{hook.NewSecret()}
	}
	return map[string]hook.Standing{endpoints[0]: one}, nil
}

func (s *systems) Amiss(context.Context, string, time.Time) (review.Amiss, error) { return s.is, nil }

func (s *systems) Hours(context.Context, string, time.Time) ([]hook.Hour, error) { return s.hours, nil }

func (s *systems) ReusedAt(context.Context, string) (time.Time, error) { return s.reused, nil }

func (s *systems) PullPosition(_ context.Context, system string) (pull.Position, error) {
	return s.feeds[system], nil
}

func TestTroubles(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	long, short := now.Add(-time.Hour), now.Add(-time.Minute)
	active := map[string]hook.Health{"crm/main": {Mode: hook.Active, Worked: short}}
	hours := func(n int, reached, missed int64) (all []hook.Hour) {
		for range n {
			all = append(all, hook.Hour{At: long, Reached: reached, Missed: missed})
		}
		return all
	}
	for name, tt := range map[string]struct {
		systems
		want bool
	}{
		"works":                        {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Active, Worked: long}}}, false},
		"failed just now":              {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Active, Failing: short}}}, false},
		"fails":                        {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Active, Failing: long}}}, true},
		"paused by staff":              {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Paused, Cause: hook.ByStaff, Since: long}}}, false},
		"given up":                     {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Paused, Cause: "failing", Since: long}}}, true},
		"gone":                         {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Disabled, Cause: "gone", Since: short}}}, true},
		"unreadable":                   {systems{health: map[string]hook.Health{"crm/main": {Mode: hook.Active}}, faults: "line 1: is empty"}, true},
		"waits, and no secret":         {systems{health: active, due: long}, true},
		"waits, and signed":            {systems{health: active, due: long, signed: true}, false},
		"no secret just now":           {systems{health: active, due: short}, false},
		"no secret, and nothing waits": {systems{health: active}, false},
		"somebody is not told":         {systems{health: active, is: review.Amiss{Untold: long}}, true},
		"somebody is refused":          {systems{health: active, is: review.Amiss{Refused: long}}, true},
		"refused before a pause by staff": {systems{
			health: map[string]hook.Health{"crm/main": {Mode: hook.Paused, Cause: hook.ByStaff, Since: long}}, is: review.Amiss{Refused: long},
		}, false},
		"now and then":      {systems{health: active, hours: hours(4, 5, 5)}, true},
		"an outage":         {systems{health: active, hours: append(hours(2, 5, 5), hours(10, 0, 80)...)}, false},
		"stumbles over one": {systems{health: active, hours: hours(24, 100, 2)}, false},
		"a feed that reads": {systems{feeds: map[string]pull.Position{"crm": {Read: long}}}, false},
		"a feed that fails": {systems{feeds: map[string]pull.Position{"crm": {Read: long, Failures: 3, Cause: "loops"}}}, true},
		"an id used twice":  {systems{feeds: map[string]pull.Position{"crm": {Read: short}}, reused: long}, true},
		"an id used twice long ago": {systems{
			feeds: map[string]pull.Position{"crm": {Read: short}}, reused: now.AddDate(0, 0, -2),
		}, false},
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
