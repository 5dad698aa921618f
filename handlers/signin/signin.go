// Package signin answers the pages of somebody who is not signed in, or who
// proves once more who they are. Opening any of them changes nothing and spends
// nothing (invariant 9); a POST from the browser that asked, or with the code
// that it shows, does.
package signin

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/identity"
	"livingprofile/internal/login"
)

// Records finds a consent record, for the second yes of a double opt-in.
type Records interface {
	ProvedRecord(ctx context.Context, rec consent.RecordID) (consent.Proved, error)
}

// Deps is what signing in stands on.
type Deps struct {
	Links    *login.Links
	Sessions *login.Sessions
	Identity *identity.Service
	Consent  *consent.Service
	Records  Records
	Clock    clock.Clock
	// SetCookie and ClearCookie keep the session's value in the browser.
	SetCookie   func(c echo.Context, token string)
	ClearCookie func(c echo.Context)
}

// SignIn answers for signing in and out.
type SignIn struct{ Deps }

// New returns the handlers.
func New(d Deps) *SignIn { return &SignIn{d} }

// resendAfter keeps an impatient person from spending all their links.
const resendAfter = 30 * time.Second

// network names where a request comes from, for limits.
func network(c echo.Context) netip.Addr {
	addr, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return netip.Addr{}
	}
	return addr
}

// remember has the browser keep what it needs for the link it asked for.
func (s *SignIn) remember(c echo.Context, asked login.Asked, address, masked, next string) error {
	return web.SetAsking(c, web.Asking{
		Binding: asked.Binding, Code: asked.Code, Until: asked.ExpiresAt,
		Again: s.Clock.Now().Add(resendAfter), Address: address, Masked: masked, Next: next,
	})
}

// next is where to go on to, from the address of the page.
func next(c echo.Context) string {
	return web.Local(c.QueryParam("next"), web.Of(c).Base())
}

// withNext keeps where to go on to in the address of a form.
func withNext(path, next, base string) string {
	if next == "" || next == base {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// mask shows just enough of an address for its owner to know it.
func mask(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return "•••"
	}
	first := []rune(local)[0]
	return string(first) + "•••@" + domain
}
