package handlers

import (
	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
)

// seenPages are the pages of the portal that a staff member may see as the
// person does, by the part of the address behind the brand; those that end in a
// slash are followed by what param names. None of them changes anything.
var seenPages = map[string]struct {
	param string
	page  func(*portal.Portal, echo.Context) error
}{
	"":           {"", (*portal.Portal).Home},
	"data":       {"", (*portal.Portal).Data},
	"data/":      {"field", (*portal.Portal).Value},
	"activity":   {"", (*portal.Portal).Activity},
	"automated":  {"", (*portal.Portal).Automated},
	"automated/": {"decision", (*portal.Portal).AutomatedDecision},
	"allow":      {"", (*portal.Portal).Allow},
	"allow/":     {"purpose", (*portal.Portal).Purpose},
	"get":        {"", (*portal.Portal).Get},
	"requests":   {"", (*portal.Portal).Requests},
	"requests/":  {"request", (*portal.Portal).Request},
	"receipts/":  {"receipt", (*portal.Portal).Receipt},
	"rights/":    {"kind", (*portal.Portal).Right},
	"who":        {"", (*portal.Portal).Who},
	"history":    {"", (*portal.Portal).History},
	"notices":    {"", (*portal.Portal).Notices},
	"notices/":   {"purpose", (*portal.Portal).Notice},
}

// asPerson shows a page of the portal to a staff member as its person sees it.
func (s *Server) asPerson(c echo.Context) error {
	part, item := c.Param("section"), c.Param("item")
	if item != "" {
		part += "/"
	}
	seen, ok := seenPages[part]
	if !ok {
		return errs.NotFound
	}
	return s.console.AsPerson(c, func(v *web.Visit) error {
		v.Style, v.Logo = s.sheets.path(v.Brand), s.sheets.logo(v.Brand)
		web.Begin(c, v)
		c.SetParamNames("brand", seen.param)
		c.SetParamValues(v.Brand.Name, item)
		return seen.page(s.portal, c)
	})
}
