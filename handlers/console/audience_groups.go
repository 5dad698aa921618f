package console

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/audience"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

const (
	// conditionGroups and groupRows bound a form of an audience; conditions of
	// more, and deeper ones, are the API's.
	conditionGroups = 6
	groupRows       = 10
	// freshRows is how many conditions a new group has room for.
	freshRows = 2
)

// How the conditions of a group count, as the form says it.
const (
	allOf  = "all"
	anyOf  = "any"
	noneOf = "none"
)

// A group is some conditions of which all, any or none have to hold.
type group struct {
	match string
	list  []audience.Expr
}

// expr is the condition that g is, and the path of its list in it.
func (g *group) expr() (audience.Expr, string) {
	switch g.match {
	case anyOf:
		return audience.Expr{Any: g.list}, ".any"
	case noneOf:
		return audience.Expr{Not: &audience.Expr{Any: g.list}}, ".not.any"
	}
	return audience.Expr{All: g.list}, ".all"
}

func rowName(g, r int) string { return strconv.Itoa(g) + "." + strconv.Itoa(r) }

func matchName(g int) string { return "match." + strconv.Itoa(g) }

// room is how many conditions the n-th group of a form has room for; 0 where the
// form has no such group.
func room(form url.Values, n int) int {
	for r := groupRows; r > 0; r-- {
		if form.Has("what." + rowName(n, r)) {
			return r
		}
	}
	return 0
}

// groupsOf reads the condition of a form, and tells which row is at which place
// in it. A group without a condition is none.
func groupsOf(c echo.Context, form url.Values) (audience.Expr, map[string]string, error) {
	var filled []int
	for n := 1; n <= conditionGroups; n++ {
		for r := 1; r <= groupRows; r++ {
			if form.Get("what."+rowName(n, r)) != "" {
				filled = append(filled, n)
				break
			}
		}
	}
	top := allOf
	if form.Get("match") == anyOf {
		top = anyOf
	}
	var whole group
	var bad []errs.Field
	places := map[string]string{}
	for k, n := range filled {
		g := group{match: form.Get(matchName(n))}
		path := "where"
		if len(filled) > 1 {
			path += "." + top + "." + strconv.Itoa(k)
		}
		_, list := g.expr()
		rows := make([]string, groupRows)
		for r := range rows {
			rows[r] = rowName(n, r+1)
		}
		found, here, wrong := conditionsOf(c, form, rows, path+list)
		for at, row := range here {
			places[at] = row
		}
		g.list, bad = found, append(bad, wrong...)
		one, _ := g.expr()
		whole.list = append(whole.list, one)
	}
	switch len(whole.list) {
	case 0:
		return audience.Expr{}, places, errs.InvalidFields(errs.At("what."+rowName(1, 1), "error.required"))
	case 1:
		return whole.list[0], places, errs.InvalidFields(bad...)
	}
	whole.match = top
	where, _ := whole.expr()
	return where, places, errs.InvalidFields(bad...)
}

// groupsIn takes a condition apart as the form has it; false for one that is
// deeper than the form shows.
func groupsIn(where *audience.Expr) (top string, groups []group, ok bool) {
	if g, ok := flat(where); ok {
		return allOf, []group{g}, true
	}
	top, list := allOf, where.All
	if len(where.Any) > 0 {
		top, list = anyOf, where.Any
	}
	loose := -1 // the group of conditions that stand in no group
	for i := range list {
		if !leaf(&list[i]) {
			g, ok := flat(&list[i])
			if !ok {
				return "", nil, false
			}
			groups = append(groups, g)
			continue
		}
		if loose < 0 {
			loose, groups = len(groups), append(groups, group{match: top})
		}
		groups[loose].list = append(groups[loose].list, list[i])
	}
	return top, groups, len(groups) > 0 && len(groups) <= conditionGroups
}

// flat is a condition as one group; false where groups are in it.
func flat(e *audience.Expr) (group, bool) {
	g := group{allOf, e.All}
	switch {
	case leaf(e):
		g.list = []audience.Expr{*e}
	case len(e.Any) > 0:
		g = group{anyOf, e.Any}
	case e.Not != nil && leaf(e.Not):
		g = group{noneOf, []audience.Expr{*e.Not}}
	case e.Not != nil:
		g = group{noneOf, e.Not.Any}
	}
	for i := range g.list {
		if !leaf(&g.list[i]) {
			return g, false
		}
	}
	return g, len(g.list) > 0 && len(g.list) <= groupRows
}

func leaf(e *audience.Expr) bool { return e.Field != "" || e.Topic != "" || e.Activity != "" }

// showGroups fills the condition of an audience into a form, with room for one
// more in each group; false for one that the form cannot show, or that looks at
// what the member may not.
func showGroups(c echo.Context, where *audience.Expr, form url.Values) bool {
	top, groups, ok := groupsIn(where)
	if !ok {
		return false
	}
	form.Set("match", top)
	for n, g := range groups {
		form.Set(matchName(n+1), g.match)
		for r := range g.list {
			e, row := &g.list[r], rowName(n+1, r+1)
			what := whatOf(e)
			if !offersWhat(c, what) {
				return false
			}
			form.Set("what."+row, what)
			form.Set("compare."+row, string(e.Compare))
			form.Set("value."+row, e.Value)
			if e.Days > 0 {
				form.Set("days."+row, strconv.Itoa(e.Days))
			}
		}
		widen(form, n+1)
	}
	return true
}

// widen makes room for one more condition in the n-th group of a form.
func widen(form url.Values, n int) {
	if r := room(form, n); r < groupRows {
		form.Set("what."+rowName(n, r+1), "")
	}
}

// widened makes the room that a button of the form asks for; false for another
// button.
func widened(form url.Values) bool {
	kind, which, _ := strings.Cut(form.Get("act"), ".")
	switch n, err := strconv.Atoi(which); {
	case kind == "row" && err == nil && n >= 1 && n <= conditionGroups:
		widen(form, n)
		return true
	case kind == "group":
		for n := 2; n <= conditionGroups; n++ {
			if room(form, n) == 0 {
				form.Set("what."+rowName(n, freshRows), "")
				return true
			}
		}
		return true
	}
	return false
}

// groupInputs are the groups of a form, one at least.
func groupInputs(c echo.Context, typed url.Values, wrong map[string]string) []view.ConditionGroup {
	ctx, list := web.Context(c), whats(c)
	t := func(id string, kv ...any) string { return i18n.T(ctx, "audience."+id, kv...) }
	var all []view.ConditionGroup
	for n := 1; n <= conditionGroups; n++ {
		rows := room(typed, n)
		if n == 1 {
			rows = max(rows, freshRows)
		}
		if rows == 0 {
			continue
		}
		name := matchName(n)
		g := view.ConditionGroup{
			Label: t("group", "number", n), Act: "row." + strconv.Itoa(n), More: rows < groupRows,
			Match: ui.Input{
				Kind: ui.One, Name: name, Label: t("match"), Value: or(typed.Get(name), allOf), Wrong: wrong[name],
				Options: []ui.Option{{Value: allOf, Label: t("match_all")}, {Value: anyOf, Label: t("match_any")}, {Value: noneOf, Label: t("match_none")}},
			},
		}
		for r := 1; r <= rows; r++ {
			g.Rows = append(g.Rows, conditionInput(c, rowName(n, r), list, typed, wrong))
		}
		all = append(all, g)
	}
	return all
}
