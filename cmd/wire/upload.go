package wire

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	"livingprofile/internal/job"
)

// uploadSlice is how long an import goes on in one turn: less than the lease,
// so that the turn of another process never overlaps with it.
const uploadSlice = 40 * time.Second

// Desk takes in the files that are sent to the API and the console.
func (a *App) Desk() *intake.Desk {
	return intake.NewDesk(a.DB, a.Clock, func(sum []byte) []byte { return a.DB.Ring().Digest("import.print", sum) })
}

// importingTask brings in what was sent. An import that is not at its end when its
// turn is over, or whose process died, is gone on with in another turn.
func (a *App) importingTask() job.Task {
	return job.Task{Name: "import.run", Every: time.Second, Do: func(ctx context.Context, _ time.Time) error {
		for {
			more, err := a.ImportNext(ctx, uploadSlice)
			if err != nil || !more {
				return err
			}
		}
	}}
}

// sweepUploads deletes what is over of imports.
func (a *App) sweepUploads() job.Task {
	return job.Task{Name: "import.sweep", Every: time.Hour, Do: a.DB.SweepUploads}
}

// ImportNext goes on with the oldest import for a while. It is false when there
// is none, or when the while was too short for its end.
func (a *App) ImportNext(ctx context.Context, slice time.Duration) (bool, error) {
	u, err := a.DB.NextUpload(ctx)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	m, err := u.LoadMap()
	if err != nil {
		return false, err
	}
	org := a.Current.Load()
	var store intake.MergeStore = apart{a.DB}
	if u.DryRun {
		store = intake.NewRehearsal(store)
	}
	merger := intake.NewMerger(store, org, a.Clock, u.Source, u.ID)
	merger.Limit(u.Limits)
	if !u.DryRun {
		merger.Prepare(func(ctx context.Context, fresh ...id.Subject) error {
			_, err := a.DB.Ring().Create(ctx, fresh...)
			return err
		})
	}
	timed, cancel := context.WithTimeout(ctx, slice)
	defer cancel()
	err = intake.RunUpload(timed, a.DB, u, m, merger, intake.Options{Organisation: org, Clock: a.Clock, Explain: a.Explain})
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		if u.DryRun {
			// A trial is kept in memory alone, and cannot be gone on with.
			u.State, u.EndedAt, u.Problem = intake.Failed, a.Clock.Now(), &intake.Problem{ID: "error.trial_too_long"}
			return true, a.DB.PutUpload(ctx, u, intake.ImportEnded)
		}
		return false, nil
	}
	return err == nil, err
}
