package console

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/rights"
)

// TakeEvidence answers with a request and its proof as an archive, once the
// person can read that somebody looked.
func (s *Console) TakeEvidence(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	ctx := web.Context(c)
	row, err := s.Review.Open(ctx, me(c), rights.RequestID(c.Param("request")))
	if err != nil && !errors.Is(err, errs.Gone) { // of an erased person it is open
		return err
	}
	if row.ID == "" {
		return errs.New(errs.NotFound, "rights.error.no_request")
	}
	if err := s.Staff.NoteExport(ctx, me(c), map[string]string{"request": string(row.ID)}); err != nil {
		return err
	}
	pack, err := s.Evidence(ctx, row)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, `attachment; filename="evidence-`+row.Number+`.zip"`)
	return c.Blob(http.StatusOK, "application/zip", pack)
}
