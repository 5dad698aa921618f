// Package portal answers the pages of a person's own portal: what is held of
// them, what they allow, what they get, who has it, and what happened.
//
// A handler binds, calls one service and renders. What a page shows is built
// by the methods of sight, which know neither request nor database, so that
// they can be tested with tables. Whether something may be done comes from
// package decision alone.
package portal

import (
	"context"
	"net/netip"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/activity"
	"livingprofile/internal/attachment"
	"livingprofile/internal/automated"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/profile"
	"livingprofile/internal/receipt"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
	"livingprofile/views/layout"
)

// A Reader reads what the pages show, of all records of a person that are
// joined; their Identifiers alone are those of one. Each method returns
// errs.NotFound or errs.Gone for a subject whose data cannot be opened.
type Reader interface {
	// Facts returns all that is held of a subject.
	Facts(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Identifiers returns a subject's identifiers, oldest first.
	Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
	// Records returns the consent records about a purpose, oldest first.
	Records(ctx context.Context, subject id.Subject, purpose consent.PurposeID) ([]consent.Record, error)
	// Deliveries returns what connected systems were told, newest first.
	Deliveries(ctx context.Context, subject id.Subject, limit int) ([]hook.Delivery, error)
	// Standing returns how endpoints do.
	Standing(ctx context.Context, endpoints []string, now time.Time) (map[string]hook.Standing, error)
	// DeliveriesOf returns those of what a cause led to, newest first.
	DeliveriesOf(ctx context.Context, subject id.Subject, cause string) ([]hook.Delivery, error)
	// Activities returns a page of what a subject did, newest first.
	Activities(ctx context.Context, subject id.Subject, p activity.Page) ([]activity.Observation, error)
	// AutomatedDecisions returns what systems decided about a subject.
	AutomatedDecisions(ctx context.Context, subject id.Subject, p automated.Page) ([]automated.Decision, error)
	// ActivityState returns what a subject decided about the rules.
	ActivityState(ctx context.Context, subject id.Subject) (activity.State, error)
	// History returns a page of what happened, newest first.
	History(ctx context.Context, subject id.Subject, page ledger.HistoryPage) ([]ledger.Happening, error)
	// Story returns a page of what happened in all records of the person, newest
	// first, and where the next one begins; "" after the last.
	Story(ctx context.Context, subject id.Subject, c ledger.Chapter) (page []ledger.Happening, next string, err error)
}

// Certificates finds the certificate of an erasure by its id, whoever asks;
// errs.NotFound for none.
type Certificates interface {
	Certificate(ctx context.Context, certificate string) (rights.Certificate, error)
	// ErasureTold returns who was told of the erasure.
	ErasureTold(ctx context.Context, certificate string) ([]hook.Delivery, []opendsr.Errand, error)
}

// Deps is what the portal stands on.
type Deps struct {
	Read     Reader
	Consent  *consent.Service
	Profile  *profile.Service
	Identity *identity.Service
	Activity *activity.Service
	// Automated has what systems decided by themselves.
	Automated *automated.Service
	Sessions  *login.Sessions
	Links     *login.Links
	Frames    *login.Frames
	Rights    *rights.Service
	// Offers are what other controllers sent for people here.
	Offers *transfer.Receiver
	Joins  Joins
	Joiner *identity.Joiner
	Door   *inbound.Service
	Laws   *rights.Packs
	// Errands are the processors that a request was passed on to.
	Errands func(ctx context.Context, r rights.RequestID) ([]opendsr.Errand, error)
	// Certificates has those of all erasures.
	Certificates Certificates
	// Attachments returns the files that were added to the requests of a subject,
	// oldest first, and Files reads new ones.
	Attachments func(ctx context.Context, subject id.Subject) ([]rights.Attachment, error)
	Files       *attachment.Reader
	// Around is what a demo has beside it; nil for none.
	Around *Around
	// Later prepares, at now, the work that ends what is shared until a time.
	Later func(e profile.Ending, now time.Time) (any, error)
	// Wake has the background look for work now; nil leaves it to its turn.
	Wake   func()
	Clock  clock.Clock
	Bundle *i18n.Bundle

	Receipts *receipt.Maker
	// Base is the common address of the product.
	Base *url.URL
}

// Portal answers a person's own pages. It is safe for concurrent use.
type Portal struct {
	Deps
	texts texts
}

// New returns the handlers.
func New(d Deps) *Portal { return &Portal{Deps: d} }

// look reads what is held of the visitor: the one reading that a page is built
// on.
func (p *Portal) look(c echo.Context) (*sight, error) {
	s := p.glance(c)
	var err error
	if s.facts, err = p.Read.Facts(s.ctx, web.Of(c).Subject()); err != nil {
		return nil, err
	}
	return s, nil
}

// glance is look without what is held, for sentences that do not tell of it.
func (p *Portal) glance(c echo.Context) *sight {
	v := web.Of(c)
	return &sight{
		ctx: web.Context(c), locale: v.Locale, org: v.Organisation, brand: v.Brand, base: v.Base(), framed: v.Framed,
		now: p.Clock.Now(), texts: &p.texts, signal: v.Signal,
	}
}

// frame returns what is round a page, with what the last action did: at the top
// of the page, unless it belongs to a row.
func (p *Portal) frame(c echo.Context, s *sight, section, title string) layout.Frame {
	f := p.rowFrame(c, s)
	f.Section, f.Title = section, title
	flash, ok := web.TakeFlash(c)
	if !ok {
		return f
	}
	if flash.Row != "" && !flash.Fail {
		s.said = said{row: flash.Row, text: flash.Text(c), undo: flash.Undo}
		return f
	}
	f.Flash = &layout.Flash{Kind: "given", Text: flash.Text(c)}
	if flash.Fail {
		f.Flash.Kind = "failed"
	}
	if flash.Undo != "" {
		f.Flash.Undo = &layout.Undo{Path: flash.Undo}
	}
	return f
}

// rowFrame is the frame of a row that is swapped in place.
func (p *Portal) rowFrame(c echo.Context, s *sight) layout.Frame {
	f := web.Frame(c, "", "")
	f.Person = s.person()
	return f
}

// wisher is the visitor, for changes of what they wish.
func wisher(c echo.Context) consent.Wisher {
	return web.Of(c).Wisher()
}

// editor is the visitor, for changes of their data.
func editor(c echo.Context) profile.Editor {
	v := web.Of(c)
	return profile.Editor{
		Subject: v.Subject(), Actor: v.Actor(), Brand: v.BrandName(), Country: v.Country(), Locale: v.Locale,
		Session: string(v.Session.ID), Method: string(v.Session.Method),
	}
}

// network is where a request comes from, for limits.
func network(c echo.Context) netip.Addr {
	addr, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return netip.Addr{}
	}
	return addr
}
