package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/static"
	view "livingprofile/views/portal"
)

// Framed is the portal as a brand's own site shows it. It knows nobody and sets
// no cookie, and whatever a person does happens in a window of its own, where
// no page lies over the buttons. Only pages of the brand's sites may show it.
func (p *Portal) Framed(c echo.Context) error {
	v := web.Of(c)
	if v.Brand == nil || v.BrandName() != c.Param("brand") {
		return errs.New(errs.NotFound, "error.no_brand")
	}
	web.FrameBy(c, v.Brand.Origins...)
	page := view.FramedPage{Voice: v.Brand.Voice.In(v.Locale), Href: v.Base()}
	for _, purpose := range v.Organisation.PurposesOn(v.BrandName()) {
		if purpose.Asks() {
			page.Purposes = append(page.Purposes, view.FramedPurpose{
				Title: purpose.Words.Question.In(v.Locale), Text: purpose.Words.Sentence.In(v.Locale),
			})
		}
	}
	f := web.Frame(c, "", i18n.T(web.Context(c), "portal.framed.title", "brand", v.Brand.Label.In(v.Locale)))
	f.Embedded, f.Locales = true, nil // the page around says the language
	return web.Render(c, http.StatusOK, view.Framed(f, page))
}

// Widget is the script by which a brand's site shows Framed. Its address is
// written into other people's pages, so it never changes, and may be kept for
// an hour.
func (p *Portal) Widget(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", "public, max-age=3600")
	return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", static.Widget())
}
