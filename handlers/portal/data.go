package portal

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/attachment"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// Data shows everything that is held.
func (p *Portal) Data(c echo.Context) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	identifiers, err := p.Read.Identifiers(s.ctx, web.Of(c).Subject())
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Data, s.t("portal.data.title"))
	return web.Render(c, http.StatusOK, view.Data(f, s.dataPage(identifiers)))
}

// Value shows one value with its past; to a page that swaps in place, its row.
func (p *Portal) Value(c echo.Context) error {
	field, err := fieldOf(c)
	if err != nil {
		return err
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	if web.Live(c) {
		return web.Rows(c, http.StatusOK, view.ValueRow(p.rowFrame(c, s), s.valueItem(field)))
	}
	return p.showValue(c, s, http.StatusOK, field, nil)
}

// EditValue shows a value with the form that changes it.
func (p *Portal) EditValue(c echo.Context) error {
	field, err := fieldToEdit(c)
	if err != nil {
		return err
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	item := s.valueItem(field)
	if !item.Edit {
		return errs.New(errs.Forbidden, "error.field_locked")
	}
	form := s.valueForm(field, s.value(field), nil)
	if web.Live(c) {
		return web.Rows(c, http.StatusOK, view.ValueEditRow(p.rowFrame(c, s), item, form))
	}
	return p.showValue(c, s, http.StatusOK, field, &form)
}

// SaveValue corrects a value, or asks for the correction where staff decide.
func (p *Portal) SaveValue(c echo.Context) error {
	form, files, refused := web.FormWithAttachments(c, p.Files, "value", "empty")
	if form == nil {
		return refused
	}
	field, err := fieldToEdit(c)
	if err != nil {
		return err
	}
	typed := strings.Join(form["value"], "\n")
	if form.Get("empty") != "" {
		typed = ""
	}
	var step profile.Step
	if err = refused; err == nil {
		e := editor(c)
		for i := range files {
			e.Files = append(e.Files, attachment.File{Name: files[i].Name, Type: files[i].Type, Data: files[i].Body})
		}
		step, err = p.Profile.Correct(web.Context(c), e, field.Name, typed)
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return p.wrongValue(c, field, typed, wrong)
	}
	if err != nil {
		return err
	}
	if err := p.endDispute(c, field, step); err != nil {
		return err
	}
	return p.savedValue(c, field, step)
}

// wrongValue shows the form again with what was typed and what is wrong.
func (p *Portal) wrongValue(c echo.Context, field *profile.Field, typed string, wrong map[string]string) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	form := s.valueForm(field, typed, wrong)
	if web.Live(c) {
		row := view.ValueEditRow(p.rowFrame(c, s), s.valueItem(field), form)
		return web.Rows(c, http.StatusUnprocessableEntity, row)
	}
	return p.showValue(c, s, http.StatusUnprocessableEntity, field, &form)
}

// UndoValue takes the last correction back, or the wish for one.
func (p *Portal) UndoValue(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	field, err := fieldToEdit(c)
	if err != nil {
		return err
	}
	step, err := p.Profile.Undo(web.Context(c), editor(c), field.Name)
	if err != nil {
		return err
	}
	return p.savedValue(c, field, step)
}

// savedValue tells what a step has changed, in the row or on the value's page.
func (p *Portal) savedValue(c echo.Context, field *profile.Field, step profile.Step) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	f := s.saidStep(field, step)
	if !web.Live(c) {
		return tell(c, web.Path(c, "/data/%s#v-%s", field.Name, field.Name), f)
	}
	s.said = said{row: field.Name, text: f.Text(c), undo: f.Undo}
	row := view.ValueRow(p.rowFrame(c, s), s.valueItem(field))
	return web.Rows(c, http.StatusOK, row, ui.Live(s.said.text))
}

// biographyEntries bounds how far back a value's page looks.
const biographyEntries = 300

func (p *Portal) showValue(c echo.Context, s *sight, status int, field *profile.Field, form *view.ValueForm) error {
	life, err := p.Read.History(s.ctx, web.Of(c).Subject(), ledger.HistoryPage{
		Kinds: []string{"attribute."}, Limit: biographyEntries,
	})
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Data, s.in(field.Label))
	page, err := s.valuePage(field, life)
	if err != nil {
		return err
	}
	page.Form = form
	state, err := p.Read.ActivityState(s.ctx, web.Of(c).Subject())
	if err != nil {
		return err
	}
	page.Rule = s.ruleOf(field, state)
	open, err := p.Door.Open(s.ctx, web.Of(c).Subject(), s.facts)
	if err != nil {
		return err
	}
	page.Disputes = s.disputes(field, open)
	docket, err := p.Rights.All(s.ctx, web.Of(c).Subject())
	if err != nil {
		return err
	}
	page.Request = s.correction(field, docket.Requests)
	return web.Render(c, status, view.Value(f, page))
}

// fieldOf is the field that the address names, of whichever brand: what is held
// of a person is theirs to see everywhere.
func fieldOf(c echo.Context) (*profile.Field, error) {
	f, ok := web.Of(c).Organisation.Field(c.Param("field"))
	if !ok {
		return nil, errs.New(errs.NotFound, "error.no_field")
	}
	return f, nil
}

// fieldToEdit is fieldOf, for a field that is changed here.
func fieldToEdit(c echo.Context) (*profile.Field, error) {
	f, err := fieldOf(c)
	if err == nil && web.Of(c).Framed && reaches(f) {
		return nil, errs.New(errs.Forbidden, "error.frame_elsewhere")
	}
	return f, err
}
