package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// Who shows which systems and recipients have what.
func (p *Portal) Who(c echo.Context) error {
	s, err := p.lookTold(c)
	if err != nil {
		return err
	}
	if s.queries == nil {
		if s.queries, err = p.queries(s, web.Of(c).Subject()); err != nil {
			return err
		}
	}
	f := p.frame(c, s, layout.Who, s.t("portal.who.title"))
	page := s.whoPage()
	if page.Joined, err = p.joined(c, s); err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, view.Who(f, page))
}
