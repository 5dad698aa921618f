package middleware

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
)

// Visit finds out who visits. A brand that does not exist, or is no more, is
// not found.
func (g *Guard) Visit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := web.Of(c)
		web.Vary(c, web.SignalHeader)
		if c.Param("brand") != v.BrandName() {
			return errs.New(errs.NotFound, "error.no_brand")
		}
		session, token, err := g.Sessions.Current(c.Request())
		if err != nil && !errors.Is(err, errs.Unauthenticated) {
			return err
		}
		if err == nil {
			v.Session, v.Token, v.CSRF = &session, token, g.csrf(token)
		}
		web.KeepFlashes(c, g.Flashes)
		web.KeepAskings(c, g.Askings)
		return g.orEnded(c, next(c))
	}
}

// orEnded is what a page failed with, or errs.Unauthenticated when it failed because
// whoever is signed in was erased while it was made: they are signed out then, and
// nothing else is amiss.
func (g *Guard) orEnded(c echo.Context, failed error) error {
	v := web.Of(c)
	if v.Session == nil || !errors.Is(failed, errs.Gone) && !errors.Is(failed, errs.NotFound) {
		return failed
	}
	if _, ended := g.Sessions.sessions.Check(c.Request().Context(), v.Token); ended != nil {
		return ended
	}
	return failed
}

// VisitConsole finds out which staff member visits the console. The cookie of a
// person's session means nothing there, and that of a staff member nothing
// elsewhere.
func (g *Guard) VisitConsole(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := web.Of(c)
		cookie, err := c.Cookie(web.CookieName(StaffCookie, v.Secure))
		if err == nil {
			session, err := g.Staff.Check(c.Request().Context(), cookie.Value)
			if err != nil && !errors.Is(err, errs.Unauthenticated) {
				return err
			}
			if err == nil {
				v.Staff, v.CSRF = &session, g.csrf(StaffCookie+cookie.Value)
			}
		}
		web.KeepFlashes(c, g.Flashes)
		return next(c)
	}
}

// place finds the brand on whose site the request is, from the first part of
// its path, so that whatever refuses the request does so on that site. A brand
// with a host of its own is there and nowhere else, and no other is there.
func (g *Guard) place(c echo.Context, v *web.Visit) {
	name := brandIn(c.Request().URL.Path)
	v.Console = "/"+name == web.ConsolePath
	v.Home, _ = v.Organisation.BrandAt(hostOf(c.Request()))
	b, ok := v.Organisation.Brand(name)
	if !ok || b.Retired || v.Home != b && (v.Home != nil || b.Host != "") {
		return
	}
	v.Brand, v.Style, v.Logo = b, g.Style(b), g.Logo(b)
	in := web.FramePath(name)
	v.Framed = c.Request().URL.Path == in || strings.HasPrefix(c.Request().URL.Path, in+"/")
}

// framed opens the paths that a brand's own site shows in a frame.
const framed = "/embed/"

// brandIn is the part of a path that would name a brand.
func brandIn(path string) string {
	inside, ok := strings.CutPrefix(path, framed)
	if !ok {
		inside = strings.TrimPrefix(path, "/")
	}
	name, _, _ := strings.Cut(inside, "/")
	return name
}

// hostOf is the host that a request says it was sent to. It chooses among the
// hosts that are declared and is never repeated (S07).
func hostOf(r *http.Request) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(host)
}

// Home leads from the common host to the brand's own, to the same page. What
// changes something is not led on, and finds no brand here: a form is sent to
// the site that it is from.
func (g *Guard) Home(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, r := web.Of(c), c.Request()
		name := brandIn(r.URL.Path)
		b, ok := v.Organisation.Brand(name)
		if !ok || v.Brand != nil || v.Home != nil || b.Retired || b.Host == "" || unsafe(c) {
			return next(c)
		}
		to := b.Site(g.Base).JoinPath(r.URL.EscapedPath())
		to.RawQuery = r.URL.RawQuery
		return c.Redirect(http.StatusTemporaryRedirect, to.String())
	}
}

// At puts a visit on the site of a brand that its path does not name.
func (g *Guard) At(c echo.Context, b *brand.Brand) {
	v := web.Of(c)
	v.Brand, v.Style = b, g.Style(b)
	g.speak(c, v)
}

// speak chooses the language: what the browser was told before, else what it
// asks for, among those that the brand offers.
func (g *Guard) speak(c echo.Context, v *web.Visit) {
	offered := g.Bundle.Locales()
	zone := time.UTC
	if v.Brand != nil {
		offered, zone = v.Brand.Locales, v.Organisation.Zone(v.Brand.Name)
	}
	v.Locale = g.Bundle.Match(c.Request().Header.Get("Accept-Language"), offered)
	if cookie, err := c.Cookie(web.CookieName(web.LocaleCookie, v.Secure)); err == nil && contains(offered, cookie.Value) {
		v.Locale = cookie.Value
	}
	// In a frame the page around says it: the cookie is not sent there.
	if strings.HasPrefix(c.Request().URL.Path, framed) {
		for _, wish := range []string{c.QueryParam("locale"), c.Request().Header.Get(web.FrameLocale)} {
			if contains(offered, wish) {
				v.Locale = wish
			}
		}
	}
	r := c.Request()
	c.SetRequest(r.WithContext(i18n.With(r.Context(), g.Bundle.Localizer(v.Locale).In(zone))))
	c.Response().Header().Set("Vary", "Accept-Language, Cookie")
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// csrf returns the token that a form within a session must carry. It follows
// from the session's secret, so it ends with the session.
func (g *Guard) csrf(token string) string {
	return base64.RawURLEncoding.EncodeToString(g.Secrets.Digest("csrf", []byte(token)))
}

// genuine returns nil for a changing request that carries the session's token,
// in the form or, from a page that swaps in place, in a header. An address is
// no place for it: addresses are kept.
//
// A file is not read here: whoever takes it reads the token as it comes before
// the file (web.Upload).
func (g *Guard) genuine(r *http.Request, v *web.Visit) error {
	if web.IsUpload(r) {
		return nil
	}
	if err := web.Parse(r); err != nil {
		return err
	}
	sent := r.Header.Get("X-CSRF-Token")
	if sent == "" {
		sent = r.PostForm.Get("csrf")
	}
	if !hmac.Equal([]byte(sent), []byte(v.CSRF)) {
		return errs.New(errs.Forbidden, "error.form_expired")
	}
	return nil
}
