package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/views/ui"
)

// brandFields are what the form of a part sends; none for a part without one.
func brandFields(part string) []string {
	switch part {
	case partBasics:
		return []string{"base", "label.*", "voice.*", "mark", "legal-name", "contact", "country", "region", "zone", "locales", "default", "register", "ask-every"}
	case partLook:
		return []string{"base", "accent", "ground", "corners", "fonts"}
	case partReach:
		return []string{"base", "host", "origins"}
	case partAsked:
		return []string{"base", "level.*", "why.*", "topics", "more"}
	}
	return []string{"base"}
}

const aDay = 24 * time.Hour

// valuesOf are what the form of a part has of what stands.
func valuesOf(o *organisation.Organisation, b *brand.Brand, part string) url.Values {
	values := url.Values{}
	switch part {
	case partBasics:
		for tag, text := range b.Label {
			values.Set("label."+tag, text)
		}
		for tag, text := range b.Voice {
			values.Set("voice."+tag, text)
		}
		for name, text := range map[string]string{
			"mark": b.Mark, "legal-name": b.LegalName, "contact": b.Contact, "country": b.Country, "region": b.Region, "zone": b.Zone,
			"default": b.Locales[0], "register": "no",
		} {
			values.Set(name, text)
		}
		values["locales"] = b.Locales
		if b.Register {
			values.Set("register", "yes")
		}
		if b.AskEvery > 0 {
			values.Set("ask-every", strconv.Itoa(int(b.AskEvery/aDay)))
		}
	case partLook:
		values.Set("accent", b.Accent)
		values.Set("ground", b.Ground)
		values.Set("corners", string(b.Corners))
		values.Set("fonts", strings.Join(b.Fonts, ", "))
	case partReach:
		values.Set("host", b.Host)
		values.Set("origins", strings.Join(b.Origins, "\n"))
	case partAsked:
		askedValues(o, b, values)
	}
	return values
}

// readBrand reads the form of a part as a change of the brand.
func readBrand(c echo.Context, part string, b *brand.Brand, form url.Values) (func(next *organisation.Organisation) error, error) {
	switch part {
	case partBasics:
		return basicsOf(b, form)
	case partLook:
		return onBrand(b.Name, func(b *brand.Brand) { *b = lookFrom(b, form) }), nil
	case partReach:
		return onBrand(b.Name, func(b *brand.Brand) {
			b.Host, b.Origins = strings.ToLower(strings.TrimSpace(form.Get("host"))), strings.Fields(form.Get("origins"))
		}), nil
	case partAsked:
		return askedOf(c, b, form)
	}
	return nil, errs.NotFound
}

// onBrand is a change of the brand itself.
func onBrand(name string, change func(b *brand.Brand)) func(next *organisation.Organisation) error {
	return func(next *organisation.Organisation) error {
		i := slices.IndexFunc(next.Brands, func(b brand.Brand) bool { return b.Name == name })
		if i < 0 {
			return errs.NotFound
		}
		change(&next.Brands[i])
		return nil
	}
}

// lookFrom is the brand with the look that a form has.
func lookFrom(b *brand.Brand, form url.Values) brand.Brand {
	next := *b
	next.Accent = strings.ToLower(strings.TrimSpace(form.Get("accent")))
	next.Ground = strings.ToLower(strings.TrimSpace(form.Get("ground")))
	next.Corners, next.Fonts = brand.Corners(form.Get("corners")), listed(form.Get("fonts"))
	return next
}

// listed reads words with commas between them, as a Japanese writes them too.
func listed(text string) []string {
	var all []string
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '、' || r == '،' }) {
		if one = strings.TrimSpace(one); one != "" && !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

func basicsOf(b *brand.Brand, form url.Values) (func(next *organisation.Organisation) error, error) {
	var bad []errs.Field
	every := time.Duration(0)
	if text := strings.TrimSpace(form.Get("ask-every")); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil || days < 1 || days > 3650 {
			bad = append(bad, errs.At("ask-every", "error.out_of_range"))
		}
		every = time.Duration(days) * aDay
	}
	locales := slices.Clone(form["locales"])
	if first := form.Get("default"); !slices.Contains(locales, first) {
		bad = append(bad, errs.At("default", "error.not_a_choice"))
	} else {
		locales = slices.DeleteFunc(locales, func(tag string) bool { return tag == first })
		locales = append([]string{first}, locales...)
	}
	label, voice := textOf(form, "label", b.Label), textOf(form, "voice", b.Voice)
	for _, tag := range sameOrder(b.Locales, locales) {
		if label[tag] == "" {
			bad = append(bad, errs.At("label."+tag, "error.required"))
		}
	}
	return onBrand(b.Name, func(b *brand.Brand) {
		b.Label, b.Voice, b.Locales, b.AskEvery = label, voice, locales, every
		b.Mark, b.LegalName = strings.TrimSpace(form.Get("mark")), strings.TrimSpace(form.Get("legal-name"))
		b.Contact, b.Zone = strings.TrimSpace(form.Get("contact")), strings.TrimSpace(form.Get("zone"))
		b.Region = strings.ToUpper(strings.TrimSpace(form.Get("region")))
		b.Country, b.Register = strings.ToUpper(strings.TrimSpace(form.Get("country"))), form.Get("register") == "yes"
	}), errs.InvalidFields(bad...)
}

// sameOrder are those of the first list that are in the second.
func sameOrder(list, in []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(in, s) })
}

// textOf is a text with the words that the form has; a language that the form
// does not show keeps its own.
func textOf(form url.Values, name string, was i18n.Text) i18n.Text {
	text := i18n.Text{}
	for tag, words := range was {
		text[tag] = words
	}
	for field := range form {
		tag, ok := strings.CutPrefix(field, name+".")
		if !ok {
			continue
		}
		if text[tag] = oneLine(form.Get(field)); text[tag] == "" {
			delete(text, tag)
		}
	}
	if len(text) == 0 {
		return nil
	}
	return text
}

// oneLine is what was typed without breaks and spaces round it.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// brandInputs is the form of a part.
func brandInputs(c echo.Context, spoken []string, b *brand.Brand, f brandForm) []ui.Input {
	w := asker{c, f}
	switch f.part {
	case partBasics:
		return w.basics(spoken, b)
	case partLook:
		return []ui.Input{
			w.text("accent", true), w.text("ground", true),
			w.list("corners", "", string(brand.Square), string(brand.Small), string(brand.Round)), w.text("fonts", true),
		}
	case partReach:
		origins := w.text("origins", true)
		origins.Kind = ui.Long
		return []ui.Input{w.text("host", true), origins}
	case partAsked:
		return w.asked(b)
	}
	return nil
}

// An asker makes inputs of a form's values.
type asker struct {
	c echo.Context
	brandForm
}

func (w asker) t(id string, args ...any) string {
	return i18n.T(web.Context(w.c), "brands."+id, args...)
}

func (w asker) text(name string, hint bool) ui.Input {
	i := ui.Input{Kind: ui.Text, Name: name, Label: w.t("field." + underscored(name)), Value: w.values.Get(name), Wrong: w.wrong[name], Fill: "off"}
	if hint {
		i.Hint = w.t("hint." + underscored(name))
	}
	return i
}

// underscored is a name as locales have it.
func underscored(name string) string { return strings.ReplaceAll(name, "-", "_") }

func (w asker) list(name string, values ...string) ui.Input {
	i := w.text(name, false)
	i.Kind = ui.OneList
	for _, v := range values {
		word := v
		if word == "" {
			word = "none"
		}
		i.Options = append(i.Options, ui.Option{Value: v, Label: w.t("choice." + name + "." + word)})
	}
	return i
}

// words asks for a text in each language.
func (w asker) words(kind, name string, tags []string) ui.Input {
	group := ui.Input{Kind: ui.Group, Name: name, Label: w.t("field." + underscored(name)), Wrong: w.wrong[name]}
	for _, tag := range tags {
		one := w.wordsIn(name+"."+tag, tag)
		one.Kind = kind
		group.Parts = append(group.Parts, one)
	}
	return group
}

func (w asker) wordsIn(name, tag string) ui.Input {
	return ui.Input{
		Kind: ui.Text, Name: name, Label: i18n.Lang(tag), Value: w.values.Get(name), Wrong: w.wrong[name], Fill: "off", Lang: tag,
	}
}

func (w asker) basics(spoken []string, b *brand.Brand) []ui.Input {
	tags := slices.Clone(b.Locales)
	for _, tag := range spoken {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	locales := ui.Input{
		Kind: ui.Many, Name: "locales", Label: w.t("field.locales"), Hint: w.t("hint.locales"), Values: w.values["locales"], Wrong: w.wrong["locales"],
	}
	for _, tag := range tags {
		locales.Options = append(locales.Options, ui.Option{Value: tag, Label: i18n.Lang(tag)})
	}
	first := ui.Input{
		Kind: ui.OneList, Name: "default", Label: w.t("field.default"), Value: w.values.Get("default"), Options: locales.Options, Wrong: w.wrong["default"],
	}
	register := ui.Input{
		Kind: ui.YesNo, Name: "register", Label: w.t("field.register"), Value: w.values.Get("register"), Wrong: w.wrong["register"],
	}
	every := w.text("ask-every", true)
	every.Brief = true
	mark, country, region := w.text("mark", true), w.text("country", true), w.text("region", true)
	mark.Brief, country.Brief, region.Brief = true, true, true
	contact := w.text("contact", false)
	contact.Kind = ui.Email
	return []ui.Input{
		w.words(ui.Text, "label", b.Locales), w.words(ui.Long, "voice", b.Locales), mark, w.text("legal-name", true), contact, locales, first,
		register, country, region, w.text("zone", true), every,
	}
}
