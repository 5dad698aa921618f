package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// Home shows what is held, allowed and received at a glance. Who arrives and is
// asked for what the brand cannot do without is led there first.
func (p *Portal) Home(c echo.Context) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	if s.needs() && arrives(c) {
		return web.SeeOther(c, s.base+"/asked")
	}
	identifiers, err := p.Read.Identifiers(s.ctx, web.Of(c).Subject())
	if err != nil {
		return err
	}
	open, err := p.Door.Open(s.ctx, web.Of(c).Subject(), s.facts)
	if err != nil {
		return err
	}
	page := s.homePage(identifiers)
	if !s.framed {
		offers, err := p.Offers.Waiting(s.ctx, web.Of(c).Subject())
		if err != nil {
			return err
		}
		page.Attention = append(page.Attention, s.offered(offers)...)
	}
	page.Attention = append(page.Attention, s.contested(open)...)
	f := p.frame(c, s, layout.Home, s.t("ui.section.home"))
	return web.Render(c, http.StatusOK, view.Home(f, page))
}
