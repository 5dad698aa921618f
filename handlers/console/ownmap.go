package console

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/intake"
	"livingprofile/views/ui"
)

// ownMap is the map that a member sent along, as a file or as text, and what it
// is called. It is never nil, so that an empty one is told as that.
func ownMap(form url.Values) (name string, text []byte) {
	if file := form.Get("own_file"); file != "" {
		form.Set("own", file)
		return intake.SentName(form.Get("own_file.name")), []byte(file)
	}
	return intake.OwnMap, []byte(form.Get("own"))
}

// ownForm asks for a map of one's own.
func ownForm(c echo.Context, typed url.Values, wrong bool) ui.Input {
	ctx := web.Context(c)
	own := ui.Input{
		Kind: ui.Long, Name: "own", Label: i18n.T(ctx, "imports.own"), Hint: i18n.T(ctx, "imports.own_hint"), Value: typed.Get("own"), Fill: "off",
	}
	if wrong {
		own.Wrong = i18n.T(ctx, "imports.own_wrong")
	}
	return own
}

// mapProblems are what is wrong with a map, in the order of the file.
func mapProblems(c echo.Context, err error) []string {
	var all []string
	for _, f := range errs.FieldsOf(err) {
		if place, ok := strings.CutPrefix(f.Path, "map."); ok {
			all = append(all, place+": "+i18n.Message(web.Context(c), f.ID, f.Args))
		}
	}
	return all
}
