package signin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	view "livingprofile/views/signin"
)

// Link shows what stands behind a link. It spends nothing: mail scanners come
// here too.
func (s *SignIn) Link(c echo.Context) error {
	return s.showLink(c, http.StatusOK, c.Param("token"), "")
}

// Redeem spends a link, for the browser that asked or with the code it shows.
func (s *SignIn) Redeem(c echo.Context) error {
	form, err := web.Form(c, "token", "code")
	if err != nil {
		return err
	}
	v := web.Of(c)
	asking := web.ReadAsking(c)
	proof, err := s.Links.Redeem(web.Context(c), login.Answer{
		Token: form.Get("token"), Binding: asking.Binding, Code: form.Get("code"), Session: v.Token,
		UserAgent: c.Request().UserAgent(), Network: login.NetworkOf(network(c)),
	})
	switch wrong, invalid := web.Wrong(c, err); {
	case invalid:
		return s.showLink(c, http.StatusUnprocessableEntity, form.Get("token"), wrong["code"])
	case codeMissing(err):
		needed := i18n.T(web.Context(c), "error.code_needed")
		return s.showLink(c, http.StatusUnprocessableEntity, form.Get("token"), needed)
	case errors.Is(err, errs.Gone):
		return s.spent(c)
	case errors.Is(err, errs.TooMany) && opens(err):
		return s.tooMany(c, err)
	case errors.Is(err, errs.TooMany):
		// No wait helps: this link takes no more codes.
		used := i18n.T(web.Context(c), "error.code_used_up")
		return s.showLink(c, http.StatusUnprocessableEntity, form.Get("token"), used)
	case err != nil:
		return err
	}
	return s.redeemed(c, proof, asking)
}

// codeMissing tells whether a link was pressed in another browser than the one
// that asked, without the code.
func codeMissing(err error) bool {
	var e *errs.Error
	return errors.As(err, &e) && e.ID == "error.code_needed"
}

// redeemed does what the link was for.
func (s *SignIn) redeemed(c echo.Context, p login.Proof, asking web.Asking) error {
	ctx, base := web.Context(c), "/"+p.Brand
	switch p.Purpose {
	case login.ConfirmAddress:
		if err := s.Identity.Prove(ctx, p.Subject, identity.Email, p.Address, identity.Where{Brand: p.Brand, Locale: p.Locale}); err != nil {
			return err
		}
		web.SetFlash(c, web.Flash{Row: view.Address})
		return web.SeeOther(c, base+"/confirmed")
	case login.ConfirmConsent:
		purpose, err := s.confirmConsent(ctx, p)
		if err != nil {
			return err
		}
		web.SetFlash(c, web.Flash{Row: view.Consent, Args: map[string]string{"purpose": string(purpose)}})
		return web.SeeOther(c, base+"/confirmed")
	}
	// Whoever reads the mail of an address that we were told of has proved it.
	if err := s.Identity.Prove(ctx, p.Subject, identity.Email, p.Address, identity.Where{Brand: p.Brand, Locale: p.Locale}); err != nil && !errors.Is(err, errs.Conflict) {
		return err
	}
	s.SetCookie(c, p.Cookie)
	if err := s.hear(c, p); err != nil {
		return err
	}
	if err := s.speak(c, p); err != nil {
		return err
	}
	if err := web.SetAsking(c, web.Asking{Binding: asking.Binding}); err != nil {
		return err
	}
	return web.SeeOther(c, web.Local(asking.Next, base))
}

// hear keeps the signal of the browser that has signed in.
func (s *SignIn) hear(c echo.Context, p login.Proof) error {
	signal := web.Of(c).Signal
	if signal == "" {
		return nil
	}
	_, err := s.Consent.Hear(web.Context(c), consent.Wisher{
		Subject: p.Subject, Actor: ledger.Self(p.Subject), Brand: p.Brand, Locale: p.Locale, Channel: "portal",
	}, signal)
	return err
}

// speak has a browser that was told no language use the person's own.
func (s *SignIn) speak(c echo.Context, p login.Proof) error {
	if web.HasLocale(c) {
		return nil
	}
	tag, err := s.Consent.Language(web.Context(c), p.Subject)
	if err == nil && tag != "" && web.Of(c).Brand.Speaks(tag) {
		web.SetLocale(c, tag)
	}
	return err
}

func (s *SignIn) confirmConsent(ctx context.Context, p login.Proof) (consent.PurposeID, error) {
	first, err := s.Records.ProvedRecord(ctx, consent.RecordID(p.Reference))
	if err != nil {
		return "", err
	}
	_, err = s.Consent.Confirmed(ctx, first.Record, consent.Proof{Kind: consent.ByMailLink, Ref: p.Reference}, p.At)
	return first.Purpose, err
}

// showLink draws the page behind a link; wrong is what is wrong with the code.
func (s *SignIn) showLink(c echo.Context, status int, token, wrong string) error {
	v := web.Of(c)
	link, err := s.Links.Open(web.Context(c), token, web.ReadAsking(c).Binding)
	if errors.Is(err, errs.Gone) {
		return s.spent(c)
	}
	if err != nil {
		return err
	}
	if link.Brand != v.BrandName() {
		return errs.NotFound
	}
	action := v.Base() + "/link"
	switch link.Purpose {
	case login.ConfirmAddress:
		return web.Render(c, status, view.Confirm(frame(c, "signin.confirm.address_title"), view.ConfirmPage{
			Action: action, Token: token, Kind: view.Address, Code: !link.SameBrowser, Wrong: wrong,
		}))
	case login.ConfirmConsent:
		page := view.ConfirmPage{Action: action, Token: token, Kind: view.Consent, Code: !link.SameBrowser, Wrong: wrong}
		if err := s.describe(c, &page, link.Reference); err != nil {
			return err
		}
		return web.Render(c, status, view.Confirm(frame(c, "signin.confirm.consent_title"), page))
	}
	page := view.LinkPage{Action: action, Token: token, Purpose: view.In, Code: !link.SameBrowser, Wrong: wrong}
	switch {
	case link.Purpose == login.FreshProof:
		page.Purpose = view.Proof
	case link.Registers:
		page.Purpose, page.Controller = view.Register, v.Brand.LegalName
	}
	return web.Render(c, status, view.Link(frame(c, "signin.ask.title"), page))
}

// describe says what a yes was given to, without saying by whom.
func (s *SignIn) describe(c echo.Context, page *view.ConfirmPage, reference string) error {
	first, err := s.Records.ProvedRecord(web.Context(c), consent.RecordID(reference))
	if err != nil {
		return err
	}
	v := web.Of(c)
	if words, ok := v.Organisation.PurposeVersion(first.Purpose, first.Version); ok {
		page.Purpose, page.Words = words.Words.Question.In(v.Locale), words.Words.Sentence.In(v.Locale)
	}
	page.At = first.At
	return nil
}

// Confirmed tells what a link has confirmed.
func (s *SignIn) Confirmed(c echo.Context) error {
	v := web.Of(c)
	flash, ok := web.TakeFlash(c)
	page := view.ConfirmedPage{Kind: flash.Row, Next: v.Base() + "/allow"}
	switch {
	case !ok, flash.ID != "":
		// Nothing was confirmed just now; what was left is of another page.
		return c.Redirect(http.StatusSeeOther, v.Base())
	case flash.Row == view.Address:
		page.Next = v.Base() + "/safety"
	default:
		if p, ok := v.Organisation.Purpose(consent.PurposeID(flash.Args["purpose"])); ok {
			page.Purpose = p.Words.Question.In(v.Locale)
		}
	}
	return web.Render(c, http.StatusOK, view.Confirmed(frame(c, doneTitle(page.Kind)), page))
}

// spent answers for a link that works no more (RFC 9110, 15.5.11).
func (s *SignIn) spent(c echo.Context) error {
	return web.Render(c, http.StatusGone, view.Spent(frame(c, "signin.spent.title"), view.SpentPage{
		Lasts: login.MaxLinkLife, Again: web.Path(c, "/sign-in"),
	}))
}

// opens tells whether a limit opens again at a known time.
func opens(err error) bool {
	var e *errs.Error
	return errors.As(err, &e) && e.Args["until"] != nil
}

// until is when a limit opens again, and how long that is.
func until(e *errs.Error, now time.Time) (time.Time, time.Duration) {
	at, ok := e.Args["until"].(time.Time)
	if !ok {
		return time.Time{}, 0
	}
	return at, at.Sub(now)
}

func doneTitle(kind string) string {
	if kind == view.Address {
		return "signin.confirm.address_done"
	}
	return "signin.confirm.consent_done"
}
