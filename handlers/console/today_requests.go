package console

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/i18n"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// addRequests adds what presses, counted now, and the charts, counted in the
// background, as far as the member may see them.
func (s *Console) addRequests(ctx context.Context, p *view.TodayPage, m staff.Member) error {
	pressing, err := s.Review.Pressing(ctx, m)
	if err != nil {
		return err
	}
	p.Figures = append(pressingFigures(ctx, pressing, m.Role.Has(authz.RequestRead)), p.Figures...)
	if pressing.Overdue > 0 {
		a := view.Attention{State: ui.Failed, Text: i18n.T(ctx, "request.today.attention", "number", countWords(ctx, pressing.Overdue))}
		if m.Role.Has(authz.RequestRead) {
			a.Link = ui.Link{Text: i18n.T(ctx, "request.today.look"), Href: requestsPath + "?due=" + overdue}
		}
		p.Attention = append([]view.Attention{a}, p.Attention...)
	}
	counted, err := s.Office.RequestFigures(ctx)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Requests = requestCharts(ctx, &counted, m)
	return nil
}

func countWords(ctx context.Context, n int) string {
	if n >= review.CountedTo {
		return i18n.T(ctx, "request.today.over", "number", i18n.Number(ctx, review.CountedTo-1))
	}
	return i18n.Number(ctx, n)
}

func pressingFigures(ctx context.Context, p review.Pressing, leads bool) []view.Figure {
	var all []view.Figure
	for _, f := range []struct {
		name, query string
		n           int
		state       ui.State
	}{
		{"overdue", "?due=" + overdue, p.Overdue, ui.Failed},
		{"soon", "?due=" + week, p.DueSoon, ui.Waiting},
		{"person", "?state=" + string(rights.RequiresAction), p.OnPerson, ui.Neutral},
		{"system", "?state=" + string(rights.Accepted), p.OnSystem, ui.Neutral},
		{"nobodys", "?assignee=" + review.Nobody, p.Nobodys, ui.Neutral},
	} {
		figure := view.Figure{
			Name: i18n.T(ctx, "request.today."+f.name), Value: countWords(ctx, f.n), Note: i18n.T(ctx, "request.today."+f.name+"_note"),
		}
		if f.n > 0 {
			figure.State = f.state
		}
		if leads {
			figure.Href = requestsPath + f.query
		}
		all = append(all, figure)
	}
	return all
}

// requestCharts is nil when there is nothing to draw.
func requestCharts(ctx context.Context, counted *figures.Requests, m staff.Member) *view.RequestCharts {
	c := &view.RequestCharts{}
	weeks := counted.Weekly(m.Sees)
	var most, slowest int64
	for _, w := range weeks {
		most, slowest = max(most, w.Received, w.Closed), max(slowest, w.Days)
	}
	if most == 0 {
		return nil
	}
	c.Most, c.Slowest = i18n.Number(ctx, int(most)), i18n.T(ctx, "request.limit.days", "count", int(slowest))
	slowest = max(slowest, 1) // its bars are none then
	for _, w := range weeks {
		c.Weeks = append(c.Weeks, view.RequestWeek{
			Start: i18n.DateIn(ctx, w.Start, time.UTC), Day: w.Start.Day(), Received: i18n.Number(ctx, int(w.Received)),
			Closed: i18n.Number(ctx, int(w.Closed)), Late: i18n.Number(ctx, int(w.Late)), Days: i18n.Number(ctx, int(w.Days)),
			Tall: int(w.Received * barHeight / most), Low: int(w.Closed * barHeight / most), Slow: int(w.Days * barHeight / slowest),
		})
	}
	for _, o := range counted.Outcomes(m.Sees) {
		share := int(o.Refused * 100 / (o.Done + o.Refused))
		c.Outcomes = append(c.Outcomes, view.Outcome{
			Kind: i18n.T(ctx, "rights.kind."+string(o.Kind)), Done: i18n.Number(ctx, int(o.Done)), Refused: i18n.Number(ctx, int(o.Refused)),
			Percent: share, Share: i18n.T(ctx, "console.percent", "share", share),
		})
	}
	return c
}
