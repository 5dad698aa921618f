package portal

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/receipt"
)

// formOf returns the number of the receipt that is asked for, and the form: the
// end of the address, or else what the request accepts; "" is the page.
func formOf(c echo.Context) (name, form string) {
	name = c.Param("receipt")
	for _, form := range []string{receipt.KantaraForm, receipt.OwnForm, receipt.RecordForm} {
		if number, ok := strings.CutSuffix(name, form); ok {
			return number, form
		}
	}
	web.Vary(c, echo.HeaderAccept)
	accept := c.Request().Header.Get(echo.HeaderAccept)
	switch {
	case strings.Contains(accept, receipt.MediaJSONLD):
		return name, receipt.RecordForm
	case strings.Contains(accept, receipt.MediaJSON):
		return name, receipt.OwnForm
	}
	return name, ""
}

// receiptFile sends a receipt in the form whose name ends so.
func (p *Portal) receiptFile(c echo.Context, r *consent.Receipt, ending string) error {
	v := web.Of(c)
	for _, f := range p.Receipts.Forms(v.Organisation, v.Brand, r) {
		if f.Ending == ending {
			c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="receipt-`+string(r.ID)+ending+`"`)
			return web.JSONAs(c, http.StatusOK, f.Media, f.Content)
		}
	}
	return errs.New(errs.NotFound, "")
}
