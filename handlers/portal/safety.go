package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// Safety shows addresses, sessions and recent sign-ins.
func (p *Portal) Safety(c echo.Context) error {
	return p.showSafety(c, http.StatusOK, view.AddressForm{})
}

// recentSignIns is how many sign-ins the page tells of.
const recentSignIns = 10

func (p *Portal) showSafety(c echo.Context, status int, form view.AddressForm) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	v := web.Of(c)
	identifiers, err := p.Read.Identifiers(s.ctx, v.Subject())
	if err != nil {
		return err
	}
	sessions, err := p.Sessions.List(s.ctx, v.Subject())
	if err != nil {
		return err
	}
	signIns, err := p.Read.History(s.ctx, v.Subject(), ledger.HistoryPage{
		Kinds: []string{login.SessionStarted}, Limit: recentSignIns,
	})
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Safety, s.t("portal.safety.title"))
	page := s.safetyPage(identifiers, sessions, v.Session.ID, signIns)
	page.Add = form
	return web.Render(c, status, view.Safety(f, page))
}

// EndSession signs one other browser out.
func (p *Portal) EndSession(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	v, ctx := web.Of(c), web.Context(c)
	s, err := p.look(c)
	if err != nil {
		return err
	}
	sessions, err := p.Sessions.List(ctx, v.Subject())
	if err != nil {
		return err
	}
	chosen := login.SessionID(c.Param("session"))
	if err := p.Sessions.EndOne(ctx, v.Subject(), chosen); err != nil {
		return err
	}
	item := s.endedItem(sessions, chosen)
	f := web.Flash{ID: "portal.said.session_ended", Args: map[string]string{"browser": item.Browser}}
	if !web.Live(c) {
		return tell(c, web.Path(c, "/safety"), f)
	}
	return web.Rows(c, http.StatusOK, view.SessionRow(p.rowFrame(c, s), item), ui.Live(f.Text(c)))
}

// EndSessions signs every other browser out.
func (p *Portal) EndSessions(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	ctx := web.Context(c)
	ended, err := p.Sessions.EndOthers(ctx, *web.Of(c).Session)
	if err != nil {
		return err
	}
	return tell(c, web.Path(c, "/safety"), plainly(i18n.T(ctx, "portal.said.sessions_ended", "count", ended)))
}

// plainly is a sentence that is ready: one with a number in it, for instance,
// since what a flash carries is text.
func plainly(text string) web.Flash {
	return web.Flash{ID: "page.text", Args: map[string]string{"text": text}}
}
