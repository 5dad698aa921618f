package wire

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"livingprofile/internal/audience"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
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

// purposes are what the values that are held are used for.
func (w *writer) purposes() []rights.Purpose {
	used := map[string]bool{}
	for i := range w.org.Fields {
		if f := &w.org.Fields[i]; len(w.facts.Profile.Claims[f.Name]) > 0 {
			for _, name := range f.Purposes {
				used[name] = true
			}
		}
	}
	var all []rights.Purpose
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if v, ok := w.org.Purpose(consent.PurposeID(name)); ok {
			all = append(all, rights.Purpose{
				Name: name, Label: v.Words.Question.In(w.locale), Basis: string(v.Basis), Retention: v.Words.Retention.In(w.locale),
			})
		}
	}
	return all
}

// recipients are the systems that may have some of the values, and those that
// were told something, read of the person, or took a file that the person is in,
// as staff do, whom staff names.
func (w *writer) recipients(told []hook.Delivery, history []rights.Happened, files []audience.Handout, staff string) []rights.Recipient {
	var all []rights.Recipient
	for i := range w.org.Systems {
		s := &w.org.Systems[i]
		r := rights.Recipient{Name: s.Name, Label: s.Human.In(w.locale), Country: s.Country, Fields: []string{}}
		r.Received = slices.Concat(w.told(s.Name, told), reads(s.Name, history), w.took(s.Name, files))
		slices.SortStableFunc(r.Received, func(a, b rights.Received) int { return b.At.Compare(a.At) })
		for _, name := range s.Fields {
			if len(w.facts.Profile.Claims[name]) > 0 {
				r.Fields = append(r.Fields, w.field(name))
			}
		}
		if len(r.Fields)+len(r.Received) > 0 {
			all = append(all, r)
		}
	}
	if took := w.took("", files); len(took) > 0 {
		all = append(all, rights.Recipient{Name: "staff", Label: staff, Fields: []string{}, Received: took})
	}
	return all
}

// took are the last files of each audience that a system took, or staff did for
// "".
func (w *writer) took(system string, files []audience.Handout) []rights.Received {
	var all []rights.Received
	for _, h := range files {
		if h.Taker != system {
			continue
		}
		one := rights.Received{At: h.At, Event: string(audience.Exported)}
		for _, name := range h.Fields {
			one.Fields = append(one.Fields, w.field(name))
		}
		all = append(all, one)
	}
	return all
}

// reads are when a system read of the person, by the API or SCIM: once a day for
// each of its keys. What it may have is what it could read.
func reads(system string, history []rights.Happened) []rights.Received {
	var all []rights.Received
	for _, h := range history {
		var by decision.Reader
		if h.Kind == string(decision.Read) && json.Unmarshal(h.Payload, &by) == nil && by.System == system {
			all = append(all, rights.Received{At: h.At, Event: h.Kind})
		}
	}
	return all
}

// told is what hooks brought to a system.
func (w *writer) told(system string, told []hook.Delivery) []rights.Received {
	var all []rights.Received
	for i := range told {
		d := &told[i]
		if name, _, _ := strings.Cut(d.Endpoint, "/"); name != system || !d.State.Reached() {
			continue
		}
		one := rights.Received{At: d.Over, Event: string(d.Kind)}
		for _, name := range d.Fields {
			one.Fields = append(one.Fields, w.field(name))
		}
		all = append(all, one)
	}
	return all
}

func (w *writer) field(name string) string {
	if f, ok := w.org.Field(name); ok {
		return f.Label.In(w.locale)
	}
	return name
}

// system names a source in human terms.
func (w *writer) system(name string) string {
	if s, ok := w.org.System(name); ok {
		return s.Human.In(w.locale)
	}
	return name
}
