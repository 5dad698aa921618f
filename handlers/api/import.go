package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
)

// ImportsPath is where files are sent to.
const ImportsPath = "/api/v1/imports"

// Uploads has what became of the files that were sent.
type Uploads interface {
	intake.UploadStore
	// Upload returns one; errs.NotFound for none.
	Upload(ctx context.Context, upload string) (intake.Upload, error)
	// UploadsBy returns those that a system sent by its keys, the newest first,
	// without those that were cut off; those behind one that is not zero.
	UploadsBy(ctx context.Context, system string, behind intake.Upload, limit int) ([]intake.Upload, error)
}

// formats are the media types of files.
var formats = map[string]intake.Format{ //nolint:gochecknoglobals // a table
	"text/csv":             intake.CSV,
	"application/x-ndjson": intake.JSONL,
	"application/jsonl":    intake.JSONL,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": intake.XLSX,
}

// MakeImport takes a file. Its body is a stream that is sealed as it comes, so
// that it cannot be carried out as the other requests are, whose repeats are
// told by a body in memory.
func (a *API) MakeImport(c echo.Context) error {
	who := callerOf(c)
	if err := knownQuery(c, "map", "charset", "dry_run", "preview"); err != nil {
		return err
	}
	samples, err := samplesAsked(c)
	if err != nil {
		return err
	}
	sent, err := readFile(c)
	if err != nil {
		return err
	}
	if !who.system.Source {
		return errs.New(errs.Forbidden, "error.no_source")
	}
	u := intake.Upload{
		Source: who.system.Name, Map: c.QueryParam("map"), Format: sent.format, Charset: c.QueryParam("charset"),
		Limits: intake.LimitsOf(&who.key, who.brand), Actor: ledger.Actor{Kind: ledger.BySystem, ID: who.system.Name},
	}
	if sent.text != nil {
		if u.Map != "" {
			return errs.InvalidFields(errs.At("map", "error.map_twice"))
		}
		u.Map, u.MapText = sent.name, sent.text
	}
	if u.Charset == "" && u.Format == intake.CSV {
		u.Charset = sent.charset
	}
	if err := u.Fits(who.org); err != nil {
		return err
	}
	if samples > 0 {
		return a.preview(c, &u, who.org, sent.body, samples)
	}
	switch c.QueryParam("dry_run") {
	case "", "false":
	case "true":
		u.DryRun = true
	default:
		return errs.InvalidFields(errs.At("dry_run", "error.not_a_choice"))
	}
	name, err := idempotencyKey(c.Request())
	if err != nil {
		return err
	}
	if name != "" {
		// The query is a part of what is repeated.
		u.Once = a.Secrets.Digest("api.once.key", fmt.Appendf(nil, "%s POST %s %s %s", who.key.ID, c.Path(), name, c.QueryParams().Encode()))
	}
	u, known, err := a.Desk.Receive(web.Context(c), u, sent.body)
	if err != nil {
		return err
	}
	if known {
		c.Response().Header().Set("Idempotency-Replayed", "true")
	}
	c.Response().Header().Set(echo.HeaderLocation, ImportsPath+"/"+u.ID)
	return c.JSON(http.StatusAccepted, a.importBody(c, &u))
}

// idempotencyKey returns the sender's name for the request, "" for none.
func idempotencyKey(r *http.Request) (string, error) {
	sent := r.Header.Values("Idempotency-Key")
	if len(sent) == 0 {
		return "", nil
	}
	return onceName(sent)
}

// An importLine is an import in a list: how far it is, without its report.
type importLine struct {
	Import    string             `json:"import"`
	State     intake.UploadState `json:"state"`
	Map       string             `json:"map"`
	DryRun    bool               `json:"dry_run"`
	Rows      int                `json:"rows"`
	Refused   int                `json:"refused"`
	CreatedAt time.Time          `json:"created_at"`
	EndedAt   *time.Time         `json:"ended_at,omitempty"`
	WaitsTill *time.Time         `json:"waits_until,omitempty"`
}

// Imports answers with the files that the caller's system has sent.
func (a *API) Imports(c echo.Context) error { return a.serve(a.imports)(c) }

func (a *API) imports(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "cursor", "limit"); err != nil {
		return answer{}, err
	}
	limit, err := limitOf(c)
	if err != nil {
		return answer{}, err
	}
	behind, err := a.lastImport(c)
	if err != nil {
		return answer{}, err
	}
	list := []importLine{}
	for {
		all, err := a.Uploads.UploadsBy(web.Context(c), who.system.Name, behind, maxPageSize)
		if err != nil {
			return answer{}, err
		}
		for i := range all {
			u := &all[i]
			if !who.sent(u) {
				continue
			}
			if len(list) == limit {
				next := map[string]string{"Link": a.nextLink(c, list[limit-1].Import)}
				return answer{status: http.StatusOK, header: next, body: map[string]any{"imports": list}}, nil
			}
			list = append(list, lineOf(u))
		}
		if len(all) < maxPageSize {
			return ok("", map[string]any{"imports": list}), nil
		}
		behind = all[len(all)-1]
	}
}

func lineOf(u *intake.Upload) importLine {
	r := u.So()
	l := importLine{
		Import: u.ID, State: u.State, Map: u.Map, DryRun: u.DryRun, Rows: r.Rows, Refused: r.Refused,
		CreatedAt: u.CreatedAt.UTC(), WaitsTill: optional(u.WaitsUntil()),
	}
	if u.State.Ended() {
		l.EndedAt = optional(u.EndedAt.UTC())
	}
	return l
}

// lastImport is what the page before ended with; zero for the first page.
func (a *API) lastImport(c echo.Context) (intake.Upload, error) {
	text := c.QueryParam("cursor")
	if text == "" {
		return intake.Upload{}, nil
	}
	last, ok := a.readCursor(c, text)
	if !ok {
		return intake.Upload{}, errs.InvalidFields(errs.At("cursor", "error.bad_cursor"))
	}
	u, err := a.Uploads.Upload(web.Context(c), last)
	if errs.KindOf(err) == errs.NotFound {
		err = errs.InvalidFields(errs.At("cursor", "error.gone_cursor"))
	}
	return u, err
}

// sent tells whether u came by a key of the caller's system, for a brand that
// its key may speak of.
func (w *caller) sent(u *intake.Upload) bool {
	return u.Actor.Kind == ledger.BySystem && u.Source == w.system.Name && (w.key.Brand == authz.AllBrands || u.Limits.For() == w.brand)
}

// Import answers with how far an import is, and at its end with the report.
func (a *API) Import(c echo.Context) error { return a.serve(a.anImport)(c) }

func (a *API) anImport(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	u, err := a.upload(c, who)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: a.importBody(c, &u)}, nil
}

// DecideImport has a file imported that was tried, or deletes it.
func (a *API) DecideImport(c echo.Context) error { return a.serve(a.decideImport)(c) }

func (a *API) decideImport(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in struct {
		Act string `json:"act"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	u, err := a.upload(c, who)
	if err != nil {
		return answer{}, err
	}
	// The import is that of the key which sent the file: another has to be one
	// that could have.
	if err := u.Within(intake.LimitsOf(&who.key, who.brand), who.org); err != nil {
		return answer{}, err
	}
	by := ledger.Actor{Kind: ledger.BySystem, ID: who.system.Name}
	switch in.Act {
	case "import":
		err = a.Desk.Release(web.Context(c), u, false, by)
	case "discard":
		err = a.Desk.Discard(web.Context(c), u, by)
	default:
		err = errs.InvalidFields(errs.At("act", "error.not_a_choice"))
	}
	if err == nil {
		u, err = a.Uploads.Upload(web.Context(c), u.ID)
	}
	return answer{status: http.StatusAccepted, body: a.importBody(c, &u)}, err
}

// upload is the import that the address names; that of another system, or for
// what is not the key's brand, answers as what does not exist.
func (a *API) upload(c echo.Context, who *caller) (intake.Upload, error) {
	name := c.Param("import")
	if !id.Valid(name) {
		return intake.Upload{}, errs.New(errs.NotFound, "error.no_import")
	}
	u, err := a.Uploads.Upload(web.Context(c), name)
	if err == nil && !who.sent(&u) {
		err = errs.New(errs.NotFound, "error.no_import")
	}
	return u, err
}

// ImportRejects answers with the refused rows as they were, with line and
// reason.
func (a *API) ImportRejects(c echo.Context) error {
	who := callerOf(c)
	if err := knownQuery(c); err != nil {
		return err
	}
	u, err := a.upload(c, who)
	if err != nil {
		return err
	}
	// The rows are the file: they go to a key that could have sent it.
	if err := u.Within(intake.LimitsOf(&who.key, who.brand), who.org); err != nil {
		return err
	}
	ats, err := a.Uploads.PartAts(web.Context(c), u.ID, intake.RejectsPart)
	if err != nil {
		return err
	}
	if !u.State.Ended() || len(ats) == 0 {
		return errs.New(errs.NotFound, "error.no_rejects")
	}
	c.Response().Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="rejects.csv"`)
	_, err = intake.WriteRejects(web.Context(c), a.Uploads, u.ID, c.Response())
	return err
}

// An importBody is an import as callers read it. It has no contents.
type importBody struct {
	Import    string             `json:"import"`
	State     intake.UploadState `json:"state"`
	Map       string             `json:"map"`
	DryRun    bool               `json:"dry_run"`
	Size      int64              `json:"size"`
	Done      int64              `json:"done"` // bytes
	Pace      *int               `json:"rows_per_second,omitempty"`
	Left      *int               `json:"seconds_left,omitempty"`
	CreatedAt time.Time          `json:"created_at"`
	EndedAt   *time.Time         `json:"ended_at,omitempty"`
	WaitsTill *time.Time         `json:"waits_until,omitempty"`
	Report    importReport       `json:"report"`
	Problem   *importFault       `json:"problem,omitempty"`
}

type importReport struct {
	Charset   string        `json:"charset,omitempty"`
	Rows      int           `json:"rows"`
	Created   int           `json:"created"`
	Merged    int           `json:"merged"`
	Changed   int           `json:"changed"`
	Unchanged int           `json:"unchanged"`
	Refused   int           `json:"refused"`
	Warnings  int           `json:"warnings"`
	Unread    []string      `json:"unread"`
	Missing   []string      `json:"missing"`
	LeftOut   []string      `json:"left_out"`
	Rejects   []importFault `json:"rejects"`
	Notes     []importFault `json:"notes"`
}

// A importFault is why a file, row or cell was not taken.
type importFault struct {
	Line   int    `json:"line,omitempty"`
	Column string `json:"column,omitempty"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// mostFaults is how many of the refused rows, and of the warnings, are named.
const mostFaults = 100

func (a *API) importBody(c echo.Context, u *intake.Upload) importBody {
	ctx, r := web.Context(c), u.So()
	b := importBody{
		Import: u.ID, State: u.State, Map: u.Map, DryRun: u.DryRun, Size: u.Size, Done: u.Bytes, CreatedAt: u.CreatedAt.UTC(),
		Report: importReport{
			Charset: r.Charset, Rows: r.Rows, Created: r.Created, Merged: r.Merged, Changed: r.Changed, Unchanged: r.Unchanged,
			Refused: r.Refused, Warnings: r.Warnings, Unread: some(r.Unread), Missing: some(r.Missing), LeftOut: some(r.LeftOut),
			Rejects: faults(ctx, r.Rejects), Notes: faults(ctx, r.Notes),
		},
	}
	if rows, left, ok := u.Pace(a.Clock.Now()); ok {
		seconds := int(left / time.Second)
		b.Pace, b.Left = &rows, &seconds
	}
	if u.State.Ended() {
		ended := u.EndedAt.UTC()
		b.EndedAt = &ended
	}
	b.WaitsTill = optional(u.WaitsUntil())
	if p := u.Problem; p != nil {
		b.Problem = &importFault{Code: p.ID, Detail: i18n.Message(ctx, p.ID, p.Args)}
		for _, f := range p.Fields {
			b.Problem.Detail += " " + f.Path + ": " + i18n.Message(ctx, f.ID, f.Args)
		}
	}
	return b
}

func faults(ctx context.Context, all []intake.Reject) []importFault {
	list := []importFault{}
	for _, r := range all[:min(len(all), mostFaults)] {
		list = append(list, importFault{Line: r.Line, Column: r.Column, Code: r.Reason, Detail: i18n.Message(ctx, r.Reason, r.Args)})
	}
	return list
}
