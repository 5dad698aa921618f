package console

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/activity"
	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
	"livingprofile/views/ui"
)

// audienceFields are what the form sends.
var audienceFields = [...]string{"name", "purpose", "brand", "match", "what.*", "compare.*", "value.*", "days.*", "give"}

// conditionRows is how many conditions the form has room for.
const conditionRows = 4

// audienceOf reads the form. Its list of conditions has those rows that are
// filled in.
func audienceOf(c echo.Context, form url.Values) (audience.Audience, error) {
	a := audience.Audience{
		Name: strings.TrimSpace(form.Get("name")), Purpose: consent.PurposeID(form.Get("purpose")), Brand: form.Get("brand"), Give: form["give"],
	}
	var bad []errs.Field
	var list []audience.Expr
	for _, n := range filledRows(form) {
		row := strconv.Itoa(n)
		e, ok := readWhat(form.Get("what." + row))
		if !ok || !offersWhat(c, form.Get("what."+row)) {
			bad = append(bad, errs.At("what."+row, "error.not_a_choice"))
		}
		e.Compare, e.Value = audience.Comparison(form.Get("compare."+row)), strings.TrimSpace(form.Get("value."+row))
		if e.Topic != "" {
			e.Compare, e.Value = "", ""
		}
		if days := form.Get("days." + row); days != "" {
			var err error
			if e.Days, err = strconv.Atoi(days); err != nil {
				bad = append(bad, errs.At("days."+row, "error.not_a_number"))
			}
		}
		list = append(list, e)
	}
	switch {
	case len(list) == 0:
		bad = append(bad, errs.At("what.1", "error.required"))
	case form.Get("match") == "any":
		a.Where.Any = list
	default:
		a.Where.All = list
	}
	return a, errs.InvalidFields(bad...)
}

func filledRows(form url.Values) []int {
	var rows []int
	for n := 1; n <= conditionRows; n++ {
		if form.Get("what."+strconv.Itoa(n)) != "" {
			rows = append(rows, n)
		}
	}
	return rows
}

// placeWrongs ties what is wrong with the n-th condition to its row.
func placeWrongs(form url.Values, wrong map[string]string) map[string]string {
	placed := map[string]string{}
	rows := filledRows(form)
	for path, text := range wrong {
		parts := strings.Split(path, ".")
		switch {
		case parts[0] == "give":
			placed["give"] = text
		case parts[0] != "where" || len(parts) < 3:
			placed[path] = text
		default:
			n, err := strconv.Atoi(parts[2])
			if err != nil || n >= len(rows) {
				placed["match"] = text
				continue
			}
			part := "what"
			if len(parts) > 3 && (parts[3] == "compare" || parts[3] == "value" || parts[3] == "days") {
				part = parts[3]
			}
			placed[part+"."+strconv.Itoa(rows[n])] = text
		}
	}
	return placed
}

// readWhat reads what a condition looks at, as the options of the form say it.
func readWhat(text string) (audience.Expr, bool) {
	kind, rest, _ := strings.Cut(text, ":")
	switch kind {
	case "field":
		return audience.Expr{Field: rest}, rest != ""
	case "topic":
		topic, channel, ok := strings.Cut(rest, "/")
		return audience.Expr{Topic: topic, Channel: channel}, ok
	case "activity":
		parts := strings.Split(rest, ":")
		if len(parts) < 2 || len(parts) > 3 {
			return audience.Expr{}, false
		}
		e := audience.Expr{Activity: parts[0], Calculate: activity.Calculation(parts[1])}
		if len(parts) == 3 {
			e.Of = parts[2]
		}
		return e, true
	}
	return audience.Expr{}, false
}

// offersWhat tells whether the form offers the member what they ask for.
func offersWhat(c echo.Context, what string) bool {
	for _, o := range whats(c) {
		if o.Value == what {
			return true
		}
	}
	return false
}

// mayUse tells whether a member may look for people by something: whoever opens
// nobody does not by what is sensitive.
func mayUse(c echo.Context, category string, sensitive bool, brands []string) bool {
	m := me(c)
	if !seesAny(m, brands) {
		return false
	}
	if m.Role.Has(authz.PersonRead) {
		return m.Role.MaySee(category, sensitive)
	}
	return !sensitive
}

// whats are what a condition may look at.
func whats(c echo.Context) []ui.Option {
	v := web.Of(c)
	w := wordsOf(c)
	all := []ui.Option{{Value: "", Label: i18n.T(web.Context(c), "audience.no_condition")}}
	for i := range v.Organisation.Fields {
		if f := &v.Organisation.Fields[i]; !f.Retired && mayUse(c, f.Category, f.Sensitive, f.Brands) {
			all = append(all, ui.Option{Value: "field:" + f.Name, Label: f.Label.In(v.Locale)})
		}
	}
	for i := range v.Organisation.Activities {
		k := &v.Organisation.Activities[i]
		if k.Retired || !mayUse(c, k.Category, k.Sensitive, k.Brands) {
			continue
		}
		add := func(how activity.Calculation, of string) {
			e := audience.Expr{Activity: k.Name, Calculate: how, Of: of}
			value := "activity:" + k.Name + ":" + string(how)
			if of != "" {
				value += ":" + of
			}
			all = append(all, ui.Option{Value: value, Label: w.what(&e)})
		}
		add(activity.Count, "")
		for j := range k.Fields {
			if f := &k.Fields[j]; f.Type == profile.TypeNumber {
				add(activity.Sum, f.Name)
				add(activity.Average, f.Name)
			} else {
				add(activity.MostFrequent, f.Name)
			}
		}
	}
	for i := range v.Organisation.Topics {
		t := &v.Organisation.Topics[i]
		if t.Retired || !seesAny(me(c), t.Brands) {
			continue
		}
		for _, channel := range t.Channels {
			all = append(all, ui.Option{Value: "topic:" + t.Name + "/" + channel, Label: w.what(&audience.Expr{Topic: t.Name, Channel: channel})})
		}
	}
	return all
}

func audienceForm(c echo.Context, typed url.Values, wrong map[string]string) []ui.Input {
	ctx, v := web.Context(c), web.Of(c)
	t := func(id string) string { return i18n.T(ctx, "audience."+id) }
	purpose := ui.Input{Kind: ui.OneList, Name: "purpose", Label: t("purpose"), Hint: t("purpose_hint"), Value: typed.Get("purpose"), Wrong: wrong["purpose"]}
	for _, p := range v.Organisation.AllPurposes() {
		if !p.Retired && seesAny(me(c), p.Brands) {
			purpose.Options = append(purpose.Options, ui.Option{Value: string(p.Purpose), Label: p.Words.Question.In(v.Locale)})
		}
	}
	brands := []ui.Option{}
	if me(c).Sees("") {
		brands = append(brands, ui.Option{Value: "", Label: i18n.T(ctx, "console.all_brands")})
	}
	for _, b := range brandOptions(c) {
		if me(c).Sees(b.Value) {
			brands = append(brands, b)
		}
	}
	form := []ui.Input{
		{Kind: ui.Text, Name: "name", Label: t("name"), Value: typed.Get("name"), Wrong: wrong["name"], Fill: "off"},
		purpose,
		{Kind: ui.OneList, Name: "brand", Label: t("brand"), Options: brands, Value: typed.Get("brand"), Wrong: wrong["brand"]},
		{
			Kind: ui.One, Name: "match", Label: t("match"), Wrong: wrong["match"], Value: or(typed.Get("match"), "all"),
			Options: []ui.Option{{Value: "all", Label: t("match_all")}, {Value: "any", Label: t("match_any")}},
		},
	}
	list := whats(c)
	for n := 1; n <= conditionRows; n++ {
		form = append(form, conditionInput(c, n, list, typed, wrong))
	}
	give := ui.Input{Kind: ui.Many, Name: "give", Label: t("give"), Hint: t("give_hint"), Values: typed["give"], Wrong: wrong["give"]}
	for i := range v.Organisation.Fields {
		if f := &v.Organisation.Fields[i]; !f.Retired && mayUse(c, f.Category, f.Sensitive, f.Brands) {
			give.Options = append(give.Options, ui.Option{Value: f.Name, Label: f.Label.In(v.Locale)})
		}
	}
	return append(form, give)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// conditionInput is one row: what, how it is compared, with what, how far back.
func conditionInput(c echo.Context, n int, list []ui.Option, typed url.Values, wrong map[string]string) ui.Input {
	ctx, row := web.Context(c), strconv.Itoa(n)
	t := func(id string) string { return i18n.T(ctx, "audience."+id) }
	compare := ui.Input{Kind: ui.OneList, Name: "compare." + row, Label: t("compare"), Value: typed.Get("compare." + row), Wrong: wrong["compare."+row]}
	for _, how := range audience.Comparisons {
		compare.Options = append(compare.Options, ui.Option{Value: string(how), Label: t("comparing." + strings.ReplaceAll(string(how), "-", "_"))})
	}
	return ui.Input{
		Kind: ui.Group, Name: "row." + row, Label: i18n.T(ctx, "audience.row", "number", row),
		Parts: []ui.Input{
			{Kind: ui.OneList, Name: "what." + row, Label: t("what"), Options: list, Value: typed.Get("what." + row), Wrong: wrong["what."+row]},
			compare,
			{Kind: ui.Text, Name: "value." + row, Label: t("value"), Hint: t("value_hint"), Value: typed.Get("value." + row), Wrong: wrong["value."+row], Fill: "off"},
			{Kind: ui.Text, Name: "days." + row, Label: t("days"), Hint: t("days_hint"), Value: typed.Get("days." + row), Wrong: wrong["days."+row], Fill: "off", Brief: true},
		},
	}
}
