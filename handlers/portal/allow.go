package portal

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// Allow asks about every purpose.
func (p *Portal) Allow(c echo.Context) error {
	s, err := p.lookAllow(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Allow, s.t("portal.allow.title"))
	return web.Render(c, http.StatusOK, view.Allow(f, s.allowPage()))
}

// Purpose shows one purpose with its reasons and its past.
func (p *Portal) Purpose(c echo.Context) error {
	v, err := purposeOf(c)
	if err != nil {
		return err
	}
	s, err := p.lookAllow(c)
	if err != nil {
		return err
	}
	records, err := p.Read.Records(s.ctx, web.Of(c).Subject(), v.Purpose)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Allow, s.in(v.Words.Question))
	return web.Render(c, http.StatusOK, view.Purpose(f, s.purposePage(v, records)))
}

// Answer records a yes or a no.
func (p *Portal) Answer(c echo.Context) error {
	form, err := web.Form(c, "choice", "version", "notice", "alone", "reach")
	if err != nil {
		return err
	}
	v, err := purposeOf(c)
	if err != nil {
		return err
	}
	if consent.Answer(form.Get("choice")) == consent.Yes {
		if err := p.mayAgree(c, v); err != nil {
			return p.readAgain(c, v, form.Get("alone") != "", err)
		}
	}
	asking := p.asking(c)
	ask := asking.ask(v.Purpose, consent.Answer(form.Get("choice")), form.Get("version"), form.Get("notice"))
	switch ask.Reach = consent.Reach(form.Get("reach")); ask.Reach {
	case consent.AsItStands, consent.HereOnly, consent.Everywhere:
	default:
		return errs.InvalidFields(errs.At("reach", "error.not_a_choice"))
	}
	records, err := p.Consent.Decide(web.Context(c), ask)
	if errors.Is(err, errs.Conflict) {
		return p.readAgain(c, v, form.Get("alone") != "", err)
	}
	if err != nil {
		return err
	}
	if err := asking.remember(); err != nil {
		return err
	}
	if err := p.endContest(c, v, ask.Answer); err != nil {
		return err
	}
	return p.answered(c, v, records, asking.mailed, form.Get("alone") != "")
}

// mayAgree refuses the yes of a child: it is none, and would be recorded as one.
func (p *Portal) mayAgree(c echo.Context, v *consent.PurposeVersion) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	if from := s.ofAge(v); !from.IsZero() {
		return errs.New(errs.Conflict, "page.state.minor", "date", i18n.Date(s.ctx, from))
	}
	return nil
}

// answered says what was recorded: in the row, or on the page that the form
// came from. A parent's answer moves other rows too, so the page is loaded.
func (p *Portal) answered(c echo.Context, v *consent.PurposeVersion, records []consent.Record, mailed *mailed, alone bool) error {
	s := p.glance(c)
	flash := s.saidChoice(v, records, mailed)
	switch {
	case !web.Live(c):
		web.SetFlash(c, flash)
		return web.SeeOther(c, s.rowOf(v, alone))
	case len(records) > 1:
		web.SetFlash(c, flash)
		return web.Again(c, s.rowOf(v, alone))
	}
	s, err := p.lookAllow(c)
	if err != nil {
		return err
	}
	text := flash.Text(c)
	s.said = said{row: string(v.Purpose), text: text}
	item := s.purposeItem(v)
	s.stand(&item, v, alone)
	return web.Rows(c, http.StatusOK, view.PurposeRow(p.rowFrame(c, s), item), ui.Live(text))
}

// readAgain shows the words as they are now: nothing was recorded, for nobody
// agrees to what they have not read.
func (p *Portal) readAgain(c echo.Context, v *consent.PurposeVersion, alone bool, cause error) error {
	s, err := p.lookAllow(c)
	if err != nil {
		return err
	}
	why := sentence(c, cause)
	if web.Live(c) {
		item := s.purposeItem(v)
		s.stand(&item, v, alone)
		item.State, item.Why = ui.Waiting, why
		return web.Rows(c, http.StatusUnprocessableEntity, view.PurposeRow(p.rowFrame(c, s), item), ui.Live(why))
	}
	f := p.frame(c, s, layout.Allow, s.t("portal.allow.title"))
	f.Flash = &layout.Flash{Kind: "failed", Text: why}
	return web.Render(c, http.StatusConflict, view.Allow(f, s.allowPage()))
}

// sentence is what an error says to the person.
func sentence(c echo.Context, err error) string {
	var e *errs.Error
	if errors.As(err, &e) && e.ID != "" {
		return i18n.Message(web.Context(c), e.ID, e.Args)
	}
	return i18n.T(web.Context(c), "error.conflict")
}

// lookAllow is look, with the address that a second yes was asked at.
func (p *Portal) lookAllow(c echo.Context) (*sight, error) {
	s, err := p.lookTold(c)
	if err != nil || !s.waits() {
		return s, err
	}
	s.mail, err = p.Identity.MainEmail(s.ctx, web.Of(c).Subject())
	if err != nil && !errors.Is(err, errs.NotFound) {
		return nil, err
	}
	return s, nil
}

// purposeOf is the purpose that the address names, if this brand has it.
func purposeOf(c echo.Context) (*consent.PurposeVersion, error) {
	v := web.Of(c)
	purpose, ok := v.Organisation.Purpose(consent.PurposeID(c.Param("purpose")))
	if !ok || !purpose.On(v.BrandName()) {
		return nil, errs.New(errs.NotFound, "error.no_purpose")
	}
	return purpose, nil
}
