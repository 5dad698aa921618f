package portal

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// Notices lists the words that go with each purpose.
func (p *Portal) Notices(c echo.Context) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Notices, s.t("portal.notices.title"))
	return web.Render(c, http.StatusOK, view.Notices(f, s.noticesPage(p.answerer(c))))
}

// answerer is who answers for the data of the brand.
func (p *Portal) answerer(c echo.Context) view.Answerer {
	v, law := web.Of(c), p.law(c)
	a := view.Answerer{
		Controller: v.Brand.LegalName, Address: v.Organisation.Address, Contact: v.Brand.Contact,
		Law: law.Law.In(v.Locale), Authority: ui.Link{Text: law.Authority.Name.In(v.Locale), Href: law.Authority.Address},
		Statement: v.Organisation.Privacy.In(v.Locale), Register: v.Brand.Site(p.Base).JoinPath(v.Brand.Name, "register.json").String(),
	}
	if v.Organisation.Contact != a.Contact {
		a.Officer = v.Organisation.Contact
	}
	return a
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
