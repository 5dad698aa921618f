package ui

import (
	"context"
	"slices"

	"livingprofile/internal/i18n"
)

// The kinds of Input. Name and Address are groups of Parts.
const (
	Text    = "text"
	Email   = "email"
	Tel     = "tel"
	Date    = "date"
	Time    = "time"
	Number  = "number"
	Long    = "long"   // several lines
	One     = "one"    // one of Options
	Many    = "many"   // any of Options
	YesNo   = "yesno"  // Value is "yes", "no" or "" for unanswered
	Group   = "group"  // a fieldset of Parts
	Secret  = "secret" // never shown again, as a code
	OneList = "list"   // one of many Options, as a list to open
	Files   = "file"   // files to send, in a form of Enctype
)

// An Input is one question of a form with its label, its hint and what is
// wrong with the answer.
type Input struct {
	Kind     string
	Name     string // of the form field; the ids are made from it
	Label    string
	Hint     string // "" for none
	Wrong    string // whole sentence; "" when nothing is
	Value    string // as the form sends it: dates as 2026-03-12
	Values   []string
	Options  []Option
	Parts    []Input
	Fill     string // value of autocomplete, as "family-name"; "" leaves it out
	Required bool
	Brief    bool // a short box
	Lang     string
	Accept   string // what Files offers to choose from
}

// Enctype is how a form with inputs is sent.
func Enctype(inputs []Input) string {
	if slices.ContainsFunc(inputs, func(i Input) bool { return i.Kind == Files }) {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// A FileItem is a file that can be taken.
type FileItem struct{ ID, Name, Size string }

// An Option is one answer of a choice.
type Option struct {
	Value string
	Label string
	Note  string
}

// ID returns the id of the input of that name.
func ID(name string) string { return "f-" + name }

func (i Input) has(value string) bool {
	if i.Kind != Many {
		return i.Value == value
	}
	for _, v := range i.Values {
		if v == value {
			return true
		}
	}
	return false
}

// describedBy ties the hint and the complaint to the input.
func (i Input) describedBy() string {
	switch {
	case i.Wrong != "" && i.Hint != "":
		return ID(i.Name) + "-wrong " + ID(i.Name) + "-hint"
	case i.Wrong != "":
		return ID(i.Name) + "-wrong"
	case i.Hint != "":
		return ID(i.Name) + "-hint"
	}
	return ""
}

// htmlType is the type attribute of a one-line box.
func (i Input) htmlType() string {
	switch i.Kind {
	case Email, Tel, Date, Time, Number:
		return i.Kind
	}
	return Text
}

// yesNo are the answers of a YesNo input.
func yesNo(ctx context.Context) []Option {
	return []Option{
		{Value: "yes", Label: i18n.T(ctx, "ui.yes")},
		{Value: "no", Label: i18n.T(ctx, "ui.no")},
	}
}

// Parts of a name and an address, by what they are.
type (
	// A NameValue is a person's name in parts; any may be "".
	NameValue struct{ Family, Given string }
	// An AddressValue is a postal address in parts; any may be "".
	AddressValue struct{ Postcode, Region, City, Street, Extra, Country string }
)

// NameInput asks for a name in the order in which the language writes one: the
// family name first in Japanese. The fields are name.family and name.given.
func NameInput(ctx context.Context, name, label string, v NameValue) Input {
	family := Input{
		Kind: Text, Name: name + ".family", Label: i18n.T(ctx, "ui.name.family"),
		Value: v.Family, Fill: "family-name",
	}
	given := Input{
		Kind: Text, Name: name + ".given", Label: i18n.T(ctx, "ui.name.given"),
		Value: v.Given, Fill: "given-name",
	}
	parts := []Input{given, family}
	if i18n.Locale(ctx) == "ja" {
		parts = []Input{family, given}
	}
	return Input{Kind: Group, Name: name, Label: label, Parts: parts}
}

// AddressInput asks for a postal address as the forms of the language do: from
// the postcode down to the building in Japanese, from the street up elsewhere.
func AddressInput(ctx context.Context, name, label string, v AddressValue) Input {
	part := func(id, value, fill string, brief bool) Input {
		return Input{
			Kind: Text, Name: name + "." + id, Label: i18n.T(ctx, "ui.address."+id),
			Value: value, Fill: fill, Brief: brief,
		}
	}
	postcode := part("postcode", v.Postcode, "postal-code", true)
	region := part("region", v.Region, "address-level1", false)
	city := part("city", v.City, "address-level2", false)
	street := part("street", v.Street, "address-line1", false)
	extra := part("extra", v.Extra, "address-line2", false)
	country := part("country", v.Country, "country-name", false)
	parts := []Input{street, extra, city, region, postcode, country}
	if i18n.Locale(ctx) == "ja" {
		parts = []Input{postcode, region, city, street, extra, country}
	}
	return Input{Kind: Group, Name: name, Label: label, Parts: parts}
}

// complaints lists the inputs that something is wrong with, parts included.
func complaints(inputs []Input) []Input {
	var out []Input
	for _, i := range inputs {
		if i.Wrong != "" {
			out = append(out, i)
		}
		out = append(out, complaints(i.Parts)...)
	}
	return out
}

// first is the id that a complaint about i leads to.
func (i Input) first() string {
	switch {
	case len(i.Parts) > 0:
		return i.Parts[0].first()
	case i.Kind == YesNo:
		return ID(i.Name) + "-yes"
	case (i.Kind == One || i.Kind == Many) && len(i.Options) > 0:
		return ID(i.Name) + "-" + i.Options[0].Value
	}
	return ID(i.Name)
}
