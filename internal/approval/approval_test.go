package approval_test

import (
	"testing"
	"time"

	"livingprofile/internal/approval"
	"livingprofile/internal/errs"
)

// TestDecided: another member decides once and in time.
func TestDecided(t *testing.T) {
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	asked := approval.Approval{By: "one", State: approval.Asked, At: now, Until: now.Add(approval.StandsFor)}
	with := func(s approval.State) approval.Approval {
		a := asked
		a.State = s
		return a
	}
	for name, one := range map[string]struct {
		from   approval.Approval
		member string
		at     time.Time
		yes    bool
		want   approval.State
		err    error
	}{
		"yes":                  {asked, "two", now, true, approval.Approved, nil},
		"no":                   {asked, "two", now, false, approval.Refused, nil},
		"in the last moment":   {asked, "two", asked.Until.Add(-time.Microsecond), true, approval.Approved, nil},
		"too late":             {asked, "two", asked.Until, true, "", errs.Conflict},
		"one's own":            {asked, "one", now, true, "", errs.Forbidden},
		"one's own, refused":   {asked, "one", now, false, "", errs.Forbidden},
		"what was approved":    {with(approval.Approved), "two", now, false, "", errs.Conflict},
		"what was refused":     {with(approval.Refused), "two", now, true, "", errs.Conflict},
		"what was used before": {with(approval.Used), "two", now, true, "", errs.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := one.from.Decided(one.yes, one.member, one.at)
			if one.err != nil {
				if errs.KindOf(err) != one.err {
					t.Errorf("got %v, want %v", err, one.err)
				}
				return
			}
			if err != nil || got.State != one.want || got.Second != one.member {
				t.Errorf("got %+v, %v", got, err)
			}
			if got.State == approval.Approved && !got.Lapsed(one.at.Add(approval.HoldsFor)) {
				t.Error("it never lapses")
			}
		})
	}
}

// TestFor: an approval is for one thing and for the member who asked.
func TestFor(t *testing.T) {
	thing := approval.Thing{Sort: approval.AudienceFile, ID: "a", How: "csv"}
	a := approval.Approval{Thing: thing, By: "one", Second: "two", State: approval.Approved}
	for _, other := range []approval.Thing{
		{Sort: approval.AudienceSend, ID: "a", How: "csv"},
		{Sort: approval.AudienceFile, ID: "b", How: "csv"},
		{Sort: approval.AudienceFile, ID: "a", How: "jsonl"},
		{Sort: approval.AudienceFile, ID: "a", How: "csv", Version: 2},
	} {
		if a.For(other, "one") {
			t.Errorf("it is for %+v too", other)
		}
	}
	if !a.For(thing, "one") || a.For(thing, "two") {
		t.Error("it is not for the one who asked")
	}
	for _, s := range []approval.State{approval.Asked, approval.Refused, approval.Used} {
		if a.State = s; a.For(thing, "one") {
			t.Errorf("%s can be used", s)
		}
	}
}
