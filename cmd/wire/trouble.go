package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/i18n"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/mail"
	"livingprofile/internal/review"
	"livingprofile/internal/staff"
	view "livingprofile/views/mail"
)

// warnOfSystems tells staff of systems that cannot be reached, once for each
// trouble.
func (s *Service) warnOfSystems() job.Task {
	return job.Task{Name: "systems.warn", Every: 5 * time.Minute, Do: s.WarnOfSystems}
}

// WarnOfSystems mails those who look after systems about what cannot be reached
// and was not told yet.
func (s *Service) WarnOfSystems(ctx context.Context, now time.Time) error {
	all, err := review.Troubles(ctx, s.DB, s.Current.Load(), now)
	if err != nil {
		return err
	}
	warned, err := s.DB.Warned(ctx)
	if err != nil {
		return err
	}
	fresh, marks := review.Fresh(all, warned, now)
	if len(marks) == 0 {
		return nil
	}
	c := ledger.Change{At: now, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "systems"}}
	for _, m := range marks {
		c.Rows = append(c.Rows, m)
	}
	members, err := s.Staff.Members(ctx)
	if err != nil {
		return err
	}
	for _, m := range members {
		if len(fresh) == 0 || !m.Enabled() || m.JoinedAt.IsZero() || !m.Role.Has(authz.SystemOperate) {
			continue
		}
		j, err := s.worry(m, fresh, now)
		if err != nil {
			return err
		}
		c.Rows = append(c.Rows, j)
		c.Entries = append(c.Entries, ledger.Draft{Kind: KindWarned, Payload: map[string]any{"member": m.ID, "systems": len(fresh)}})
	}
	_, err = s.DB.Commit(ctx, c)
	return err
}

// worry is the mail to one member.
func (s *Service) worry(m staff.Member, fresh []review.Trouble, now time.Time) (job.Job, error) {
	locale := m.Locale
	if locale == "" {
		locale = i18n.Source
	}
	var names []string
	for _, t := range fresh {
		if sys, ok := s.Current.Load().System(t.System); ok && !slices.Contains(names, sys.Label.In(locale)) {
			names = append(names, sys.Label.In(locale))
		}
	}
	data, err := json.Marshal(view.Trouble{Name: m.Name, Systems: names, URL: s.office.JoinPath("console", "systems").String()})
	if err != nil {
		return job.Job{}, fmt.Errorf("mail about systems: %w", err)
	}
	return mail.NewJob(mail.Letter{
		Template: view.TroubleTemplate, To: mail.Address{Name: m.Name, Email: m.Email}, Locale: m.Locale, Data: data,
	}, "", now)
}
