package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
)

// requestsMark is the file that tells that the demo's requests were made.
const requestsMark = "requests"

// SeedRequests lets some of the demo's people have made requests, and two
// members have answered some of them, each at its time. The mails of it are
// not sent: they would be of days long gone. An installation that has them is
// left as it is.
func (s *Service) SeedRequests(ctx context.Context, folder string, people int, first, second staff.MemberID) error {
	mark := filepath.Join(folder, "sources", requestsMark)
	if err := os.MkdirAll(filepath.Dir(mark), 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	now := s.Clock.Now()
	last := figures.Quarter.Last(now)
	if err := s.DB.SavePublished(ctx, []figures.Published{figures.Publish(demo.Answered(last), last)}, now); err != nil {
		return err
	}
	next := 3 // the named ones are for whoever tries things out
	for _, asked := range demo.Requests() {
		for ; next < people; next++ {
			p := demo.At(demoSeed, next, s.Clock.Now())
			subject, err := s.Identity.ByEmail(ctx, p.Email)
			if errors.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if err := s.seedRequest(ctx, subject, p.Locale, &asked, [2]staff.MemberID{first, second}); err != nil {
				return fmt.Errorf("request of person %d: %w", next, err)
			}
			next++
			break
		}
	}
	return os.WriteFile(mark, nil, 0o600)
}

// seedRequest goes through one request, step by step.
func (s *Service) seedRequest(ctx context.Context, subject id.Subject, locale string, asked *demo.Asked, members [2]staff.MemberID) error {
	then := clock.NewFake(s.Clock.Now().AddDate(0, 0, -asked.Ago))
	service := rights.NewService(s.DB, quiet{s.desk}, then)
	org := s.Current.Load()
	b, _ := org.Brand(asked.Brand())
	if locale == "ar" || !b.Speaks(locale) {
		locale = "en"
	}
	pack, ok := s.Laws.Named(asked.Law, b.Place(), then.Now())
	if !ok {
		return fmt.Errorf("no law pack %s", asked.Law)
	}
	f := rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: asked.Kind, Brand: b.Name, Locale: locale, Zone: org.Zone(b.Name), Pack: pack,
		Matter: rights.Matter{Text: asked.Text.In(locale), Days: asked.Days, Ground: asked.Ground},
		Proof:  rights.Proof{Method: "link", Fresh: asked.Kind.Grave(), At: then.Now()},
	}
	if asked.By != "" {
		f.Actor = ledger.Actor{Kind: ledger.ByStaff, ID: string(members[0])}
		f.Proof = rights.Proof{Method: asked.By, At: then.Now()}
	}
	switch asked.Kind {
	case rights.Rectification:
		f.Matter.Scope, f.Matter.Name = rights.FieldScope, asked.About
	case rights.Objection:
		f.Matter.Scope, f.Matter.Name = rights.PurposeScope, asked.About
	}
	r, _, err := service.File(ctx, f)
	if err != nil {
		return err
	}
	actor := func(i int) ledger.Actor { return ledger.Actor{Kind: ledger.ByStaff, ID: string(members[i])} }
	if asked.With > 0 {
		then.Advance(time.Hour)
		if _, err := service.Move(ctx, subject, r.ID, rights.Act{Move: rights.Assign, Actor: actor(0), To: string(members[0])}); err != nil {
			return err
		}
	}
	for _, turn := range asked.Then {
		then.Advance(time.Duration(turn.Days)*24*time.Hour + time.Hour)
		if turn.Move == demo.Carry {
			if err := service.Carry(ctx, subject, r.ID); err != nil {
				return err
			}
			continue
		}
		a := rights.Act{Move: turn.Move, Actor: actor(0), Ground: turn.Ground, Note: turn.Note.In(locale)}
		if turn.Second {
			a.Actor = actor(1)
		}
		if turn.Move == rights.Cancel {
			a.Actor = ledger.Self(subject)
		}
		if _, err := service.Move(ctx, subject, r.ID, a); err != nil {
			return fmt.Errorf("%s of %s: %w", turn.Move, asked.Kind, err)
		}
	}
	return nil
}

// quiet is a desk that writes no letters and changes nothing.
type quiet struct{ *desk }

func (quiet) Outcome(context.Context, rights.Request, rights.Act, int64) (ledger.Change, error) {
	return ledger.Change{}, nil
}

func (quiet) Letters(context.Context, rights.Request, string, ...rights.PersonHold) ([]any, error) {
	return nil, nil
}
