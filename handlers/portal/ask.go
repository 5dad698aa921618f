package portal

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	view "livingprofile/views/portal"
)

// AskOpenly shows what anybody can ask for, without signing in. Each way leads
// over a link in a mail to the address that is asked about: who asks is known
// first, and whether there is such a person is told to nobody else.
func (p *Portal) AskOpenly(c echo.Context) error {
	v := web.Of(c)
	if v.Brand == nil {
		return errs.New(errs.NotFound, "error.no_brand")
	}
	if v.Session != nil {
		return web.SeeOther(c, web.Path(c, "/requests"))
	}
	s := p.glance(c)
	page := s.rightsPage(nil, p.law(c))
	for i := range page.Verbs {
		page.Verbs[i].Href = s.base + "/sign-in?next=" + url.QueryEscape(page.Verbs[i].Href)
	}
	f := web.Frame(c, "", s.t("ask.title"))
	return web.Render(c, http.StatusOK, view.Openly(f, page))
}
