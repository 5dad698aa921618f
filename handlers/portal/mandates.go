package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// Mandates shows who asked in the person's name, and for what.
func (p *Portal) Mandates(c echo.Context) error {
	s, docket, err := p.docket(c)
	if err != nil {
		return err
	}
	var page view.MandatesPage
	for _, m := range rights.Mandates(docket.Requests) {
		item := view.MandateItem{Agent: m.Agent, Words: m.Words, RevokedAt: m.RevokedAt}
		for i := range m.Requests {
			item.Requests = append(item.Requests, s.requestItem(&m.Requests[i]))
		}
		if m.RevokedAt.IsZero() {
			item.Revoke = s.base + "/mandates/" + string(m.Requests[0].ID) + "/revoke"
		}
		page.Items = append(page.Items, item)
	}
	return web.Render(c, http.StatusOK, view.Mandates(p.frame(c, s, layout.Rights, s.t("agent.page")), page))
}

// RevokeMandate ends the mandate of a request: what the agent asked for and is
// open ends with it, and what was done stays in the history.
func (p *Portal) RevokeMandate(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	ctx := web.Context(c)
	docket, err := p.Rights.All(ctx, web.Of(c).Subject())
	if err != nil {
		return err
	}
	mandate, err := rights.MandateOf(docket.Requests, rights.RequestID(c.Param("request")))
	if err != nil {
		return err
	}
	for _, r := range mandate.Requests {
		if _, err := p.Rights.Move(ctx, r.Subject, r.ID, rights.Act{Move: rights.Revoke, Actor: ledger.Self(r.Subject)}); err != nil {
			return err
		}
	}
	p.wake()
	return tell(c, web.Path(c, "/mandates"), web.Flash{ID: "agent.revoked"})
}
