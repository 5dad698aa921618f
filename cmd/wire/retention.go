package wire

import (
	"context"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// Keeps returns the values of a subject that have to survive an erasure now.
// Of each field that is the value which counts.
func (d *desk) Keeps(ctx context.Context, subject id.Subject, hold rights.Holds) ([]rights.Kept, error) {
	org := d.org.Load()
	if len(org.Duties) == 0 && !hold.Any() {
		return nil, nil
	}
	state, _, err := d.db.Profile(ctx, subject)
	if err != nil {
		return nil, err
	}
	var values []rights.Held
	for i := range org.Fields {
		f := &org.Fields[i]
		if c, _, ok := profile.Winner(f, state.Claims[f.Name], org.Rank); ok && c.Value != "" {
			values = append(values, rights.Held{Field: f.Name, Value: c.Value, At: c.When()})
		}
	}
	return rights.Keeping(org.Duties, hold, values, d.db.Clock().Now()), nil
}

// addRetentionTasks ends what is over, every hour.
func (s *Service) addRetentionTasks() {
	s.tasks.Add(job.Task{Name: "retention.values", Every: time.Hour, Do: func(ctx context.Context, _ time.Time) error {
		_, err := s.Retention.Enforce(ctx)
		return err
	}})
	s.tasks.Add(job.Task{Name: "rights.holds", Every: time.Minute, Do: func(ctx context.Context, now time.Time) error {
		over, err := s.DB.HoldsOver(ctx, now)
		if err != nil {
			return err
		}
		return s.Rights.EndHolds(ctx, over)
	}})
	s.tasks.Add(job.Task{Name: "retention.kept", Every: time.Hour, Do: func(ctx context.Context, _ time.Time) error {
		_, err := s.Retention.EndDue(ctx)
		return err
	}})
}
