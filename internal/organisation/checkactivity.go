package organisation

import (
	"slices"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
)

func (c *checker) activity(k *activity.Kind) {
	p := join("activities", k.Name)
	c.required(join(p, "label"), k.Label, k.Brands)
	c.optional(join(p, "help"), k.Help, k.Brands)
	if c.declared.categories[k.Category] == nil {
		c.note(join(p, "category"), "the category %s is not declared; %s", quoted(k.Category), suggest(k.Category, declaredNames(c.declared.categories)))
	}
	if c.declared.fields[k.Name] != nil {
		c.note(p, "is the name of a field too, so keys and freezes could not tell them apart")
	}
	if k.Keep == 0 {
		c.note(join(p, "keep"), "is missing: what is seen of people is kept for a time (Art. 5(1)(e) GDPR), as in P2Y")
	}
	refer(c, join(p, "brands"), "brand", k.Brands, c.declared.brands)
	refer(c, join(p, "purposes"), "purpose", k.Purposes, c.declared.purposes)
	if len(k.Purposes) == 0 {
		c.note(join(p, "purposes"), "is missing: what no purpose uses may not be held (Art. 5(1)(b) GDPR)")
	}
	for i, name := range k.Purposes {
		v := c.declared.purposes[consent.PurposeID(name)]
		if v == nil {
			continue
		}
		path := item(join(p, "purposes"), i)
		if c.declared.categories[k.Category] != nil && !slices.Contains(v.Categories, k.Category) {
			c.note(path, "%s does not name the category %s, so people would not be told", name, k.Category)
		}
		if k.Sensitive && v.Basis == consent.LegitimateInterest {
			c.warn(path, "the activity is sensitive, and %s rests on a legitimate interest (Art. 9(2) GDPR knows none)", name)
		}
	}
	for i := range k.Fields {
		c.activityField(join(join(p, "fields"), k.Fields[i].Name), k, &k.Fields[i])
	}
}

func (c *checker) activityField(p string, k *activity.Kind, f *activity.Field) {
	c.required(join(p, "label"), f.Label, k.Brands)
	c.optional(join(p, "unit"), f.Unit, k.Brands)
	if !slices.Contains(activity.Types[:], f.Type) {
		c.note(join(p, "type"), "%s is no type of an activity; %s", quoted(string(f.Type)), suggest(string(f.Type), texts(activity.Types[:])))
	}
	if f.Type != profile.TypeNumber && (f.Total || len(f.Unit) > 0) {
		c.note(p, "has a total or a unit, which only numbers have")
	}
	if (f.Type == profile.TypeChoice) != (len(f.Choices) > 0) {
		c.note(join(p, "choices"), "goes with the type choice, which needs them")
	}
	for _, ch := range f.Choices {
		c.required(join(join(p, "choices"), ch.Value), ch.Label, k.Brands)
	}
}

// rules checks the rules; of two for one field nobody could say which counts.
func (c *checker) rules() {
	made := map[string]string{}
	for i := range c.Rules {
		r := &c.Rules[i]
		p := join("rules", r.Name)
		c.required(join(p, "label"), r.Label, nil)
		if other := made[r.Field]; other != "" {
			c.note(join(p, "field"), "is worked out by %s as well", other)
		}
		made[r.Field] = r.Name
		if r.Least < 0 {
			c.note(join(p, "least"), "should not be less than nothing")
		}
		c.rule(p, r)
	}
}

func (c *checker) rule(p string, r *activity.Rule) {
	if !slices.Contains(activity.Calculations[:], r.Calculate) {
		c.note(join(p, "calculate"), "%s is no calculation; %s", quoted(string(r.Calculate)), suggest(string(r.Calculate), texts(activity.Calculations[:])))
		return
	}
	k := c.declared.activities[r.Activity]
	if k == nil {
		c.note(join(p, "activity"), "the activity %s is not declared; %s", quoted(r.Activity), suggest(r.Activity, declaredNames(c.declared.activities)))
		return
	}
	want := profile.TypeNumber
	var choices []profile.Choice
	switch of, ok := k.Field(r.Of); {
	case r.Calculate == activity.Count && r.Of != "":
		c.note(join(p, "of"), "goes with sums, averages and what is most frequent; a count counts all")
	case r.Calculate == activity.Count:
	case !ok:
		c.note(join(p, "of"), "%s has no field %s", r.Activity, quoted(r.Of))
		return
	case r.Calculate == activity.MostFrequent:
		want, choices = of.Type, of.Choices
	case of.Type != profile.TypeNumber:
		c.note(join(p, "of"), "%s is no number, and cannot be added up", r.Of)
	}
	c.ruleField(join(p, "field"), r, want, choices)
}

// ruleField checks that the field can hold what a rule says.
func (c *checker) ruleField(p string, r *activity.Rule, want profile.Type, choices []profile.Choice) {
	f := c.declared.fields[r.Field]
	if f == nil {
		c.note(p, "the field %s is not declared; %s", quoted(r.Field), suggest(r.Field, declaredNames(c.declared.fields)))
		return
	}
	if f.Type != want {
		c.note(p, "%s is of type %s, and the rule makes a %s", r.Field, f.Type, want)
		return
	}
	for _, ch := range choices {
		if !slices.ContainsFunc(f.Choices, func(other profile.Choice) bool { return other.Value == ch.Value }) {
			c.note(p, "%s has no choice %s, which the rule may make", r.Field, quoted(ch.Value))
		}
	}
	if f.Edit != profile.Free {
		c.warn(p, "people cannot correct %s at once, and a rule guesses it", r.Field)
	}
}
