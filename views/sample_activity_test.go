package views_test

import (
	"strconv"

	"livingprofile/internal/i18n"
	"livingprofile/views/portal"
	"livingprofile/views/ui"
)

func (s teller) inferred() portal.ValuePage {
	p := s.value(nil)
	p.Rule = &portal.Rule{
		Text:   i18n.T(s.ctx, "activity.rule.count", "activity", s.training(), "window", i18n.T(s.ctx, "activity.rule.always")),
		Action: "/hibiki/data/often/rule", Off: true, Why: i18n.T(s.ctx, "activity.rule.is_off", "date", i18n.Date(s.ctx, day(3, 9, 1, 2))),
	}
	return p
}

func (s teller) training() string {
	return s.say("Training session", "トレーニング", "جلسة تدريب")
}

func (s teller) activity() portal.ActivityPage {
	minutes := portal.ActivityFact{Label: s.say("Time", "時間", "المدة"), Value: i18n.T(s.ctx, "activity.with_unit", "value", "45", "unit", s.say("minutes", "分", "دقيقة"))}
	chart := portal.ActivityChart{
		ID: "training", Title: s.training(), Help: s.say("What the machines measure.", "マシンが測ったもの。", "ما تقيسه الأجهزة."),
		Totals: []portal.ActivityFact{{Label: i18n.T(s.ctx, "activity.count"), Value: "78"}, minutes},
		Text:   i18n.T(s.ctx, "activity.chart", "busiest", i18n.Month(s.ctx, day(3, 9, 1, 2)), "number", "12"),
		Heads:  []string{i18n.T(s.ctx, "activity.month"), i18n.T(s.ctx, "activity.count"), minutes.Label},
		Keep:   i18n.T(s.ctx, "activity.keep", "span", i18n.T(s.ctx, "span.days", "count", 90)),
		Uses:   []ui.Link{{Text: s.ideas().Title, Href: "/hibiki/allow/ideas"}},
	}
	for i := range 12 {
		chart.Bars = append(chart.Bars, portal.ActivityBar{
			Month: day(1, 1, 0, 0).AddDate(0, i-8, 0), Mark: strconv.Itoa(i + 1), Height: i * 9, Cells: []string{strconv.Itoa(i), minutes.Value},
		})
	}
	item := func(id, remove string) portal.ActivityItem {
		return portal.ActivityItem{
			ID: id, Title: s.training(), Facts: []portal.ActivityFact{minutes}, Source: s.say("the club’s machines", "クラブのマシン", "أجهزة النادي"),
			At: day(3, 9, 1, 2), Remove: remove,
		}
	}
	return portal.ActivityPage{
		Kinds: []ui.Tab{
			{Link: ui.Link{Text: i18n.T(s.ctx, "activity.all"), Href: "/hibiki/activity"}, Current: true},
			{Link: ui.Link{Text: s.training(), Href: "/hibiki/activity?kind=training"}},
			{Link: ui.Link{Text: s.say("Order", "ご注文", "طلب"), Href: "/hibiki/activity?kind=order"}},
		},
		Charts: []portal.ActivityChart{chart}, Folded: true,
		Months: []portal.ActivityMonth{{Start: day(3, 9, 1, 2), Items: []portal.ActivityItem{item("a", "/hibiki/activity/a/remove"), item("b", "")}}},
		First:  "/hibiki/activity", Older: "/hibiki/activity?before=b",
	}
}
