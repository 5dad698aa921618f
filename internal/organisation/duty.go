package organisation

import (
	"slices"
	"time"

	"livingprofile/internal/profile"
	"livingprofile/internal/retention"
	"livingprofile/internal/rights"
)

var _ retention.Schema = (*Organisation)(nil)

// Keep returns how long a value of f is kept: what the field declares, or
// longer where a duty wants it longer. 0 is for as long as somebody says it.
func (o *Organisation) Keep(f *profile.Field) time.Duration {
	if f.Keep == 0 {
		return 0
	}
	return max(f.Keep, rights.Longest(o.Duties, f.Name))
}

// Keeps tells whether any field is kept for a time.
func (o *Organisation) Keeps() bool {
	return slices.ContainsFunc(o.Fields, func(f profile.Field) bool { return f.Keep > 0 })
}

// Duty returns the duty called name, a retired one too.
func (o *Organisation) Duty(name string) (*rights.Duty, bool) {
	for i := range o.Duties {
		if o.Duties[i].Name == name {
			return &o.Duties[i], true
		}
	}
	return nil, false
}

func readDuty(name string, d *object) rights.Duty {
	return rights.Duty{
		Name:   name,
		Fields: d.list("fields"),
		Keep:   d.term("keep"),
		Label:  d.text("label"),
		Law:    d.text("law"),
	}
}

func ofDuty(d *rights.Duty) (ts traits) {
	ts.list("fields", d.Fields)
	ts.term("keep", d.Keep)
	ts.text("label", d.Label)
	ts.text("law", d.Law)
	return ts
}

// duty checks a law that keeps fields beyond an erasure.
func (c *checker) duty(d *rights.Duty) {
	p := join("duties", d.Name)
	c.required(join(p, "label"), d.Label, nil)
	c.required(join(p, "law"), d.Law, nil)
	if d.Name == rights.OnHold {
		c.note(p, "is a name that the product needs for itself; choose another")
	}
	if d.Keep == 0 {
		c.note(join(p, "keep"), "is missing: a duty ends (Art. 5(1)(e) GDPR), as in P7Y")
	}
	if len(d.Fields) == 0 {
		c.note(join(p, "fields"), "is missing: a duty keeps what it names, and nothing else")
	}
	refer(c, join(p, "fields"), "field", d.Fields, c.declared.fields)
}
