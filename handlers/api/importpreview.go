package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
)

const (
	// mostSamples is how many rows a preview has at most.
	mostSamples = 20
	// mostSheet is how large a spreadsheet may be for a preview, which has it in
	// memory: what is in it stands at its end.
	mostSheet = 16 << 20
)

// samplesAsked is how many rows the caller wants a preview of, 0 for an import.
func samplesAsked(c echo.Context) (int, error) {
	text := c.QueryParam("preview")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostSamples {
		return 0, errs.InvalidFields(errs.At("preview", "error.out_of_range_number", "min", 1, "max", mostSamples))
	}
	return n, nil
}

// A previewBody is what the first rows of a file would become. It is personal,
// and goes to whoever sent them.
type previewBody struct {
	Charset string       `json:"charset,omitempty"`
	Unread  []string     `json:"unread"`
	Missing []string     `json:"missing"`
	LeftOut []string     `json:"left_out"`
	Rows    []previewRow `json:"rows"`
}

type previewRow struct {
	Line        int               `json:"line"`
	ChangedAt   *time.Time        `json:"changed_at,omitempty"`
	Identifiers []previewIdent    `json:"identifiers,omitempty"`
	Attributes  map[string]string `json:"attributes,omitempty"`
	Consents    []previewConsent  `json:"consents,omitempty"`
	Activities  []previewActivity `json:"activities,omitempty"`
	Notes       []importFault     `json:"notes"`
	Refused     *importFault      `json:"refused,omitempty"`
}

type previewIdent struct {
	Kind       identity.Kind `json:"kind"`
	Scope      string        `json:"scope,omitempty"`
	Value      string        `json:"value"`
	VerifiedAt *time.Time    `json:"verified_at,omitempty"`
}

type previewConsent struct {
	Purpose string        `json:"purpose"`
	Says    intake.Stance `json:"says"`
	At      *time.Time    `json:"at,omitempty"`
}

type previewActivity struct {
	Kind   string            `json:"kind"`
	Event  string            `json:"event"`
	At     *time.Time        `json:"at,omitempty"`
	Brand  string            `json:"brand,omitempty"`
	Values map[string]string `json:"values,omitempty"`
}

// preview answers with what the first n rows would become, and keeps nothing.
func (a *API) preview(c echo.Context, u *intake.Upload, org *organisation.Organisation, body io.Reader, n int) error {
	m, err := u.LoadMap()
	if err != nil {
		return err
	}
	file, err := forPreview(u.Format, body)
	if err != nil {
		return err
	}
	samples, report, err := intake.Preview(web.Context(c), file, m, n, intake.Options{
		Organisation: org, Source: u.Source, Clock: a.Clock, Format: u.Format, Charset: u.Charset, Limits: u.Limits,
	})
	var tooLarge *http.MaxBytesError
	switch {
	case errs.KindOf(err) == "" && err != nil && !errors.As(err, &tooLarge):
		return errs.Wrap(errs.Invalid, "error.file_unreadable", err)
	case err != nil:
		return err
	}
	// A sender who is cut off in the middle of a file may never read the answer.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return err
	}
	all := previewBody{
		Charset: report.Charset, Unread: some(report.Unread), Missing: some(report.Missing), LeftOut: some(report.LeftOut),
		Rows: make([]previewRow, len(samples)),
	}
	for i := range samples {
		all.Rows[i] = previewOf(c, &samples[i])
	}
	return c.JSON(http.StatusOK, all)
}

// forPreview returns a file as its format has to be read.
func forPreview(f intake.Format, body io.Reader) (io.Reader, error) {
	if f != intake.XLSX {
		return body, nil
	}
	text, err := io.ReadAll(io.LimitReader(body, mostSheet+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostSheet {
		return nil, refusal(http.StatusRequestEntityTooLarge, "error.preview_too_large")
	}
	return bytes.NewReader(text), nil
}

func previewOf(c echo.Context, s *intake.Sample) previewRow {
	ctx := web.Context(c)
	row := previewRow{Line: s.Line, Notes: []importFault{}}
	for _, note := range s.Notes {
		row.Notes = append(row.Notes, faults(ctx, []intake.Reject{{Line: s.Line, Fault: note}})...)
	}
	if s.Fault != nil {
		row.Refused = &faults(ctx, []intake.Reject{{Line: s.Line, Fault: *s.Fault}})[0]
		return row
	}
	row.ChangedAt = optional(s.Item.At)
	for _, i := range s.Item.Identifiers {
		row.Identifiers = append(row.Identifiers, previewIdent{i.Kind, i.Scope, i.Value, optional(i.VerifiedAt)})
	}
	row.Attributes = make(map[string]string, len(s.Item.Claims))
	for field, claim := range s.Item.Claims {
		row.Attributes[field] = claim.Value
	}
	for _, said := range s.Item.Consents {
		row.Consents = append(row.Consents, previewConsent{string(said.Purpose), said.Stance, optional(said.At)})
	}
	for _, act := range s.Item.Acts {
		row.Activities = append(row.Activities, previewActivity{act.Kind, act.Event, optional(act.At), act.Brand, act.Values})
	}
	return row
}
