// Package footer answers the links in the foot of mails: a page with a button,
// and the one click of a mailbox provider (RFC 8058).
//
// Opening a link changes nothing (invariant 9). Posting to it takes back what
// it names at once, without a session, a cookie or a token of a page: the link
// is the proof, and can only reduce what somebody gets, or take back a request or a
// change of how they sign in. The same post again is answered the same, and never
// with a redirect.
package footer

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/footer"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/rights"
	view "livingprofile/views/footer"
	"livingprofile/views/layout"
)

// A Store is what the pages read, and where posts are counted.
type Store interface {
	// Facts returns all that is held of an active subject.
	Facts(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Spend counts, as login.LinkStore does.
	Spend(ctx context.Context, counters []login.Counter, now time.Time) (until time.Time, err error)
}

// Secrets opens links. It is a part of keyring.Keyring.
type Secrets interface {
	System() *keyring.DataKey
	Blind(kind, scope, normalised string) [32]byte
}

// Rights takes requests back. It is a part of rights.Service.
type Rights interface {
	Docket(ctx context.Context, subject id.Subject) (rights.Docket, error)
	Move(ctx context.Context, subject id.Subject, request rights.RequestID, a rights.Act) (rights.Request, error)
}

// Contacts takes changes back of how somebody signs in. It is a part of
// identity.Service.
type Contacts interface {
	Contact(ctx context.Context, subject id.Subject, u identity.Undoing) (identity.ContactChange, error)
	Undo(ctx context.Context, subject id.Subject, u identity.Undoing, w identity.Where) error
}

// Sessions signs people out. It is a part of login.Sessions.
type Sessions interface {
	EndAll(ctx context.Context, subject id.Subject, why string) (int, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Store    Store
	Secrets  Secrets
	Consent  *consent.Service
	Rights   Rights
	Contacts Contacts
	Sessions Sessions
	Clock    clock.Clock
}

// Footer answers the links. It is safe for concurrent use.
type Footer struct{ Deps }

// New returns the handlers.
func New(d Deps) *Footer { return &Footer{d} }

const linkKey = "footer.link"

// Enter opens the link in the address, and puts the visit on the site of its
// brand by enter. No session is looked for.
func (f *Footer) Enter(enter func(echo.Context, *brand.Brand)) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			l, err := footer.Open(f.Secrets.System(), c.Param("token"), f.Clock.Now())
			b, ok := web.Of(c).Organisation.Brand(l.Brand)
			if ok && !b.Retired {
				enter(c, b)
			}
			switch {
			case err != nil:
				return err
			case !ok || b.Retired:
				return over()
			}
			c.Set(linkKey, l)
			return next(c)
		}
	}
}

func over() error { return errs.New(errs.Gone, "error.footer_over") }

func linkOf(c echo.Context) footer.Link {
	l, ok := c.Get(linkKey).(footer.Link)
	if !ok {
		panic("footer: a route without Enter")
	}
	return l
}

// Show answers with what the link can take back.
func (f *Footer) Show(c echo.Context) error {
	switch l := linkOf(c); l.Kind {
	case footer.Cancel:
		return f.showRequest(c, l)
	case footer.Undo:
		return f.showContact(c, l)
	default:
		return f.render(c, l, view.Done{})
	}
}

// triesAnHour is how often one link may be posted to.
const triesAnHour = 30

// Take takes back what the link names, or what was chosen on its page.
func (f *Footer) Take(c echo.Context) error {
	l := linkOf(c)
	form, err := web.Form(c, "List-Unsubscribe", "slot", "all", "cancel", "undo")
	if err != nil {
		return err
	}
	if err := f.count(web.Context(c), c.Param("token")); err != nil {
		return err
	}
	switch l.Kind {
	case footer.Cancel:
		return f.cancel(c, l, form.Get("cancel"))
	case footer.Undo:
		return f.undo(c, l, form.Get("undo"))
	default:
	}
	var done view.Done
	switch {
	case l.Kind == footer.Unsubscribe && form.Get("List-Unsubscribe") == "One-Click":
		done, err = f.turnOff(c, l, consent.Slot(l.Topic, l.Channel))
	case l.Kind == footer.Preferences && form.Get("slot") != "":
		done, err = f.turnOff(c, l, form.Get("slot"))
	case l.Kind == footer.Preferences && form.Get("all") == "yes":
		done, err = f.stop(c, l)
	default:
		return errs.New(errs.Invalid, "error.bad_form")
	}
	if err != nil {
		return gone(err)
	}
	return f.render(c, l, done)
}

// gone is err, where somebody who is no more answers as a link that is over.
func gone(err error) error {
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
		return over()
	}
	return err
}

// count limits by link: a mailbox provider posts for many people from one
// address.
func (f *Footer) count(ctx context.Context, token string) error {
	now := f.Clock.Now()
	key := f.Secrets.Blind("footer.count", "link", token)
	until, err := f.Store.Spend(ctx, []login.Counter{{Key: key[:], Limit: triesAnHour, Window: time.Hour}}, now)
	if err != nil || until.IsZero() {
		return err
	}
	return errs.New(errs.TooMany, "error.too_many", "until", until, "minutes", max(1, int((until.Sub(now)+time.Minute-1)/time.Minute)))
}

func wisher(c echo.Context, l footer.Link) consent.Wisher {
	return consent.Wisher{
		Subject: l.Subject, Actor: ledger.Self(l.Subject), Brand: l.Brand, Locale: web.Of(c).Locale,
		Proof: consent.Proof{Kind: consent.ByMailLink, Ref: "footer"}, Channel: "mail",
	}
}

func (f *Footer) turnOff(c echo.Context, l footer.Link, slot string) (view.Done, error) {
	if !slices.ContainsFunc(slots(c, l), func(s view.Topic) bool { return s.Slot == slot }) {
		return view.Done{}, errs.InvalidFields(errs.At("slot", "error.not_a_choice"))
	}
	entry, err := f.Consent.TurnOff(web.Context(c), wisher(c, l), slot)
	return view.Done{Slot: slot, Number: entry}, err
}

func (f *Footer) stop(c echo.Context, l footer.Link) (view.Done, error) {
	stop, err := f.Consent.StopMarketing(web.Context(c), wisher(c, l), l.Brand)
	done := view.Done{All: true}
	if len(stop.Records) > 0 {
		done.Number = string(stop.Records[0].ID)
	}
	return done, err
}

// slots are the topics of the link's brand, on each of their channels.
func slots(c echo.Context, l footer.Link) []view.Topic {
	v := web.Of(c)
	var all []view.Topic
	for _, t := range v.Organisation.TopicsOn(l.Brand) {
		for _, name := range t.Channels {
			channel := name
			if ch, ok := v.Organisation.Channel(name); ok {
				channel = ch.Label.In(v.Locale)
			}
			all = append(all, view.Topic{Slot: consent.Slot(t.Name, name), Title: t.Label.In(v.Locale), Channel: channel})
		}
	}
	return all
}

func (f *Footer) render(c echo.Context, l footer.Link, done view.Done) error {
	facts, err := f.Store.Facts(web.Context(c), l.Subject)
	if err != nil {
		return gone(err)
	}
	wishes := facts.Preferences.Of(l.Brand)
	p := view.Page{Action: c.Request().URL.EscapedPath(), Done: done, More: web.Of(c).Base() + "/get"}
	for _, t := range slots(c, l) {
		if t.Slot == done.Slot {
			p.Done.Topic = t
		}
		one := l.Kind == footer.Unsubscribe && t.Slot == consent.Slot(l.Topic, l.Channel)
		switch {
		case one:
			p.One = &t
		case l.Kind == footer.Preferences && wishes.Topics[t.Slot]:
			p.Topics = append(p.Topics, t)
		}
	}
	if l.Kind == footer.Unsubscribe && p.One == nil {
		return over() // the topic is offered no more
	}
	return web.Render(c, http.StatusOK, view.Show(frame(c, "footer.title"), p))
}

// frame is around a page that nobody is signed in to: who visits was not looked
// up, so no form of a session works.
func frame(c echo.Context, title string) layout.Frame {
	f := web.Frame(c, "", i18n.T(web.Context(c), title))
	f.Locales = nil
	return f
}
