package portal

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
)

// OpenFrame shows the page that exchanges a link of the brand's server. Looking
// at it spends nothing (invariant 9): its script does, inside a frame of the
// site that the link was made for, and inside no other.
func (p *Portal) OpenFrame(c echo.Context) error {
	v := web.Of(c)
	if v.Brand == nil || v.BrandName() != c.Param("brand") {
		return errs.New(errs.NotFound, "error.no_brand")
	}
	title := i18n.T(web.Context(c), "portal.framed.title", "brand", v.Brand.Label.In(v.Locale))
	f := web.Frame(c, "", title)
	f.Embedded, f.Locales = true, nil
	f.Scripts = []string{"htmx.js", "app.js", "frame.js"}
	page := view.OpenPage{Href: v.Base(), Exchange: "/embed/" + v.BrandName() + "/open", Start: web.FramePath(v.BrandName())}
	l, err := p.Frames.Peek(web.Context(c), c.Param("token"))
	switch {
	case errs.KindOf(err) == errs.Gone:
	case err != nil:
		return err
	case l.Brand == v.BrandName() && slices.Contains(v.Brand.Origins, l.Frame.Origin):
		web.FrameBy(c, l.Frame.Origin)
		if alone(c.Request()) {
			return web.Render(c, http.StatusForbidden, view.OpenFrame(f, page)) // nothing around it
		}
		page.Token = c.Param("token")
		if section := c.QueryParam("section"); section != "home" && l.Frame.Shows(section) {
			page.Start += "/" + section
		} else if !l.Frame.Shows("home") {
			page.Start += "/" + l.Frame.Sections[0]
		}
		return web.Render(c, http.StatusOK, view.OpenFrame(f, page))
	}
	web.FrameBy(c, v.Brand.Origins...)
	return web.Render(c, http.StatusGone, view.OpenFrame(f, page))
}

// alone tells whether the browser says that a page has no other around it.
func alone(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest != "" && dest != "iframe" && dest != "frame" && dest != "empty"
}

// ExchangeFrame spends a link, and gives the page what stands for the session:
// a cookie, and the same for browsers that refuse every cookie.
func (p *Portal) ExchangeFrame(c echo.Context) error {
	v := web.Of(c)
	if v.Brand == nil || v.BrandName() != c.Param("brand") {
		return errs.New(errs.NotFound, "error.no_brand")
	}
	form, err := web.Form(c, "token")
	if err != nil {
		return err
	}
	l, err := p.Frames.Peek(web.Context(c), form.Get("token"))
	if err != nil {
		return err
	}
	if !slices.Contains(v.Brand.Origins, l.Frame.Origin) {
		return errs.New(errs.Gone, "error.link_expired")
	}
	session, bearer, err := p.Frames.Open(web.Context(c), form.Get("token"), v.BrandName(),
		c.Request().UserAgent(), login.NetworkOf(network(c)))
	if err != nil {
		return err
	}
	// As signing in does: whoever only looks was heard too.
	if v.Signal != "" {
		_, err := p.Consent.Hear(web.Context(c), consent.Wisher{
			Subject: session.Subject, Actor: ledger.Self(session.Subject), Brand: session.Brand, Locale: v.Locale,
			Proof: consent.Proof{Kind: consent.ByBrandLink, Ref: string(session.ID)}, Channel: "frame",
		}, v.Signal)
		if err != nil {
			return err
		}
	}
	web.SetFrameCookie(c, bearer)
	return web.JSON(c, http.StatusOK, map[string]string{"bearer": bearer})
}

// reaches tells whether a field is a way to reach the person: such a field is
// not changed on the word of a brand.
func reaches(f *profile.Field) bool {
	return f.Type == profile.TypeEmail || f.Type == profile.TypePhone
}
