package wire

import (
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/views/report"
)

// A writer puts what is held of one person into the words of the organisation.
type writer struct {
	org    *organisation.Organisation
	facts  decision.Facts
	locale string
}

// sections are the values by category, what was inferred apart.
func (w *writer) sections() (given, inferred []rights.Section) {
	for i := range w.org.Categories {
		c := &w.org.Categories[i]
		one := rights.Section{Name: c.Name, Label: c.Label.In(w.locale)}
		other := one
		for j := range w.org.Fields {
			if f := &w.org.Fields[j]; f.Category == c.Name {
				w.values(f, &one, &other)
			}
		}
		if len(one.Values) > 0 {
			given = append(given, one)
		}
		if len(other.Values) > 0 {
			inferred = append(inferred, other)
		}
	}
	return given, inferred
}

func (w *writer) values(f *profile.Field, given, inferred *rights.Section) {
	claims := w.facts.Profile.Claims[f.Name]
	counts, _, _ := profile.Winner(f, claims, w.org.Rank)
	_, frozen := w.facts.Freezes.Field(f.Name, f.Category)
	for _, c := range claims {
		v := rights.Value{
			Field: f.Name, Label: f.Label.In(w.locale), Value: c.Value, Source: w.system(c.Source), Origin: string(c.Origin),
			At: c.When(), How: c.How, Counts: c.Source == counts.Source, Uses: f.Purposes, Frozen: frozen,
			Card: string(f.Card),
		}
		if c.Origin == profile.Inferred {
			inferred.Values = append(inferred.Values, v)
		} else {
			given.Values = append(given.Values, v)
		}
	}
}

func (w *writer) decisions(records []consent.Record) []rights.Decision {
	var all []rights.Decision
	for _, r := range records {
		d := rights.Decision{
			Record: string(r.ID), Purpose: string(r.Purpose), Label: string(r.Purpose), Version: r.Version,
			Status: string(r.Status), At: r.At, Until: r.Until, Brand: r.Brand, Channel: r.Channel,
		}
		if v, ok := w.org.PurposeVersion(r.Purpose, r.Version); ok {
			d.Label = v.Words.Question.In(w.locale)
		}
		all = append(all, d)
	}
	return all
}

func (w *writer) recipients() []rights.Recipient {
	var all []rights.Recipient
	for i := range w.org.Systems {
		s := &w.org.Systems[i]
		r := rights.Recipient{Name: s.Name, Label: s.Human.In(w.locale), Country: s.Country}
		for _, name := range s.Fields {
			if f, ok := w.org.Field(name); ok && len(w.facts.Profile.Claims[name]) > 0 {
				r.Fields = append(r.Fields, f.Label.In(w.locale))
			}
		}
		if len(r.Fields) > 0 {
			all = append(all, r)
		}
	}
	return all
}

// system names a source in human terms.
func (w *writer) system(name string) string {
	if s, ok := w.org.System(name); ok {
		return s.Human.In(w.locale)
	}
	return name
}

// readable is a document as its page shows it.
func readable(d *rights.Document) report.Page {
	p := report.Page{Number: d.Number, MadeAt: d.MadeAt, NoInferred: d.Kind != rights.Access}
	for _, i := range d.Identifiers {
		p.Identifiers = append(p.Identifiers, report.Value{Text: i.Value, Source: i.Source})
	}
	for _, c := range d.Consents {
		p.Choices = append(p.Choices, report.Choice{Label: c.Label, Status: c.Status, At: c.At})
	}
	for _, r := range d.Recipients {
		p.Recipients = append(p.Recipients, report.Recipient{Label: r.Label, Fields: r.Fields})
	}
	p.Given, p.Inferred = readableSections(d.Given), readableSections(d.Inferred)
	if d.Kind == rights.Access {
		p.Machines = readableMachines(d.Machines)
	}
	p.Given = append(p.Given, readableActivities(d.Activities)...)
	return p
}

func readableSections(all []rights.Section) []report.Section {
	var sections []report.Section
	for _, s := range all {
		one := report.Section{Label: s.Label}
		for _, v := range s.Values {
			one.Values = append(one.Values, report.Value{Label: v.Label, Text: v.Value, Source: v.Source, How: v.How, At: v.At})
		}
		sections = append(sections, one)
	}
	return sections
}
