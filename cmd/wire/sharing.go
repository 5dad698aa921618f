package wire

import (
	"context"
	"time"

	"livingprofile/internal/job"
	"livingprofile/internal/profile"
)

// sharingKind is the kind of the jobs that end what is shared until a time.
const sharingKind = "profile.sharing"

func endSharing(e profile.Ending, now time.Time) (any, error) {
	j, err := job.New(sharingKind, "", e, now)
	return j.Later(e.Until), err
}

func endSharings(s *profile.Service) job.Work {
	return job.Work{Kind: sharingKind, Do: func(ctx context.Context, j job.Job) error {
		var e profile.Ending
		if err := j.Decode(&e); err != nil {
			return err
		}
		return s.End(ctx, e)
	}}
}
