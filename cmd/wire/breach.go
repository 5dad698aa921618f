package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/breach"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/mail"
	"livingprofile/internal/rights"
	view "livingprofile/views/mail"
)

// Law returns the law pack and the zone of a brand.
func (d *desk) Law(brand string, at time.Time) (*rights.Pack, *time.Location, bool) {
	org := d.org.Load()
	b, ok := org.Brand(brand)
	if !ok || b.Retired {
		return nil, nil, false
	}
	return d.laws.For(b.Place(), at), org.Zone(brand), true
}

// Languages are those that a brand speaks.
func (d *desk) Languages(brand string) []string {
	b, ok := d.org.Load().Brand(brand)
	if !ok {
		return nil
	}
	return b.Locales
}

// Notice writes what a person is told of a breach, and the mail to the address
// that they are reached at.
func (d *desk) Notice(ctx context.Context, b *breach.Breach, subject id.Subject) (breach.Notice, error) {
	facts, err := d.db.Facts(ctx, subject)
	if err != nil {
		return breach.Notice{}, err
	}
	data := d.breachMail(b, facts.Preferences.Language)
	n := breach.Notice{Text: data.Text}
	n.Locale, _ = b.LetterOf(facts.Preferences.Language, d.Languages(b.Brand))
	all, err := d.identifiers(ctx, subject)
	if err != nil {
		return n, err
	}
	var to string
	for i := range all {
		if all[i].Kind == identity.Email && all[i].Verified() && (to == "" || all[i].Main) {
			to = all[i].Value
		}
	}
	if to == "" {
		return n, nil
	}
	body, err := json.Marshal(data)
	if err != nil {
		return n, fmt.Errorf("notice of a breach: %w", err)
	}
	n.Mail, err = mail.NewJob(mail.Letter{
		Template: view.BreachTemplate, To: mail.Address{Email: to}, Brand: b.Brand, Locale: n.Locale, Data: body,
	}, subject, d.db.Clock().Now())
	return n, err
}

// breachMail is what the notice says to who reads a language.
func (d *desk) breachMail(b *breach.Breach, locale string) view.Breach {
	locale, text := b.LetterOf(locale, d.Languages(b.Brand))
	m := view.Breach{
		Number: b.Number, NoticedAt: b.NoticedAt, Text: text, URL: d.base.JoinPath(b.Brand, "history").String(),
	}
	for _, name := range b.Data {
		if c, ok := d.org.Load().Category(name); ok {
			m.Data = append(m.Data, c.Label.In(locale))
		}
	}
	return m
}

// breachPreview is the notice as who reads a language would get it.
func (d *desk) breachPreview(ctx context.Context, b *breach.Breach, locale string) (subject, text string, err error) {
	data, err := json.Marshal(d.breachMail(b, locale))
	if err != nil {
		return "", "", fmt.Errorf("notice of a breach: %w", err)
	}
	written, err := (&renderer{bundle: d.bundle, org: d.org}).Render(ctx, mail.Letter{
		Template: view.BreachTemplate, Brand: b.Brand, Locale: locale, Data: data,
	})
	return written.Subject, written.Text, err
}

// addBreachTasks goes on with breaches, and warns of their limits.
func (s *Service) addBreachTasks() {
	s.tasks.Add(job.Task{Name: "breach.work", Every: 2 * time.Second, Do: func(ctx context.Context, _ time.Time) error {
		timed, cancel := context.WithTimeout(ctx, uploadSlice)
		defer cancel()
		err := s.Breaches.Work(timed)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return nil
		}
		return err
	}})
	s.tasks.Add(job.Task{Name: "breach.warn", Every: time.Minute, Do: s.WarnOfBreaches})
}

// breachStages name the stages that staff are told of.
func breachStages() map[breach.Stage]string {
	return map[breach.Stage]string{breach.Running: "running", breach.Near: "near", breach.Over: "over"}
}

// WarnOfBreaches mails those who write down and decide breaches that the clock
// of one runs, that a day is left, and that its limit has passed; each once.
func (s *Service) WarnOfBreaches(ctx context.Context, now time.Time) error {
	all, err := s.Breaches.Pressing(ctx, now)
	if err != nil || len(all) == 0 {
		return err
	}
	members, err := s.Staff.Members(ctx)
	if err != nil {
		return err
	}
	for _, b := range all {
		c := ledger.Change{At: now, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "breach"}, Rows: []any{b}}
		for _, m := range members {
			if !m.Enabled() || m.JoinedAt.IsZero() || !m.Role.Has(authz.BreachOpen) {
				continue
			}
			data, err := json.Marshal(view.BreachAlarm{
				Name: m.Name, Number: b.Number, Stage: breachStages()[b.Warned], Due: b.Due(), Goal: b.Goal,
				URL: s.office.JoinPath("console", "breaches", string(b.ID)).String(),
			})
			if err != nil {
				return fmt.Errorf("warning of a breach: %w", err)
			}
			j, err := mail.NewJob(mail.Letter{
				Template: view.BreachAlarmTemplate, To: mail.Address{Name: m.Name, Email: m.Email}, Locale: m.Locale, Data: data,
			}, "", now)
			if err != nil {
				return err
			}
			c.Rows = append(c.Rows, j)
			c.Entries = append(c.Entries, ledger.Draft{Kind: KindWarned, Payload: map[string]any{"member": m.ID, "breach": b.ID}})
		}
		// One that was moved meanwhile is warned of in the next turn.
		if _, err := s.DB.Commit(ctx, c); err != nil && !errors.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}
