package console

import (
	"context"
	"time"

	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	view "livingprofile/views/console"
)

// hourChart is what attempts came to, hour by hour, over the last day.
func hourChart(ctx context.Context, hours []hook.Hour, now time.Time) view.AttemptChart {
	const bars = 24
	begin := now.Truncate(time.Hour).Add((1 - bars) * time.Hour)
	all := make([]slot, bars)
	for i := range all {
		at := begin.Add(time.Duration(i) * time.Hour)
		all[i].name = i18n.DateTime(ctx, at)
		if i%4 == 3 {
			all[i].mark = i18n.Clock(ctx, at)
		}
	}
	return chart(ctx, all, hours, func(at time.Time) int { return int(at.Sub(begin) / time.Hour) })
}

// dayChart is the same, day by day.
func dayChart(ctx context.Context, hours []hook.Hour, now time.Time) view.AttemptChart {
	begin := now.Truncate(24*time.Hour).AddDate(0, 0, 1-chartDays)
	all := make([]slot, chartDays)
	for i := range all {
		at := begin.AddDate(0, 0, i)
		all[i].name, all[i].mark = i18n.DateIn(ctx, at, time.UTC), i18n.Number(ctx, at.Day())
	}
	return chart(ctx, all, hours, func(at time.Time) int { return int(at.Sub(begin) / (24 * time.Hour)) })
}

// A slot is one bar before it is drawn.
type slot struct {
	name, mark      string
	reached, missed int64
	took            time.Duration
}

// chart scales the bars to the busiest of them.
func chart(ctx context.Context, all []slot, hours []hook.Hour, place func(time.Time) int) view.AttemptChart {
	for i := range hours {
		h := &hours[i]
		if at := place(h.At); at >= 0 && at < len(all) {
			all[at].reached, all[at].missed, all[at].took = all[at].reached+h.Reached, all[at].missed+h.Missed, all[at].took+h.Took
		}
	}
	most := int64(1)
	for i := range all {
		most = max(most, all[i].reached+all[i].missed)
	}
	c := view.AttemptChart{Rate: successRate(ctx, hours)}
	for i := range all {
		a := &all[i]
		b := view.AttemptBar{
			Name: a.name, Mark: a.mark, Reached: i18n.Number(ctx, int(a.reached)), Missed: i18n.Number(ctx, int(a.missed)),
			Tall: int((a.reached + a.missed) * barHeight / most), Low: int(a.missed * barHeight / most),
		}
		if n := a.reached + a.missed; n > 0 {
			b.Took = i18n.T(ctx, "systems.millis", "number", i18n.Number(ctx, int(a.took.Milliseconds()/n)))
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}
