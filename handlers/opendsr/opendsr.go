// Package opendsr answers controllers that pass requests of people on by
// OpenDSR 2.0, under /opendsr/v2, with the API's keys.
//
// What is taken, what becomes of it and who is told is decided in package
// opendsr of the rules. Every answer that says something about a request is
// signed.
package opendsr

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/api"
	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/scan"
)

// Path is where everything here is.
const Path = "/opendsr/v2"

// IsPath tells whether a request is one to OpenDSR.
func IsPath(path string) bool { return strings.HasPrefix(path, Path+"/") }

// A Store finds people.
type Store interface {
	// Holders returns the active subjects that bear a normalised identifier,
	// the one that has proved it first.
	Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error)
}

// Deps is what OpenDSR stands on.
type Deps struct {
	API        *api.API
	Store      Store
	Processor  *opendsr.Processor
	Controller *opendsr.Controller
	Base       *url.URL
}

// OpenDSR answers. It is safe for concurrent use.
type OpenDSR struct{ Deps }

// New returns the handlers.
func New(d Deps) *OpenDSR { return &OpenDSR{d} }

// ready refuses where the operator has no certificate: an answer that is not
// signed is none.
func (o *OpenDSR) ready() error {
	if o.Processor.Signer == nil {
		return errs.New(errs.NotFound, "error.opendsr_off")
	}
	return nil
}

// Discover says what can be asked.
func (o *OpenDSR) Discover(c echo.Context) error {
	if err := o.ready(); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, opendsr.Discover(o.Base))
}

// Certificate is what signatures are checked with.
func (o *OpenDSR) Certificate(c echo.Context) error {
	if err := o.ready(); err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/x-pem-file", o.Processor.Signer.PEM)
}

// Take takes a request.
func (o *OpenDSR) Take(c echo.Context) error {
	if err := o.ready(); err != nil {
		return err
	}
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return echo.NewHTTPError(http.StatusUnsupportedMediaType, "error.not_json")
	}
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	if !utf8.Valid(body) || !json.Valid(body) || scan.Once(body) != nil {
		return errs.New(errs.Invalid, "error.bad_json")
	}
	who := api.CallerOf(c)
	receipt, err := o.Processor.Take(web.Context(c), who.System.Name, who.Author.Brand, body, func(all []opendsr.Identity) (id.Subject, error) {
		return o.find(web.Context(c), who, all)
	})
	if err != nil {
		return err
	}
	return o.answer(c, http.StatusCreated, receipt)
}

// find returns the one person whom identities name.
func (o *OpenDSR) find(ctx context.Context, who *api.Caller, all []opendsr.Identity) (id.Subject, error) {
	var found id.Subject
	for _, one := range all {
		kind := identity.Email
		if one.Type == opendsr.Customer {
			kind = identity.Customer
		}
		i, err := who.Author.Identifier(inbound.IdentifierBody{Kind: kind, Value: one.Value}, "subject_identities.")
		if err != nil {
			return "", err
		}
		holders, err := o.Store.Holders(ctx, i.Kind, i.Scope, i.Value)
		if err != nil {
			return "", err
		}
		if len(holders) > 0 && !holders[0].VerifiedAt.IsZero() {
			holders = holders[:1]
		}
		for _, h := range holders {
			_, err := o.API.Know(ctx, who, h.Subject)
			switch {
			case errors.Is(err, errs.NotFound):
				continue
			case err != nil:
				return "", err
			case found != "" && found != h.Subject:
				return "", errs.NotFound // several: nobody is asked about by guess
			}
			found = h.Subject
		}
	}
	if found == "" {
		return "", errs.NotFound
	}
	return found, nil
}

// Show says how far a request is.
func (o *OpenDSR) Show(c echo.Context) error {
	if err := o.ready(); err != nil {
		return err
	}
	report, err := o.Processor.Report(web.Context(c), api.CallerOf(c).System.Name, c.Param("request"))
	if err != nil {
		return err
	}
	return o.answer(c, http.StatusOK, report)
}

// Cancel takes a request back.
func (o *OpenDSR) Cancel(c echo.Context) error {
	if err := o.ready(); err != nil {
		return err
	}
	receipt, err := o.Processor.Cancel(web.Context(c), api.CallerOf(c).System.Name, c.Param("request"))
	if err != nil {
		return err
	}
	return o.answer(c, http.StatusAccepted, receipt)
}

// Called takes the callback of a processor. Whatever is wrong with it is answered
// alike (OpenDSR 2.0, 8.2: 403).
func (o *OpenDSR) Called(c echo.Context) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	domain, signature := opendsr.Signature(c.Request().Header.Get)
	if err := o.Controller.Called(web.Context(c), c.Param("errand"), domain, signature, body); err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

// answer writes a message with its signature.
func (o *OpenDSR) answer(c echo.Context, status int, message any) error {
	body, err := opendsr.Write(message)
	if err != nil {
		return err
	}
	headers, err := o.Processor.Signer.Sign(body)
	if err != nil {
		return err
	}
	for name, value := range headers {
		c.Response().Header().Set(name, value)
	}
	return c.JSONBlob(status, body)
}

// Fault is an error in the form of the standard.
func Fault(c echo.Context, status int, err error, detail string) (int, any) {
	if status == http.StatusUnprocessableEntity || status == http.StatusConflict {
		status = http.StatusBadRequest
	}
	if detail == "" {
		detail = http.StatusText(status)
	}
	f := opendsr.FaultBody{Code: status, Message: detail}
	for _, at := range errs.FieldsOf(err) {
		f.Errors = append(f.Errors, opendsr.FaultPlace{
			Domain: at.Path, Reason: strings.TrimPrefix(at.ID, "error."), Message: i18n.Message(web.Context(c), at.ID, at.Args),
		})
	}
	return status, opendsr.Fault{Error: f}
}
