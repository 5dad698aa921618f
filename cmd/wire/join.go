package wire

import (
	"context"
	"time"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/profile"
)

// join has the services know the records that are joined with one: what a
// person says is said for all of theirs, and compared with what they see.
func (a *App) join() {
	a.Joiner = identity.NewJoiner(a.DB, a.Clock)
	a.Consent.JoinedBy(a.DB.Circle)
	a.Profile.SeenBy(func(ctx context.Context, subject id.Subject) (profile.State, error) {
		f, err := a.DB.Facts(ctx, subject)
		return f.Profile, err
	})
	a.Profile.Gate(a.takes)
}

// takes is the gate of the API: the rule of an import, for one record.
func (a *App) takes(ctx context.Context, subject id.Subject, source string, fields []string) (map[string]profile.Refusal, error) {
	f, err := a.DB.Facts(ctx, subject)
	if err != nil {
		return nil, err
	}
	org, why := a.Current.Load(), map[string]profile.Refusal{}
	system, ok := org.System(source)
	if !ok {
		return nil, errs.New(errs.Forbidden, "error.system_ended")
	}
	for _, name := range fields {
		if field, ok := org.Field(name); ok {
			if refusal := decision.Take(f, field, system.Purposes, org.AllPurposes(), a.Clock.Now()); refusal != "" {
				why[name] = refusal
			}
		}
	}
	return why, nil
}

// joining looks behind the ledger for records that may be of one person.
func joining(j *identity.Joiner) job.Task {
	return job.Task{Name: "identity.join", Every: 5 * time.Second, Lease: 5 * time.Minute, Do: func(ctx context.Context, _ time.Time) error {
		_, err := j.Turn(ctx)
		return err
	}}
}
