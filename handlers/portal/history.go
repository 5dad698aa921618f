package portal

import (
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// historyLength is how much of the history stands on one page.
const historyLength = 30

// History shows what happened, a part at a time.
func (p *Portal) History(c echo.Context) error {
	part, err := partOf(c.QueryParam("kind"), c.QueryParam("before"))
	if err != nil {
		return err
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	happened, older, err := p.Read.Story(s.ctx, web.Of(c).Subject(), ledger.Chapter{
		From: part.from, Kinds: part.group.kinds, Limit: historyLength,
	})
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.History, s.t("portal.history.title"))
	return web.Render(c, http.StatusOK, view.History(f, s.historyPage(part, happened, older)))
}

// A part says which part of the history is shown.
type part struct {
	group kindGroup
	from  string // where the part before ended, a version for each record; "" for the newest
}

// A kindGroup is what the filter tells apart.
type kindGroup struct {
	name  string
	kinds []string // prefixes of kinds; nil for all
}

// kindGroups are the choices of the filter, in order.
func kindGroups() []kindGroup {
	return []kindGroup{
		{"all", nil},
		{"choices", []string{"consent.", "conflict."}},
		{"data", []string{"attribute.", "identifier.", "subject.", "sharing.", "activity.", "inference.", "automated."}},
		{"messages", []string{"preference.", "marketing.", "decision.", "audience."}},
		{"requests", []string{"request.", "copy.", "attachment.", "restriction."}},
		{"signing_in", []string{"session."}},
	}
}

// longestPlace is more than the places in all records of anybody are.
const longestPlace = 400

var places = regexp.MustCompile(`^\d+(\.\d+)*$`)

// partOf reads the address of a part.
func partOf(kind, before string) (part, error) {
	p := part{group: kindGroups()[0]}
	if before != "" && !places.MatchString(before) || len(before) > longestPlace {
		return p, errs.New(errs.NotFound, "")
	}
	p.from = before
	for _, g := range kindGroups() {
		if g.name == kind {
			p.group = g
			return p, nil
		}
	}
	if kind != "" {
		return p, errs.New(errs.NotFound, "")
	}
	return p, nil
}
