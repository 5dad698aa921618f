package console

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// The levels at which a brand asks for a field.
const (
	askNot  = "no"
	askMay  = "may"
	askMust = "must"
)

// more stands for the field that is asked for anew, in the names of the form.
const more = "more"

func askOf(f *profile.Field, name string) (profile.Ask, bool) {
	i := slices.IndexFunc(f.Asks, func(a profile.Ask) bool { return a.Brand == name })
	if i < 0 {
		return profile.Ask{}, false
	}
	return f.Asks[i], true
}

// askedValues are what the brand asks for and the topics that it offers.
func askedValues(o *organisation.Organisation, b *brand.Brand, values url.Values) {
	for _, f := range o.FieldsOn(b.Name) {
		ask, ok := askOf(f, b.Name)
		if !ok {
			continue
		}
		values.Set("level."+f.Name, askMay)
		if ask.Required {
			values.Set("level."+f.Name, askMust)
		}
		for tag, text := range ask.Why {
			values.Set("why."+f.Name+"."+tag, text)
		}
	}
	for _, t := range o.TopicsOn(b.Name) {
		values.Add("topics", t.Name)
	}
	values.Set("level."+more, askMay)
}

// asked is a row for each field that is asked for, one for another, and the
// topics.
func (w asker) asked(b *brand.Brand) []ui.Input {
	v := web.Of(w.c)
	another := ui.Input{Kind: ui.OneList, Name: more, Label: w.t("field.more"), Value: w.values.Get(more), Wrong: w.wrong[more]}
	another.Options = []ui.Option{{Value: "", Label: w.t("choice.more_none")}}
	var inputs []ui.Input
	for _, f := range v.Organisation.FieldsOn(b.Name) {
		if _, ok := askOf(f, b.Name); ok {
			inputs = append(inputs, w.ask(b, f.Name, f.Label.In(v.Locale), askMust, askMay, askNot))
		} else {
			another.Options = append(another.Options, ui.Option{Value: f.Name, Label: f.Label.In(v.Locale)})
		}
	}
	group := w.ask(b, more, w.t("field.ask_more"), askMay, askMust)
	group.Parts = append([]ui.Input{another}, group.Parts...)
	topics := ui.Input{Kind: ui.Many, Name: "topics", Label: w.t("field.topics"), Values: w.values["topics"], Wrong: w.wrong["topics"]}
	for i := range v.Organisation.Topics {
		if t := &v.Organisation.Topics[i]; !t.Retired {
			topics.Options = append(topics.Options, ui.Option{Value: t.Name, Label: t.Label.In(v.Locale), Note: brandNames(w.c, t.Brands)})
		}
	}
	return append(inputs, group, topics)
}

// ask is how one field is asked for, and why.
func (w asker) ask(b *brand.Brand, name, label string, levels ...string) ui.Input {
	level := ui.Input{Kind: ui.OneList, Name: "level." + name, Label: w.t("field.level"), Value: w.values.Get("level." + name), Wrong: w.wrong["level."+name]}
	for _, l := range levels {
		level.Options = append(level.Options, ui.Option{Value: l, Label: w.t("choice.level." + l)})
	}
	group := ui.Input{Kind: ui.Group, Name: "ask." + name, Label: label, Parts: []ui.Input{level}}
	for _, tag := range b.Locales {
		why := w.wordsIn("why."+name+"."+tag, tag)
		why.Kind, why.Label = ui.Long, w.t("field.why", "language", i18n.Lang(tag))
		group.Parts = append(group.Parts, why)
	}
	return group
}

// askedOf reads what is to be asked for and the topics.
func askedOf(c echo.Context, b *brand.Brand, form url.Values) (func(next *organisation.Organisation) error, error) {
	org := web.Of(c).Organisation
	asks := map[string]*profile.Ask{}
	var bad []errs.Field
	for _, f := range org.FieldsOn(b.Name) {
		was, asked := askOf(f, b.Name)
		name := f.Name
		switch {
		case asked:
		case form.Get(more) == f.Name:
			name = more
		default:
			continue
		}
		ask := profile.Ask{Brand: b.Name, Required: form.Get("level."+name) == askMust, Why: textOf(form, "why."+name, was.Why)}
		switch form.Get("level." + name) {
		case askNot:
			asks[f.Name] = nil
			continue
		case askMay, askMust:
		default:
			bad = append(bad, errs.At("level."+name, "error.not_a_choice"))
		}
		if ask.Why[b.Locales[0]] == "" {
			bad = append(bad, errs.At("why."+name+"."+b.Locales[0], "error.required"))
		}
		asks[f.Name] = &ask
	}
	if name := form.Get(more); name != "" && asks[name] == nil {
		bad = append(bad, errs.At(more, "error.not_a_choice"))
	}
	for _, name := range form["topics"] {
		if t, ok := org.Topic(name); !ok || t.Retired {
			bad = append(bad, errs.At("topics", "error.not_a_choice"))
		}
	}
	return func(next *organisation.Organisation) error {
		for field, ask := range asks {
			if err := next.AskFor(b.Name, field, ask); err != nil {
				return err
			}
		}
		for i := range next.Topics {
			name := next.Topics[i].Name
			if err := next.Offer(b.Name, name, slices.Contains(form["topics"], name)); err != nil {
				return err
			}
		}
		return nil
	}, errs.InvalidFields(bad...)
}

// purposesOf are the purposes that the brand has, which a file alone changes:
// people would be asked again.
func purposesOf(c echo.Context, name string) []view.BrandPurpose {
	v := web.Of(c)
	var all []view.BrandPurpose
	for _, p := range v.Organisation.PurposesOn(name) {
		all = append(all, view.BrandPurpose{
			Title: p.Words.Question.In(v.Locale), Basis: i18n.T(web.Context(c), "console.basis."+string(p.Basis)), Locked: p.Required,
		})
	}
	return all
}

// problemWords says in the member's language what a declaration with the change
// would be refused for, at the field that it belongs to.
func problemWords(c echo.Context, b *brand.Brand, form url.Values, problems organisation.Problems) map[string]string {
	ctx := web.Context(c)
	wrong := map[string]string{}
	for _, p := range problems {
		path := strings.FieldsFunc(p.Path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
		name, word := "", "else"
		switch {
		case len(path) > 2 && path[0] == "brands" && path[1] == b.Name:
			name, word = path[2], underscored(path[2])
			if name == "label" || name == "voice" {
				name += "." + b.Locales[0]
			}
		case len(path) > 1 && path[0] == "topics":
			name, word = "topics", "topics"
		case form.Has("locales"):
			name, word = "locales", "words"
		}
		if wrong[name] == "" {
			wrong[name] = i18n.T(ctx, "brands.wrong."+word, "path", p.Path)
		}
	}
	return wrong
}
