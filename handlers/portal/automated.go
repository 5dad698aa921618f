package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/automated"
	"livingprofile/internal/errs"
	"livingprofile/internal/rights"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// mostAutomated is how many automated decisions stand on the page, the newest.
const mostAutomated = 100

// Automated shows what systems decided about the person by themselves.
func (p *Portal) Automated(c echo.Context) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	list, err := p.Read.AutomatedDecisions(s.ctx, web.Of(c).Subject(), automated.Page{Now: s.now, Limit: mostAutomated})
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Machine, s.t("automated.title"))
	return web.Render(c, http.StatusOK, view.Automated(f, s.automatedPage(list)))
}

// AutomatedDecision shows one of them, and lets the person answer.
func (p *Portal) AutomatedDecision(c echo.Context) error {
	return p.showMachine(c, http.StatusOK, nil)
}

// showMachine shows one decision; typed is a statement that was refused, nil
// for none.
func (p *Portal) showMachine(c echo.Context, status int, typed *ui.Input) error {
	s, docket, err := p.docket(c)
	if err != nil {
		return err
	}
	d, err := p.Deps.Automated.Find(s.ctx, web.Of(c).Subject(), c.Param("decision"))
	if err != nil {
		return err
	}
	page := s.machinePage(&d, docket.Requests)
	if typed != nil {
		page.Say.Value, page.Say.Wrong = typed.Value, typed.Wrong
	}
	f := p.frame(c, s, layout.Machine, page.Title)
	return web.Render(c, status, view.Machine(f, page))
}

// SayAutomated writes the person's own view beside a decision.
func (p *Portal) SayAutomated(c echo.Context) error {
	form, err := web.Form(c, "text")
	if err != nil {
		return err
	}
	decision := c.Param("decision")
	err = p.Deps.Automated.Say(web.Context(c), party(c), decision, form.Get("text"))
	if wrong, ok := web.Wrong(c, err); ok {
		return p.showMachine(c, http.StatusUnprocessableEntity, &ui.Input{Value: form.Get("text"), Wrong: wrong["text"]})
	}
	if err != nil {
		return err
	}
	return tell(c, web.Path(c, "/automated/%s", decision), web.Flash{ID: "automated.said"})
}

// WantHuman has a human decide from now on, or lets the machine.
func (p *Portal) WantHuman(c echo.Context) error {
	form, err := web.Form(c, "kind", "by")
	if err != nil {
		return err
	}
	said := map[string]string{"human": "automated.stopped", "machine": "automated.started"}[form.Get("by")]
	if said == "" {
		return errs.New(errs.Invalid, "error.not_a_choice")
	}
	if err := p.Deps.Automated.Want(web.Context(c), party(c), form.Get("kind"), form.Get("by") == "human"); err != nil {
		return err
	}
	return tell(c, web.Path(c, "/automated"), web.Flash{ID: said})
}

// party is the visitor, for what they answer to a machine.
func party(c echo.Context) automated.Who {
	v := web.Of(c)
	return automated.Who{Subject: v.Subject(), Actor: v.Actor(), Brand: v.BrandName()}
}

// contested is the decision that a request for a human names, as the address or
// the form has it; an empty matter for all or none.
func (p *Portal) contested(c echo.Context, decision string) (rights.Matter, error) {
	if decision == "" {
		return rights.Matter{}, nil
	}
	if _, err := p.Deps.Automated.Find(web.Context(c), web.Of(c).Subject(), decision); err != nil {
		return rights.Matter{}, err
	}
	return rights.Matter{Scope: rights.DecisionScope, Name: decision}, nil
}
