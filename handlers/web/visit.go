// Package web is what all handlers share: who visits, on whose site, in which
// language, and how a page is answered. It is the only thing that handlers
// take from a request besides their own input.
package web

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/authz"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/organisation"
	"livingprofile/internal/staff"
)

// A Visit is what is known of one request before its handler runs. The subject
// comes from the session and from nowhere else (invariant 10).
type Visit struct {
	ID           string // of the request, for the log and the error page
	Nonce        string // of the page's scripts
	Organisation *organisation.Organisation
	Brand        *brand.Brand   // nil on pages of no brand
	Framed       bool           // inside a page of the brand's own site
	Home         *brand.Brand   // whose own host the request came to, nil on the common one
	Locale       string         // of the page
	Session      *login.Session // nil when nobody is signed in
	Console      bool           // in the console: Session is nil there, and Staff is nil elsewhere
	Staff        *staff.Session // of the staff member, nil when nobody is signed in
	Seen         string         // where a staff member sees the page as its person does, "" when they are not looking
	Token        string         // value of the session's cookie
	CSRF         string         // proof that a form came from our page
	Secure       bool           // the product is reached by https
	Signal       consent.Signal // that the browser sends with this request, "" for none
	Style        string         // address of the brand's stylesheet, "" for the neutral one
	Logo         string         // address of the brand's logo, "" for none
}

const visitKey = "visit"

// Begin hands v to the handlers of the request. Only middleware calls it.
func Begin(c echo.Context, v *Visit) { c.Set(visitKey, v) }

// Of returns the visit of a request; an empty one when there is none, so that
// an error page can always be drawn.
func Of(c echo.Context) *Visit {
	if v, ok := c.Get(visitKey).(*Visit); ok {
		return v
	}
	return &Visit{}
}

// Subject returns who is signed in, or "".
func (v *Visit) Subject() id.Subject {
	if v.Session == nil {
		return ""
	}
	return v.Session.Subject
}

// Actor returns who acts: the person themselves, or a staff member.
func (v *Visit) Actor() ledger.Actor {
	if v.Staff != nil {
		return v.Staff.Member.Actor()
	}
	return ledger.Self(v.Subject())
}

// Caller returns who asks, for the permission of the route.
func (v *Visit) Caller() authz.Caller {
	c := authz.Caller{Brand: v.BrandName()}
	if v.Session != nil {
		c.Subject, c.FreshUntil = v.Session.Subject, v.Session.FreshUntil
	}
	if v.Staff != nil {
		c.Role = v.Staff.Member.Role
	}
	return c
}

// ConsolePath is where the console begins; no brand may be called so.
const ConsolePath = "/console"

// Wisher returns who is signed in, for what they decide on this page.
func (v *Visit) Wisher() consent.Wisher {
	w := consent.Wisher{
		Subject: v.Subject(), Actor: v.Actor(), Brand: v.BrandName(), Locale: v.Locale,
		Proof: consent.Proof{Kind: consent.BySession, Ref: string(v.Session.ID)}, Channel: "portal",
	}
	if v.Framed {
		w.Proof.Kind, w.Channel = consent.ByBrandLink, "frame"
	}
	return w
}

// Base returns the path prefix of the brand's portal or of the console, "" on
// pages of neither.
func (v *Visit) Base() string {
	switch {
	case v.Seen != "":
		return v.Seen
	case v.Console:
		return ConsolePath
	case v.Brand == nil:
		return ""
	case v.Framed:
		return FramePath(v.Brand.Name)
	}
	return "/" + v.Brand.Name
}

// As returns the visit in which a staff member sees the pages of a subject on a
// brand as that person does, below a path: nobody is signed in as the person,
// and no route there changes anything.
func (v *Visit) As(subject id.Subject, b *brand.Brand, below string) *Visit {
	as := *v
	as.Brand, as.Session, as.Seen, as.Signal = b, &login.Session{Subject: subject, Brand: b.Name}, below, ""
	as.Console, as.Staff, as.Framed = false, nil, false
	return &as
}

// BrandName returns the brand's path name, or "".
func (v *Visit) BrandName() string {
	if v.Brand == nil {
		return ""
	}
	return v.Brand.Name
}

// Where returns the page as it matters for how somebody is known.
func (v *Visit) Where() identity.Where {
	return identity.Where{Brand: v.BrandName(), Locale: v.Locale}
}

// Country returns the country in which a phone number without prefix is read.
func (v *Visit) Country() string {
	if v.Brand == nil {
		return ""
	}
	return v.Brand.Country
}

// Place returns whose law applies.
func (v *Visit) Place() string {
	if v.Brand == nil {
		return ""
	}
	return v.Brand.Place()
}

// Live tells whether the request came from a page that swaps one row in place.
func Live(c echo.Context) bool {
	h := c.Request().Header
	return h.Get("HX-Request") == "true" && h.Get(boosted) == ""
}

// From is the path of our own page that a request was sent from, "" for none.
func From(c echo.Context) string {
	u, err := url.Parse(c.Request().Referer())
	if err != nil || u.Host != c.Request().Host {
		return ""
	}
	return u.RequestURI()
}

// Context returns the request's context, which carries language and nonce.
func Context(c echo.Context) context.Context { return c.Request().Context() }

// InZone has the rest of the answer tell times in a zone.
func InZone(c echo.Context, zone *time.Location) {
	c.SetRequest(c.Request().WithContext(i18n.InZone(Context(c), zone)))
}

// LogKind is how an error is logged: its kind, or "internal".
func LogKind(err error) slog.Attr {
	kind := errs.KindOf(err)
	if kind == "" {
		kind = "internal"
	}
	return slog.String("kind", string(kind))
}
