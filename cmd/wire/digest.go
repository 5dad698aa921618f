package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/mail"
	"livingprofile/internal/review"
	"livingprofile/internal/staff"
	view "livingprofile/views/mail"
)

// warnDays is how many days before a due date a request is in digests, where
// the settings say nothing.
const warnDays = 7

// KindWarned is the entry of a mail to a staff member about what waits.
const KindWarned ledger.Kind = "staff.warned"

// digests mails each staff member what waits for them, as often as they chose.
func (s *Service) digests(r *review.Service) job.Task {
	return job.Task{Name: "staff.digest", Every: 5 * time.Minute, Do: func(ctx context.Context, now time.Time) error {
		return s.Digest(ctx, r, now)
	}}
}

// Digest mails staff members what waits for them, if it is time; nobody where
// the settings want no mails. A mail names nobody but its reader.
func (s *Service) Digest(ctx context.Context, r *review.Service, now time.Time) error {
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
	approvals, err := s.DB.StandingApprovals(ctx, now)
	if err != nil {
		return err
	}
	troubles, err := review.Troubles(ctx, s.DB, s.Current.Load(), now)
	if err != nil {
		return err
	}
	for _, m := range members {
		if !m.DigestDue(now) {
			continue
		}
		d, err := r.DigestOf(ctx, m, time.Duration(days)*24*time.Hour, approvals, troubles)
		if err != nil {
			return err
		}
		if d.Empty() {
			continue
		}
		// Another process may just have mailed the same.
		if err := s.sendDigest(ctx, m, d, days, now); err != nil && !errors.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

// sendDigest mails a member, and remembers it in the same change.
func (s *Service) sendDigest(ctx context.Context, m staff.Member, d review.Digest, days int, now time.Time) error {
	at := func(page string) string { return s.office.JoinPath("console", page).String() }
	letter := view.Digest{
		Name: m.Name, Overdue: d.Overdue, Soon: d.Soon, Nobodys: d.Nobodys, Days: days,
		Approvals: d.Approvals, Systems: d.Systems, Settings: at("settings"),
	}
	switch {
	case d.Requests() > 0:
		letter.URL = at("requests")
	case d.Approvals > 0:
		letter.URL = at("approvals")
	default:
		letter.URL = at("systems")
	}
	data, err := json.Marshal(letter)
	if err != nil {
		return fmt.Errorf("digest for staff: %w", err)
	}
	j, err := mail.NewJob(mail.Letter{
		Template: view.DigestTemplate, To: mail.Address{Name: m.Name, Email: m.Email}, Locale: m.Locale, Data: data,
	}, "", now)
	if err != nil {
		return err
	}
	_, err = s.DB.Commit(ctx, ledger.Change{
		At: now, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "review"},
		Rows: []any{j, staff.Digested{Member: m.ID, Last: m.DigestAt}},
		Entries: []ledger.Draft{{Kind: KindWarned, Payload: map[string]any{
			"member": m.ID, "overdue": d.Overdue, "soon": d.Soon, "approvals": d.Approvals, "systems": d.Systems,
		}}},
	})
	return err
}
