package console

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

// Drafts keeps the words of purposes that are not published.
type Drafts interface {
	// PurposeDrafts returns them by purpose.
	PurposeDrafts(ctx context.Context) (map[consent.PurposeID]organisation.PurposeDraft, error)
	// SavePurposeDraft keeps d in place of the one of a time, the zero time for
	// none, and DropPurposeDraft throws that away. errs.Conflict means that it
	// is another by now.
	SavePurposeDraft(ctx context.Context, d *organisation.PurposeDraft, was time.Time) error
	DropPurposeDraft(ctx context.Context, purpose consent.PurposeID, at time.Time) error
}

// A Publisher gives a purpose the words of a draft. The errors are those of
// organisation.Publish.
type Publisher func(ctx context.Context, by ledger.Actor, d organisation.PurposeDraft, reaskBy time.Time) (*organisation.Plan, error)

// SavePurpose keeps a draft of a purpose's words. Nobody is asked by them yet.
func (s *Console) SavePurpose(c echo.Context) error {
	v, err := purposeOf(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c, "base", "was", "question.*", "sentence.*", "why.*", "retention.*", "if-no.*", "locked.*", "source.*")
	if err != nil {
		return err
	}
	org := web.Of(c).Organisation
	d := organisation.PurposeDraft{Purpose: v.Purpose, Base: form.Get("base"), Words: wordsFrom(v, form), Author: string(me(c).ID)}
	f := purposeForm{words: form, base: form.Get("base"), was: form.Get("was"), wrong: unsaid(web.Context(c), org, v, &d.Words)}
	if len(f.wrong) > 0 {
		return s.showPurpose(c, v, &f)
	}
	if _, err := organisation.Publish(org, &d, v.ReaskBy, s.Clock.Now()); err != nil {
		if errors.Is(err, errs.Conflict) {
			return s.latePurpose(c, v, &f)
		}
		if errors.Is(err, errs.Invalid) {
			f.wrong = map[string]string{"question": i18n.T(web.Context(c), "purposes.refused")}
			return s.showPurpose(c, v, &f)
		}
		return err
	}
	switch err := s.Drafts.SavePurposeDraft(web.Context(c), &d, marked(f.was)); {
	case errors.Is(err, errs.Conflict):
		return s.latePurpose(c, v, &f)
	case err != nil:
		return err
	}
	web.SetFlash(c, web.Flash{ID: "purposes.saved"})
	return web.SeeOther(c, PurposesPath+"/"+string(v.Purpose))
}

// latePurpose shows what was typed beside what somebody else made of the purpose
// meanwhile. Whoever sends it again has been told.
func (s *Console) latePurpose(c echo.Context, v *consent.PurposeVersion, f *purposeForm) error {
	f.late, f.was = true, ""
	f.base = web.Of(c).Organisation.PurposeFingerprint(v.Purpose)
	return s.showPurpose(c, v, f)
}

// wordsFrom are the words of a form; a text that it does not ask for stays.
func wordsFrom(v *consent.PurposeVersion, form url.Values) consent.PurposeWords {
	words := v.Words
	for _, w := range organisation.Wordings(&words) {
		*w.Text = textOf(form, w.Name, *w.Text)
	}
	return words
}

// unsaid says, by field, which texts lack words in a language that people of a
// brand read first, and which have words that are nothing to show. In other
// languages a text may be missing: those people read that one.
func unsaid(ctx context.Context, o *organisation.Organisation, v *consent.PurposeVersion, words *consent.PurposeWords) map[string]string {
	wrong := map[string]string{}
	for _, w := range organisation.Wordings(words) {
		if !isRead(v, w.Name) || w.Name == "if-no" && len(*w.Text) == 0 {
			continue
		}
		for i := range o.Brands {
			b := &o.Brands[i]
			if !b.Retired && v.On(b.Name) && (*w.Text)[b.Locales[0]] == "" {
				wrong[w.Name+"."+b.Locales[0]] = i18n.Message(ctx, "error.required", nil)
			}
		}
		for tag, text := range *w.Text {
			if unfit := organisation.Unfit(text); unfit != "" {
				wrong[w.Name+"."+tag] = i18n.T(ctx, "purposes.unfit."+unfit)
			}
		}
	}
	return wrong
}

// PublishPurpose makes the draft of a purpose what people read.
func (s *Console) PublishPurpose(c echo.Context) error {
	v, err := purposeOf(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c, "mark", "base", "reask", "until")
	if err != nil {
		return err
	}
	ctx, org := web.Context(c), web.Of(c).Organisation
	f := purposeForm{publish: form}
	drafts, err := s.Drafts.PurposeDrafts(ctx)
	if err != nil {
		return err
	}
	d, ok := drafts[v.Purpose]
	d.Base = form.Get("base") // what the page has shown the difference to
	if !ok || draftMark(d.At) != form.Get("mark") || d.Base != org.PurposeFingerprint(v.Purpose) {
		return s.latePurpose(c, v, &f)
	}
	reaskBy := v.ReaskBy
	if plan, err := organisation.Publish(org, &d, reaskBy, s.Clock.Now()); err == nil && plan.Renews(v.Purpose) {
		if reaskBy, f.wrong = s.reaskOf(ctx, v, form); len(f.wrong) > 0 {
			return s.showPurpose(c, v, &f)
		}
	}
	plan, err := s.Publish(ctx, me(c).Actor(), d, reaskBy)
	switch {
	case errors.Is(err, errs.Conflict):
		return s.latePurpose(c, v, &f)
	case errors.Is(err, errs.Invalid), err == nil && plan.Empty():
		return s.showPurpose(c, v, &f) // the page says why
	case err != nil:
		return err
	}
	web.SetFlash(c, web.Flash{ID: "purposes.published"})
	return web.SeeOther(c, PurposesPath+"/"+string(v.Purpose))
}

// reaskOf reads until when a yes to what stands holds; the zero time lets it go
// on. Whoever publishes must say which.
func (s *Console) reaskOf(ctx context.Context, v *consent.PurposeVersion, form url.Values) (time.Time, map[string]string) {
	if v.Basis != consent.Consent {
		return time.Time{}, nil
	}
	switch form.Get("reask") {
	case goesOn:
		return time.Time{}, nil
	case reask:
		until, err := time.Parse(time.DateOnly, form.Get("until"))
		if err != nil || until.Year() > 9000 {
			return until, map[string]string{"until": i18n.Message(ctx, "error.not_a_date", nil)}
		}
		if !until.After(s.Clock.Now()) {
			return until, map[string]string{"until": i18n.T(ctx, "purposes.until_past")}
		}
		return until, nil
	}
	return time.Time{}, map[string]string{"reask": i18n.T(ctx, "page.choose")}
}

// DropPurpose throws a draft away.
func (s *Console) DropPurpose(c echo.Context) error {
	v, err := purposeOf(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c, "mark")
	if err != nil {
		return err
	}
	switch err := s.Drafts.DropPurposeDraft(web.Context(c), v.Purpose, marked(form.Get("mark"))); {
	case errors.Is(err, errs.Conflict):
		return s.latePurpose(c, v, &purposeForm{})
	case err != nil:
		return err
	}
	web.SetFlash(c, web.Flash{ID: "purposes.dropped"})
	return web.SeeOther(c, PurposesPath+"/"+string(v.Purpose))
}
