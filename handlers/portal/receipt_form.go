package portal

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/organisation"
	"livingprofile/internal/receipt"
)

// The forms in which a receipt is sent, as its address ends.
const (
	ownForm     = ".json"
	kantaraForm = ".kantara.json"
	recordForm  = ".jsonld"
)

// mimeJSONLD is the media type of JSON-LD (W3C JSON-LD 1.1, appendix C).
const mimeJSONLD = "application/ld+json"

// formOf returns the number of the receipt that is asked for, and the form: the
// end of the address, or else what the request accepts; "" is the page.
func formOf(c echo.Context) (name, form string) {
	name = c.Param("receipt")
	for _, form := range []string{kantaraForm, ownForm, recordForm} {
		if number, ok := strings.CutSuffix(name, form); ok {
			return number, form
		}
	}
	web.Vary(c, echo.HeaderAccept)
	accept := c.Request().Header.Get(echo.HeaderAccept)
	switch {
	case strings.Contains(accept, mimeJSONLD):
		return name, recordForm
	case strings.Contains(accept, echo.MIMEApplicationJSON):
		return name, ownForm
	}
	return name, ""
}

// receiptFile sends a receipt in one of the forms. A no in the form of Kantara
// does not exist.
func (p *Portal) receiptFile(c echo.Context, r *consent.Receipt, form string) error {
	v := web.Of(c)
	setting := p.setting(v, r)
	var file any = r
	kind := echo.MIMEApplicationJSON
	switch form {
	case kantaraForm:
		k, ok := receipt.NewKantara(r, setting)
		if !ok {
			return errs.New(errs.NotFound, "")
		}
		file = k
	case recordForm:
		file, kind = receipt.NewRecord(r, setting), mimeJSONLD
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="receipt-`+string(r.ID)+form+`"`)
	return web.JSONAs(c, http.StatusOK, kind, file)
}

// setting is what the forms of others ask for beyond the receipt. A decision
// that was made on no brand is told by the brand that the person is on.
func (p *Portal) setting(v *web.Visit, r *consent.Receipt) receipt.Setting {
	b, ok := v.Organisation.Brand(r.Decision.Brand)
	if !ok {
		b = v.Brand
	}
	s := receiptSetting(v.Organisation, b, r)
	site := b.Site(p.Base)
	s.Receipt, s.PublicKey = site.JoinPath("receipts", string(r.ID)).String(), p.PublicKey
	s.Withdraw = site.JoinPath(b.Name, "allow", string(r.Purpose.Name)).String()
	if s.Policy == "" {
		s.Policy = site.JoinPath(b.Name, "notices", string(r.Purpose.Name)).String()
	}
	return s
}

// receiptSetting has what the declaration knows of a receipt, in its language.
func receiptSetting(o *organisation.Organisation, b *brand.Brand, r *consent.Receipt) receipt.Setting {
	locale := b.Locales[0]
	if r.Notice != nil {
		locale = r.Notice.Locale
	}
	s := receipt.Setting{Service: b.Label.In(locale), Country: b.Country, Policy: o.Privacy.In(locale)}
	v, ok := o.PurposeVersion(r.Purpose.Name, r.Purpose.Version)
	if !ok {
		return s
	}
	s.Marketing = v.Marketing
	for _, name := range v.Recipients {
		if sys, ok := o.System(name); ok && !slices.Contains(s.Countries, sys.Country) {
			s.Countries = append(s.Countries, sys.Country)
		}
	}
	for i := range o.Fields {
		f := &o.Fields[i]
		used := slices.Contains(v.Categories, f.Category) && slices.Contains(f.Purposes, string(v.Purpose))
		if f.Sensitive && used && !slices.Contains(s.Sensitive, f.Category) {
			s.Sensitive = append(s.Sensitive, f.Category)
		}
	}
	return s
}
