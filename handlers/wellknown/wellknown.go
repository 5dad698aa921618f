// Package wellknown answers what programs ask a site without signing in: whom
// to tell of a weakness, where people change how they sign in, whether Global
// Privacy Control is honoured, and what a brand's own site may do with somebody
// of whom nothing is known. No answer depends on who asks, and none needs the
// database.
package wellknown

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/register"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// WellKnown answers under /.well-known, and for a brand's site.
type WellKnown struct {
	base  *url.URL
	clock clock.Clock
	key   transfer.Key
	words *i18n.Bundle
}

// New returns the handlers of the site at base, whose key signs what is sent.
func New(base *url.URL, c clock.Clock, key transfer.Key, words *i18n.Bundle) *WellKnown {
	return &WellKnown{base: base, clock: c, key: key, words: words}
}

// Keys are for whoever checks what we signed (RFC 7517).
func (w *WellKnown) Keys(c echo.Context) error {
	return web.JSONAs(c, http.StatusOK, "application/jwk-set+json", w.key.Set())
}

// securityLasts is how long security.txt says that it holds. It is made for
// every answer, so it never runs out; it must be under a year (RFC 9116,
// 2.5.5).
const securityLasts = 90 * 24 * time.Hour

// Security tells whom to tell of a weakness (RFC 9116).
func (w *WellKnown) Security(c echo.Context) error {
	o := web.Of(c).Organisation
	contact := o.Security
	if contact == "" {
		contact = o.Contact
	}
	if contact == "" {
		return errs.NotFound // nothing is declared yet
	}
	if !strings.Contains(contact, "://") {
		contact = "mailto:" + contact
	}
	text := fmt.Sprintf("Contact: %s\nExpires: %s\nCanonical: %s\n", contact,
		w.clock.Now().UTC().Add(securityLasts).Truncate(time.Hour).Format(time.RFC3339),
		w.site(c).JoinPath(c.Request().URL.Path))
	if languages := w.languages(c); len(languages) > 0 {
		text += "Preferred-Languages: " + strings.Join(languages, ", ") + "\n"
	}
	return c.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(text))
}

// site is the address that was asked, as it is declared.
func (w *WellKnown) site(c echo.Context) *url.URL {
	if home := web.Of(c).Home; home != nil {
		return home.Site(w.base)
	}
	return w.base
}

// languages are those of all brands, in their order.
func (w *WellKnown) languages(c echo.Context) []string {
	var all []string
	o := web.Of(c).Organisation
	for i := range o.Brands {
		for _, tag := range o.Brands[i].Locales {
			if !o.Brands[i].Retired && !slices.Contains(all, tag) {
				all = append(all, tag)
			}
		}
	}
	return all
}

// ChangePassword leads to the page about signing in. There are no passwords, so
// a manager of them is shown what there is instead (W3C, A Well-Known URL for
// Changing Passwords).
func (w *WellKnown) ChangePassword(c echo.Context) error {
	var open []string
	o := web.Of(c).Organisation
	for i := range o.Brands {
		if home := web.Of(c).Home; !o.Brands[i].Retired && (home == nil || home == &o.Brands[i]) {
			open = append(open, o.Brands[i].Name)
		}
	}
	if len(open) == 1 {
		return c.Redirect(http.StatusSeeOther, "/"+open[0]+"/safety")
	}
	return c.Redirect(http.StatusSeeOther, "/") // whose pages is asked there
}

// CopySchema describes the files of a copy that people take along, for programs
// that read one (Art. 20 GDPR).
func (w *WellKnown) CopySchema(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/schema+json", rights.CopySchema)
}

// Register is the brand's record of processing activities, for programs (Art.
// 30(1) GDPR). It names what is done with data, and nobody's data.
func (w *WellKnown) Register(c echo.Context) error {
	v := web.Of(c)
	if v.Brand == nil || v.BrandName() != c.Param("brand") {
		return errs.New(errs.NotFound, "error.no_brand")
	}
	all := register.Of(v.Organisation, func(name string) bool { return name == v.BrandName() })
	measures := i18n.Text{}
	for _, tag := range w.words.Locales() {
		measures[tag] = w.words.Localizer(tag).T("register.measures_text")
	}
	address := v.Brand.Site(w.base).JoinPath(v.BrandName(), "register.json").String()
	c.Response().Header().Set(echo.HeaderContentType, "application/ld+json")
	return json.NewEncoder(c.Response()).Encode(register.Describe(v.Organisation, all, address, measures))
}

// A support says whether Global Privacy Control is honoured, and since when
// that is so.
type support struct {
	GPC        bool   `json:"gpc"`
	LastUpdate string `json:"lastUpdate"`
}

// GPC says that Global Privacy Control is honoured, where a purpose names it.
// Where none does nothing is said: it would be a promise of the organisation's
// that the organisation has not made.
func (w *WellKnown) GPC(c echo.Context) error {
	var since time.Time
	for _, v := range web.Of(c).Organisation.AllPurposes() {
		if v.Signal == consent.GPC && !v.Retired && v.From.After(since) {
			since = v.From
		}
	}
	if since.IsZero() {
		return errs.NotFound
	}
	return web.JSON(c, http.StatusOK, support{GPC: true, LastUpdate: since.UTC().Format(time.DateOnly)})
}

// ConsentMode has the defaults of Google's Consent Mode for somebody of whom
// nothing is known but the signal of their browser. The pages of the brand's
// own site may read it.
func (w *WellKnown) ConsentMode(c echo.Context) error {
	v := web.Of(c)
	if v.Brand == nil || v.BrandName() != c.Param("brand") {
		return errs.New(errs.NotFound, "error.no_brand")
	}
	h := c.Response().Header()
	h.Set("Vary", web.SignalHeader+", Origin")
	if origin := c.Request().Header.Get("Origin"); slices.Contains(v.Brand.Origins, origin) {
		h.Set("Access-Control-Allow-Origin", origin)
	}
	q := decision.Question{Brand: v.BrandName(), At: w.clock.Now(), Signal: v.Signal}
	return web.JSON(c, http.StatusOK, decision.ConsentMode(decision.Facts{}, q, v.Organisation.PurposesOn(v.BrandName())))
}
