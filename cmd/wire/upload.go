package wire

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/intake"
	"livingprofile/internal/job"
	"livingprofile/internal/organisation"
)

// uploadSlice is how long an import goes on in one turn: less than the lease,
// so that the turn of another process never overlaps with it.
const uploadSlice = 40 * time.Second

// Desk takes in the files that are sent to the API and the console.
func (a *App) Desk() *intake.Desk {
	return intake.NewDesk(a.DB, a.Clock, func(sum []byte) []byte { return a.DB.Ring().Digest("import.print", sum) })
}

// A trial is kept in memory, some five kilobytes for each person, and cannot be
// gone on with in another turn: so it has a turn of its own that is long enough,
// and does not hold imports up.
const (
	trialLease  = 10 * time.Minute
	trialSlice  = trialLease - time.Minute
	trialPeople = 100_000
)

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

// tryingTask tries the oldest of what is to be tried. A trial whose process died
// begins anew.
func (a *App) tryingTask() job.Task {
	return job.Task{Name: "import.try", Every: time.Second, Lease: trialLease, Do: func(ctx context.Context, _ time.Time) error {
		_, err := a.TryNext(ctx, trialSlice)
		return err
	}}
}

// sweepUploads deletes what is over of imports.
func (a *App) sweepUploads() job.Task {
	return job.Task{Name: "import.sweep", Every: time.Minute, Do: a.DB.SweepUploads}
}

// ImportNext goes on with the oldest import for a while. It is false when there
// is none, or when the while was too short for its end.
func (a *App) ImportNext(ctx context.Context, slice time.Duration) (bool, error) {
	u, err := a.DB.NextUpload(ctx, false)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	timed, cancel := context.WithTimeout(ctx, slice)
	defer cancel()
	org := a.Current.Load()
	err = a.runUpload(timed, u, org, a.merger(org, u.Source, u.ID))
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	return err == nil, err
}

// TryNext tries the oldest upload that waits for it, to its end or for a while;
// then the report is of what was tried. It is false when there is none.
func (a *App) TryNext(ctx context.Context, slice time.Duration) (bool, error) {
	u, err := a.DB.NextUpload(ctx, true)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	timed, cancel := context.WithTimeoutCause(ctx, slice, intake.ErrEnough)
	defer cancel()
	rehearsal := intake.NewRehearsal(apart{a.DB})
	rehearsal.Bound(trialPeople)
	org := a.Current.Load()
	err = a.runUpload(timed, u, org, a.trier(rehearsal, org, u.Source, u.ID))
	return err == nil, err
}

func (a *App) runUpload(ctx context.Context, u intake.Upload, org *organisation.Organisation, merger *intake.Merger) error {
	m, err := u.LoadMap()
	if err != nil {
		return err
	}
	merger.Limit(u.Limits)
	return intake.RunUpload(ctx, a.DB, u, m, merger, intake.Options{Organisation: org, Clock: a.Clock, Explain: a.Explain})
}
