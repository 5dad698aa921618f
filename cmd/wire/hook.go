package wire

import (
	"context"
	"fmt"

	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/outbound"
)

// tellSystems readies what tells connected systems.
func (s *Service) tellSystems() error {
	door, err := outbound.New(outbound.Options{Allow: s.settings.Outbound})
	if err != nil {
		return err
	}
	s.outward = door
	s.hooks = hook.NewWorker(hook.Deps{
		Feed: s.DB, Queue: s.DB, People: told{s.DB}, Door: door, Clock: s.Clock,
		Catalogue: func() (hook.Catalogue, int64) {
			o := s.Current.Load()
			return o, o.Revision
		},
		Alias: s.DB.Ring().Pairwise, Source: s.base.String(), Intake: s.answered,
		Carry: s.speaker(door).carry,
	}, hook.Options{Log: s.Log, Lease: s.settings.HookLease, Observe: s.metrics.delivery})
	s.DB.Tell(func(subject id.Subject) {
		s.Index.Forget(subject)
		s.hooks.Wake()
	})
	feeds, err := s.pulls()
	if err != nil {
		return err
	}
	s.tasks.Add(feeds)
	return nil
}

// Ping sends an endpoint a hook about nobody, past the queue.
func (a *App) Ping(ctx context.Context, t *hook.Target, allow []string) (hook.Reply, error) {
	door, err := outbound.New(outbound.Options{Allow: allow})
	if err != nil {
		return hook.Reply{}, err
	}
	defer door.Close()
	if t.Speaks != "" {
		return a.speaker(door).check(ctx, t)
	}
	now := a.Clock.Now()
	standings, err := a.DB.Standing(ctx, []string{t.ID}, now)
	if err != nil {
		return hook.Reply{}, err
	}
	secrets := standings[t.ID].Secrets
	if len(secrets) == 0 {
		return hook.Reply{}, fmt.Errorf("%s has no secret; make one with: livingprofile hooks secret %s", t.ID, t.ID)
	}
	return hook.Ping(ctx, door, t, secrets, a.settings.BaseURL, now)
}
