package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// Home shows what is held, allowed and received at a glance.
func (p *Portal) Home(c echo.Context) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	identifiers, err := p.Read.Identifiers(s.ctx, web.Of(c).Subject())
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Home, s.t("ui.section.home"))
	return web.Render(c, http.StatusOK, view.Home(f, s.homePage(identifiers)))
}
