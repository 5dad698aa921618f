package console

import (
	"context"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/approval"
	"livingprofile/internal/audience"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// SendAudience has an audience sent to an endpoint, which another member has
// approved, or taken back from it.
func (s *Console) SendAudience(c echo.Context) error {
	form, err := web.Form(c, "endpoint", "act")
	if err != nil {
		return err
	}
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	act := form.Get("act")
	if act != "send" && act != "back" {
		return errs.New(errs.Invalid, "error.not_a_choice")
	}
	ctx, endpoint := web.Context(c), form.Get("endpoint")
	var with []ledger.Change
	if act == "send" {
		used, err := s.Approval.Using(ctx, leaving(&a, approval.AudienceSend, endpoint), me(c).Actor())
		if err != nil {
			return err
		}
		with = append(with, used)
	}
	if _, err := s.Audience.Ask(ctx, &a, endpoint, act == "back", me(c).Actor(), with...); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "audience.send.asked." + act})
	return web.SeeOther(c, web.ConsolePath+"/audiences/"+a.ID)
}

// sends fills in where an audience can be sent to, and where it was.
func (s *Console) sends(c echo.Context, a *audience.Audience, p *view.AudiencePage) error {
	all, err := s.Audience.Sendings(web.Context(c), a)
	if err != nil {
		return err
	}
	ctx, w := web.Context(c), wordsOf(c)
	for i := range all {
		one := &all[i]
		item := view.AudienceSend{
			To: endpointName(c, one.To(), one.Endpoint), At: one.At, Back: one.Back, State: ui.Waiting,
			StateText: i18n.T(ctx, "audience.send.state."+string(one.State)),
			Version:   versionOf(ctx, one),
			Joined:    i18n.Number(ctx, one.Joined), Left: i18n.Number(ctx, one.Left), LeftOut: w.count(&one.Count).LeftOut,
		}
		switch one.State {
		case audience.SendDone:
			item.State = ui.Given
		case audience.SendFailed:
			item.State = ui.Failed
		case audience.SendWaits, audience.SendRuns:
		}
		p.Sends = append(p.Sends, item)
	}
	for _, t := range s.Audience.Fits(a) {
		p.Endpoints = append(p.Endpoints, view.SendTo{ID: t.ID, Label: endpointName(c, t.System, t.ID)})
	}
	return nil
}

// versionOf is which version of its audience went out; "" where that is not
// known, or was the first.
func versionOf(ctx context.Context, one *audience.Send) string {
	if one.As.Version < 2 {
		return ""
	}
	return i18n.T(ctx, "audience.version", "number", i18n.Number(ctx, one.As.Version))
}

// endpointName is a system as staff know it, with the name of its endpoint.
func endpointName(c echo.Context, system, endpoint string) string {
	return systemName(c, system) + " (" + endpoint[len(system)+1:] + ")"
}
