package portal

import (
	"strings"

	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// valueForm is the form that changes a field; value is canonical, or what was
// typed and is wrong.
func (s *sight) valueForm(f *profile.Field, value string, wrong map[string]string) view.ValueForm {
	in := ui.Input{
		Kind: inputKind(f), Name: "value", Label: s.in(f.Label), Hint: s.in(f.Help), Wrong: first(wrong["value"], wrong[""]),
		Value: value, Fill: fill(f),
	}
	switch f.Type {
	case profile.TypeChoice:
		in.Options = s.choiceOptions(f)
		if in.Kind == ui.OneList {
			in.Options = append([]ui.Option{{Label: s.t("page.choose")}}, in.Options...)
		}
	case profile.TypeChoices:
		in.Options = s.choiceOptions(f)
		in.Value, in.Values = "", strings.Split(value, "\n")
	case profile.TypeCountry:
		in.Options = append([]ui.Option{{Label: s.t("page.choose")}}, countries(s.locale)...)
	}
	form := view.ValueForm{Inputs: []ui.Input{in}, CanNil: s.value(f) != ""}
	if f.Edit == profile.Approval {
		form.Note = s.t("portal.value.approval")
		if !s.framed {
			form.Inputs = append(form.Inputs, attach(s.ctx, wrong["files"]))
		}
	}
	return form
}

// manyChoices is when a choice becomes a list to open.
const manyChoices = 7

func inputKind(f *profile.Field) string {
	switch f.Type {
	case profile.TypeLines:
		return ui.Long
	case profile.TypeEmail:
		return ui.Email
	case profile.TypePhone:
		return ui.Tel
	case profile.TypeDate:
		return ui.Date
	case profile.TypeYesNo:
		return ui.YesNo
	case profile.TypeChoice:
		if len(f.Choices) > manyChoices {
			return ui.OneList
		}
		return ui.One
	case profile.TypeChoices:
		return ui.Many
	case profile.TypeCountry:
		return ui.OneList
	}
	// A number too: the number boxes of browsers take no fractions, and change
	// when somebody scrolls.
	return ui.Text
}

// fill names the field as browsers fill it in (HTML, 4.10.18.7.1); "" when they
// cannot.
func fill(f *profile.Field) string {
	switch f.Name {
	case "given-name", "family-name", "name", "nickname":
		return f.Name
	case "birthday":
		return "bday"
	case "company":
		return "organization"
	}
	switch f.Type {
	case profile.TypeEmail:
		return "email"
	case profile.TypePhone:
		return "tel"
	case profile.TypeCountry:
		return "country"
	}
	return ""
}

func (s *sight) choiceOptions(f *profile.Field) []ui.Option {
	var options []ui.Option
	for i := range f.Choices {
		options = append(options, ui.Option{Value: f.Choices[i].Value, Label: s.in(f.Choices[i].Label)})
	}
	return options
}
