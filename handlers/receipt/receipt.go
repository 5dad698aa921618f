// Package receipt answers on the page where anybody can check a receipt. It
// tells whether a receipt is what we wrote and where the ledger has it, and
// nothing of what it says: whoever guesses a number learns no more than that a
// receipt was written.
package receipt

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	view "livingprofile/views/receipt"
)

// A Store has what receipts are checked against.
type Store interface {
	// ProvedRecord returns a consent record with its place in the ledger.
	ProvedRecord(ctx context.Context, record consent.RecordID) (consent.Proved, error)
	// SealedBy returns the first checkpoint that covers an entry, or
	// errs.NotFound while none does.
	SealedBy(ctx context.Context, lane int, seq int64, open func([]byte) (*ledger.Checkpoint, error)) (*ledger.Checkpoint, error)
}

// Deps is what checking stands on.
type Deps struct {
	Store Store
	// Open reads a signed checkpoint and checks its signature.
	Open func(signed []byte) (*ledger.Checkpoint, error)
	// Verify tells whether a signature of ours is on text.
	Verify func(text, signature string) bool
}

// Receipt checks receipts.
type Receipt struct{ Deps }

// New returns the handlers.
func New(d Deps) *Receipt { return &Receipt{d} }

// Form shows where to put a receipt in.
func (r *Receipt) Form(c echo.Context) error {
	return show(c, http.StatusOK, view.CheckPage{Action: web.CheckPath})
}

// Show tells of a number alone whether it is ours.
func (r *Receipt) Show(c echo.Context) error {
	number := c.Param("receipt")
	result, err := r.known(web.Context(c), number)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if result.Outcome == view.Foreign {
		status = http.StatusNotFound
	}
	return show(c, status, view.CheckPage{Action: web.CheckPath, Number: number, Result: result})
}

// Check compares a whole receipt with what the ledger has.
func (r *Receipt) Check(c echo.Context) error {
	form, err := web.Form(c, "receipt", "file", "number")
	if err != nil {
		return err
	}
	page := view.CheckPage{Action: web.CheckPath, Text: form.Get("receipt"), Number: form.Get("number")}
	if page.Text == "" {
		page.Text = form.Get("file")
	}
	if page.Text == "" {
		if page.Number == "" {
			page.Wrong = i18n.T(web.Context(c), "error.required")
			return show(c, http.StatusUnprocessableEntity, page)
		}
		page.Result, err = r.known(web.Context(c), page.Number)
		if err != nil {
			return err
		}
		return show(c, http.StatusOK, page)
	}
	copied, err := consent.ParseReceipt([]byte(page.Text))
	if wrong, ok := web.Wrong(c, err); ok {
		page.Wrong = wrong[""]
		return show(c, http.StatusUnprocessableEntity, page)
	}
	if page.Result, err = r.compare(web.Context(c), copied); err != nil {
		return err
	}
	return show(c, http.StatusOK, page)
}

func show(c echo.Context, status int, page view.CheckPage) error {
	return web.Render(c, status, view.Check(web.Frame(c, "", i18n.T(web.Context(c), "receipt.title")), page))
}

// known looks a number up.
func (r *Receipt) known(ctx context.Context, number string) (*view.Result, error) {
	result := &view.Result{Outcome: view.Foreign}
	if !id.Valid(number) {
		return result, nil
	}
	p, err := r.Store.ProvedRecord(ctx, consent.RecordID(number))
	if errors.Is(err, errs.NotFound) {
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	return r.place(ctx, p, view.Known)
}

// compare tells whether a copy is what the ledger vouches for.
func (r *Receipt) compare(ctx context.Context, copied consent.Receipt) (*view.Result, error) {
	result := &view.Result{Outcome: view.Foreign}
	if !id.Valid(string(copied.ID)) {
		return result, nil
	}
	p, err := r.Store.ProvedRecord(ctx, copied.ID)
	if errors.Is(err, errs.NotFound) {
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	return r.place(ctx, p, view.Outcome(copied.Compare(p, r.Verify)))
}

// place says where the ledger has a record.
func (r *Receipt) place(ctx context.Context, p consent.Proved, outcome view.Outcome) (*view.Result, error) {
	result := &view.Result{
		Outcome: outcome, Written: p.At, Lane: p.Lane, Sequence: p.Seq, Fingerprint: p.Digest().String(),
	}
	cp, err := r.Store.SealedBy(ctx, p.Lane, p.Seq, r.Open)
	switch {
	case err == nil:
		result.Checkpoint, result.Sealed = cp.Number, cp.At
	case !errors.Is(err, errs.NotFound):
		return nil, err
	}
	return result, nil
}
