package scim

import (
	"maps"
	"slices"
	"strings"

	"livingprofile/internal/profile"
)

// A Document is one user, as encoding/json reads it, with the names of the
// standard.
type Document = map[string]any

// A Form is which attribute is which field, for one caller.
type Form struct {
	Schemas []Schema
	slots   []slot
}

// A slot is a field's place in a document: an attribute, and for a complex one
// the part of it. An attribute of ProfileSchema stands under that name.
type slot struct {
	field     *profile.Field
	attribute string
	part      string
	extension bool
}

// places are where the standard has what a contact card has.
func place(c profile.Card) (attribute, part string) {
	switch c {
	case profile.CardGiven:
		return "name", "givenName"
	case profile.CardFamily:
		return "name", "familyName"
	case profile.CardEmail:
		return "emails", "value"
	case profile.CardPhone:
		return "phoneNumbers", "value"
	case profile.CardStreet:
		return "addresses", "streetAddress"
	case profile.CardCity:
		return "addresses", "locality"
	case profile.CardPostcode:
		return "addresses", "postalCode"
	case profile.CardCountry:
		return "addresses", "country"
	}
	return "", ""
}

// NewForm returns the form for who may have fields.
func NewForm(fields []*profile.Field) *Form {
	f := &Form{}
	for _, field := range fields {
		attribute, part := place(field.Card)
		f.slots = append(f.slots, slot{field, attribute, part, attribute == ""})
	}
	core := Schema{URN: CoreSchema, Name: "User", Attributes: f.core()}
	own := Schema{URN: ProfileSchema, Name: "Profile", Attributes: f.own()}
	f.Schemas = []Schema{core, own}
	return f
}

// Enterprise attributes are known, and none is kept.
func enterprise() Schema {
	return Schema{URN: EnterpriseSchema, Name: "EnterpriseUser", Attributes: append(
		idle(String, false, "employeeNumber", "costCenter", "organization", "division", "department"),
		idle(Complex, false, "manager")...)}
}

// core are the attributes of the standard's user (RFC 7643, 4.1).
func (f *Form) core() []Attribute {
	all := append(common(),
		Attribute{Name: "userName", Type: String, Required: true, Unique: true, Words: "what the system calls the person"},
		Attribute{Name: "active", Type: Boolean, Words: "whether the system still deals with the person"},
	)
	all = append(all, idle(String, false, "displayName", "nickName", "profileUrl", "title", "userType",
		"preferredLanguage", "locale", "timezone", "password")...)
	all = append(all, idle(Complex, true, "ims", "photos", "groups", "entitlements", "roles", "x509Certificates")...)
	all = append(all,
		f.complex(Attribute{Name: "name", Type: Complex}, "formatted", "middleName", "honorificPrefix", "honorificSuffix"),
		f.complex(Attribute{Name: "emails", Type: Complex, Multi: true, One: true}, "display"),
		f.complex(Attribute{Name: "phoneNumbers", Type: Complex, Multi: true, One: true}, "display"),
		f.complex(Attribute{Name: "addresses", Type: Complex, Multi: true, One: true}, "formatted", "region"),
	)
	return all
}

// complex fills an attribute with the parts that are fields. Without one it is
// idle.
func (f *Form) complex(a Attribute, others ...string) Attribute {
	a.Idle = true
	for i := range f.slots {
		if s := &f.slots[i]; s.attribute == a.Name {
			a.Sub = append(a.Sub, Attribute{Name: s.part, Type: String, Words: s.field.Label.In("en")})
			a.Idle = false
		}
	}
	if a.Multi {
		a.Sub = append(a.Sub,
			Attribute{Name: "type", Type: String, Words: "always work"},
			Attribute{Name: "primary", Type: Boolean, Words: "always true"})
	}
	a.Sub = append(a.Sub, idle(String, false, others...)...)
	return a
}

// own are the fields that no attribute of the standard is.
func (f *Form) own() []Attribute {
	all := []Attribute{
		{Name: "withheld", Type: String, Multi: true, ReadOnly: true, Exact: true, Words: "fields that may not be had now"},
		{Name: "restricted", Type: String, Multi: true, ReadOnly: true, Exact: true, Words: "those of them that are frozen"},
	}
	for i := range f.slots {
		s := &f.slots[i]
		if !s.extension {
			continue
		}
		a := Attribute{Name: s.name(), Type: String, Words: s.field.Label.In("en")}
		switch s.field.Type {
		case profile.TypeChoices:
			a.Multi, a.Exact = true, true
		case profile.TypeYesNo:
			a.Type = Boolean
		case profile.TypeChoice, profile.TypeCountry:
			a.Exact = true
		}
		all = append(all, a)
	}
	return all
}

// name is that of the field, or another where our own attributes have it.
func (s *slot) name() string {
	switch s.field.Name {
	case "withheld", "restricted":
		return s.field.Name + "-field"
	}
	return s.field.Name
}

// Put writes what fields hold into a document; what is empty is left out.
func (f *Form) Put(d Document, values map[string]string) {
	for i := range f.slots {
		s := &f.slots[i]
		value := values[s.field.Name]
		if value == "" {
			continue
		}
		switch {
		case s.extension:
			part(d, ProfileSchema)[s.name()] = spoken(s.field, value)
		case s.attribute == "name":
			part(d, s.attribute)[s.part] = value
		default:
			one := Document{"type": "work", "primary": true}
			if list, ok := d[s.attribute].([]any); ok {
				one = list[0].(Document)
			}
			one[s.part] = value
			d[s.attribute] = []any{one}
		}
	}
}

// part returns the object of a name within d, made where it is missing.
func part(d Document, name string) Document {
	if inner, ok := d[name].(Document); ok {
		return inner
	}
	inner := Document{}
	d[name] = inner
	return inner
}

// spoken is a value as JSON has it.
func spoken(f *profile.Field, value string) any {
	switch f.Type {
	case profile.TypeYesNo:
		return value == "yes"
	case profile.TypeChoices:
		var all []any
		for one := range strings.SplitSeq(value, "\n") {
			all = append(all, one)
		}
		return all
	}
	return value
}

// Values returns what a document says of fields. A field of which it says
// nothing is empty.
func (f *Form) Values(d Document) map[string]string {
	values := make(map[string]string, len(f.slots))
	for i := range f.slots {
		s := &f.slots[i]
		values[s.field.Name] = words(s.in(d))
	}
	return values
}

// in returns what stands at a slot, nil for nothing.
func (s *slot) in(d Document) any {
	if s.extension {
		inner, _ := d[ProfileSchema].(Document)
		return inner[s.name()]
	}
	switch v := d[s.attribute].(type) {
	case Document:
		return v[s.part]
	case []any:
		if len(v) > 0 {
			if one, ok := v[0].(Document); ok {
				return one[s.part]
			}
		}
	}
	return nil
}

// words is a value as a field has it.
func words(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, words(one))
		}
		return strings.Join(all, "\n")
	}
	return ""
}

// Field returns the name of the field that an attribute is, for an error.
func (f *Form) Field(name string) (path string) {
	for i := range f.slots {
		if s := &f.slots[i]; s.field.Name == name {
			if s.extension {
				return ProfileSchema + ":" + s.name()
			}
			return s.attribute + "." + s.part
		}
	}
	return name
}

// URNs are the schemas that a document has something of.
func URNs(d Document) []any {
	all := []any{CoreSchema}
	if _, has := d[ProfileSchema]; has {
		all = append(all, ProfileSchema)
	}
	return all
}

// clone returns a copy that shares nothing.
func clone(v any) any {
	switch v := v.(type) {
	case Document:
		c := make(Document, len(v))
		for name, inner := range v {
			c[name] = clone(inner)
		}
		return c
	case []any:
		c := slices.Clone(v)
		for i := range c {
			c[i] = clone(c[i])
		}
		return c
	}
	return v
}

// Clone returns a copy of d that shares nothing with it.
func Clone(d Document) Document { return maps.Clone(clone(d).(Document)) }
