package portal

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// StopPreview shows what "Stop all marketing" would do.
func (p *Portal) StopPreview(c echo.Context) error {
	plan, err := p.Consent.StopPlan(web.Context(c), wisher(c), "")
	if err != nil {
		return err
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Get, s.t("portal.stop.title"))
	return web.Render(c, http.StatusOK, view.Stop(f, s.stopPage(plan)))
}

// Stop stops all marketing, here or everywhere.
func (p *Portal) Stop(c echo.Context) error {
	form, err := web.Form(c, "scope")
	if err != nil {
		return err
	}
	scope := web.Of(c).BrandName()
	switch form.Get("scope") {
	case "all":
		scope = ""
	case "brand":
	default:
		return errs.InvalidFields(errs.At("scope", "error.not_a_choice"))
	}
	if _, err := p.Consent.StopMarketing(web.Context(c), wisher(c), scope); err != nil {
		return err
	}
	return web.SeeOther(c, web.Path(c, "/get/stopped"))
}

// Stopped shows what was stopped last, and the way back.
func (p *Portal) Stopped(c echo.Context) error {
	stop, trace, err := p.stopped(c)
	if err != nil {
		return err
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Get, s.t("portal.stop.done"))
	return web.Render(c, http.StatusOK, view.Stopped(f, s.stoppedPage(stop.At, trace)))
}

// TakeBack takes one part of the stop back.
func (p *Portal) TakeBack(c echo.Context) error {
	form, err := web.Form(c, "version", "notice")
	if err != nil {
		return err
	}
	v, err := purposeOf(c)
	if err != nil {
		return err
	}
	_, trace, err := p.stopped(c)
	if err != nil {
		return err
	}
	asking := p.asking(c)
	ask := asking.ask(v.Purpose, consent.Yes, form.Get("version"), form.Get("notice"))
	records, err := p.Consent.TakeBack(web.Context(c), ask, trace)
	if errors.Is(err, errs.Conflict) {
		return p.stoppedAgain(c, v, err)
	}
	if err != nil {
		return err
	}
	if err := asking.remember(); err != nil {
		return err
	}
	return p.takenBack(c, v, records, asking.mailed)
}

func (p *Portal) takenBack(c echo.Context, v *consent.PurposeVersion, records []consent.Record, mailed *mailed) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	f := web.Flash{ID: "portal.said.back", Args: map[string]string{"title": s.in(v.Words.Question)}}
	if mailed != nil {
		f = s.saidChoice(v, records, mailed)
		f.Row = ""
	}
	if !web.Live(c) {
		return tell(c, web.Path(c, "/get/stopped#b-%s", v.Purpose), f)
	}
	return web.Rows(c, http.StatusOK, view.StoppedRow(p.rowFrame(c, s), s.stoppedItem(v)), ui.Live(f.Text(c)))
}

// stoppedAgain shows the words of a part as they are now; nothing was recorded.
func (p *Portal) stoppedAgain(c echo.Context, v *consent.PurposeVersion, cause error) error {
	text := sentence(c, cause)
	if !web.Live(c) {
		return tell(c, web.Path(c, "/get/stopped#b-%s", v.Purpose), web.Flash{ID: "page.text", Args: map[string]string{"text": text}, Fail: true})
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	row := view.StoppedRow(p.rowFrame(c, s), s.stoppedItem(v))
	return web.Rows(c, http.StatusUnprocessableEntity, row, ui.Live(text))
}

// stopped is the last stop, errs.NotFound when there was none.
func (p *Portal) stopped(c echo.Context) (stop ledger.Happening, trace consent.WishTrace, err error) {
	stop, err = p.lastStop(c)
	if err == nil && stop.ID == "" {
		err = errs.NotFound
	}
	if err != nil {
		return stop, trace, err
	}
	if err := json.Unmarshal(stop.Payload, &trace); err != nil {
		return stop, trace, fmt.Errorf("entry %s: %w", stop.ID, err)
	}
	return stop, trace, nil
}
