package middleware

import (
	"maps"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/secret"
)

// Headers sets what every answer says to the browser: nothing from another
// origin, in no frame, no address passed on, no guess at types (S22). Scripts
// need the nonce of their page; an answer to a system has none, and nothing of
// it is ever shown.
func Headers(secure bool, toSystem func(echo.Context) bool) echo.MiddlewareFunc {
	always := http.Header{}
	always.Set("X-Content-Type-Options", "nosniff")
	always.Set("Cross-Origin-Resource-Policy", "same-origin")
	// Every page may show codes, tokens or what is held of a person; the files
	// that may be kept say so themselves.
	always.Set("Cache-Control", "no-store")
	if secure {
		always.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	system, page := always.Clone(), always
	system.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	page.Set("Referrer-Policy", "same-origin")
	page.Set("Cross-Origin-Opener-Policy", "same-origin")
	page.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
	page.Set("X-Robots-Tag", "noindex")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			if toSystem(c) {
				maps.Copy(h, system)
				return next(c)
			}
			v := web.Of(c)
			v.Nonce = secret.Token()
			maps.Copy(h, page)
			h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'nonce-"+v.Nonce+"'; img-src 'self'; "+
				"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
			r := c.Request()
			c.SetRequest(r.WithContext(templ.WithNonce(r.Context(), v.Nonce)))
			return next(c)
		}
	}
}

// Limit refuses bodies of more than limit says before anything reads them; 0 is
// no limit.
func Limit(limit func(*http.Request) int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			most := limit(r)
			if most == 0 {
				return next(c)
			}
			if r.ContentLength > most {
				return &http.MaxBytesError{Limit: most}
			}
			r.Body = http.MaxBytesReader(c.Response(), r.Body, most)
			return next(c)
		}
	}
}
