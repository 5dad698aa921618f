package wire

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"livingprofile/handlers/portal"
	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/views/report"
)

// A reader puts a document, which is for programs, into words as the portal has
// them.
type reader struct {
	ctx context.Context
	org *organisation.Organisation
	*rights.Document
}

// page is the document as it is read.
func (d *reader) page() *report.Page {
	p := &report.Page{Number: d.Number, MadeAt: d.MadeAt, Access: d.Kind == rights.Access}
	for _, i := range d.Identifiers {
		p.Identifiers = append(p.Identifiers, report.Value{Text: i.Value, Source: d.source(i.Source)})
	}
	for _, c := range d.Consents {
		p.Choices = append(p.Choices, report.Choice{Label: c.Label, Brand: d.brand(c.Brand), Status: c.Status, At: c.At, Until: c.Until})
	}
	for _, a := range d.Attached {
		p.Attached = append(p.Attached, report.Value{Text: a.Name, How: a.Request, Source: i18n.T(d.ctx, "actor."+a.By), At: a.At})
	}
	p.Wishes = d.wishes()
	for _, one := range d.Purposes {
		p.Purposes = append(p.Purposes, report.Purpose{Label: one.Label, Basis: one.Basis, Retention: one.Retention})
	}
	p.Given = append(d.sections(d.Given), d.activities()...)
	p.Inferred, p.Machines = d.sections(d.Inferred), d.machines()
	for _, r := range d.Recipients {
		p.Recipients = append(p.Recipients, report.Recipient{Label: r.Label, Country: i18n.Country(d.Locale, r.Country), Fields: r.Fields})
		for _, one := range r.Received {
			p.Sent = append(p.Sent, report.Sent{At: one.At, To: r.Label, Event: one.Event, Fields: one.Fields})
		}
	}
	slices.SortStableFunc(p.Sent, func(a, b report.Sent) int { return b.At.Compare(a.At) })
	p.Looks = d.looks()
	return p
}

// source names who says something; a system has its name already.
func (d *reader) source(name string) string {
	switch name {
	case profile.SourceSubject:
		return i18n.T(d.ctx, "actor.subject")
	case activity.SourceRule:
		return i18n.T(d.ctx, "activity.rule.source")
	}
	return name
}

func (d *reader) brand(name string) string {
	if b, ok := d.org.Brand(name); ok {
		return b.Label.In(d.Locale)
	}
	return name
}

// wishes are what the person wants to get, everywhere and where that differs.
func (d *reader) wishes() []report.Value {
	var kept consent.Preferences
	if json.Unmarshal(d.Preferences, &kept) != nil {
		return nil
	}
	var all []report.Value
	add := func(scope string, w consent.Wishes) {
		if said := portal.FormatWishes(d.ctx, d.Locale, d.org, w); len(said) > 0 {
			all = append(all, report.Value{Label: scope, Text: strings.Join(said, "\n")})
		}
	}
	add(i18n.T(d.ctx, "portal.get.scope_all", "count", len(d.org.Brands)), kept.All)
	for _, name := range slices.Sorted(maps.Keys(kept.Brands)) {
		add(d.brand(name), kept.Brands[name])
	}
	return all
}

func (d *reader) sections(all []rights.Section) []report.Section {
	var sections []report.Section
	for _, s := range all {
		one := report.Section{Label: s.Label}
		for _, v := range s.Values {
			text := v.Value
			if f, ok := d.org.Field(v.Field); ok {
				text = portal.FormatValue(d.ctx, d.Locale, f, text)
			}
			one.Values = append(one.Values, report.Value{Label: v.Label, Text: text, Source: d.source(v.Source), How: d.about(&v), At: v.At})
		}
		sections = append(sections, one)
	}
	return sections
}

// about is what else there is to say of a value.
func (d *reader) about(v *rights.Value) string {
	var all []string
	if v.How != "" {
		all = append(all, v.How)
	}
	if !v.Counts {
		all = append(all, i18n.T(d.ctx, "report.aside"))
	}
	if v.Frozen {
		all = append(all, i18n.T(d.ctx, "rights.state.frozen"))
	}
	return strings.Join(all, "\n")
}

// activities are sections, one for each kind.
func (d *reader) activities() []report.Section {
	var sections []report.Section
	place := map[string]int{}
	for _, a := range d.Activities {
		i, ok := place[a.Kind]
		if !ok {
			i = len(sections)
			place[a.Kind] = i
			sections = append(sections, report.Section{Label: a.Label})
		}
		sections[i].Values = append(sections[i].Values, report.Value{Label: a.Label, Text: d.seen(&a), Source: a.Source, At: a.At, Until: a.Until})
	}
	return sections
}

// seen is what was seen of an activity, field by field. What is declared
// no more is there as it came.
func (d *reader) seen(a *rights.Activity) string {
	kind, known := d.org.Activity(a.Kind)
	var all []string
	for _, name := range slices.Sorted(maps.Keys(a.Values)) {
		label, text := name, a.Values[name]
		if known {
			if f, ok := kind.Field(name); ok {
				label, text = f.Label.In(d.Locale), portal.FormatSeen(d.ctx, d.Locale, f, text)
			}
		}
		all = append(all, label+i18n.T(d.ctx, "ui.colon")+text)
	}
	return strings.Join(all, " · ")
}

// machines are automated decisions, each a section of its own.
func (d *reader) machines() []report.Section {
	var sections []report.Section
	for _, m := range d.Machines {
		one := report.Section{Label: m.Label}
		add := func(id, text, source string, at, until time.Time) {
			if text != "" {
				one.Values = append(one.Values, report.Value{Label: i18n.T(d.ctx, id), Text: text, Source: source, At: at, Until: until})
			}
		}
		from := i18n.T(d.ctx, "automated.used_nothing")
		if len(m.Fields) > 0 {
			w := &writer{org: d.org, locale: d.Locale}
			var labels []string
			for _, name := range m.Fields {
				labels = append(labels, w.field(name))
			}
			from = i18n.List(d.ctx, labels)
		}
		none := time.Time{}
		add("automated.outcome", m.Outcome, m.System, m.At, m.Until)
		add("automated.effect", m.Effect, "", none, none)
		add("automated.logic", m.Logic, "", none, none)
		add("automated.used", from, "", none, none)
		add("automated.say_label", m.Statement, i18n.T(d.ctx, "actor.subject"), none, none)
		add("automated.review", strings.TrimSpace(m.Review+"\n"+m.Reasons), i18n.T(d.ctx, "actor.staff"), none, none)
		sections = append(sections, one)
	}
	return sections
}

// looks are which staff looked at the record, and why.
func (d *reader) looks() []report.Look {
	var looks []report.Look
	for _, h := range d.History {
		var v staff.Viewing
		if h.Kind == string(staff.KindViewed) && json.Unmarshal(h.Payload, &v) == nil && slices.Contains(staff.Reasons(), v.Reason) {
			looks = append(looks, report.Look{At: h.At, Reason: string(v.Reason), Note: v.Note})
		}
	}
	return looks
}
