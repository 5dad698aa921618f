package footer

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/footer"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	view "livingprofile/views/footer"
)

// showRequest asks whether the request that the link names is to be taken back.
func (f *Footer) showRequest(c echo.Context, l footer.Link) error {
	docket, err := f.Rights.Docket(web.Context(c), l.Subject)
	if err != nil {
		return gone(err)
	}
	r, ok := docket.Find(rights.RequestID(l.Topic))
	if !ok || !r.State.Open() && r.State != rights.Cancelled {
		return over()
	}
	return f.renderRequest(c, &r)
}

// cancel takes the request back, as its person can with a session.
func (f *Footer) cancel(c echo.Context, l footer.Link, answer string) error {
	if answer != "yes" {
		return errs.New(errs.Invalid, "error.bad_form")
	}
	_, err := f.Rights.Move(web.Context(c), l.Subject, rights.RequestID(l.Topic), rights.Act{Move: rights.Cancel, Actor: ledger.Self(l.Subject)})
	if err != nil && !errors.Is(err, errs.Conflict) {
		return gone(err)
	}
	return f.showRequest(c, l)
}

func (f *Footer) renderRequest(c echo.Context, r *rights.Request) error {
	ctx := web.Context(c)
	p := view.RequestPage{
		Action: c.Request().URL.EscapedPath(), Right: i18n.T(ctx, "rights.kind."+string(r.Kind)), Number: r.Number,
		Done: !r.State.Open(), More: web.Of(c).Base() + "/safety",
	}
	if r.Cooling(f.Clock.Now()) {
		p.Acts = i18n.DateTime(ctx, r.ActAt)
	}
	return web.Render(c, http.StatusOK, view.Request(frame(c, "footer.request.title"), p))
}
