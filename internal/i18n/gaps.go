package i18n

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Gaps tells where a language differs from English: ids it lacks or has alone,
// arguments it drops or invents, plural forms that its grammar needs (CLDR) and
// it has not. An empty result means that the languages are complete.
func (b *Bundle) Gaps() []string {
	var gaps []string
	english := b.catalogs[Source]
	for _, tag := range b.locales {
		c := b.catalogs[tag]
		gap := func(id, format string, args ...any) {
			gaps = append(gaps, fmt.Sprintf(tag+" "+id+": "+format, args...))
		}
		for _, id := range c.ids() {
			if !english.has(id) {
				gap(id, "is not there in %s", Source)
			}
		}
		for _, id := range english.ids() {
			if !c.has(id) {
				gap(id, "is missing")
				continue
			}
			if got, want := c.args(id), english.args(id); got != want {
				gap(id, "has the arguments (%s) where %s has (%s)", got, Source, want)
			}
			for _, form := range c.lacks(english.formed[id], c.formed[id]) {
				gap(id, "has no plural form %q", form)
			}
		}
	}
	return gaps
}

func (c *catalog) ids() []string {
	ids := slices.Collect(maps.Keys(c.plain))
	ids = slices.AppendSeq(ids, maps.Keys(c.formed))
	slices.Sort(ids)
	return ids
}

func (c *catalog) args(id string) string {
	m := c.formed[id]
	if m == nil {
		return ""
	}
	return strings.Join(slices.Sorted(slices.Values(m.args)), " ")
}

// lacks returns the plural forms that c needs and m, the translation of source,
// has not.
func (c *catalog) lacks(source, m *message) []string {
	if source == nil || !source.counted() {
		return nil
	}
	var names []string
	for _, form := range pluralForms(c.lang) {
		if m == nil && form != plural.Other || m != nil && m.forms[form] == nil {
			names = append(names, formNames()[form])
		}
	}
	return names
}

// counted tells whether m has plural forms.
func (c *message) counted() bool {
	for form, parts := range c.forms {
		if plural.Form(form) != plural.Other && parts != nil {
			return true
		}
	}
	return false
}

// pluralForms returns the forms that whole numbers take in lang, in the order
// of plural.Form. Every rule of CLDR for whole numbers shows itself below two
// hundred, but for the millions of the Romance languages.
func pluralForms(lang language.Tag) []plural.Form {
	var used [plural.Many + 1]bool
	for n := range 200 {
		used[plural.Cardinal.MatchPlural(lang, n, 0, 0, 0, 0)] = true
	}
	used[plural.Cardinal.MatchPlural(lang, 1_000_000, 0, 0, 0, 0)] = true
	var forms []plural.Form
	for form, ok := range used {
		if ok {
			forms = append(forms, plural.Form(form))
		}
	}
	return forms
}

func formNames() [plural.Many + 1]string {
	return [...]string{
		plural.Other: "other", plural.Zero: "zero", plural.One: "one",
		plural.Two: "two", plural.Few: "few", plural.Many: "many",
	}
}
