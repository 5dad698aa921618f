package audience

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/profile"
)

const (
	maxTerms = 50
	maxDepth = 8
	maxDays  = 3660
	maxName  = 100
	maxValue = 200
	maxGive  = 30
)

func within(path, list string, i int) string { return path + "." + list + "." + strconv.Itoa(i) }

// Check brings an audience into its canonical form, or says by place what is
// wrong with it: what is not declared, what its purpose does not use, what
// cannot be compared. The error is Invalid.
func Check(schema Schema, a Audience) (Audience, error) {
	c := &checker{schema: schema, a: &a}
	if n := utf8.RuneCountInString(a.Name); n == 0 {
		c.note("name", "error.required")
	} else if n > maxName {
		c.note("name", "error.too_long", "max", maxName)
	}
	c.purpose()
	terms := 0
	a.Where.Walk("where", func(path string, e *Expr) {
		if terms++; terms == maxTerms+1 {
			c.note(path, "audience.error.too_many", "max", maxTerms)
		}
	})
	if terms <= maxTerms {
		c.expr("where", &a.Where, 1)
	}
	if len(a.Give) > maxGive {
		c.note("give", "audience.error.too_many", "max", maxGive)
	}
	for i, name := range a.Give {
		c.field("give."+strconv.Itoa(i), name)
	}
	return a, errs.InvalidFields(c.bad...)
}

type checker struct {
	schema Schema
	a      *Audience
	free   bool // no purpose bounds what may be looked at
	bad    []errs.Field
}

func (c *checker) note(path, id string, args ...any) {
	c.bad = append(c.bad, errs.At(path, id, args...))
}

// purpose checks what the audience is for. A purpose of one brand needs no
// other word for it.
func (c *checker) purpose() {
	v, ok := c.schema.Purpose(c.a.Purpose)
	switch {
	case !ok || v.Retired:
		c.note("purpose", "error.no_purpose")
		return
	case c.a.Brand == "" && len(v.Brands) == 1:
		c.a.Brand = v.Brands[0]
	case c.a.Brand == "" && len(v.Brands) > 1:
		c.note("brand", "error.required")
	case c.a.Brand != "" && !v.On(c.a.Brand):
		c.note("brand", "error.not_a_choice")
	}
	if c.a.Channel != "" && !slices.Contains(v.Channels, c.a.Channel) {
		c.note("channel", "error.not_a_choice")
	}
}

func (c *checker) expr(path string, e *Expr, depth int) {
	forms := 0
	for _, is := range []bool{len(e.All) > 0, len(e.Any) > 0, e.Not != nil, e.Field != "", e.Topic != "", e.Activity != ""} {
		if is {
			forms++
		}
	}
	switch {
	case forms != 1:
		c.note(path, "audience.error.one_form")
		return
	case depth > maxDepth:
		c.note(path, "audience.error.too_deep", "max", maxDepth)
		return
	}
	for i := range e.All {
		c.expr(within(path, "all", i), &e.All[i], depth+1)
	}
	for i := range e.Any {
		c.expr(within(path, "any", i), &e.Any[i], depth+1)
	}
	switch {
	case e.Not != nil:
		c.expr(path+".not", e.Not, depth+1)
	case e.Field != "":
		if f := c.field(path+".field", e.Field); f != nil {
			c.compare(path, e, f)
		}
	case e.Topic != "":
		c.topic(path, e)
	case e.Activity != "":
		c.activity(path, e)
	}
}

// field returns a field that the purpose uses; nil after noting why not.
func (c *checker) field(path, name string) *profile.Field {
	f, ok := c.schema.Field(name)
	switch {
	case !ok || f.Retired:
		c.note(path, "error.no_field")
	case !c.free && !slices.Contains(f.Purposes, string(c.a.Purpose)):
		c.note(path, "audience.error.not_used")
	default:
		return f
	}
	return nil
}

func (c *checker) topic(path string, e *Expr) {
	t, ok := c.schema.Topic(e.Topic)
	switch {
	case !ok || t.Retired:
		c.note(path+".topic", "error.not_a_choice")
	case !c.free && t.Purpose != c.a.Purpose:
		c.note(path+".topic", "audience.error.not_used")
	case !slices.Contains(t.Channels, e.Channel):
		c.note(path+".channel", "error.not_a_choice")
	}
}

func (c *checker) activity(path string, e *Expr) {
	k, ok := c.schema.Activity(e.Activity)
	switch {
	case !ok || k.Retired:
		c.note(path+".activity", "error.not_a_choice")
		return
	case !c.free && !slices.Contains(k.Purposes, string(c.a.Purpose)):
		c.note(path+".activity", "audience.error.not_used")
	}
	if e.Days < 0 || e.Days > maxDays {
		c.note(path+".days", "error.out_of_range_number", "min", 0, "max", maxDays)
	}
	number := profile.Field{Type: profile.TypeNumber}
	switch e.Calculate {
	case activity.Count:
		if e.Of != "" {
			c.note(path+".of", "error.not_a_choice")
		}
		c.compare(path, e, &number)
	case activity.Sum, activity.Average, activity.MostFrequent:
		f, ok := k.Field(e.Of)
		switch {
		case !ok:
			c.note(path+".of", "error.not_a_choice")
		case e.Calculate == activity.MostFrequent:
			c.compare(path, e, f.AsField())
		case f.Type != profile.TypeNumber:
			c.note(path+".of", "error.not_a_number")
		default:
			c.compare(path, e, &number)
		}
	default:
		c.note(path+".calculate", "error.not_a_choice")
	}
}

// compare checks that values of f can be compared so, and makes the value of
// the condition canonical.
func (c *checker) compare(path string, e *Expr, f *profile.Field) {
	ordered := f.Type == profile.TypeNumber || f.Type == profile.TypeDate
	text := f.Type == profile.TypeText || f.Type == profile.TypeLines || f.Type == profile.TypeEmail
	switch {
	case !slices.Contains(Comparisons[:], e.Compare),
		(e.Compare == AtLeast || e.Compare == AtMost) && !ordered,
		e.Compare == Contains && !text && f.Type != profile.TypeChoices:
		c.note(path+".compare", "audience.error.compare")
		return
	case e.Compare == Known:
		e.Value = ""
		return
	case e.Value == "":
		c.note(path+".value", "error.required")
		return
	case len(e.Value) > maxValue:
		c.note(path+".value", "error.too_long", "max", maxValue)
		return
	case e.Compare == Contains && text:
		return
	}
	value, err := profile.Canonical(f, e.Value, "")
	if err != nil {
		c.note(path+".value", "error.wrong_type")
		return
	}
	e.Value = value
}

// usable returns the purpose of an audience that can be asked as it is; a
// declaration may have changed since it was saved.
func usable(schema Schema, a *Audience) (*consent.PurposeVersion, error) {
	if _, err := Check(schema, *a); err != nil {
		return nil, errs.Wrap(errs.Conflict, "audience.error.outdated", err)
	}
	v, _ := schema.Purpose(a.Purpose)
	return v, nil
}
