package wire

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/figures"
	"livingprofile/internal/hook"
	"livingprofile/internal/inbound"
	"livingprofile/internal/job"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
	"livingprofile/internal/once"
	"livingprofile/internal/staff"
)

// background registers what is done outside requests.
func (s *Service) background(people login.Directory, post *mail.Post) {
	opts := job.Options{Log: s.Log, Observe: s.metrics.job}
	s.runner = job.NewRunner(s.DB, s.Clock, opts)
	s.runner.Handle(login.Work(people, post, linkURL(s.base, s.Current.Load)))
	s.runner.Handle(post.Work())
	s.runner.Handle(carry(s.Rights, s.refer))
	s.runner.Handle(endSharings(s.Profile))
	s.runner.Handle(s.check())
	s.tasks = job.NewSchedule(s.DB, s.Clock, opts)
	s.tasks.Add(login.Sweep(s.DB))
	s.tasks.Add(job.Sweep(s.DB))
	s.tasks.Add(staff.Sweep(s.DB))
	s.tasks.Add(figures.Task(s.DB))
	s.tasks.Add(figures.RequestTask(s.DB))
	s.tasks.Add(figures.PublishTask(s.DB, func() figures.Cycle { return s.Current.Load().Transparency }))
	s.tasks.Add(sweepCopies(s.DB))
	s.tasks.Add(job.Task{Name: "rights.files", Every: time.Hour, Do: s.DB.SweepAttachments})
	s.tasks.Add(joining(s.Joiner))
	s.tasks.Add(s.importingTask())
	s.tasks.Add(s.tryingTask())
	s.tasks.Add(s.sweepUploads())
	s.tasks.Add(s.sendingTask())
	s.tasks.Add(job.Task{Name: "api.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		_, err := s.DB.SweepAnswers(ctx, now.Add(-once.Keep))
		return err
	}})
	s.tasks.Add(job.Task{Name: "inbound.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		_, err := s.DB.SweepEvents(ctx, now.Add(-inbound.Keep))
		return err
	}})
	s.tasks.Add(job.Task{Name: "hook.sweep", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		_, err := s.DB.SweepDeliveries(ctx, now.Add(-hook.Keep))
		return err
	}})
	s.tasks.Add(job.Task{Name: "hook.backlog", Every: time.Minute, Do: s.NoteBacklogs})
	s.tasks.Add(job.Task{Name: "hook.farewells", Every: time.Minute, Do: s.DB.EndFarewells})
	s.addActivityTasks()
	s.addAutomatedTasks()
	s.addRetentionTasks()
	s.tasks.Add(job.Task{Name: "consent.expire", Every: time.Minute, Do: func(ctx context.Context, _ time.Time) error {
		_, err := s.Consent.ExpireDue(ctx, s.DB)
		return err
	}})
}

// NoteBacklogs notes what waits for each endpoint now.
func (s *Service) NoteBacklogs(ctx context.Context, now time.Time) error {
	var told []string
	for _, t := range s.Current.Load().Targets() {
		told = append(told, t.ID)
	}
	return s.DB.NoteBacklogs(ctx, told, now)
}

// Start begins the work in the background.
func (s *Service) Start() {
	s.runner.Start()
	s.tasks.Start()
	s.hooks.Start()
	ctx, cancel := context.WithCancel(context.Background())
	s.stop, s.stopped = cancel, make(chan struct{})
	go s.tend(ctx)
}

// tend seals the ledger, at once what a process that was killed left, copies
// what must outlive the database, and notices what other processes changed.
func (s *Service) tend(ctx context.Context) {
	defer close(s.stopped)
	seal, refresh, reload := time.NewTicker(sealEvery), time.NewTicker(refreshEvery), time.NewTicker(reloadEvery)
	defer seal.Stop()
	defer refresh.Stop()
	defer reload.Stop()
	s.tended(ctx, "seal ledger", s.notary.Seal(ctx))
	for {
		var what string
		var err error
		select {
		case <-ctx.Done():
			return
		case <-seal.C:
			what, err = "seal ledger", s.notary.Seal(ctx)
			if err == nil {
				what, err = "copy erasures", s.erasures.Copy(ctx)
			}
		case <-refresh.C:
			what, err = "refresh organisation", s.Current.Refresh(ctx)
		case <-reload.C:
			what = "reload master key"
			_, err = s.Master.Reload()
		}
		s.tended(ctx, what, err)
	}
}

// tended logs what went wrong, unless the process ends.
func (s *Service) tended(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.Log.Error(what, "error", err)
	}
}

// Stop ends the background: running work is finished as far as ctx allows, and
// the ledger is sealed once more.
func (s *Service) Stop(ctx context.Context) error {
	err := errors.Join(s.runner.Stop(ctx), s.tasks.Stop(ctx), s.hooks.Stop(ctx))
	if s.stop != nil {
		s.stop()
		<-s.stopped
	}
	return errors.Join(err, s.notary.Finish(ctx))
}
