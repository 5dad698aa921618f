package organisation

import (
	"slices"

	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
)

func (c *checker) field(f *profile.Field) {
	p := join("fields", f.Name)
	c.required(join(p, "label"), f.Label, f.Brands)
	c.optional(join(p, "help"), f.Help, f.Brands)
	c.optional(join(p, "how"), f.How, f.Brands)
	c.required(join(p, "retention"), f.Retention, f.Brands)
	if c.declared.categories[f.Category] == nil {
		c.note(join(p, "category"), "the category %s is not declared; %s", quoted(f.Category), suggest(f.Category, declaredNames(c.declared.categories)))
	}
	refer(c, join(p, "brands"), "brand", f.Brands, c.declared.brands)
	refer(c, join(p, "purposes"), "purpose", f.Purposes, c.declared.purposes)
	for _, a := range f.Asks {
		at := join(join(p, "asked-by"), a.Brand)
		refer(c, join(p, "asked-by"), "brand", []string{a.Brand}, c.declared.brands)
		c.required(join(at, "why"), a.Why, []string{a.Brand})
		if len(f.Brands) > 0 && !slices.Contains(f.Brands, a.Brand) {
			c.note(at, "is not among the brands that need the field")
		}
	}
	c.fieldPurposes(p, f)
	c.fieldForm(p, f)
}

func (c *checker) fieldPurposes(p string, f *profile.Field) {
	if len(f.Purposes) == 0 {
		c.note(join(p, "purposes"), "is missing: what no purpose uses may not be held (Art. 5(1)(b) GDPR)")
	}
	for i, name := range f.Purposes {
		v := c.declared.purposes[consent.PurposeID(name)]
		if v == nil {
			continue
		}
		path := item(join(p, "purposes"), i)
		if c.declared.categories[f.Category] != nil && !slices.Contains(v.Categories, f.Category) {
			c.note(path, "%s does not name the category %s, so people would not be told", name, f.Category)
		}
		if f.Sensitive && v.Basis == consent.LegitimateInterest {
			c.warn(path, "the field is sensitive, and %s rests on a legitimate interest (Art. 9(2) GDPR knows none)", name)
		}
	}
}

func (c *checker) fieldForm(p string, f *profile.Field) {
	if !slices.Contains(profile.Types[:], f.Type) {
		c.note(join(p, "type"), "%s is no type; %s", quoted(string(f.Type)), suggest(string(f.Type), texts(profile.Types[:])))
	}
	if f.Card != "" && !slices.Contains(profile.Cards[:], f.Card) {
		c.note(join(p, "card"), "%s is no part of a contact card; %s", quoted(string(f.Card)), suggest(string(f.Card), texts(profile.Cards[:])))
	}
	edits := []profile.Edit{profile.Free, profile.Approval, profile.Locked}
	if !slices.Contains(edits, f.Edit) {
		c.note(join(p, "edit"), "%s is no way to edit; %s", quoted(string(f.Edit)), suggest(string(f.Edit), texts(edits)))
	}
	if f.Edit == profile.Locked && len(f.Locked) == 0 {
		c.note(join(p, "locked"), "is missing: people are told why they cannot change it and whom to ask")
	}
	c.optional(join(p, "locked"), f.Locked, f.Brands)
	chosen := f.Type == profile.TypeChoice || f.Type == profile.TypeChoices
	switch {
	case chosen && len(f.Choices) == 0:
		c.note(join(p, "choices"), "is missing: a field of type %s needs them", f.Type)
	case !chosen && len(f.Choices) > 0:
		c.note(join(p, "choices"), "goes with the types choice and choices only")
	}
	for _, ch := range f.Choices {
		c.required(join(join(p, "choices"), ch.Value), ch.Label, f.Brands)
	}
}

func texts[S ~string](list []S) []string {
	words := make([]string, 0, len(list))
	for _, s := range list {
		words = append(words, string(s))
	}
	return words
}
