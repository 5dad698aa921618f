// Package middleware is what every request passes before its handler: it gets
// an id, limits and headers, must not come from another site, and is told who
// visits. Permission is checked here and nowhere else.
package middleware

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/organisation"
	"livingprofile/internal/staff"
)

// Secrets makes what a secret may be turned into. It is a part of
// keyring.Keyring.
type Secrets interface {
	// Digest returns the keyed hash of a secret, for one domain of use.
	Digest(domain string, secret []byte) []byte
}

// An Observer counts requests: the route as it is declared, never the address.
type Observer func(method, route string, status int, took time.Duration)

// A Guard holds what the middleware needs.
type Guard struct {
	Secure       bool     // the product is reached by https
	Base         *url.URL // the common address
	Organisation func() *organisation.Organisation
	Bundle       *i18n.Bundle
	Secrets      Secrets
	Sessions     *SessionStore
	Staff        *staff.Service
	Flashes      *Flashes
	Askings      *Askings
	Style        func(*brand.Brand) string // addresses of the brand's stylesheet and logo
	Logo         func(*brand.Brand) string
	// Hear keeps a signal of the browser on the profile of who is signed in;
	// nil keeps none.
	Hear    func(ctx context.Context, w consent.Wisher, s consent.Signal) (kept bool, err error)
	Log     *slog.Logger
	Observe Observer
}

// Record gives the request an id, and logs and counts it when it is done. It
// logs the route as declared and nothing that came from outside (invariant 3).
func (g *Guard) Record(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		v := &web.Visit{ID: id.New(), Organisation: g.Organisation(), Secure: g.Secure, Signal: web.Signal(c.Request())}
		web.Begin(c, v)
		g.place(c, v)
		g.speak(c, v)
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		took := time.Since(began)
		if g.Observe != nil {
			g.Observe(c.Request().Method, c.Path(), c.Response().Status, took)
		}
		g.Log.Debug("request", "request", web.Of(c).ID, "method", c.Request().Method, "route", c.Path(),
			"status", c.Response().Status, "took", took)
		return nil
	}
}

// Recover makes an error of a panic. Its value is not logged, for it may hold
// anything; where it happened is.
func (g *Guard) Recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if e, ok := p.(error); ok && errors.Is(e, http.ErrAbortHandler) {
				panic(p)
			}
			g.Log.Error("panic", "request", web.Of(c).ID, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = errors.New("panic in a handler")
		}()
		return next(c)
	}
}

// CrossOrigin refuses changes that another site's page asks for.
func CrossOrigin() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	// A link in a mail is its own proof, and reduces only (RFC 8058, 3.2): the
	// post comes from a mailbox provider, or from wherever the mail is read.
	protection.AddInsecureBypassPattern("POST /u/{token}")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return errs.Wrap(errs.Forbidden, "error.cross_site", err)
			}
			return next(c)
		}
	}
}

// Require lets only those through who have permission p. A request that
// changes something within a session must also carry the session's token.
func (g *Guard) Require(p authz.Permission) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			v := web.Of(c)
			refusal := v.Caller().May(p, g.Sessions.Now())
			if errors.Is(refusal, errs.Unauthenticated) {
				return refusal
			}
			if unsafe(c) && (v.Session != nil || v.Staff != nil) {
				if err := g.genuine(c.Request(), v); err != nil {
					return err
				}
				if err := g.hear(c, v); err != nil {
					return err
				}
			}
			if refusal != nil {
				return refusal
			}
			return next(c)
		}
	}
}

// hear keeps the browser's signal, before what the person asks for: a yes that
// they give with it is given in spite of it.
func (g *Guard) hear(c echo.Context, v *web.Visit) error {
	if g.Hear == nil || v.Signal == "" {
		return nil
	}
	_, err := g.Hear(web.Context(c), v.Wisher(), v.Signal)
	return err
}

func unsafe(c echo.Context) bool {
	switch c.Request().Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return true
}
