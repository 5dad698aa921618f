package activity

import (
	"maps"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
)

// A Kind is one sort of activity that an organisation takes in.
type Kind struct {
	Name      string
	Category  string
	Purposes  []string      // purposes that use it
	Brands    []string      // where it happens; empty for all
	Keep      time.Duration // after which an observation is deleted
	Removable bool          // the person may remove one observation by themselves
	Sensitive bool          // special category of Art. 9 GDPR, or otherwise delicate
	Fields    []Field
	Retired   bool

	Label i18n.Text // of one: "Training session"
	Help  i18n.Text
}

// A Field is one thing that is seen of an activity.
type Field struct {
	Name    string
	Type    profile.Type
	Choices []profile.Choice // for a choice
	Total   bool             // a number whose sum says something
	Label   i18n.Text
	Unit    i18n.Text // of a number: "minutes"
}

// Types lists the types that a field of an activity may have.
var Types = [...]profile.Type{profile.TypeNumber, profile.TypeText, profile.TypeChoice, profile.TypeYesNo, profile.TypeDate}

// Field returns the field called name.
func (k *Kind) Field(name string) (*Field, bool) {
	i := slices.IndexFunc(k.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return &k.Fields[i], true
}

// AsField is the kind as package decision asks about fields: who may have it,
// and whether it is frozen.
func (k *Kind) AsField() *profile.Field {
	return &profile.Field{
		Name: k.Name, Category: k.Category, Purposes: k.Purposes, Brands: k.Brands,
		Sensitive: k.Sensitive, Retired: k.Retired, Label: k.Label,
	}
}

// AsField is the field as values of profiles are read and written.
func (f *Field) AsField() *profile.Field {
	return &profile.Field{Name: f.Name, Type: f.Type, Choices: f.Choices, Label: f.Label}
}

// maxText bounds a text of an observation, in bytes.
const maxText = 500

// Canonical returns a value of the field in the form in which it is kept, or an
// Invalid error whose message says what is wrong.
func (f *Field) Canonical(value string) (string, error) {
	if len(value) > maxText {
		return "", errs.New(errs.Invalid, "error.too_long", "max", maxText)
	}
	return profile.Canonical(f.AsField(), value, "")
}

// Canonical returns values in the form in which they are kept; empty ones are
// left out. The error is Invalid, with the places of what is wrong.
func (k *Kind) Canonical(values map[string]string) (map[string]string, error) {
	kept := make(map[string]string, len(values))
	var bad []errs.Field
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f, ok := k.Field(name)
		switch {
		case !ok:
			bad = append(bad, errs.At("values."+name, "error.unknown_member"))
			continue
		case values[name] == "":
			continue
		case len(values[name]) > maxText:
			bad = append(bad, errs.At("values."+name, "error.too_long", "max", maxText))
			continue
		}
		value, err := profile.Canonical(f.AsField(), values[name], "")
		if err != nil {
			bad = append(bad, errs.At("values."+name, "error.wrong_type"))
			continue
		}
		kept[name] = value
	}
	return kept, errs.InvalidFields(bad...)
}
