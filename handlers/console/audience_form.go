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
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
	"livingprofile/views/ui"
)

// audienceFields are what the form sends. A row of conditions is named by its
// group and its place in it, as "what.1.2".
var audienceFields = [...]string{
	"name", "purpose", "brand", "channel", "match", "match.*", "what.*", "compare.*", "value.*", "days.*", "give", "version", "act",
}

// conditionRows is how many conditions a form of one group has room for.
const conditionRows = 4

// rowNames are the rows of a form of one group.
func rowNames() []string {
	names := make([]string, conditionRows)
	for n := range names {
		names[n] = strconv.Itoa(n + 1)
	}
	return names
}

// flatOf reads a form of one group: its condition, and the row of each place in
// it.
func flatOf(c echo.Context, form url.Values) (audience.Expr, map[string]string, error) {
	list := "all"
	if form.Get("match") == "any" {
		list = "any"
	}
	found, places, bad := conditionsOf(c, form, rowNames(), "where."+list)
	if len(found) == 0 {
		bad = append(bad, errs.At("what.1", "error.required"))
	}
	where := audience.Expr{All: found}
	if list == "any" {
		where = audience.Expr{Any: found}
	}
	return where, places, errs.InvalidFields(bad...)
}

// conditionsOf reads those of rows that are filled in, and tells which row is at
// which place of the list that begins at path.
func conditionsOf(c echo.Context, form url.Values, rows []string, path string) (list []audience.Expr, places map[string]string, bad []errs.Field) {
	places = map[string]string{}
	for _, row := range rows {
		what := form.Get("what." + row)
		if what == "" {
			continue
		}
		e, ok := readWhat(what)
		if !ok || !offersWhat(c, what) {
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
		places[path+"."+strconv.Itoa(len(list))] = row
		list = append(list, e)
	}
	return list, places, bad
}

// placeWrongs ties what is wrong with a condition to its row.
func placeWrongs(places, wrong map[string]string) map[string]string {
	placed := map[string]string{}
	for path, text := range wrong {
		row, part := "", ""
		for at, name := range places {
			if rest, ok := strings.CutPrefix(path+".", at+"."); ok {
				row, part = name, strings.TrimSuffix(rest, ".")
			}
		}
		switch {
		case strings.HasPrefix(path, "give."):
			placed["give"] = text
		case row != "" && (part == "compare" || part == "value" || part == "days"):
			placed[part+"."+row] = text
		case row != "":
			placed["what."+row] = text
		case strings.HasPrefix(path, "where"):
			placed["match"] = text
		default:
			placed[path] = text
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

// whatOf is what readWhat reads.
func whatOf(e *audience.Expr) string {
	switch {
	case e.Field != "":
		return "field:" + e.Field
	case e.Topic != "":
		return "topic:" + e.Topic + "/" + e.Channel
	case e.Of != "":
		return "activity:" + e.Activity + ":" + string(e.Calculate) + ":" + e.Of
	}
	return "activity:" + e.Activity + ":" + string(e.Calculate)
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
			all = append(all, ui.Option{Value: whatOf(&e), Label: w.what(&e)})
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
			e := audience.Expr{Topic: t.Name, Channel: channel}
			all = append(all, ui.Option{Value: whatOf(&e), Label: w.what(&e)})
		}
	}
	return all
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// conditionInput is one row: what, how it is compared, with what, how far back.
func conditionInput(c echo.Context, row string, list []ui.Option, typed url.Values, wrong map[string]string) ui.Input {
	ctx := web.Context(c)
	t := func(id string) string { return i18n.T(ctx, "audience."+id) }
	compare := ui.Input{Kind: ui.OneList, Name: "compare." + row, Label: t("compare"), Value: typed.Get("compare." + row), Wrong: wrong["compare."+row]}
	for _, how := range audience.Comparisons {
		compare.Options = append(compare.Options, ui.Option{Value: string(how), Label: t("comparing." + strings.ReplaceAll(string(how), "-", "_"))})
	}
	return ui.Input{
		Kind: ui.Group, Name: "row." + row, Label: i18n.T(ctx, "audience.row", "number", row[strings.LastIndexByte(row, '.')+1:]),
		Parts: []ui.Input{
			{Kind: ui.OneList, Name: "what." + row, Label: t("what"), Options: list, Value: typed.Get("what." + row), Wrong: wrong["what."+row]},
			compare,
			{Kind: ui.Text, Name: "value." + row, Label: t("value"), Hint: t("value_hint"), Value: typed.Get("value." + row), Wrong: wrong["value."+row], Fill: "off"},
			{Kind: ui.Text, Name: "days." + row, Label: t("days"), Hint: t("days_hint"), Value: typed.Get("days." + row), Wrong: wrong["days."+row], Fill: "off", Brief: true},
		},
	}
}
