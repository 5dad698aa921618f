package console

import (
	"errors"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/organisation"
	"livingprofile/internal/staff"
	"livingprofile/views/ui"
)

// AsPerson has show draw a page of the portal as its person sees it, for as long
// as a reason holds; without one it asks why, and the person reads the answer.
// Who sees a part of people alone sees no page of theirs: errs.NotFound.
func (s *Console) AsPerson(c echo.Context, show func(*web.Visit) error) error {
	v := web.Of(c)
	b, ok := v.Organisation.Brand(c.Param("brand"))
	if !ok || b.Retired || !seesAll(me(c), v.Organisation) {
		return errs.NotFound
	}
	subject, err := s.person(c)
	if err != nil {
		return err
	}
	_, err = s.Staff.MayLook(web.Context(c), me(c), subject.ID)
	if errors.Is(err, errs.Stale) {
		return s.askWhy(c, subject, "", "", nil)
	}
	if err != nil {
		return err
	}
	return show(v.As(subject.ID, b, asPath(subject, b)))
}

func asPath(subject identity.Subject, b *brand.Brand) string {
	return web.ConsolePath + "/people/" + string(subject.ID) + "/as/" + b.Name
}

// seesAll tells whether a member may read all that is held of everybody.
func seesAll(m staff.Member, o *organisation.Organisation) bool {
	for i := range o.Fields {
		if f := &o.Fields[i]; !m.Role.MaySee(f.Category, f.Sensitive) {
			return false
		}
	}
	return len(m.Brands) == 0
}

// portals are the links to a person's pages as they see them.
func portals(c echo.Context, subject identity.Subject) []ui.Link {
	v := web.Of(c)
	if !seesAll(me(c), v.Organisation) {
		return nil
	}
	var all []ui.Link
	for i := range v.Organisation.Brands {
		if b := &v.Organisation.Brands[i]; !b.Retired {
			all = append(all, ui.Link{Href: asPath(subject, b), Text: b.Label.In(v.Locale)})
		}
	}
	return all
}
