package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// Brands is the first page of an installation: it lets people choose whose data
// they would like to see, where there is a choice.
func (p *Portal) Brands(c echo.Context) error {
	v := web.Of(c)
	var page view.BrandsPage
	for i := range v.Organisation.Brands {
		b := &v.Organisation.Brands[i]
		if b.Retired || v.Home != nil && v.Home != b {
			continue
		}
		page.Brands = append(page.Brands, view.BrandItem{
			Name: b.Label.In(v.Locale), Mark: b.Mark, Text: b.Voice.In(v.Locale), Href: p.home(v, b),
		})
	}
	if len(page.Brands) == 1 {
		return c.Redirect(http.StatusSeeOther, page.Brands[0].Href)
	}
	page.Around = p.around(web.Context(c), v)
	f := web.Frame(c, layout.Home, i18n.T(web.Context(c), "portal.brands.title"))
	return web.Render(c, http.StatusOK, view.Brands(f, page))
}

// home is where a brand's pages begin: on its own host, if it has one.
func (p *Portal) home(v *web.Visit, b *brand.Brand) string {
	if b.Host == "" || v.Home == b {
		return "/" + b.Name
	}
	return b.Site(p.Base).JoinPath(b.Name).String()
}

// Language changes the language of the pages, and for somebody who is signed in
// that of their messages as well.
func (p *Portal) Language(c echo.Context) error {
	form, err := web.Form(c, "locale", "back")
	if err != nil {
		return err
	}
	v, tag := web.Of(c), form.Get("locale")
	if !v.Brand.Speaks(tag) {
		return errs.InvalidFields(errs.At("locale", "error.not_a_language"))
	}
	if v.Session != nil {
		w := wisher(c)
		w.Locale = tag
		if err := p.Consent.Speak(web.Context(c), w, tag); err != nil {
			return err
		}
	}
	web.SetLocale(c, tag)
	return web.SeeOther(c, web.Local(form.Get("back"), v.Base()))
}
