package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// Joins reads what is known of records being of one person.
type Joins interface {
	// WaitingJoins returns what waits for staff, the oldest first, and how much
	// there is.
	WaitingJoins(ctx context.Context, limit int) ([]identity.Join, int, error)
	// Joins returns the joins of a subject, in any state, oldest first.
	Joins(ctx context.Context, subject id.Subject) ([]identity.Join, error)
	// Join returns one; errs.NotFound for none.
	Join(ctx context.Context, join string) (identity.Join, error)
}

// joinsShown is how many pairs the list shows.
const joinsShown = 100

// WaitingJoins lists the pairs that no rule could decide. It names nobody.
func (s *Console) WaitingJoins(c echo.Context) error {
	ctx := web.Context(c)
	all, count, err := s.Joins.WaitingJoins(ctx, joinsShown)
	if err != nil {
		return err
	}
	p := view.JoinsPage{Count: count}
	for _, j := range all {
		item := view.JoinItem{Href: web.ConsolePath + "/joins/" + j.ID, ID: j.ID, Found: j.FoundAt}
		for i := range j.Evidence {
			item.Because = append(item.Because, joinWords(c, &j.Evidence[i]))
		}
		p.Items = append(p.Items, item)
	}
	return web.Render(c, http.StatusOK, view.Joins(s.desk(c, "joins", title(c, "joins")), p))
}

// joinWords says what two records have in common, without the value.
func joinWords(c echo.Context, e *identity.Evidence) string {
	l := &look{ctx: web.Context(c), org: web.Of(c).Organisation, locale: web.Of(c).Locale}
	var sources []string
	for _, name := range e.Sources {
		sources = append(sources, l.source(name))
	}
	return i18n.T(l.ctx, "console.join.because."+string(e.Rule),
		"what", identifierKind(c, e.Kind, e.Scope), "sources", i18n.List(l.ctx, sources))
}

// join is the pair that the address names, as far as it waits or is joined. Who is
// limited to brands does not see whole records, and so decides about none.
func (s *Console) join(c echo.Context) (identity.Join, error) {
	if len(me(c).Brands) > 0 {
		return identity.Join{}, errs.New(errs.Forbidden, "error.forbidden")
	}
	name := c.Param("join")
	if !id.Valid(name) {
		return identity.Join{}, errs.New(errs.NotFound, "error.no_join")
	}
	j, err := s.Joins.Join(web.Context(c), name)
	if err == nil && j.State == identity.Apart {
		err = errs.New(errs.NotFound, "error.join_decided")
	}
	return j, err
}

// OpenJoin records why both people are opened.
func (s *Console) OpenJoin(c echo.Context) error {
	form, err := web.Form(c, "reason", "note")
	if err != nil {
		return err
	}
	j, err := s.join(c)
	if err != nil {
		return err
	}
	for _, subject := range []id.Subject{j.Older, j.Newer} {
		err := s.Staff.Open(web.Context(c), me(c), subject, staff.Reason(form.Get("reason")), form.Get("note"))
		if wrong, ok := web.Wrong(c, err); ok {
			return s.askWhyAt(c, web.ConsolePath+"/joins/"+j.ID+"/open", form.Get("reason"), form.Get("note"), wrong)
		}
		if err != nil {
			return err
		}
	}
	return web.SeeOther(c, web.ConsolePath+"/joins/"+j.ID)
}

// mayLook returns until when the member may look at both.
func (s *Console) mayLook(c echo.Context, j *identity.Join) (time.Time, error) {
	first, err := s.Staff.MayLook(web.Context(c), me(c), j.Older)
	if err != nil {
		return first, err
	}
	second, err := s.Staff.MayLook(web.Context(c), me(c), j.Newer)
	if second.Before(first) {
		first = second
	}
	return first, err
}

// ShowJoin shows both records and what they would be together, for as long as
// a reason holds.
func (s *Console) ShowJoin(c echo.Context) error { return s.showJoin(c, "", "", nil) }

func (s *Console) showJoin(c echo.Context, one, reason string, wrong map[string]string) error {
	j, err := s.join(c)
	if err != nil {
		return err
	}
	until, err := s.mayLook(c, &j)
	if errors.Is(err, errs.Stale) {
		return s.askWhyAt(c, web.ConsolePath+"/joins/"+j.ID+"/open", "", "", nil)
	}
	if err != nil {
		return err
	}
	p, err := s.joinPage(c, &j)
	if err != nil {
		return err
	}
	ctx := web.Context(c)
	p.Until, p.Action = until, web.ConsolePath+"/joins/"+j.ID
	why := ui.Input{
		Kind: ui.Text, Name: "reason", Label: i18n.T(ctx, "console.join.reason"), Hint: i18n.T(ctx, "console.join.reason_hint"),
		Value: reason, Wrong: wrong["reason"], Required: true, Fill: "off",
	}
	if p.Decide = []ui.Input{why}; !p.Joined {
		p.Decide = slices.Insert(p.Decide, 0, ui.Input{
			Kind: ui.One, Name: "one", Label: i18n.T(ctx, "console.join.question"), Value: one, Wrong: wrong["one"],
			Options: []ui.Option{
				{Value: "join", Label: i18n.T(ctx, "console.join.join")},
				{Value: "apart", Label: i18n.T(ctx, "console.join.apart")},
			},
		})
	}
	return web.Render(c, page(wrong), view.Join(s.desk(c, "joins", title(c, "joins")), p))
}

// joinPage puts both records side by side.
func (s *Console) joinPage(c echo.Context, j *identity.Join) (view.JoinPage, error) {
	ctx, v := web.Context(c), web.Of(c)
	p := view.JoinPage{Found: j.FoundAt, Joined: j.State == identity.Joined}
	if j.Reason != "" {
		p.Because = append(p.Because, i18n.T(ctx, "console.join.because.staff", "reason", j.Reason))
	}
	for i := range j.Evidence {
		p.Because = append(p.Because, joinWords(c, &j.Evidence[i]))
	}
	if !p.Joined {
		against, err := s.Joiner.Against(ctx, j.Older, j.Newer)
		if err != nil {
			return p, err
		}
		for i := range against {
			p.Against = append(p.Against, againstWords(ctx, &against[i]))
		}
	}
	var both [2]decision.Facts
	for n, subject := range []id.Subject{j.Older, j.Newer} {
		facts, err := s.People.Held(ctx, subject)
		if err != nil {
			return p, err
		}
		ids, err := s.People.Identifiers(ctx, subject)
		if err != nil {
			return p, err
		}
		both[n] = facts
		l := &look{ctx, v.Locale, v.Organisation, me(c), facts, s.Clock.Now()}
		side := view.JoinSide{Name: l.name(), Subject: string(subject)}
		for _, i := range ids {
			if l.knows(&i) {
				side.Identifiers = append(side.Identifiers, view.Known{
					Kind: identifierKind(c, i.Kind, i.Scope), Value: i.Value, Source: l.source(i.Source), Verified: i.VerifiedAt,
				})
			}
		}
		p.Sides = append(p.Sides, side)
	}
	together := both[0].Together(s.Clock.Now(), both[1])
	l := &look{ctx, v.Locale, v.Organisation, me(c), together, s.Clock.Now()}
	for i := range v.Organisation.Fields {
		f := &v.Organisation.Fields[i]
		if !l.sees(f) {
			continue
		}
		value := func(facts *decision.Facts) string {
			return portal.FormatValue(ctx, v.Locale, f, facts.Profile.Value(f, v.Organisation.Rank))
		}
		row := view.JoinRow{Label: f.Label.In(v.Locale), Values: []string{value(&both[0]), value(&both[1])}, Together: value(&together)}
		if slices.ContainsFunc(row.Values, func(v string) bool { return v != "" }) {
			p.Rows = append(p.Rows, row)
		}
	}
	p.Rows = append(p.Rows, choices(l, &both[0], &both[1], &together)...)
	return p, nil
}

// againstWords tell of two who were taken apart, and would be one again.
func againstWords(ctx context.Context, apart *identity.Join) string {
	day := i18n.Date(ctx, apart.DecidedAt)
	if apart.By == ledger.BySubject {
		return i18n.T(ctx, "console.join.against.subject", "date", day)
	}
	return i18n.T(ctx, "console.join.against.staff", "date", day, "reason", apart.Reason)
}

// choices are what was decided at either record, and what holds of the two read
// as one.
func choices(l *look, older, newer, together *decision.Facts) []view.JoinRow {
	var all []view.JoinRow
	for i := range l.org.Purposes {
		v := &l.org.Purposes[i]
		if v.Retired || !seesAny(l.member, v.Brands) {
			continue
		}
		brand := ""
		if len(v.Brands) == 1 {
			brand = v.Brands[0]
		}
		said := func(f *decision.Facts) string {
			if st := f.Consents.Of(v.Purpose, brand).Status; st != consent.Unknown && st != "" {
				return i18n.T(l.ctx, "console.status."+string(st))
			}
			return ""
		}
		if row := (view.JoinRow{Label: v.Words.Question.In(l.locale), Values: []string{said(older), said(newer)}, Together: said(together)}); row.Values[0]+row.Values[1] != "" {
			all = append(all, row)
		}
	}
	return all
}

// joinedWith are the records that are read as one with a subject.
func (s *Console) joinedWith(c echo.Context, subject id.Subject) ([]view.JoinItem, error) {
	m := me(c)
	if !m.Role.Has(authz.PersonJoin) || len(m.Brands) > 0 {
		return nil, nil
	}
	all, err := s.Joins.Joins(web.Context(c), subject)
	var list []view.JoinItem
	for i := range all {
		if j := &all[i]; j.State == identity.Joined {
			item := view.JoinItem{Href: web.ConsolePath + "/joins/" + j.ID, ID: string(j.Other(subject)), Found: j.DecidedAt}
			for n := range j.Evidence {
				item.Because = append(item.Because, joinWords(c, &j.Evidence[n]))
			}
			list = append(list, item)
		}
	}
	return list, err
}

// DecideJoin joins two records or keeps them apart, with the member's reason, and
// takes those apart that are joined.
func (s *Console) DecideJoin(c echo.Context) error {
	form, err := web.Form(c, "one", "reason")
	if err != nil {
		return err
	}
	j, err := s.join(c)
	if err != nil {
		return err
	}
	if _, err := s.mayLook(c, &j); errors.Is(err, errs.Stale) {
		return s.askWhyAt(c, web.ConsolePath+"/joins/"+j.ID+"/open", "", "", nil)
	} else if err != nil {
		return err
	}
	one := form.Get("one")
	if j.State == identity.Joined {
		err = s.Joiner.TakeApart(web.Context(c), me(c).Actor(), j.ID, form.Get("reason"))
	} else if one != "join" && one != "apart" {
		err = errs.InvalidFields(errs.At("one", "error.not_a_choice"))
	} else {
		err = s.Joiner.Decide(web.Context(c), me(c).Actor(), j.ID, one == "join", form.Get("reason"))
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showJoin(c, one, form.Get("reason"), wrong)
	}
	if err != nil {
		return err
	}
	said := "join.said.kept_apart"
	switch {
	case j.State == identity.Joined:
		said = "join.said.taken_apart"
	case one == "join":
		said = "join.said.joined"
	}
	web.SetFlash(c, web.Flash{ID: said})
	return web.SeeOther(c, web.ConsolePath+"/joins")
}
