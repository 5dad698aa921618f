package console

import (
	"errors"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// HoldPerson places a hold on a person whom the member has opened, or ends it.
func (s *Console) HoldPerson(c echo.Context) error {
	form, err := web.Form(c, "fields", "reason", "until", "do")
	if err != nil {
		return err
	}
	subject, err := s.person(c)
	if err != nil {
		return err
	}
	ctx, at := web.Context(c), web.ConsolePath+"/people/"+string(subject.ID)
	_, err = s.Staff.MayLook(ctx, me(c), subject.ID)
	if errors.Is(err, errs.Stale) {
		return web.SeeOther(c, at)
	}
	if err != nil {
		return err
	}
	said := "hold.said.placed"
	if form.Get("do") == "end" {
		said = "hold.said.ended"
		if err = s.Review.EndHold(ctx, me(c), subject.ID); err == nil {
			s.Wake()
		}
	} else {
		err = s.holdPerson(c, subject, form)
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showPerson(c, subject, form, wrong)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: said})
	return web.SeeOther(c, at)
}

func (s *Console) holdPerson(c echo.Context, subject identity.Subject, form url.Values) error {
	v := web.Of(c)
	h := rights.PersonHold{Fields: fieldsOf(v.Organisation, form["fields"]), Reason: form.Get("reason")}
	if day := form.Get("until"); day != "" {
		last, err := time.ParseInLocation(time.DateOnly, day, v.Organisation.Zone(""))
		if err != nil {
			return errs.InvalidFields(errs.At("until", "hold.error.until"))
		}
		h.Until = last.AddDate(0, 0, 1) // the day itself is held
	}
	return s.Review.Hold(web.Context(c), me(c), subject.ID, h)
}

// hold is the hold on a person, or the form for one; nil for who may do neither.
func (s *Console) hold(c echo.Context, l *look, subject identity.Subject, typed url.Values, wrong map[string]string) (*view.PersonHold, error) {
	if !review.MayHold(me(c)) {
		return nil, nil
	}
	h, on, err := s.Review.Held(l.ctx, subject.ID)
	if err != nil {
		return nil, err
	}
	p := &view.PersonHold{Action: web.ConsolePath + "/people/" + string(subject.ID) + "/hold", On: on}
	if !on {
		p.Inputs = []ui.Input{
			l.holdInput(typed["fields"]),
			{
				Kind: ui.Long, Name: "reason", Label: l.t("hold.reason"), Hint: l.t("hold.reason_hint"), Required: true,
				Value: typed.Get("reason"), Wrong: wrong["reason"],
			},
			{
				Kind: ui.Date, Name: "until", Label: l.t("hold.until"), Hint: l.t("hold.until_hint"),
				Value: typed.Get("until"), Wrong: wrong["until"],
			},
		}
		return p, nil
	}
	members, err := s.Staff.Members(l.ctx)
	if err != nil {
		return nil, err
	}
	what, until := l.t("hold.all"), l.t("hold.open_ended")
	if len(h.Fields) > 0 {
		var labels []string
		for _, f := range l.org.FieldsOf(h.Fields) {
			labels = append(labels, f.Label.In(l.locale))
		}
		what = i18n.List(l.ctx, labels)
	}
	if !h.Until.IsZero() {
		until = i18n.DateTime(l.ctx, h.Until)
	}
	p.Facts = []view.Fact{
		{Label: l.t("hold.what"), Text: what},
		{Label: l.t("hold.reason"), Text: h.Reason},
		{Label: l.t("hold.until"), Text: until},
		{Label: l.t("hold.placed"), Text: memberName(l.ctx, members, h.Member), Note: i18n.DateTime(l.ctx, h.At)},
	}
	return p, nil
}
