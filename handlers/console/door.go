package console

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	view "livingprofile/views/console"
)

// SignInForm asks for a passkey. Somebody who is signed in goes on.
func (s *Console) SignInForm(c echo.Context) error {
	next := web.Local(c.QueryParam("next"), web.ConsolePath)
	if web.Of(c).Staff != nil {
		return c.Redirect(http.StatusSeeOther, next)
	}
	return s.showSignIn(c, http.StatusOK, next, "")
}

func (s *Console) showSignIn(c echo.Context, status int, next, wrong string) error {
	d := s.desk(c, "", i18n.T(web.Context(c), "console.signin.title"))
	return web.Render(c, status, view.SignIn(d, view.DoorPage{
		Action: web.ConsolePath + "/sign-in", Begin: web.ConsolePath + "/sign-in/begin", Next: next, Wrong: wrong,
	}))
}

// BeginSignIn gives the browser a challenge.
func (s *Console) BeginSignIn(c echo.Context) error {
	if _, err := web.Form(c, "next", "credential"); err != nil {
		return err
	}
	options, err := s.Staff.BeginSignIn(web.Context(c), network(c))
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, options)
}

// SignIn takes the answer of a passkey.
func (s *Console) SignIn(c echo.Context) error {
	form, err := web.Form(c, "next", "credential")
	if err != nil {
		return err
	}
	next := web.Local(form.Get("next"), web.ConsolePath)
	_, token, err := s.Staff.SignIn(web.Context(c), []byte(form.Get("credential")))
	if text, ok := turnedAway(c, err); ok {
		return s.showSignIn(c, http.StatusForbidden, next, text)
	}
	if err != nil {
		return err
	}
	s.SetCookie(c, token)
	return web.SeeOther(c, next)
}

// turnedAway is what to say of a passkey that was not accepted; false for
// anything else.
func turnedAway(c echo.Context, err error) (string, bool) {
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.Forbidden && e.Kind != errs.Gone {
		return "", false
	}
	return i18n.Message(web.Context(c), e.ID, e.Args), true
}

// SignOut ends the session on the server and has the browser forget it.
func (s *Console) SignOut(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	if err := s.Staff.SignOut(web.Context(c), *web.Of(c).Staff); err != nil {
		return err
	}
	s.ClearCookie(c)
	return web.SeeOther(c, web.ConsolePath+"/sign-in")
}

// Invited shows an invitation. It spends nothing.
func (s *Console) Invited(c echo.Context) error {
	return s.showInvite(c, http.StatusOK, c.Param("token"), "")
}

func (s *Console) showInvite(c echo.Context, status int, token, wrong string) error {
	m, err := s.Staff.Invited(web.Context(c), token)
	if err != nil {
		return err
	}
	d := s.desk(c, "", i18n.T(web.Context(c), "console.invite.title", "name", m.Name))
	return web.Render(c, status, view.Invited(d, view.InvitePage{
		DoorPage: view.DoorPage{Action: web.ConsolePath + "/invite", Begin: web.ConsolePath + "/invite/begin", Wrong: wrong},
		Name:     m.Name, Email: m.Email, Role: roleName(web.Context(c), m.Role), Token: token,
	}))
}

// BeginJoin gives the browser of somebody invited a challenge.
func (s *Console) BeginJoin(c echo.Context) error {
	form, err := web.Form(c, "token", "credential")
	if err != nil {
		return err
	}
	options, err := s.Staff.BeginJoin(web.Context(c), form.Get("token"), network(c))
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, options)
}

// Join takes an invitation up with a passkey that was made just now.
func (s *Console) Join(c echo.Context) error {
	form, err := web.Form(c, "token", "credential")
	if err != nil {
		return err
	}
	_, token, err := s.Staff.Join(web.Context(c), form.Get("token"), []byte(form.Get("credential")))
	if text, ok := turnedAway(c, err); ok && !errors.Is(err, errs.Gone) {
		return s.showInvite(c, http.StatusForbidden, form.Get("token"), text)
	}
	if err != nil {
		return err
	}
	s.SetCookie(c, token)
	web.SetFlash(c, web.Flash{ID: "console.said.joined"})
	return web.SeeOther(c, web.ConsolePath)
}
