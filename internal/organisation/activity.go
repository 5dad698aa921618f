package organisation

import (
	"livingprofile/internal/activity"
	"livingprofile/internal/profile"
)

var _ activity.Schema = (*Organisation)(nil)

// Activity returns the kind of activity called name, a retired one too.
func (o *Organisation) Activity(name string) (*activity.Kind, bool) {
	return found(o.lookups().activities, name)
}

// InferenceRules returns every rule, the retired ones too. The caller does not
// change the result.
func (o *Organisation) InferenceRules() []activity.Rule { return o.Rules }

// RuleFor returns the rule that works out a field.
func (o *Organisation) RuleFor(field string) (*activity.Rule, bool) {
	for i := range o.Rules {
		if r := &o.Rules[i]; r.Field == field && !r.Retired {
			return r, true
		}
	}
	return nil, false
}

// DeclaredAs returns the number of the declaration.
func (o *Organisation) DeclaredAs() int64 { return o.Revision }

// MayTell tells whether the system may tell of a kind of activity, and have it.
func (s *System) MayTell(kind string) bool {
	for _, a := range s.Activities {
		if a == kind {
			return true
		}
	}
	return false
}

func readActivity(name string, a *object) activity.Kind {
	k := activity.Kind{
		Name:      name,
		Category:  a.word("category"),
		Purposes:  a.list("purposes"),
		Brands:    a.list("brands"),
		Keep:      a.term("keep"),
		Removable: a.flag("removable"),
		Sensitive: a.flag("sensitive"),
		Label:     a.text("label"),
		Help:      a.text("help"),
	}
	a.each("fields", func(name string, f *object) {
		k.Fields = append(k.Fields, activity.Field{
			Name:    name,
			Type:    profile.Type(f.word("type")),
			Choices: readChoices(f),
			Total:   f.flag("total"),
			Label:   f.text("label"),
			Unit:    f.text("unit"),
		})
	})
	return k
}

func readRule(name string, r *object) activity.Rule {
	return activity.Rule{
		Name:      name,
		Field:     r.word("field"),
		Activity:  r.word("activity"),
		Calculate: activity.Calculation(r.word("calculate")),
		Of:        r.word("of"),
		Window:    r.term("window"),
		Least:     r.number("least"),
		Label:     r.text("label"),
	}
}

func ofActivity(k *activity.Kind) (ts traits) {
	ts.add("category", k.Category)
	ts.list("purposes", k.Purposes)
	ts.list("brands", k.Brands)
	ts.term("keep", k.Keep)
	ts.flag("removable", k.Removable)
	ts.flag("sensitive", k.Sensitive)
	ts.text("label", k.Label)
	ts.text("help", k.Help)
	var names []string
	for i := range k.Fields {
		f := &k.Fields[i]
		names = append(names, f.Name)
		p := "fields." + f.Name
		ts.add(p+".type", string(f.Type))
		var values []string
		for _, c := range f.Choices {
			values = append(values, c.Value)
			ts.text(p+".choices."+c.Value, c.Label)
		}
		ts.list(p+".choices", values)
		ts.flag(p+".total", f.Total)
		ts.text(p+".label", f.Label)
		ts.text(p+".unit", f.Unit)
	}
	ts.list("fields", names)
	return ts
}

func ofRule(r *activity.Rule) (ts traits) {
	ts.add("field", r.Field)
	ts.add("activity", r.Activity)
	ts.add("calculate", string(r.Calculate))
	ts.add("of", r.Of)
	ts.term("window", r.Window)
	ts.number("least", r.Least)
	ts.text("label", r.Label)
	return ts
}
