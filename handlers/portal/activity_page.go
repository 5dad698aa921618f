package portal

import (
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// activityPage is a part of the timeline. list may have one more than is shown;
// year is what the charts are made of.
func (s *sight) activityPage(kind, before string, list, year []activity.Observation) view.ActivityPage {
	page := view.ActivityPage{Folded: kind == "", Kinds: []ui.Tab{{
		Link: ui.Link{Text: s.t("activity.all"), Href: s.activityPath("", "")}, Current: kind == "",
	}}}
	for i := range s.org.Activities {
		k := &s.org.Activities[i]
		page.Kinds = append(page.Kinds, ui.Tab{
			Link: ui.Link{Text: s.in(k.Label), Href: s.activityPath(k.Name, "")}, Current: kind == k.Name,
		})
		if chart := s.activityChart(k, year); chart != nil {
			page.Charts = append(page.Charts, *chart)
		}
	}
	if len(list) > activityLength {
		list = list[:activityLength]
		page.Older = s.activityPath(kind, list[activityLength-1].ID)
	}
	if before != "" {
		page.First = s.activityPath(kind, "")
	}
	for i := range list {
		o := &list[i]
		month := i18n.Month(s.ctx, o.At)
		if n := len(page.Months); n == 0 || i18n.Month(s.ctx, page.Months[n-1].Start) != month {
			page.Months = append(page.Months, view.ActivityMonth{Start: o.At})
		}
		last := &page.Months[len(page.Months)-1]
		last.Items = append(last.Items, s.activityItem(o))
	}
	return page
}

func (s *sight) activityPath(kind, before string) string {
	q := url.Values{}
	if kind != "" {
		q.Set("kind", kind)
	}
	if before != "" {
		q.Set("before", before)
	}
	if len(q) == 0 {
		return s.base + "/activity"
	}
	return s.base + "/activity?" + q.Encode()
}

func (s *sight) activityItem(o *activity.Observation) view.ActivityItem {
	item := view.ActivityItem{ID: o.ID, Title: s.activityLabel(o.Kind), Source: s.source(o.Source), At: o.At}
	k, ok := s.org.Activity(o.Kind)
	if !ok {
		return item
	}
	for i := range k.Fields {
		f := &k.Fields[i]
		if value := o.Values[f.Name]; value != "" {
			item.Facts = append(item.Facts, view.ActivityFact{Label: s.in(f.Label), Value: FormatSeen(s.ctx, s.locale, f, value)})
		}
	}
	if k.Removable {
		item.Remove = s.base + "/activity/" + o.ID + "/remove"
	}
	return item
}

// activityLabel names a kind; an unknown one by its name.
func (s *sight) activityLabel(name string) string {
	if k, ok := s.org.Activity(name); ok {
		return s.in(k.Label)
	}
	return name
}

// activityChart is a kind over the last months; nil for one that nothing was
// seen of.
func (s *sight) activityChart(k *activity.Kind, year []activity.Observation) *view.ActivityChart {
	months := activity.Months(k, year, chartMonths, s.now, s.org.Zone(s.brand.Name))
	all, most := 0, 1
	var busiest time.Time
	for i := range months {
		all += months[i].Count
		if months[i].Count >= most {
			most, busiest = months[i].Count, months[i].Start
		}
	}
	if all == 0 {
		return nil
	}
	chart := &view.ActivityChart{
		ID: k.Name, Title: s.in(k.Label), Help: s.in(k.Help),
		Totals: []view.ActivityFact{{Label: s.t("activity.count"), Value: i18n.Number(s.ctx, all)}},
		Text:   s.t("activity.chart", "busiest", i18n.Month(s.ctx, busiest), "number", i18n.Number(s.ctx, most)),
		Heads:  []string{s.t("activity.month"), s.t("activity.count")},
		Keep:   s.t("activity.keep", "span", i18n.Term(s.ctx, k.Keep)),
	}
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if uses(k.AsField(), v.Purpose) {
			chart.Uses = append(chart.Uses, ui.Link{Text: s.in(v.Words.Question), Href: s.base + "/allow/" + string(v.Purpose)})
		}
	}
	for i := range months {
		m := &months[i]
		chart.Bars = append(chart.Bars, view.ActivityBar{
			Month: m.Start, Mark: strconv.Itoa(int(m.Start.Month())), Height: m.Count * 100 / most,
			Cells: []string{i18n.Number(s.ctx, m.Count)},
		})
	}
	for i := range k.Fields {
		if f := &k.Fields[i]; f.Total {
			s.addTotals(chart, f, activity.Total(months, f.Name), months)
		}
	}
	return chart
}

// addTotals gives a chart the totals of a field.
func (s *sight) addTotals(chart *view.ActivityChart, f *activity.Field, sum string, months []activity.Month) {
	label := s.in(f.Label)
	chart.Totals = append(chart.Totals, view.ActivityFact{Label: label, Value: FormatSeen(s.ctx, s.locale, f, sum)})
	chart.Heads = append(chart.Heads, label)
	for i := range months {
		cell := ""
		if total := months[i].Totals[f.Name]; total != "" {
			cell = FormatSeen(s.ctx, s.locale, f, total)
		}
		chart.Bars[i].Cells = append(chart.Bars[i].Cells, first(cell, i18n.Number(s.ctx, 0)))
	}
}

// ruleText says in plain words how a field is worked out; "" when no rule does.
func (s *sight) ruleText(f *profile.Field) string {
	r, ok := s.org.RuleFor(f.Name)
	if !ok {
		return ""
	}
	k, ok := s.org.Activity(r.Activity)
	if !ok {
		return ""
	}
	of := ""
	if field, ok := k.Field(r.Of); ok {
		of = s.in(field.Label)
	}
	window := s.t("activity.rule.always")
	if r.Window > 0 {
		window = s.t("activity.rule.window", "span", i18n.Term(s.ctx, r.Window))
	}
	activityName := s.in(k.Label)
	var text string
	switch r.Calculate {
	case activity.Count:
		text = s.t("activity.rule.count", "activity", activityName, "window", window)
	case activity.Sum:
		text = s.t("activity.rule.sum", "activity", activityName, "of", of, "window", window)
	case activity.Average:
		text = s.t("activity.rule.average", "activity", activityName, "of", of, "window", window)
	case activity.MostFrequent:
		text = s.t("activity.rule.frequent", "activity", activityName, "of", of, "window", window)
	}
	if r.Least > 1 {
		text = s.t("activity.rule.both", "first", text, "second", s.t("activity.rule.least", "number", i18n.Number(s.ctx, r.Least)))
	}
	return text
}

// ruleOf is the rule that works a field out, as the value's page shows it; nil
// for none.
func (s *sight) ruleOf(f *profile.Field, state activity.State) *view.Rule {
	r, ok := s.org.RuleFor(f.Name)
	if !ok {
		return nil
	}
	v := &view.Rule{Text: s.ruleText(f), Action: s.base + "/data/" + f.Name + "/rule"}
	switch stand, _ := activity.Standing(s.org, s.facts, state, r, s.now); stand {
	case activity.Off:
		v.Off, v.Why = true, s.t("activity.rule.is_off", "date", i18n.Date(s.ctx, state.Off[r.Name]))
	case activity.Denied:
		v.Why = s.t("activity.rule.denied")
	case activity.Waits:
		v.Why = s.t("activity.rule.waits")
	case activity.Works:
	}
	return v
}

// activityEvent tells of what was seen, removed or switched.
func (s *sight) activityEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t activity.Trace
	if json.Unmarshal(h.Payload, &t) != nil {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{Icon: "chart"}
	switch h.Kind {
	case activity.Recorded:
		all := 0
		var labels []string
		for i := range s.org.Activities {
			if n := t.Counts[s.org.Activities[i].Name]; n > 0 {
				all += n
				labels = append(labels, s.in(s.org.Activities[i].Label))
			}
		}
		item.Text, item.Detail = s.t("activity.event.recorded", "source", s.source(t.Source), "count", all), s.list(labels)
	case activity.Removed:
		item.Text = s.t("activity.event.removed", "activity", s.activityLabel(t.Kind), "date", i18n.Date(s.ctx, t.At))
	case activity.SwitchedOff, activity.SwitchedOn:
		id := map[ledger.Kind]string{activity.SwitchedOff: "activity.event.off", activity.SwitchedOn: "activity.event.on"}[h.Kind]
		item.Icon, item.Text = "inferred", s.t(id, "rule", s.ruleLabel(t.Rule))
	default:
		return item, false
	}
	return item, true
}

func (s *sight) ruleLabel(name string) string {
	for i := range s.org.Rules {
		if s.org.Rules[i].Name == name {
			return s.in(s.org.Rules[i].Label)
		}
	}
	return name
}
