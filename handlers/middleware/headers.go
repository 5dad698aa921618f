package middleware

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/secret"
)

// Headers sets what every answer says to the browser: nothing from another
// origin, in no frame, no address passed on, no guess at types (S22). Scripts
// need the nonce of their page.
func Headers(secure bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			v := web.Of(c)
			v.Nonce = secret.Token()
			h := c.Response().Header()
			h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'nonce-"+v.Nonce+"'; img-src 'self'; "+
				"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
			h.Set("X-Robots-Tag", "noindex")
			// Every page may show codes, tokens or what is held of a person; the
			// files that may be kept say so themselves.
			h.Set("Cache-Control", "no-store")
			if secure {
				h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
			}
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
