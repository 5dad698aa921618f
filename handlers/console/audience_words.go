package console

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/audience"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	view "livingprofile/views/console"
)

// A wording puts audiences into words.
type wording struct {
	c      echo.Context
	ctx    context.Context
	org    *organisation.Organisation
	locale string
}

func wordsOf(c echo.Context) *wording {
	v := web.Of(c)
	return &wording{c, web.Context(c), v.Organisation, v.Locale}
}

func (w *wording) t(id string, kv ...any) string { return i18n.T(w.ctx, "audience."+id, kv...) }

func (w *wording) audience(a *audience.Audience) view.Audience {
	v := view.Audience{ID: a.ID, Name: a.Name, Purpose: string(a.Purpose), Brand: brandNames(w.c, nil), At: a.At}
	if a.Brand != "" {
		v.Brand = brandName(w.c, a.Brand)
	}
	if p, ok := w.org.Purpose(a.Purpose); ok {
		v.Purpose = p.Words.Question.In(w.locale)
	}
	if a.Version > 1 {
		v.Version, v.Changed = i18n.Number(w.ctx, a.Version), a.Changed
	}
	switch {
	case len(a.Where.All) > 0:
		v.Match, v.Words = w.t("match_all"), w.each(a.Where.All)
	case len(a.Where.Any) > 0:
		v.Match, v.Words = w.t("match_any"), w.each(a.Where.Any)
	default:
		v.Words = []string{w.expr(&a.Where)}
	}
	var gives []string
	for _, name := range a.Give {
		gives = append(gives, w.field(name))
	}
	if len(gives) > 0 {
		v.Gives = i18n.List(w.ctx, gives)
	}
	return v
}

func (w *wording) each(list []audience.Expr) []string {
	words := make([]string, len(list))
	for i := range list {
		words[i] = w.expr(&list[i])
	}
	return words
}

// expr says a condition in a line.
func (w *wording) expr(e *audience.Expr) string {
	switch {
	case len(e.All) > 0:
		return w.nested("match_all", e.All)
	case len(e.Any) > 0:
		return w.nested("match_any", e.Any)
	case e.Not != nil && len(e.Not.Any) > 1:
		return w.nested("match_none", e.Not.Any)
	case e.Not != nil:
		return w.t("not", "what", w.expr(e.Not))
	case e.Topic != "":
		return w.what(e)
	}
	what := w.what(e)
	if e.Days > 0 {
		what = w.t("in_days", "what", what, "span", i18n.T(w.ctx, "span.days", "count", e.Days))
	}
	return w.t("saying."+strings.ReplaceAll(string(e.Compare), "-", "_"), "what", what, "value", w.value(e))
}

// nested says a list of conditions; what is a list itself stands in brackets.
func (w *wording) nested(match string, list []audience.Expr) string {
	words := w.each(list)
	if len(words) == 1 {
		return words[0]
	}
	for i := range words {
		if !leaf(alone(&list[i])) {
			words[i] = w.t("bracket", "what", words[i])
		}
	}
	return w.t("nested", "match", w.t(match), "list", strings.Join(words, " · "))
}

// alone is the condition that a list of one comes to.
func alone(e *audience.Expr) *audience.Expr {
	switch {
	case len(e.All) == 1:
		return alone(&e.All[0])
	case len(e.Any) == 1:
		return alone(&e.Any[0])
	}
	return e
}

// sentence says what is asked when an audience is.
func (w *wording) sentence(a *audience.Audience) string {
	v := w.audience(a)
	said := w.t("sentence", "purpose", v.Purpose, "brand", v.Brand, "where", w.expr(&a.Where))
	if c, ok := w.org.Channel(a.Channel); ok {
		said += " " + w.t("sentence_channel", "channel", c.Label.In(w.locale))
	}
	return said
}

// what names what a condition looks at.
func (w *wording) what(e *audience.Expr) string {
	switch {
	case e.Field != "":
		return w.field(e.Field)
	case e.Topic != "":
		topic, channel := e.Topic, e.Channel
		if t, ok := w.org.Topic(e.Topic); ok {
			topic = t.Label.In(w.locale)
		}
		if c, ok := w.org.Channel(e.Channel); ok {
			channel = c.Label.In(w.locale)
		}
		return w.t("wants", "topic", topic, "channel", channel)
	}
	kind, of := e.Activity, e.Of
	if k, ok := w.org.Activity(e.Activity); ok {
		kind = k.Label.In(w.locale)
		if f, ok := k.Field(e.Of); ok {
			of = f.Label.In(w.locale)
		}
	}
	return w.t("calculated."+strings.ReplaceAll(string(e.Calculate), "-", "_"), "activity", kind, "of", of)
}

func (w *wording) field(name string) string {
	if f, ok := w.org.Field(name); ok {
		return f.Label.In(w.locale)
	}
	return name
}

// value writes the value of a condition; that of a choice by its label.
func (w *wording) value(e *audience.Expr) string {
	if f, ok := w.org.Field(e.Field); ok {
		for _, choice := range f.Choices {
			if choice.Value == e.Value {
				return choice.Label.In(w.locale)
			}
		}
	}
	return e.Value
}

// count is a count in figures, the most frequent reason first.
func (w *wording) count(n *audience.Count) *view.AudienceCount {
	v := &view.AudienceCount{
		Members: i18n.Number(w.ctx, n.Members), Others: i18n.Number(w.ctx, n.Others), People: i18n.Number(w.ctx, n.People),
	}
	reasons := slices.Sorted(maps.Keys(n.LeftOut))
	slices.SortStableFunc(reasons, func(a, b decision.Reason) int { return n.LeftOut[b] - n.LeftOut[a] })
	for _, r := range reasons {
		v.LeftOut = append(v.LeftOut, view.LeftOut{Why: w.t("reason." + string(r)), Count: i18n.Number(w.ctx, n.LeftOut[r])})
	}
	return v
}

// person is one of the people, with what the member may see.
func (w *wording) person(m audience.Member) view.AudiencePerson {
	p := view.AudiencePerson{Href: web.ConsolePath + "/people/" + string(m.Subject), Subject: string(m.Subject)}
	for _, name := range slices.Sorted(maps.Keys(m.Values)) {
		p.Values = append(p.Values, w.field(name)+": "+w.value(&audience.Expr{Field: name, Value: m.Values[name]}))
	}
	return p
}
