package portal

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"livingprofile/internal/i18n"
	"livingprofile/views/layout"
	"livingprofile/views/ui"
)

// Delivery is how and when messages may come. What is "" or zero is not said.
type Delivery struct {
	Preferred string // name of a channel
	Channels  []ui.Option
	Budget    Budget
	QuietFrom string // as 21:00
	QuietTo   string
	Zone      string // IANA name
	Zones     []ui.Option
	Language  string
	Languages []string          // BCP 47 tags
	Wrong     map[string]string // by the name of the input; nil when nothing is
}

// A Budget is how often at most; Count 0 is no limit.
type Budget struct {
	Count int
	Per   string // "week" or "month"
}

// String is the form's value of b: "2/month", "" for no limit.
func (b Budget) String() string {
	if b.Count == 0 {
		return ""
	}
	return strconv.Itoa(b.Count) + "/" + b.Per
}

// field is the value of the hidden field that says which scope a form is about.
func (s Scope) field() string {
	if s.All {
		return "all"
	}
	return "brand"
}

// inputs are the questions of the form, in order.
func (d Delivery) inputs(ctx context.Context) []ui.Input {
	t := func(id string) string { return i18n.T(ctx, "portal.get."+id) }
	list := []ui.Input{
		{
			Kind: ui.One, Name: "preferred", Label: t("preferred"), Value: d.Preferred,
			Options: append([]ui.Option{{Label: t("no_preference"), Value: ""}}, d.Channels...),
		},
		{
			Kind: ui.OneList, Name: "budget", Label: t("budget"), Value: d.Budget.String(),
			Options: d.budgets(ctx),
		},
		{
			Kind: ui.Group, Name: "quiet", Label: t("quiet"), Hint: t("quiet_hint"),
			Parts: []ui.Input{
				{Kind: ui.Time, Name: "quiet.from", Label: t("quiet_from"), Value: d.QuietFrom},
				{Kind: ui.Time, Name: "quiet.to", Label: t("quiet_to"), Value: d.QuietTo},
				{Kind: ui.OneList, Name: "zone", Label: t("zone"), Value: d.Zone, Options: d.Zones},
			},
		},
	}
	if len(d.Languages) > 1 {
		speak := ui.Input{Kind: ui.One, Name: "language", Label: t("language"), Value: d.Language}
		for _, tag := range d.Languages {
			speak.Options = append(speak.Options, ui.Option{Value: tag, Label: i18n.Lang(tag)})
		}
		list = append(list, speak)
	}
	return complain(list, d.Wrong)
}

// budgets are the usual limits, and the person's own where it is another.
func (d Delivery) budgets(ctx context.Context) []ui.Option {
	usual := []Budget{{1, "week"}, {2, "week"}, {1, "month"}, {2, "month"}, {4, "month"}}
	list := []ui.Option{{Value: "", Label: i18n.T(ctx, "portal.get.budget_any")}}
	own := d.Budget.Count > 0
	for _, b := range usual {
		own = own && b != d.Budget
		list = append(list, b.option(ctx))
	}
	if own {
		list = append(list, d.Budget.option(ctx))
	}
	return list
}

func (b Budget) option(ctx context.Context) ui.Option {
	return ui.Option{
		Value: b.String(),
		Label: i18n.T(ctx, "portal.get.budget_"+b.Per, "count", b.Count),
	}
}

// complain ties each complaint to its input.
func complain(list []ui.Input, wrong map[string]string) []ui.Input {
	for i := range list {
		list[i].Wrong = wrong[list[i].Name]
		complain(list[i].Parts, wrong)
	}
	return list
}

// topicSwap saves a row as soon as one of its boxes changes. The fields of the
// form round it go along, the proof against forgery among them.
func topicSwap(f layout.Frame, t TopicItem) templ.Attributes {
	a := ui.Swap(f.Base+"/get/topics/"+t.ID, topicID(t.ID))
	a["hx-trigger"] = "change"
	return a
}

func (p Pause) input(ctx context.Context) ui.Input {
	return ui.Input{
		Kind: ui.Date, Name: "until", Label: i18n.T(ctx, "portal.get.pause_until"),
		Hint: i18n.T(ctx, "portal.get.pause_hint"), Value: p.Value, Wrong: p.Wrong,
	}
}
