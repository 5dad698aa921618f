package wire

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/staff"
)

// Verify walks the whole ledger beside the checkpoints that were kept in a file,
// and unless alone is set compares what is held of each subject with what the
// records add up to.
func (a *App) Verify(ctx context.Context, file string, alone bool) (*ledger.Report, error) {
	outside, err := ledger.ReadCheckpoints(file)
	if err != nil {
		return nil, err
	}
	var report *ledger.Report
	err = a.DB.Ledger(ctx, func(src ledger.Source) error {
		report, err = ledger.Verify(ctx, src, a.Verifier(), outside)
		return err
	})
	if err != nil || alone {
		return report, err
	}
	report.Subjects, err = a.DB.CheckStates(ctx, func(f ledger.Fault) { report.Faults = append(report.Faults, f) })
	return report, err
}

const checkKind = "ledger.check"

// keptFaults is how many faults of a check are kept for the console; verify
// prints all.
const keptFaults = 20

// check has the ledger verified in the background, by what a member asked for.
func (s *Service) check() job.Work {
	return job.Work{Kind: checkKind, Limit: time.Hour, Do: func(ctx context.Context, j job.Job) error {
		var c ledger.Check
		if err := j.Decode(&c); err != nil {
			return err
		}
		report, err := s.Verify(ctx, s.settings.CheckpointPath(), false)
		if err != nil {
			return err
		}
		c.Report, c.EndedAt = *report, s.Clock.Now()
		c.Report.Faults = c.Report.Faults[:min(len(c.Report.Faults), keptFaults)]
		return s.DB.SaveLedgerCheck(ctx, c)
	}}
}

// askCheck has the whole ledger checked, unless it is being checked.
func (s *Service) askCheck(ctx context.Context, m staff.Member) error {
	now := s.Clock.Now()
	last, err := s.DB.LedgerCheck(ctx)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	if last.UnderWay(now) {
		return nil
	}
	c := last.Next(string(m.ID), now)
	j, err := job.New(checkKind, "", c, now)
	if err != nil {
		return err
	}
	if err := s.DB.SaveLedgerCheck(ctx, c); err != nil {
		return err
	}
	j.Priority = job.Bulk
	_, err = s.DB.Commit(ctx, ledger.Change{At: now, Actor: m.Actor(), Entries: []ledger.Draft{{Kind: ledger.CheckAsked}}, Rows: []any{j}})
	if err == nil {
		s.runner.Wake()
	}
	return err
}
