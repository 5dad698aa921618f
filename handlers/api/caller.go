package api

import (
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/inbound"
	"livingprofile/internal/organisation"
)

// A caller is the system that asks, with a key that may do what is asked.
type caller struct {
	key    authz.APIKey
	org    *organisation.Organisation
	system *organisation.System
	brand  string // that the request is for; "" for all
}

const callerKey = "api.caller"

func callerOf(c echo.Context) *caller {
	who, ok := c.Get(callerKey).(*caller)
	if !ok {
		panic("api: a route without Require")
	}
	return who
}

// Require lets only a live key through that may do p at the brand the request
// is for, within its limit. What a key may is read at each request.
func (a *API) Require(p authz.Permission) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			key, err := a.authenticate(c)
			if err != nil {
				return err
			}
			if err := a.allow(web.Context(c), key.ID); err != nil {
				return err
			}
			who := &caller{key: key, org: web.Of(c).Organisation}
			if err := who.place(c.QueryParam("brand")); err != nil {
				return err
			}
			if err := key.Allows(p, who.brand, a.Clock.Now()); err != nil {
				return err
			}
			c.Set(callerKey, who)
			return next(c)
		}
	}
}

// authenticate reads the key of the request (RFC 6750, 2.1). Failures are
// counted for the network that they come from.
func (a *API) authenticate(c echo.Context) (authz.APIKey, error) {
	scheme, text, ok := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return authz.APIKey{}, a.refuse(c, "Bearer", errs.New(errs.Unauthenticated, "error.key_missing"))
	}
	key, err := a.Keys.Authenticate(web.Context(c), strings.TrimSpace(text))
	if errors.Is(err, errs.Unauthenticated) {
		return authz.APIKey{}, a.refuse(c, "Bearer", err)
	}
	return key, err
}

// place finds the brand that the request is for and the system whose key it is.
// A key for one brand needs not name it, and may name no other, whether there
// is one of that name or not.
func (w *caller) place(brand string) error {
	if w.key.Brand != authz.AllBrands {
		if brand != "" && brand != w.key.Brand {
			return errs.New(errs.Forbidden, "error.other_brand")
		}
		brand = w.key.Brand
	}
	if b, ok := w.org.Brand(brand); brand != "" && (!ok || b.Retired) {
		return errs.New(errs.NotFound, "error.no_brand")
	}
	w.brand = brand
	system, ok := w.org.System(w.key.System)
	if !ok || system.Retired {
		return errs.New(errs.Forbidden, "error.system_ended")
	}
	w.system = system
	return nil
}

// purposes are those in force at the brand that the request is for.
func (w *caller) purposes() []*consent.PurposeVersion {
	if w.brand != "" {
		return w.org.PurposesOn(w.brand)
	}
	var all []*consent.PurposeVersion
	for _, v := range w.org.AllPurposes() {
		if !v.Retired {
			all = append(all, v)
		}
	}
	return all
}

// recipient is the caller, as one who is about to get values.
func (w *caller) recipient() decision.Recipient {
	r := decision.Recipient{Brand: w.brand}
	for _, v := range w.purposes() {
		for _, p := range w.system.Purposes {
			if p == string(v.Purpose) {
				r.Purposes = append(r.Purposes, v)
			}
		}
	}
	return r
}

// author is the caller, as one who tells something.
func (w *caller) author() *inbound.Author {
	return inbound.ByKey(w.org, w.system, w.brand, &w.key)
}
