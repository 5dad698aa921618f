// Package middleware is what every request passes before its handler: it gets
// an id, limits and headers, must not come from another site, and is told who
// visits. Permission is checked here and nowhere else.
package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/brand"
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
	Secure       bool // the product is reached by https
	Organisation func() *organisation.Organisation
	Bundle       *i18n.Bundle
	Secrets      Secrets
	Sessions     *SessionStore
	Staff        *staff.Service
	Flashes      *Flashes
	Askings      *Askings
	Style        func(*brand.Brand) string
	Log          *slog.Logger
	Observe      Observer
}

// Record gives the request an id, and logs and counts it when it is done. It
// logs the route as declared and nothing that came from outside (invariant 3).
func (g *Guard) Record(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		v := &web.Visit{ID: id.New(), Organisation: g.Organisation(), Secure: g.Secure}
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
func (g *Guard) CrossOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c echo.Context) error {
		if err := protection.Check(c.Request()); err != nil {
			return errs.Wrap(errs.Forbidden, "error.cross_site", err)
		}
		return next(c)
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
			}
			if refusal != nil {
				return refusal
			}
			return next(c)
		}
	}
}

func unsafe(c echo.Context) bool {
	switch c.Request().Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return true
}
