package console

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// ImportsPath is where the console takes files.
const ImportsPath = web.UploadPath

// Uploads has what became of the files that were sent.
type Uploads interface {
	intake.UploadStore
	// Upload returns one; errs.NotFound for none.
	Upload(ctx context.Context, upload string) (intake.Upload, error)
	// Uploads returns the newest.
	Uploads(ctx context.Context, limit int) ([]intake.Upload, error)
}

// importsShown is how many imports the list shows.
const importsShown = 50

// Imports lists the imports, and takes a file.
func (s *Console) Imports(c echo.Context) error { return s.showImports(c, url.Values{}, nil, nil) }

func (s *Console) showImports(c echo.Context, typed url.Values, wrong map[string]string, problems []string) error {
	all, err := s.Uploads.Uploads(web.Context(c), importsShown)
	if err != nil {
		return err
	}
	p := view.ImportsPage{}
	for i := range all {
		p.Items = append(p.Items, importItem(c, &all[i]))
	}
	if me(c).Role.Has(authz.ImportMake) {
		p.MapWrong = problems
		p.Make, p.Own, p.Wrong = importForm(c, typed, wrong), ownForm(c, typed, len(p.MapWrong) > 0), wrong["file"]
	}
	return web.Render(c, page(wrong), view.Imports(s.desk(c, "imports", title(c, "imports")), p))
}

func importItem(c echo.Context, u *intake.Upload) view.ImportItem {
	ctx, r := web.Context(c), u.So()
	item := view.ImportItem{
		Href: ImportsPath + "/" + u.ID, ID: u.ID, Source: systemName(c, u.Source), Map: u.Map, At: u.CreatedAt,
		State: ui.Waiting, StateText: i18n.T(ctx, "imports.state."+string(u.State)), Trial: u.DryRun, Rows: r.Rows, Refused: r.Refused,
	}
	switch u.State {
	case intake.Done:
		item.State = ui.Given
	case intake.Failed:
		item.State = ui.Failed
	case intake.Receiving, intake.Held, intake.Queued, intake.Running:
	}
	return item
}

func importForm(c echo.Context, typed url.Values, wrong map[string]string) []ui.Input {
	ctx, v := web.Context(c), web.Of(c)
	choose := ui.Option{Label: i18n.T(ctx, "page.choose")}
	source := ui.Input{
		Kind: ui.OneList, Name: "source", Label: i18n.T(ctx, "imports.source"), Value: typed.Get("source"), Wrong: wrong["source"],
		Options: []ui.Option{choose}, Required: true,
	}
	for i := range v.Organisation.Systems {
		if sys := &v.Organisation.Systems[i]; sys.Source && !sys.Retired {
			source.Options = append(source.Options, ui.Option{Value: sys.Name, Label: sys.Label.In(v.Locale)})
		}
	}
	maps := ui.Input{
		Kind: ui.OneList, Name: "map", Label: i18n.T(ctx, "imports.map"), Hint: i18n.T(ctx, "imports.map_hint"),
		Value: typed.Get("map"), Wrong: wrong["map"], Options: []ui.Option{choose}, Required: true,
	}
	for _, name := range intake.Maps() {
		maps.Options = append(maps.Options, ui.Option{Value: name, Label: name})
	}
	maps.Options = append(maps.Options, ui.Option{Value: intake.OwnMap, Label: i18n.T(ctx, "imports.own_map")})
	return []ui.Input{source, maps, {
		Kind: ui.Text, Name: "charset", Label: i18n.T(ctx, "imports.charset"), Hint: i18n.T(ctx, "imports.charset_hint"),
		Value: typed.Get("charset"), Wrong: wrong["charset"], Fill: "off",
	}}
}

// MakeImport takes a file and holds it until somebody has seen what it means.
func (s *Console) MakeImport(c echo.Context) error {
	fields := web.FileForm{File: "file", Fields: []string{"source", "map", "charset"}, Texts: []string{"own", "own_file"}, Most: intake.MaxSentMap}
	form, name, body, err := fields.Read(c)
	if err != nil {
		return err
	}
	u := intake.Upload{
		Source: form.Get("source"), Map: form.Get("map"), Charset: form.Get("charset"),
		Format: intake.FormatOf(name), State: intake.Held, Actor: me(c).Actor(),
	}
	if u.Map == intake.OwnMap {
		u.Map, u.MapText = ownMap(form)
	}
	org := web.Of(c).Organisation
	sys, ok := org.System(u.Source)
	switch {
	case !ok || !sys.Source || sys.Retired:
		err = errs.InvalidFields(errs.At("source", "error.not_a_choice"))
	case name == "":
		err = errs.InvalidFields(errs.At("file", "error.required"))
	case u.Format == "":
		err = errs.InvalidFields(errs.At("file", "error.not_a_file"))
	default:
		if err = u.Fits(org); err == nil {
			u, _, err = s.Desk.Receive(web.Context(c), u, body)
		}
	}
	if wrong, ok := web.Wrong(c, err); ok {
		if text, whole := wrong[""]; whole {
			wrong["file"] = text
		}
		return s.showImports(c, form, wrong, mapProblems(c, err))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, ImportsPath+"/"+u.ID)
}

// upload is the import that the address names.
func (s *Console) upload(c echo.Context) (intake.Upload, error) {
	name := c.Param("import")
	if !id.Valid(name) {
		return intake.Upload{}, errs.New(errs.NotFound, "error.no_import")
	}
	return s.Uploads.Upload(web.Context(c), name)
}

// refreshEvery is after how many seconds a browser looks again, with script or
// without, while an import goes on.
const refreshEvery = 3

// ShowImport shows what a file means, how far its import is, or its report.
func (s *Console) ShowImport(c echo.Context) error {
	u, err := s.upload(c)
	if err != nil {
		return err
	}
	return s.showImport(c, u, url.Values{}, nil)
}

func (s *Console) showImport(c echo.Context, u intake.Upload, typed url.Values, wrong map[string]string) error {
	return s.renderImport(c, &u, s.importPage(c, &u), typed, wrong)
}

func (s *Console) renderImport(c echo.Context, u *intake.Upload, p view.ImportPage, typed url.Values, wrong map[string]string) error {
	if u.State == intake.Held && p.Manage {
		s.sample(c, u, &p)
	}
	if !u.State.Ended() && u.State != intake.Held {
		c.Response().Header().Set("Refresh", strconv.Itoa(refreshEvery))
	}
	ats, err := s.Uploads.PartAts(web.Context(c), u.ID, intake.RejectsPart)
	if err != nil {
		return err
	}
	if p.Manage && u.State.Ended() && len(ats) > 0 {
		if err := s.askRejects(c, u, &p, typed, wrong); err != nil {
			return err
		}
	}
	return web.Render(c, page(wrong), view.Import(s.desk(c, "imports", title(c, "imports")), p))
}

func fault(c echo.Context, r intake.Reject) string {
	text := i18n.Message(web.Context(c), r.Reason, r.Args)
	if r.Column != "" {
		return r.Column + ": " + text
	}
	return text
}

// faultsShown is how many refused rows, and warnings, a page names.
const faultsShown = 50

func (s *Console) importPage(c echo.Context, u *intake.Upload) view.ImportPage {
	ctx, r := web.Context(c), u.So()
	p := view.ImportPage{
		Item: importItem(c, u), Action: ImportsPath + "/" + u.ID, Manage: me(c).Role.Has(authz.ImportMake),
		Held: u.State == intake.Held, Ended: u.State.Ended(), EndedAt: u.EndedAt,
		Charset: r.Charset, Unread: r.Unread, Missing: r.Missing, LeftOut: r.LeftOut,
	}
	p.Mine = p.Manage && u.Actor == me(c).Actor()
	p.Tried = p.Ended && p.Manage && u.Waits(s.Clock.Now())
	if u.Size > 0 {
		p.Percent = int(100 * u.Bytes / u.Size)
	}
	if rows, left, ok := u.Pace(s.Clock.Now()); ok {
		p.Pace = i18n.T(ctx, "imports.pace", "count", rows, "left", i18n.Span(ctx, roughly(left)))
	} else if u.State == intake.Running {
		p.Pace = i18n.T(ctx, "imports.no_pace")
	}
	for _, count := range []struct {
		word string
		n    int
	}{
		{"rows", r.Rows},
		{"created", r.Created},
		{"merged", r.Merged},
		{"changed", r.Changed},
		{"unchanged", r.Unchanged},
		{"refused", r.Refused},
		{"warnings", r.Warnings},
	} {
		p.Counts = append(p.Counts, view.ImportCount{Label: i18n.T(ctx, "imports.count."+count.word), Count: count.n})
	}
	for _, list := range []struct {
		from []intake.Reject
		to   *[]view.ImportFault
	}{{r.Rejects, &p.Refused}, {r.Notes, &p.Notes}} {
		for _, one := range list.from[:min(len(list.from), faultsShown)] {
			*list.to = append(*list.to, view.ImportFault{Line: one.Line, Why: fault(c, one)})
		}
	}
	if u.Problem != nil {
		p.Problem = i18n.Message(ctx, u.Problem.ID, u.Problem.Args)
		for _, f := range u.Problem.Fields {
			p.Problem += " " + f.Path + ": " + i18n.Message(ctx, f.ID, f.Args)
		}
	}
	return p
}

// roughly is a time in whole minutes, the nearest, from one minute on.
func roughly(d time.Duration) time.Duration {
	if d < time.Minute {
		return d
	}
	return d.Round(time.Minute)
}

// RunHeld has a file that waits for a word tried, imported or deleted, or shows
// what its first rows hold.
func (s *Console) RunHeld(c echo.Context) error {
	form, err := web.Form(c, "act")
	if err != nil {
		return err
	}
	u, err := s.upload(c)
	if err != nil {
		return err
	}
	switch form.Get("act") {
	case "show":
		return s.showValues(c, &u)
	case "try":
		err = s.Desk.Release(web.Context(c), u, true, me(c).Actor())
	case "import":
		err = s.Desk.Release(web.Context(c), u, false, me(c).Actor())
	case "discard":
		err = s.Desk.Discard(web.Context(c), u, me(c).Actor())
	default:
		err = errs.New(errs.Invalid, "error.not_a_choice")
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, ImportsPath+"/"+u.ID)
}

// showValues shows what the first rows hold. It is personal, so that it is for
// whoever sent the file and has it anyway, is posted and stands in the ledger.
func (s *Console) showValues(c echo.Context, u *intake.Upload) error {
	p := s.importPage(c, u)
	switch {
	case !p.Mine:
		return errs.New(errs.Forbidden, "error.not_your_file")
	case u.State != intake.Held || !u.Waits(s.Clock.Now()):
		return errs.New(errs.Conflict, "error.import_begun")
	}
	if err := s.Staff.NoteExport(web.Context(c), me(c), map[string]string{"sample": u.ID}); err != nil {
		return err
	}
	p.Shown = true
	return s.renderImport(c, u, p, nil, nil)
}

// TakeRejects gives the refused rows as they were. They are personal, so that
// taking them is posted and stands in the ledger; those of a file that somebody
// else sent take two.
func (s *Console) TakeRejects(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	u, err := s.upload(c)
	if err != nil {
		return err
	}
	ats, err := s.Uploads.PartAts(web.Context(c), u.ID, intake.RejectsPart)
	if err != nil {
		return err
	}
	if !u.State.Ended() || len(ats) == 0 {
		return errs.New(errs.NotFound, "error.no_rejects")
	}
	if u.Actor != me(c).Actor() {
		if err := s.Approval.Use(web.Context(c), rejectsOf(&u), me(c).Actor()); err != nil {
			return err
		}
	}
	if err := s.Staff.NoteExport(web.Context(c), me(c), map[string]string{"rejects": u.ID}); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="rejects.csv"`)
	_, err = intake.WriteRejects(web.Context(c), s.Uploads, u.ID, c.Response())
	return err
}
