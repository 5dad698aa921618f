package console

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/organisation"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// FindPeople shows the search.
func (s *Console) FindPeople(c echo.Context) error {
	return s.showPeople(c, view.PeoplePage{Query: query(c, "", "")}, nil)
}

func query(c echo.Context, value, wrong string) ui.Input {
	ctx := web.Context(c)
	return ui.Input{
		Kind: ui.Text, Name: "identifier", Label: i18n.T(ctx, "console.people.identifier"),
		Hint: i18n.T(ctx, "console.people.identifier_hint"), Value: value, Wrong: wrong, Required: true, Fill: "off",
	}
}

func (s *Console) showPeople(c echo.Context, p view.PeoplePage, wrong map[string]string) error {
	return web.Render(c, page(wrong), view.People(s.desk(c, "people", title(c, "people")), p))
}

// SearchPeople finds who bears an identifier. It is posted, for an identifier
// is personal and stands in no address (invariant 3).
func (s *Console) SearchPeople(c echo.Context) error {
	form, err := web.Form(c, "identifier")
	if err != nil {
		return err
	}
	typed := form.Get("identifier")
	if typed == "" {
		wrong := map[string]string{"identifier": i18n.T(web.Context(c), "error.required")}
		return s.showPeople(c, view.PeoplePage{Query: query(c, "", wrong["identifier"])}, wrong)
	}
	ctx := web.Context(c)
	if err := s.Staff.MaySearch(ctx, me(c)); err != nil {
		return err
	}
	found, err := s.search(ctx, c, typed)
	if err != nil {
		return err
	}
	if err := s.Staff.NoteSearch(ctx, me(c), len(found)); err != nil {
		return err
	}
	return s.showPeople(c, view.PeoplePage{Query: query(c, typed, ""), Searched: true, Found: found}, nil)
}

// A name is one thing that what was typed could be.
type name struct {
	kind         identity.Kind
	scope, value string
}

// search looks for typed as everything that it could be, each by its keyed
// hash: what it costs does not depend on how many people there are. Whose
// records are joined is found once, by the record that has most to show for it.
func (s *Console) search(ctx context.Context, c echo.Context, typed string) ([]view.Found, error) {
	var all []view.Found
	seen := map[id.Subject]bool{}
	add := func(subject id.Subject, by string, verified bool) error {
		if seen[subject] {
			return nil
		}
		circle, err := s.People.Circle(ctx, subject)
		if err != nil {
			return err
		}
		for _, one := range circle {
			seen[one] = true
		}
		all = append(all, view.Found{
			Href: web.ConsolePath + "/people/" + string(subject), Subject: string(subject), By: by, Verified: verified,
			Others: len(circle) - 1,
		})
		return nil
	}
	if id.Valid(typed) {
		subject, err := s.People.Subject(ctx, id.Subject(typed))
		switch {
		case err == nil && subject.State == identity.Active:
			if err := add(subject.ID, i18n.T(ctx, "console.people.our_id"), true); err != nil {
				return nil, err
			}
		case err != nil && !errors.Is(err, errs.NotFound):
			return nil, err
		}
	}
	for _, n := range namesOf(web.Of(c).Organisation, typed) {
		holders, err := s.People.Holders(ctx, n.kind, n.scope, n.value)
		if err != nil {
			return nil, err
		}
		for _, h := range holders {
			if err := add(h.Subject, identifierKind(c, n.kind, n.scope), !h.VerifiedAt.IsZero()); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// namesOf returns what typed could be: an address, a number in any of the
// brands' countries, a customer number or another id in any system.
func namesOf(org *organisation.Organisation, typed string) []name {
	var all []name
	add := func(kind identity.Kind, scope, country string) {
		value, err := identity.Normalise(kind, typed, country)
		if n := (name{kind, scope, value}); err == nil && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	add(identity.Email, "", "")
	countries := []string{""}
	for i := range org.Brands {
		countries = append(countries, org.Brands[i].Country)
	}
	for _, country := range countries {
		add(identity.Phone, "", country)
	}
	for i := range org.Systems {
		scope := org.Systems[i].Name
		add(identity.Customer, scope, "")
		add(identity.Device, scope, "")
		add(identity.External, scope, "")
	}
	return all
}

func identifierKind(c echo.Context, kind identity.Kind, scope string) string {
	ctx := web.Context(c)
	text := i18n.T(ctx, "console.identifier."+string(kind))
	if scope == "" {
		return text
	}
	return i18n.T(ctx, "console.identifier_at", "kind", text, "system", systemName(c, scope))
}

func systemName(c echo.Context, name string) string {
	v := web.Of(c)
	if sys, ok := v.Organisation.System(name); ok {
		return sys.Label.In(v.Locale)
	}
	return name
}

// OpenPerson records why somebody is opened, and leads to them.
func (s *Console) OpenPerson(c echo.Context) error {
	form, err := web.Form(c, "reason", "note")
	if err != nil {
		return err
	}
	subject, err := s.person(c)
	if err != nil {
		return err
	}
	why, note := staff.Reason(form.Get("reason")), form.Get("note")
	err = s.Staff.Open(web.Context(c), me(c), subject.ID, why, note)
	if wrong, ok := web.Wrong(c, err); ok {
		return s.askWhy(c, subject, form.Get("reason"), note, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, web.ConsolePath+"/people/"+string(subject.ID))
}

// person is whom the address names; errs.NotFound for an erased one too.
func (s *Console) person(c echo.Context) (identity.Subject, error) {
	name := c.Param("subject")
	if !id.Valid(name) {
		return identity.Subject{}, errs.New(errs.NotFound, "")
	}
	subject, err := s.People.Subject(web.Context(c), id.Subject(name))
	if err == nil && subject.State != identity.Active {
		err = errs.New(errs.NotFound, "")
	}
	return subject, err
}

// ShowPerson shows a profile for as long as a reason holds, and asks for one
// else. It changes nothing: the reason was recorded when it was given.
func (s *Console) ShowPerson(c echo.Context) error {
	subject, err := s.person(c)
	if err != nil {
		return err
	}
	return s.showPerson(c, subject, nil, nil)
}

func (s *Console) showPerson(c echo.Context, subject identity.Subject, typed url.Values, wrong map[string]string) error {
	until, err := s.Staff.MayLook(web.Context(c), me(c), subject.ID)
	if errors.Is(err, errs.Stale) {
		return s.askWhy(c, subject, "", "", nil)
	}
	if err != nil {
		return err
	}
	p, err := s.personPage(c, subject)
	if err != nil {
		return err
	}
	p.Until = until
	facts, err := s.People.Facts(web.Context(c), subject.ID)
	if err != nil {
		return err
	}
	l := &look{web.Context(c), web.Of(c).Locale, web.Of(c).Organisation, me(c), facts, s.Clock.Now()}
	if p.Hold, err = s.hold(c, l, subject, typed, wrong); err != nil {
		return err
	}
	return web.Render(c, page(wrong), view.Person(s.desk(c, "people", title(c, "people")), p))
}

func (s *Console) askWhy(c echo.Context, subject identity.Subject, reason, note string, wrong map[string]string) error {
	return s.askWhyAt(c, web.ConsolePath+"/people/"+string(subject.ID), reason, note, wrong)
}

// askWhyAt asks why somebody is opened; the answer is posted to action.
func (s *Console) askWhyAt(c echo.Context, action, reason, note string, wrong map[string]string) error {
	ctx := web.Context(c)
	var options []ui.Option
	for _, r := range staff.Reasons() {
		options = append(options, ui.Option{Value: string(r), Label: i18n.T(ctx, "console.reason."+string(r))})
	}
	p := view.ReasonPage{
		Action: action,
		Reason: ui.Input{Kind: ui.One, Name: "reason", Label: i18n.T(ctx, "console.why.reason"), Options: options, Value: reason, Wrong: wrong["reason"]},
		Note: ui.Input{
			Kind: ui.Text, Name: "note", Label: i18n.T(ctx, "console.why.note"),
			Hint: i18n.T(ctx, "console.why.note_hint"), Value: note, Wrong: wrong["note"],
		},
	}
	return web.Render(c, page(wrong), view.Why(s.desk(c, "people", title(c, "people")), p))
}
