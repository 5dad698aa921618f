package wire

import (
	"context"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/job"
	"livingprofile/internal/rights"
)

// addActivityTasks keeps what people did, and what is worked out from it, as
// old as it may be.
func (s *Service) addActivityTasks() {
	s.tasks.Add(job.Task{Name: "activity.infer", Every: 2 * time.Second, Do: func(ctx context.Context, _ time.Time) error {
		_, err := s.Activity.Infer(ctx)
		return err
	}})
	s.tasks.Add(job.Task{Name: "activity.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		for {
			n, err := s.DB.SweepActivities(ctx, now)
			if err != nil || n == 0 {
				return err
			}
		}
	}})
}

// activitiesAtOnce is how much of what somebody did is read at a time.
const activitiesAtOnce = 500

// activities are all that a person did, as a copy has them.
func (d *desk) activities(ctx context.Context, r rights.Request) ([]rights.Activity, error) {
	org := d.org.Load()
	w := &writer{org: org, locale: r.Locale}
	var all []rights.Activity
	for before := (activity.Place{}); ; {
		page, err := d.db.Activities(ctx, r.Subject, activity.Page{Before: before, Now: d.db.Clock().Now(), Limit: activitiesAtOnce})
		if err != nil {
			return nil, err
		}
		for i := range page {
			o := &page[i]
			one := rights.Activity{Kind: o.Kind, Label: o.Kind, At: o.At, Source: w.system(o.Source), Until: o.Expires, Values: o.Values}
			if k, ok := org.Activity(o.Kind); ok {
				one.Label = k.Label.In(r.Locale)
			}
			all, before = append(all, one), o.Place()
		}
		if len(page) < activitiesAtOnce {
			return all, nil
		}
	}
}
