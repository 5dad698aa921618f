package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// A state is how the installation is, as Today reads it.
type state struct {
	parked   int       // jobs that were given up
	oldest   time.Time // due work; zero for none
	sealedAt time.Time // of the newest checkpoint; zero before it
	unsealed int64
	since    time.Time // of the oldest unsealed entry, at most
	counted  figures.Figures
	faults   int // that the newest check of the ledger found
}

// Today shows what needs attention, and how much happens.
func (s *Console) Today(c echo.Context) error {
	st, err := s.state(web.Context(c))
	if err != nil {
		return err
	}
	v := web.Of(c)
	p := todayPage(web.Context(c), &st, v.Organisation, me(c), s.Clock.Now())
	if err := s.addRequests(web.Context(c), &p, me(c)); err != nil {
		return err
	}
	if err := s.addTroubles(c, &p); err != nil {
		return err
	}
	if err := s.addApprovals(c, &p); err != nil {
		return err
	}
	if err := s.addBreaches(c, &p); err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, view.Today(s.desk(c, "today", title(c, "today")), p))
}

func (s *Console) state(ctx context.Context) (st state, err error) {
	if st.parked, err = s.Office.GivenUp(ctx); err != nil {
		return st, err
	}
	if st.oldest, err = s.Office.Oldest(ctx, s.Clock.Now()); err != nil {
		return st, err
	}
	if _, st.sealedAt, err = s.Office.LastCheckpoint(ctx); err != nil && !errors.Is(err, errs.NotFound) {
		return st, err
	}
	if st.unsealed, st.since, err = s.Office.Unsealed(ctx); err != nil {
		return st, err
	}
	checked, err := s.Office.LedgerCheck(ctx)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return st, err
	}
	st.faults = len(checked.Report.Faults)
	st.counted, err = s.Office.Figures(ctx)
	if errors.Is(err, errs.NotFound) {
		err = nil
	}
	return st, err
}

// The limits past which something needs attention; those of /readyz.
const late = 5 * time.Minute

// todayPage builds the page for a member; purposes of other brands than theirs
// are left out.
func todayPage(ctx context.Context, st *state, org *organisation.Organisation, m staff.Member, now time.Time) view.TodayPage {
	p := view.TodayPage{CountedAt: st.counted.CountedAt}
	if m.Role.Has(authz.LedgerRead) {
		p.Attention, p.Figures = alarms(ctx, st, now), workFigures(ctx, st, now)
	}
	p.Figures = append(p.Figures, peopleFigures(ctx, st)...)
	for i := range org.Purposes {
		u := &org.Purposes[i]
		if u.Asks() && seesAny(m, u.Brands) {
			p.Purposes = append(p.Purposes, rate(ctx, u.Words.Question.In(i18n.Locale(ctx)), st.counted.Of(u.Purpose)))
		}
	}
	p.Days, p.Most = bars(ctx, st.counted.Daily)
	return p
}

// alarms are what whoever looks after the installation must look at.
func alarms(ctx context.Context, st *state, now time.Time) (all []view.Attention) {
	if st.faults > 0 {
		all = append(all, view.Attention{State: ui.Failed, Text: i18n.T(ctx, "console.today.faults"), Link: ui.Link{
			Text: i18n.T(ctx, "systems.today.look"), Href: web.ConsolePath + "/audit",
		}})
	}
	if st.parked > 0 {
		all = append(all, view.Attention{Text: i18n.T(ctx, "console.today.parked", "count", st.parked)})
	}
	if !st.oldest.IsZero() && now.Sub(st.oldest) > late {
		all = append(all, view.Attention{Text: i18n.T(ctx, "console.today.waiting", "span", i18n.Span(ctx, now.Sub(st.oldest)))})
	}
	if st.unsealed > 0 && now.Sub(st.since) > late {
		all = append(all, view.Attention{Text: i18n.T(ctx, "console.today.unsealed", "span", i18n.Span(ctx, now.Sub(st.since)))})
	}
	return all
}

// seesAny tells whether a member works for any of some brands; for what every
// brand has, all do.
func seesAny(m staff.Member, brands []string) bool {
	for _, b := range brands {
		if m.Sees(b) {
			return true
		}
	}
	return len(brands) == 0
}

// workFigures are how the work of the program stands.
func workFigures(ctx context.Context, st *state, now time.Time) []view.Figure {
	sealed := view.Figure{
		Name: i18n.T(ctx, "console.today.checkpoint"), Value: i18n.T(ctx, "console.never"),
		Note: i18n.T(ctx, "console.today.unsealed_count", "count", int(st.unsealed)),
	}
	if !st.sealedAt.IsZero() {
		sealed.Value = i18n.Ago(ctx, now, st.sealedAt)
	}
	if st.unsealed > 0 && now.Sub(st.since) > late {
		sealed.State = ui.Failed
	}
	work := view.Figure{
		Name: i18n.T(ctx, "console.today.failed"), Value: i18n.Number(ctx, st.parked),
		Note: i18n.T(ctx, "console.today.failed_note"),
	}
	if st.parked > 0 {
		work.State = ui.Failed
	}
	return []view.Figure{work, sealed}
}

// peopleFigures are how many people there are, and what they decided.
func peopleFigures(ctx context.Context, st *state) []view.Figure {
	if st.counted.CountedAt.IsZero() {
		return nil
	}
	number := func(n int64) string { return i18n.Number(ctx, int(n)) }
	list := []view.Figure{{
		Name: i18n.T(ctx, "console.today.people"), Value: number(st.counted.Subjects), Note: i18n.T(ctx, "console.today.people_note"),
	}}
	if n := len(st.counted.Daily); n > 0 {
		list = append(list, view.Figure{
			Name: i18n.T(ctx, "console.today.decided"), Value: number(st.counted.Daily[n-1].Decisions),
			Note: i18n.T(ctx, "console.today.decided_note"),
		})
	}
	return list
}

func rate(ctx context.Context, label string, n figures.Purpose) view.Rate {
	r := view.Rate{Purpose: label, Yes: i18n.Number(ctx, int(n.Yes)), No: i18n.Number(ctx, int(n.No)), Answered: n.Yes+n.No > 0}
	if r.Answered {
		r.Percent = int(n.Yes * 100 / (n.Yes + n.No))
		r.PercentWords = i18n.T(ctx, "console.percent", "share", r.Percent)
	}
	return r
}

// barHeight is how tall the tallest bar is.
const barHeight = 100

// bars scales the days to the busiest of them, and says which that was.
func bars(ctx context.Context, days []figures.Day) ([]view.Bar, string) {
	var most int64
	var busiest time.Time
	for _, d := range days {
		if d.Entries > most {
			most, busiest = d.Entries, d.Day
		}
	}
	var all []view.Bar
	most = max(most, 1) // its bars are none then
	for _, d := range days {
		all = append(all, view.Bar{
			Day: d.Day, Decisions: int(d.Decisions), Entries: int(d.Entries),
			Height: int(d.Entries * barHeight / most), Low: int(d.Decisions * barHeight / most),
		})
	}
	if busiest.IsZero() {
		return all, i18n.T(ctx, "console.never")
	}
	return all, i18n.DateIn(ctx, busiest, time.UTC)
}
