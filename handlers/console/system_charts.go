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
	took, lag       time.Duration
	waiting         map[string]int64 // the most, by endpoint
}

func (s *slot) add(h *hook.Hour) {
	s.reached, s.missed, s.took, s.lag = s.reached+h.Reached, s.missed+h.Missed, s.took+h.Took, max(s.lag, h.Lag)
	if s.waiting == nil {
		s.waiting = map[string]int64{}
	}
	s.waiting[h.Endpoint] = max(s.waiting[h.Endpoint], h.Waiting)
}

// queue is what waited for all endpoints, each at its worst.
func (s *slot) queue() (all int64) {
	for _, n := range s.waiting {
		all += n
	}
	return all
}

// chart scales the bars to the busiest of them.
func chart(ctx context.Context, all []slot, hours []hook.Hour, place func(time.Time) int) view.AttemptChart {
	for i := range hours {
		h := &hours[i]
		if at := place(h.At); at >= 0 && at < len(all) {
			all[at].add(h)
		}
	}
	most, deepest, longest := int64(1), int64(0), time.Duration(0)
	for i := range all {
		a := &all[i]
		most, deepest, longest = max(most, a.reached+a.missed), max(deepest, a.queue()), max(longest, a.lag)
	}
	c := view.AttemptChart{Rate: successRate(ctx, hours)}
	if deepest > 0 {
		c.Deepest, c.Longest = waitingWords(ctx, int(deepest)), waitedWords(ctx, longest)
	}
	for i := range all {
		a := &all[i]
		b := view.AttemptBar{
			Name: a.name, Mark: a.mark, Reached: i18n.Number(ctx, int(a.reached)), Missed: i18n.Number(ctx, int(a.missed)),
			Tall: int((a.reached + a.missed) * barHeight / most), Low: int(a.missed * barHeight / most),
			Waiting: waitingWords(ctx, int(a.queue())), Deep: int(a.queue() * barHeight / max(deepest, 1)),
			Lag: waitedWords(ctx, a.lag), Long: int(a.lag * barHeight / max(longest, 1)),
		}
		if n := a.reached + a.missed; n > 0 {
			b.Took = i18n.T(ctx, "systems.millis", "number", i18n.Number(ctx, int(a.took.Milliseconds()/n)))
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}
