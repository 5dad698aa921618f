package wire

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/audience"
	"livingprofile/internal/hook"
	"livingprofile/internal/job"
	"livingprofile/store"
)

// audiences asks audiences, and sends them.
func (a *App) audiences() *audience.Sender {
	asks := audience.NewService(store.Together{DB: a.DB}, func() audience.Schema { return a.Current.Load() }, a.Clock)
	return audience.NewSender(asks, a.DB, func() []hook.Target { return a.Current.Load().Targets() },
		func(system, name string) bool { return a.Current.Load().MayHave(system, name) })
}

// sendingTask sends audiences. One that is not at its end when its turn is over,
// or whose process died, is gone on with in another turn.
func (a *App) sendingTask() job.Task {
	return job.Task{Name: "audience.send", Every: time.Second, Do: func(ctx context.Context, _ time.Time) error {
		timed, cancel := context.WithTimeout(ctx, uploadSlice)
		defer cancel()
		for {
			more, err := a.Audience.Next(timed)
			if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
				return nil
			}
			if err != nil || !more {
				return err
			}
		}
	}}
}
