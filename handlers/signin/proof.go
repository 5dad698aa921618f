package signin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/login"
	view "livingprofile/views/signin"
)

// act is what a fresh proof is for: so far nothing else asks for one.
const act = view.ActAddress

// ProofForm says why a fresh proof is needed, and offers to mail a link.
func (s *SignIn) ProofForm(c echo.Context) error {
	v := web.Of(c)
	address, err := s.Identity.ProofEmail(web.Context(c), v.Subject())
	if err != nil {
		return err
	}
	main, err := s.Identity.MainEmail(web.Context(c), v.Subject())
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, view.AskProof(frame(c, "signin.proof.title"), view.ProofPage{
		Action: withNext(v.Base()+"/proof", next(c), v.Base()), Act: act, To: mask(address), Older: main != address, Back: next(c),
	}))
}

// AskProof mails a link to an address that was known already, never to one that
// comes with the request or came just before it.
func (s *SignIn) AskProof(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	v := web.Of(c)
	address, err := s.Identity.ProofEmail(web.Context(c), v.Subject())
	if err != nil {
		return err
	}
	asked, err := s.Links.Ask(web.Context(c), login.Question{
		Purpose: login.FreshProof, Brand: v.BrandName(), Address: address, Locale: v.Locale,
		Binding: web.ReadAsking(c).Binding, Network: network(c),
		Subject: v.Subject(), Session: v.Session.ID, Details: login.Details{Device: web.Device(c), Act: act},
	})
	if errors.Is(err, errs.TooMany) {
		return s.tooMany(c, err)
	}
	if err != nil {
		return err
	}
	if err := s.remember(c, asked, "", mask(address), next(c)); err != nil {
		return err
	}
	return web.SeeOther(c, v.Base()+"/sign-in/sent")
}
