// Package handlers and the packages below it are the only ones that speak
// HTTP. routes.go is the whole surface on one page; server.go puts the parts in
// order; errors.go is the one place where an error becomes an answer.
//
// A handler binds its input, calls one service, builds its page and renders
// it. It decides nothing that a rule package could decide.
package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/api"
	"livingprofile/handlers/console"
	"livingprofile/handlers/footer"
	"livingprofile/handlers/health"
	"livingprofile/handlers/mailbox"
	"livingprofile/handlers/middleware"
	"livingprofile/handlers/opendsr"
	"livingprofile/handlers/portal"
	"livingprofile/handlers/receipt"
	"livingprofile/handlers/scim"
	"livingprofile/handlers/signin"
	"livingprofile/handlers/transfers"
	"livingprofile/handlers/transparency"
	"livingprofile/handlers/web"
	"livingprofile/handlers/wellknown"
	"livingprofile/internal/attachment"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/intake"
	"livingprofile/internal/login"
	"livingprofile/internal/organisation"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/internal/transfer"
	"livingprofile/static"
)

// Deps is what the server stands on.
type Deps struct {
	BaseURL      *url.URL // the only source of addresses in mails and redirects
	Proxies      []*net.IPNet
	Organisation func() *organisation.Organisation
	Bundle       *i18n.Bundle
	Sessions     *login.Sessions
	Clock        clock.Clock
	Secrets      middleware.Secrets
	Key          transfer.Key // that checks what we sign
	Observe      middleware.Observer
	// Hear keeps a browser's signal on a profile.
	Hear func(ctx context.Context, w consent.Wisher, s consent.Signal) (kept bool, err error)
	Log  *slog.Logger

	Health  *health.Health
	Portal  *portal.Portal
	SignIn  *signin.SignIn
	Receipt *receipt.Receipt
	Figures transparency.Store
	Laws    transparency.Laws
	API     *api.API
	SCIM    *scim.SCIM
	OpenDSR *opendsr.OpenDSR
	// Transfers takes in what other controllers send.
	Transfers *transfers.Transfers
	Footer    *footer.Footer
	Mailbox   *mailbox.Mailbox // nil outside the demo
	Console   *console.Console
	Staff     *staff.Service
	Face      Face // which part of the surface is served
}

// A Face is a part of the surface, for listeners of their own.
type Face string

// The faces. A part that a face leaves out is not found there.
const (
	Whole       Face = ""
	PortalOnly  Face = "portal"
	ConsoleOnly Face = "console"
)

// shows tells whether the face has a route. Files and health are everywhere.
func (f Face) shows(r *Route) bool {
	if f == Whole || r.shared() {
		return true
	}
	return r.console() == (f == ConsoleOnly)
}

// A Server is the product's face to browsers.
type Server struct {
	echo      *echo.Echo
	deps      Deps
	wellknown *wellknown.WellKnown
	sheets    *sheets
	health    *health.Health
	portal    *portal.Portal
	signin    *signin.SignIn
	receipt   *receipt.Receipt
	api       *api.API
	footer    *footer.Footer
	mailbox   *mailbox.Mailbox
	console   *console.Console

	transparency *transparency.Transparency
}

// MaxBody is the most bytes that a form may have.
const MaxBody = 64 << 10

// maxBody is the most bytes that the body of a request may have; 0 for a
// stream, which is read as it is answered.
func maxBody(r *http.Request) int64 {
	switch r.URL.Path {
	case "/api/v1/decisions", "/access/v1/evaluations", "/api/v1/changes":
		return 4 << 20
	case api.ImportsPath, console.ImportsPath:
		return intake.MaxUpload + intake.MaxSentMap + MaxBody
	case transfer.TakePath:
		return transfer.MaxPackage
	case api.FilterPath:
		return 0
	}
	if web.IsUpload(r) {
		return rights.MaxAtOnce*attachment.MaxBytes + MaxBody
	}
	if strings.HasPrefix(r.URL.Path, console.BrandsPath+"/") {
		return organisation.MaxLogo + MaxBody
	}
	if strings.HasPrefix(r.URL.Path, console.BreachesPath+"/") {
		return console.MaxPeople + MaxBody
	}
	return MaxBody
}

// New returns a server that is ready to be served. It fails when a route has no
// permission.
func New(d Deps) (*Server, error) {
	s := &Server{
		echo: echo.New(), deps: d, sheets: &sheets{}, wellknown: wellknown.New(d.BaseURL, d.Clock, d.Key, d.Bundle),
		health: d.Health, portal: d.Portal, signin: d.SignIn, receipt: d.Receipt, api: d.API, footer: d.Footer, mailbox: d.Mailbox,
		console: d.Console, transparency: transparency.New(d.Figures, d.Laws),
	}
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	// By default any client forges its address (security.md, decision 4).
	e.IPExtractor = extractor(d.Proxies)
	e.HTTPErrorHandler = s.answerError
	secure := d.BaseURL.Scheme == "https"
	guard := &middleware.Guard{
		Secure: secure, Base: d.BaseURL, Organisation: d.Organisation, Bundle: d.Bundle,
		Secrets: d.Secrets, Style: s.sheets.path, Logo: s.sheets.logo, Log: d.Log, Observe: d.Observe, Hear: d.Hear,
		Sessions: middleware.NewSessionStore(d.Sessions, d.Clock, secure), Flashes: middleware.NewFlashes(d.Secrets, secure),
		Askings: middleware.NewAskings(d.Secrets, secure), Staff: d.Staff,
	}
	inside := map[string]insideRoute{}
	for _, r := range s.insideRoutes() {
		inside[r.Method+" "+r.Path] = r
	}
	e.Pre(guard.Record, guard.Recover, middleware.Headers(guard.Secure, isAPI), middleware.Limit(maxBody), middleware.CrossOrigin(), guard.Home, unslash)
	for _, r := range s.Routes() {
		entry, ok := authz.Lookup(r.Permission)
		if !ok {
			return nil, fmt.Errorf("route %s %s has no permission", r.Method, r.Path)
		}
		if !d.Face.shows(&r) {
			continue
		}
		chain := []echo.MiddlewareFunc{guard.Visit, guard.Require(r.Permission)}
		switch {
		case entry.Holder == authz.System:
			chain = []echo.MiddlewareFunc{s.api.Require(r.Permission)}
		case r.Path == api.AcknowledgementsPath:
			chain = nil
		case r.Path == footerPath:
			chain = []echo.MiddlewareFunc{s.footer.Enter(guard.At)}
		case strings.HasPrefix(r.Path, insidePath):
			at := inside[r.Method+" "+r.Path]
			chain = []echo.MiddlewareFunc{guard.VisitFrame, guard.Require(r.Permission), guard.Within(at.section, at.act)}
		case r.faceless():
			chain = chain[1:]
		case r.console():
			chain[0] = guard.VisitConsole
		}
		e.Add(r.Method, r.Path, r.Handler, chain...)
		if r.Method == http.MethodGet {
			e.Add(http.MethodHead, r.Path, r.Handler, chain...)
		}
	}
	return s, nil
}

// footerPath is a link in the foot of a mail. It is posted to by whoever has
// the link: mailbox providers without a cookie, and people from its page.
const footerPath = "/u/:token"

// faceless tells whether a route answers without looking who asks: it costs no
// reading of the database, and works when that does not.
func (r *Route) faceless() bool {
	switch r.Path {
	case "/:brand/consent-mode.json", "/embed/widget.js", "/embed/:brand", "/embed/:brand/check", "/embed/:brand/check/cookie",
		"/embed/:brand/open/:token", "/embed/:brand/open", "/api/v1/openapi.json", "/schemas/copy.json",
		web.FiguresPath, web.FiguresPath + ".json", transfer.TakePath:
		return true
	}
	return r.shared()
}

// shared tells whether a route is on every listener: what watches over it asks, and
// what pages are drawn with.
func (r *Route) shared() bool {
	switch r.Path {
	case "/healthz", "/readyz", "/static/*", "/theme/:sheet", "/favicon.ico":
		return true
	}
	return strings.HasPrefix(r.Path, "/.well-known/")
}

// console tells whether a route is the console's.
func (r *Route) console() bool {
	return r.Path == web.ConsolePath || strings.HasPrefix(r.Path, web.ConsolePath+"/")
}

// unslash leads from an address that ends in a slash, as people type them, to
// the page without it.
func unslash(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		path := r.URL.EscapedPath()
		bare := web.Local(strings.TrimRight(path, "/"), "")
		if bare == "" || bare == path || r.Method != http.MethodGet && r.Method != http.MethodHead {
			return next(c)
		}
		if r.URL.RawQuery != "" {
			bare += "?" + r.URL.RawQuery
		}
		return c.Redirect(http.StatusPermanentRedirect, bare)
	}
}

// Handler returns the server as a plain handler.
func (s *Server) Handler() http.Handler { return s.echo }

// HTTP returns a server with the limits that keep slow clients from holding
// it (S29).
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler:           s.echo,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.deps.Log.Handler(), slog.LevelWarn),
	}
}

// extractor believes forwarded addresses from listed proxies only.
func extractor(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		trust = append(trust, echo.TrustIPRange(p))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

var staticFiles = echo.WrapHandler(static.Handler())

func (s *Server) static(c echo.Context) error { return staticFiles(c) }

func (s *Server) favicon(c echo.Context) error {
	return c.Redirect(http.StatusMovedPermanently, static.Path("favicon.svg"))
}
