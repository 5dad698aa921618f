package portal

import (
	"context"
	"errors"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/login"
)

// An asking is one answer of the visitor, with the link that a double opt-in
// has mailed.
type asking struct {
	p      *Portal
	c      echo.Context
	mailed *mailed // nil while none was
}

func (p *Portal) asking(c echo.Context) *asking { return &asking{p: p, c: c} }

// ask is what the visitor answers to the words that the form names.
func (a *asking) ask(purpose consent.PurposeID, answer consent.Answer, version, notice string) consent.Ask {
	v := web.Of(a.c)
	number, _ := strconv.Atoi(version) // what is no number is no version of ours
	return consent.Ask{
		Subject: v.Subject(), Actor: v.Actor(), Purpose: purpose, Answer: answer, Locale: v.Locale,
		Proof: v.Wisher().Proof, Brand: v.BrandName(), Channel: v.Wisher().Channel,
		Shown: &consent.Shown{Version: number, Notice: notice}, Confirm: a.confirm,
	}
}

// confirm prepares the link for the second yes of a double opt-in. Another record
// of the visitor that has no proved address is confirmed at theirs.
func (a *asking) confirm(ctx context.Context, r consent.Record) ([]any, error) {
	address, err := a.p.Identity.MainEmail(ctx, r.Subject)
	if errors.Is(err, errs.NotFound) {
		address, err = a.p.Identity.MainEmail(ctx, web.Of(a.c).Subject())
	}
	if errors.Is(err, errs.NotFound) {
		return nil, errs.New(errs.Forbidden, "page.no_address")
	}
	if err != nil {
		return nil, err
	}
	binding := web.ReadAsking(a.c).Binding
	if a.mailed != nil {
		binding = a.mailed.asked.Binding // one browser, one secret for all its links
	}
	details := login.Details{Device: web.Device(a.c)}
	if asked, ok := web.Of(a.c).Organisation.Purpose(r.Purpose); ok {
		details.Purpose, details.Words = asked.Words.Question.In(r.Locale), asked.Words.Sentence.In(r.Locale)
	}
	link, err := a.p.Links.Prepare(ctx, login.Question{
		Purpose: login.ConfirmConsent, Brand: r.Brand, Address: address, Locale: r.Locale,
		Binding: binding, Network: network(a.c), Subject: r.Subject, Reference: string(r.ID),
		Details: details,
	})
	if err != nil {
		return nil, err
	}
	a.mailed = &mailed{asked: link.Asked, address: address}
	return []any{link.Attempt, link.Mail}, nil
}

// remember has the browser keep what makes the link work without a code.
func (a *asking) remember() error {
	if a.mailed == nil {
		return nil
	}
	return web.SetAsking(a.c, web.Asking{Binding: a.mailed.asked.Binding, Until: a.mailed.asked.ExpiresAt})
}
