package ui

import (
	"context"

	"github.com/a-h/templ"
)

// attributes are what every box has, whichever element it is.
func attributes(i Input) templ.Attributes {
	a := templ.Attributes{"id": ID(i.Name), "name": i.Name}
	if d := i.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if i.Wrong != "" {
		a["aria-invalid"] = "true"
	}
	if i.Required {
		a["required"] = true
	}
	if i.Fill != "" {
		a["autocomplete"] = i.Fill
	}
	if i.Lang != "" {
		a["lang"] = i.Lang
	}
	switch i.Kind {
	case Text, Long:
		a["dir"] = "auto"
	case Email, Tel:
		a["dir"] = "ltr"
	}
	return a
}

func (i Input) answers(ctx context.Context) []Option {
	if i.Kind == YesNo {
		return yesNo(ctx)
	}
	return i.Options
}

// spread tells whether the answers stand side by side: few, and without notes.
func (i Input) spread() bool {
	for _, o := range i.Options {
		if o.Note != "" {
			return false
		}
	}
	return len(i.Options) <= 5
}

func (i Input) ticker() string {
	if i.Kind == Many {
		return "checkbox"
	}
	return "radio"
}
