package middleware

import (
	"errors"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
)

// VisitFrame finds out who visits a page inside the brand's own site: by the
// bearer that the page holds, else by the cookie. A session counts at its own
// brand, inside the site that it was made for, as long as the brand names that
// site.
func (g *Guard) VisitFrame(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := web.Of(c)
		if v.Brand == nil || c.Param("brand") != v.BrandName() {
			return errs.New(errs.NotFound, "error.no_brand")
		}
		web.Vary(c, web.FrameBearer)
		token := c.Request().Header.Get(web.FrameBearer)
		if cookie, err := c.Cookie(web.FrameCookie); err == nil && token == "" {
			token = cookie.Value
		}
		session, err := g.Sessions.sessions.Check(c.Request().Context(), token)
		if err != nil && !errors.Is(err, errs.Unauthenticated) {
			return err
		}
		around := v.Brand.Origins
		if err == nil && session.Frame != nil && session.Brand == v.BrandName() && slices.Contains(around, session.Frame.Origin) {
			v.Session, v.Token, v.CSRF = &session, token, g.csrf(token)
			around = []string{session.Frame.Origin}
		}
		web.FrameBy(c, around...)
		web.KeepFlashes(c, frameFlashes{g.Flashes})
		return g.orEnded(c, next(c))
	}
}

// Within refuses what the session's frame does not show, or lets nobody do.
func (g *Guard) Within(section, act string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			v := web.Of(c)
			if v.Session == nil || v.Session.Frame == nil || !v.Session.Frame.Shows(section) || !v.Session.Frame.Lets(act) {
				return errs.New(errs.Forbidden, "error.frame_elsewhere")
			}
			return next(c)
		}
	}
}

// frameFlashes carry the next page's sentence in its address, which the frame
// alone sees: it may keep no cookie.
type frameFlashes struct{ *Flashes }

func (f frameFlashes) Set(c echo.Context, flash web.Flash) error {
	sealed, err := f.codec.Encode(f.name, flash)
	if err != nil {
		return err
	}
	web.Carry(c, sealed)
	return nil
}

func (f frameFlashes) Take(c echo.Context) (web.Flash, bool) {
	var flash web.Flash
	sealed := c.QueryParam(web.Said)
	return flash, sealed != "" && f.codec.Decode(f.name, sealed, &flash) == nil
}
