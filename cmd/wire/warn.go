package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/mail"
	"livingprofile/internal/review"
	view "livingprofile/views/mail"
)

// warnDays is how many days before a due date staff are warned, where the
// settings say nothing.
const warnDays = 7

// KindWarned is the entry of a mail to a staff member about deadlines.
const KindWarned ledger.Kind = "staff.warned"

// warn mails each staff member once a day what presses. It names nobody whom a
// request is of.
func (s *Service) warn(r *review.Service) job.Task {
	return job.Task{Name: "review.warn", Every: 24 * time.Hour, Do: func(ctx context.Context, now time.Time) error {
		return s.Warn(ctx, r, now)
	}}
}

// Warn mails staff members what presses; none where the settings want none.
func (s *Service) Warn(ctx context.Context, r *review.Service, now time.Time) error {
	days := s.settings.WarnDays
	if days < 0 {
		return nil
	}
	if days == 0 {
		days = warnDays
	}
	members, err := s.Staff.Members(ctx)
	if err != nil {
		return err
	}
	warnings, err := r.Warnings(ctx, members, time.Duration(days)*24*time.Hour)
	if err != nil {
		return err
	}
	c := ledger.Change{At: now, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "review"}}
	for _, w := range warnings {
		data, err := json.Marshal(view.Warning{
			Name: w.Member.Name, Overdue: w.Overdue, Soon: w.Soon, Nobodys: w.Nobodys, Days: days,
			URL: s.office.JoinPath("console", "requests").String(),
		})
		if err != nil {
			return fmt.Errorf("warning to staff: %w", err)
		}
		j, err := mail.NewJob(mail.Letter{
			Template: view.WarningTemplate, To: mail.Address{Name: w.Member.Name, Email: w.Member.Email},
			Locale: w.Member.Locale, Data: data,
		}, "", now)
		if err != nil {
			return err
		}
		c.Rows = append(c.Rows, j)
		c.Entries = append(c.Entries, ledger.Draft{Kind: KindWarned, Payload: map[string]any{"member": w.Member.ID, "overdue": w.Overdue, "soon": w.Soon}})
	}
	if c.Empty() {
		return nil
	}
	_, err = s.DB.Commit(ctx, c)
	return err
}
