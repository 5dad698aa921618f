// Package register writes the record of processing activities (Art. 30(1)
// GDPR) from what the organisation has declared. Nobody keeps it by hand, so it
// cannot fall behind what the product does.
package register

import (
	"slices"

	"livingprofile/internal/activity"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// A Controller is who answers for brands, with what it does with data.
type Controller struct {
	Name   string // the legal name
	Brands []*brand.Brand
	Lines  []Line
}

// A Line is one activity of processing: a purpose, as one controller has it.
type Line struct {
	Purpose    *consent.PurposeVersion
	Brands     []*brand.Brand
	Categories []*profile.Category
	Fields     []*profile.Field
	Activities []*activity.Kind
	Recipients []*organisation.System
}

// Sensitive tells whether the line has special categories of data (Art. 9
// GDPR).
func (l *Line) Sensitive() bool {
	return slices.ContainsFunc(l.Fields, func(f *profile.Field) bool { return f.Sensitive }) ||
		slices.ContainsFunc(l.Activities, func(k *activity.Kind) bool { return k.Sensitive })
}

// Countries are where recipients keep the data, each once.
func (l *Line) Countries() []string {
	var all []string
	for _, s := range l.Recipients {
		if s.Country != "" && !slices.Contains(all, s.Country) {
			all = append(all, s.Country)
		}
	}
	return all
}

// Of returns the register of the brands that shown tells, by controller. What
// is retired is not in it.
func Of(o *organisation.Organisation, shown func(brand string) bool) []Controller {
	var all []Controller
	for i := range o.Brands {
		b := &o.Brands[i]
		if b.Retired || !shown(b.Name) {
			continue
		}
		at := slices.IndexFunc(all, func(c Controller) bool { return c.Name == b.LegalName })
		if at < 0 {
			at, all = len(all), append(all, Controller{Name: b.LegalName})
		}
		all[at].Brands = append(all[at].Brands, b)
	}
	for i := range all {
		all[i].Lines = lines(o, all[i].Brands)
	}
	return all
}

func lines(o *organisation.Organisation, brands []*brand.Brand) []Line {
	var all []Line
	for i := range o.Purposes {
		v := &o.Purposes[i]
		l := Line{Purpose: v}
		for _, b := range brands {
			if slices.Contains(o.PurposesOn(b.Name), v) {
				l.Brands = append(l.Brands, b)
			}
		}
		if len(l.Brands) > 0 {
			l.fill(o)
			all = append(all, l)
		}
	}
	return all
}

// fill finds what is used for the purpose: what the purpose names, and what
// names the purpose.
func (l *Line) fill(o *organisation.Organisation) {
	id := string(l.Purpose.Purpose)
	here := func(brands []string) bool {
		return len(brands) == 0 || slices.ContainsFunc(l.Brands, func(b *brand.Brand) bool { return slices.Contains(brands, b.Name) })
	}
	categories := slices.Clone(l.Purpose.Categories)
	for i := range o.Fields {
		if f := &o.Fields[i]; !f.Retired && slices.Contains(f.Purposes, id) && here(f.Brands) {
			l.Fields, categories = append(l.Fields, f), append(categories, f.Category)
		}
	}
	for i := range o.Activities {
		if k := &o.Activities[i]; !k.Retired && slices.Contains(k.Purposes, id) && here(k.Brands) {
			l.Activities, categories = append(l.Activities, k), append(categories, k.Category)
		}
	}
	for i := range o.Categories {
		if c := &o.Categories[i]; slices.Contains(categories, c.Name) {
			l.Categories = append(l.Categories, c)
		}
	}
	for i := range o.Systems {
		s := &o.Systems[i]
		if !s.Retired && (slices.Contains(l.Purpose.Recipients, s.Name) || slices.Contains(s.Purposes, id)) {
			l.Recipients = append(l.Recipients, s)
		}
	}
}
