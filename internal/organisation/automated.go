package organisation

import (
	"maps"
	"slices"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
)

var _ automated.Schema = (*Organisation)(nil)

// AutomatedKind returns the kind of automated decision called name, a retired
// one too.
func (o *Organisation) AutomatedKind(name string) (*automated.Kind, bool) {
	return found(o.lookups().automated, name)
}

// Languages returns those that the brands offer.
func (o *Organisation) Languages() []string {
	all := map[string]bool{}
	for i := range o.Brands {
		for _, tag := range o.Brands[i].Locales {
			all[tag] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func readAutomated(name string, k *object) automated.Kind {
	return automated.Kind{
		Name:      name,
		System:    k.word("system"),
		Purpose:   k.word("purpose"),
		Fields:    k.list("fields"),
		Brands:    k.list("brands"),
		Keep:      k.term("keep"),
		Refusable: k.flag("refusable"),
		Label:     k.text("label"),
		Help:      k.text("help"),
	}
}

func ofAutomated(k *automated.Kind) (ts traits) {
	ts.add("system", k.System)
	ts.add("purpose", k.Purpose)
	ts.list("fields", k.Fields)
	ts.list("brands", k.Brands)
	ts.term("keep", k.Keep)
	ts.flag("refusable", k.Refusable)
	ts.text("label", k.Label)
	ts.text("help", k.Help)
	return ts
}

// automated checks a kind of decision that a system makes by itself.
func (c *checker) automated(k *automated.Kind) {
	p := join("automated", k.Name)
	c.required(join(p, "label"), k.Label, k.Brands)
	c.required(join(p, "help"), k.Help, k.Brands)
	if k.Keep == 0 {
		c.note(join(p, "keep"), "is missing: what is decided about people is kept for a time (Art. 5(1)(e) GDPR), as in P2Y")
	}
	refer(c, join(p, "brands"), "brand", k.Brands, c.declared.brands)
	refer(c, join(p, "fields"), "field", k.Fields, c.declared.fields)
	s, v := c.declared.systems[k.System], c.declared.purposes[consent.PurposeID(k.Purpose)]
	if s == nil {
		c.note(join(p, "system"), "the system %s is not declared; %s", quoted(k.System), suggest(k.System, declaredNames(c.declared.systems)))
	}
	if v == nil {
		c.note(join(p, "purpose"), "the purpose %s is not declared; %s", quoted(k.Purpose), suggest(k.Purpose, declaredNames(c.declared.purposes)))
	}
	if s == nil || v == nil {
		return
	}
	if !slices.Contains(s.Purposes, k.Purpose) {
		c.note(join(p, "purpose"), "%s does not work for %s", k.System, k.Purpose)
	}
	c.oneOf(join(p, "fields"), k.Fields, s.Fields)
	for i, name := range k.Fields {
		f := c.declared.fields[name]
		if f == nil || slices.Contains(f.Purposes, k.Purpose) {
			continue
		}
		c.note(item(join(p, "fields"), i), "%s is not used for %s", name, k.Purpose)
	}
}

// FieldsOf returns the fields of that name which are declared.
func (o *Organisation) FieldsOf(names []string) []*profile.Field {
	var all []*profile.Field
	for _, name := range names {
		if f, ok := o.Field(name); ok {
			all = append(all, f)
		}
	}
	return all
}
