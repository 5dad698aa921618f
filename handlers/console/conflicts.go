package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/profile"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// ConflictsPath is where the console shows what no rule decided.
const ConflictsPath = web.ConsolePath + "/conflicts"

// Conflicts reads what no rule decided.
type Conflicts interface {
	// WaitingConflicts returns what waits for somebody, oldest first, without
	// what the sides say, and how much there is.
	WaitingConflicts(ctx context.Context, asks inbound.Asked, limit int) ([]inbound.Conflict, int, error)
	// Conflict returns one with its sides; errs.NotFound for none.
	Conflict(ctx context.Context, conflict string) (inbound.Conflict, error)
}

// conflictsShown is how many of each sort the inbox shows.
const conflictsShown = 100

// ShowConflicts lists what waits for staff, and what waits for people. It names
// nobody.
func (s *Console) ShowConflicts(c echo.Context) error {
	ctx := web.Context(c)
	var p view.ConflictsPage
	for _, list := range []struct {
		asks inbound.Asked
		to   *view.ConflictList
	}{{inbound.AsksStaff, &p.Ours}, {inbound.AsksSubject, &p.Theirs}} {
		all, n, err := s.Conflicts.WaitingConflicts(ctx, list.asks, conflictsShown)
		if err != nil {
			return err
		}
		list.to.Count = n
		for i := range all {
			item := view.ConflictItem{
				ID: all[i].ID, About: aboutConflict(c, &all[i]), System: systemName(c, all[i].System),
				Why: i18n.T(ctx, "conflicts.why."+all[i].Reason), Raised: all[i].Raised,
			}
			if list.asks == inbound.AsksStaff {
				item.Href = ConflictsPath + "/" + all[i].ID
			}
			list.to.Items = append(list.to.Items, item)
		}
	}
	return web.Render(c, http.StatusOK, view.Conflicts(s.desk(c, "conflicts", title(c, "conflicts")), p))
}

// aboutConflict names the choice or field.
func aboutConflict(c echo.Context, one *inbound.Conflict) string {
	v := web.Of(c)
	if one.About == inbound.AboutConsent {
		if u, ok := v.Organisation.Purpose(consent.PurposeID(one.Name)); ok {
			return u.Words.Question.In(v.Locale)
		}
		return one.Name
	}
	if f, ok := v.Organisation.Field(one.Name); ok {
		return f.Label.In(v.Locale)
	}
	return one.Name
}

// conflict is the one that the address names, as far as it waits for staff and
// the member may see its field.
func (s *Console) conflict(c echo.Context) (inbound.Conflict, *profile.Field, error) {
	gone := errs.New(errs.NotFound, "error.no_conflict")
	if !id.Valid(c.Param("conflict")) {
		return inbound.Conflict{}, nil, gone
	}
	one, err := s.Conflicts.Conflict(web.Context(c), c.Param("conflict"))
	if errors.Is(err, errs.NotFound) || err == nil && (!one.Settled.IsZero() || one.Asks != inbound.AsksStaff) {
		return one, nil, gone
	}
	if err != nil {
		return one, nil, err
	}
	f, ok := web.Of(c).Organisation.Field(one.Name)
	if !ok {
		return one, nil, gone
	}
	if !me(c).Role.MaySee(f.Category, f.Sensitive) || !seesAny(me(c), f.Brands) {
		return one, nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	return one, f, nil
}

// OpenConflict records why the person is opened.
func (s *Console) OpenConflict(c echo.Context) error {
	form, err := web.Form(c, "reason", "note")
	if err != nil {
		return err
	}
	one, _, err := s.conflict(c)
	if err != nil {
		return err
	}
	err = s.Staff.Open(web.Context(c), me(c), one.Subject, staff.Reason(form.Get("reason")), form.Get("note"))
	if wrong, ok := web.Wrong(c, err); ok {
		return s.askWhyAt(c, ConflictsPath+"/"+one.ID+"/open", form.Get("reason"), form.Get("note"), wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, ConflictsPath+"/"+one.ID)
}

// ShowConflict shows both sides, for as long as a reason holds.
func (s *Console) ShowConflict(c echo.Context) error { return s.showConflict(c, "", "", nil) }

func (s *Console) showConflict(c echo.Context, took, reason string, wrong map[string]string) error {
	one, f, err := s.conflict(c)
	if err != nil {
		return err
	}
	ctx, v := web.Context(c), web.Of(c)
	until, err := s.Staff.MayLook(ctx, me(c), one.Subject)
	if errors.Is(err, errs.Stale) {
		return s.askWhyAt(c, ConflictsPath+"/"+one.ID+"/open", "", "", nil)
	}
	if err != nil {
		return err
	}
	facts, err := s.People.Facts(ctx, one.Subject)
	if err != nil {
		return err
	}
	p := view.ConflictPage{
		Action: ConflictsPath + "/" + one.ID, About: aboutConflict(c, &one), Why: i18n.T(ctx, "conflicts.why."+one.Reason),
		Until: until, Person: web.ConsolePath + "/people/" + string(one.Subject), Over: !s.Door.Stands(&one, facts),
	}
	var options []ui.Option
	for _, side := range []struct {
		took inbound.Took
		inbound.Side
	}{{inbound.TookOurs, one.Ours}, {inbound.TookTheirs, one.Theirs}} {
		value := portal.FormatValue(ctx, v.Locale, f, side.Value)
		p.Sides = append(p.Sides, view.ConflictSide{System: systemName(c, side.Source), Value: value, At: side.At})
		options = append(options, ui.Option{Value: string(side.took), Label: value, Note: systemName(c, side.Source)})
	}
	p.Decide = []ui.Input{
		{Kind: ui.One, Name: "took", Label: i18n.T(ctx, "conflicts.question"), Options: options, Value: took, Wrong: wrong["took"]},
		{
			Kind: ui.Text, Name: "reason", Label: i18n.T(ctx, "conflicts.reason"), Hint: i18n.T(ctx, "conflicts.reason_hint"),
			Value: reason, Wrong: wrong["reason"], Required: true, Fill: "off",
		},
	}
	return web.Render(c, page(wrong), view.Conflict(s.desk(c, "conflicts", title(c, "conflicts")), p))
}

// DecideConflict has one of two systems be right, with the member's reason.
func (s *Console) DecideConflict(c echo.Context) error {
	form, err := web.Form(c, "took", "reason")
	if err != nil {
		return err
	}
	one, _, err := s.conflict(c)
	if err != nil {
		return err
	}
	if _, err := s.Staff.MayLook(web.Context(c), me(c), one.Subject); errors.Is(err, errs.Stale) {
		return s.askWhyAt(c, ConflictsPath+"/"+one.ID+"/open", "", "", nil)
	} else if err != nil {
		return err
	}
	err = s.Door.Rule(web.Context(c), inbound.Ruling{
		Subject: one.Subject, Conflict: one.ID, Took: inbound.Took(form.Get("took")), Reason: form.Get("reason"), By: me(c).Actor(),
	})
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showConflict(c, form.Get("took"), form.Get("reason"), wrong)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "conflicts.said"})
	return web.SeeOther(c, ConflictsPath)
}
