package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// Receipt shows the person's own copy of one of their decisions, or sends it as
// a file in the form that the address ends in or the request asks for.
func (p *Portal) Receipt(c echo.Context) error {
	name, form := formOf(c)
	r, err := p.receipt(c, consent.RecordID(name))
	if err != nil {
		return err
	}
	if form != "" {
		return p.receiptFile(c, &r, form)
	}
	s, err := p.lookTold(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.History, s.t("portal.receipt.title"))
	return web.Render(c, http.StatusOK, view.ReceiptView(f, s.receiptPage(&r)))
}

// receipt makes the receipt of a record of the visitor. Another's is not found,
// as is one that does not exist.
func (p *Portal) receipt(c echo.Context, name consent.RecordID) (consent.Receipt, error) {
	v, ctx := web.Of(c), web.Context(c)
	if !id.Valid(string(name)) {
		return consent.Receipt{}, errs.New(errs.NotFound, "")
	}
	proved, err := p.Receipts.ProvedRecord(ctx, name)
	if err != nil {
		return consent.Receipt{}, err
	}
	if err := p.mine(ctx, v.Subject(), proved.Subject); err != nil {
		return consent.Receipt{}, err
	}
	return p.Receipts.Make(ctx, v.Organisation, proved)
}
