package portal

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// Notices lists the words that go with each purpose.
func (p *Portal) Notices(c echo.Context) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Notices, s.t("portal.notices.title"))
	return web.Render(c, http.StatusOK, view.Notices(f, s.noticesPage()))
}

// Notice shows the words of one version in one language: ?v= and ?lang=, else
// those of now in the page's language.
func (p *Portal) Notice(c echo.Context) error {
	v, err := purposeOf(c)
	if err != nil {
		return err
	}
	if number := c.QueryParam("v"); number != "" {
		n, _ := strconv.Atoi(number) // what is no number is no version
		version, ok := web.Of(c).Organisation.PurposeVersion(v.Purpose, n)
		if !ok {
			return errs.New(errs.NotFound, "")
		}
		v = version
	}
	locale := web.Of(c).Locale
	if tag := c.QueryParam("lang"); tag != "" {
		if !web.Of(c).Brand.Speaks(tag) {
			return errs.New(errs.NotFound, "")
		}
		locale = tag
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Notices, s.in(v.Words.Question))
	return web.Render(c, http.StatusOK, view.Notice(f, s.noticePage(v, locale)))
}
