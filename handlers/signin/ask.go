package signin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/login"
	"livingprofile/views/layout"
	view "livingprofile/views/signin"
)

func frame(c echo.Context, title string) layout.Frame {
	return web.Frame(c, "", i18n.T(web.Context(c), title))
}

// Form shows where to type one's address. Somebody who is signed in goes on.
func (s *SignIn) Form(c echo.Context) error {
	if web.Of(c).Session != nil {
		return c.Redirect(http.StatusSeeOther, next(c))
	}
	return s.showForm(c, http.StatusOK, "", "")
}

func (s *SignIn) showForm(c echo.Context, status int, typed, wrong string) error {
	v, f := web.Of(c), frame(c, "signin.ask.title")
	// Whoever was signed out by what they asked for reads here that it is done.
	if said, ok := web.TakeFlash(c); ok && said.Row == "" && !said.Fail {
		f.Flash = &layout.Flash{Kind: "given", Text: said.Text(c)}
	}
	return web.Render(c, status, view.Ask(f, view.AskPage{
		Action: withNext(v.Base()+"/sign-in", next(c), v.Base()), Typed: typed, Wrong: wrong, Register: v.Brand.Register,
	}))
}

// Ask has a link mailed, whether or not anybody has the address.
func (s *SignIn) Ask(c echo.Context) error {
	form, err := web.Form(c, "address")
	if err != nil {
		return err
	}
	return s.ask(c, form.Get("address"), next(c))
}

// Again has a link mailed to the address that this browser asked for before.
func (s *SignIn) Again(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	asking := web.ReadAsking(c)
	if asking.Address == "" {
		return web.SeeOther(c, web.Path(c, "/sign-in"))
	}
	return s.ask(c, asking.Address, web.Local(asking.Next, web.Of(c).Base()))
}

func (s *SignIn) ask(c echo.Context, address, next string) error {
	v := web.Of(c)
	asked, err := s.Links.Ask(web.Context(c), login.Question{
		Purpose: login.SignIn, Brand: v.BrandName(), Address: address, Locale: v.Locale,
		Binding: web.ReadAsking(c).Binding, Network: network(c),
		Details: login.Details{Device: web.Device(c)},
	})
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showForm(c, http.StatusUnprocessableEntity, address, wrong["address"])
	}
	if errors.Is(err, errs.TooMany) {
		return s.tooMany(c, err)
	}
	if err != nil {
		return err
	}
	if err := s.remember(c, asked, address, "", next); err != nil {
		return err
	}
	return web.SeeOther(c, v.Base()+"/sign-in/sent")
}

// Sent tells what to do with the mail and shows the code. It is the same for an
// address that nobody has.
func (s *SignIn) Sent(c echo.Context) error {
	v := web.Of(c)
	asking := web.ReadAsking(c)
	if asking.Code == "" || !s.Clock.Now().Before(asking.Until) {
		return c.Redirect(http.StatusSeeOther, v.Base()+"/sign-in")
	}
	page := view.SentPage{
		Code: asking.Code, Until: asking.Until, To: asking.Masked, Register: v.Brand.Register && asking.Masked == "",
		Resend: v.Base() + "/sign-in/again", Change: v.Base() + "/sign-in", Wait: asking.Again,
	}
	if asking.Masked != "" {
		page.Resend, page.Change = withNext(v.Base()+"/proof", asking.Next, v.Base()), ""
	}
	return web.Render(c, http.StatusOK, view.Sent(frame(c, "signin.sent.title"), page))
}

// Out is what somebody sees who has signed out.
func (s *SignIn) Out(c echo.Context) error {
	return web.Render(c, http.StatusOK, view.Out(frame(c, "signin.out.title"), view.OutPage{Again: web.Path(c, "/sign-in")}))
}

// SignOut ends the session on the server and has the browser forget it.
func (s *SignIn) SignOut(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	v := web.Of(c)
	if err := s.Sessions.End(web.Context(c), v.Token); err != nil {
		return err
	}
	s.ClearCookie(c)
	return web.SeeOther(c, v.Base()+"/sign-in/out")
}

// tooMany says when another link can be asked for.
func (s *SignIn) tooMany(c echo.Context, err error) error {
	var e *errs.Error
	page := view.ManyPage{Back: web.Path(c, "/sign-in")}
	if errors.As(err, &e) {
		page.At, page.Wait = until(e, s.Clock.Now())
		web.RetryAfter(c, page.Wait)
	}
	return web.Render(c, http.StatusTooManyRequests, view.Many(frame(c, "signin.many.title"), page))
}
