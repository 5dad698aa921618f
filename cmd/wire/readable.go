package wire

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"livingprofile/handlers/portal"
	"livingprofile/internal/activity"
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
		p.Choices = append(p.Choices, report.Choice{Label: c.Label, Status: c.Status, At: c.At})
	}
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

func (d *reader) sections(all []rights.Section) []report.Section {
	var sections []report.Section
	for _, s := range all {
		one := report.Section{Label: s.Label}
		for _, v := range s.Values {
			text := v.Value
			if f, ok := d.org.Field(v.Field); ok {
				text = portal.FormatValue(d.ctx, d.Locale, f, text)
			}
			one.Values = append(one.Values, report.Value{Label: v.Label, Text: text, Source: d.source(v.Source), How: v.How, At: v.At})
		}
		sections = append(sections, one)
	}
	return sections
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
		sections[i].Values = append(sections[i].Values, report.Value{Label: a.Label, Text: d.seen(&a), Source: a.Source, At: a.At})
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
		text := m.Outcome
		if m.Review != "" {
			text += " → " + m.Review
		}
		sections = append(sections, report.Section{Label: m.Label, Values: []report.Value{
			{Label: m.Label, Text: text, Source: m.System, How: m.Logic, At: m.At},
		}})
	}
	return sections
}

// looks are the members who looked at the record, and why.
func (d *reader) looks() []report.Look {
	var looks []report.Look
	for _, h := range d.History {
		var v staff.Viewing
		if h.Kind != string(staff.KindViewed) || json.Unmarshal(h.Payload, &v) != nil || !slices.Contains(staff.Reasons(), v.Reason) {
			continue
		}
		looks = append(looks, report.Look{At: h.At, Reason: string(v.Reason), Note: v.Note})
	}
	return looks
}
