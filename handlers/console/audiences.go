package console

import (
	"errors"
	"io"
	"net/url"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/approval"
	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	view "livingprofile/views/console"
)

const audiencesPath = web.ConsolePath + "/audiences"

// Audiences lists the audiences of the member's brands.
func (s *Console) Audiences(c echo.Context) error {
	return s.showAudiences(c, &audienceDraft{form: url.Values{}})
}

func (s *Console) showAudiences(c echo.Context, d *audienceDraft) error {
	all, err := s.Audience.All(web.Context(c))
	if err != nil {
		return err
	}
	var p view.AudiencesPage
	w := wordsOf(c)
	for i := range all {
		if me(c).Sees(all[i].Brand) {
			p.Audiences = append(p.Audiences, w.audience(&all[i]))
		}
	}
	if me(c).Role.Has(authz.AudienceManage) {
		p.Form = d.view(c)
	}
	return web.Render(c, page(d.wrong), view.Audiences(s.desk(c, "audiences", title(c, "audiences")), p))
}

// SaveAudience saves what the form says.
func (s *Console) SaveAudience(c echo.Context) error {
	d, err := s.readAudience(c, nil)
	if err == nil {
		var a audience.Audience
		if a, err = s.Audience.Create(web.Context(c), d.to, me(c).Actor()); err == nil {
			web.SetFlash(c, web.Flash{ID: "audience.saved"})
			return web.SeeOther(c, audiencesPath+"/"+a.ID)
		}
	}
	return s.wrongAudience(c, d, err)
}

// CountAudience counts what the form says, and saves nothing.
func (s *Console) CountAudience(c echo.Context) error {
	d, err := s.readAudience(c, nil)
	return s.countAudience(c, d, err)
}

// audience is what the address names; another brand's is not found.
func (s *Console) audience(c echo.Context) (audience.Audience, error) {
	a, err := s.Audience.Find(web.Context(c), c.Param("audience"))
	if err == nil && !me(c).Sees(a.Brand) {
		err = errs.New(errs.NotFound, "")
	}
	return a, err
}

// ShowAudience shows one, counted now.
func (s *Console) ShowAudience(c echo.Context) error {
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	return s.showAudience(c, &a, nil, url.Values{}, nil)
}

func (s *Console) showAudience(c echo.Context, a *audience.Audience, people []audience.Member, typed url.Values, wrong map[string]string) error {
	w, role := wordsOf(c), me(c).Role
	p := view.AudiencePage{
		Audience: w.audience(a), Export: role.Has(authz.AudienceExport), Manage: role.Has(authz.AudienceManage),
		Shown: people != nil,
	}
	n, err := s.Audience.Run(web.Context(c), a, nil)
	switch {
	case errors.Is(err, errs.Conflict): // the declaration has changed
	case err != nil:
		return err
	default:
		p.Count = w.count(&n)
	}
	if err := s.sends(c, a, &p); err != nil {
		return err
	}
	if p.Manage {
		if p.Out, err = s.Audience.Out(web.Context(c), a); err != nil {
			return err
		}
	}
	if !a.Changed.IsZero() {
		if p.Changer, err = s.changer(c, a); err != nil {
			return err
		}
	}
	if p.Export {
		if err := s.askAudience(c, a, &p, typed, wrong); err != nil {
			return err
		}
	}
	for _, m := range people {
		p.People = append(p.People, w.person(m))
	}
	return web.Render(c, page(wrong), view.OneAudience(s.desk(c, "audiences", a.Name), p))
}

// changer is who changed an audience last.
func (s *Console) changer(c echo.Context, a *audience.Audience) (string, error) {
	members, err := s.Staff.Members(web.Context(c))
	names := map[string]string{}
	for i := range members {
		names[string(members[i].ID)] = members[i].Name
	}
	return actorName(c, a.Changer, names), err
}

// fewPeople is how many people are shown.
const fewPeople = 5

// PreviewAudience shows a few of the people, with what the member may see of
// what the condition looks at. It is posted, for the ledger says who looked.
func (s *Console) PreviewAudience(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	ctx := web.Context(c)
	if err := s.Audience.Note(ctx, &a, audience.Previewed, me(c).Actor(), audience.Trace{Shown: fewPeople}); err != nil {
		return err
	}
	looked := a
	looked.Give = visible(c, a.Where.Fields())
	people := []audience.Member{}
	_, err = s.Audience.Run(ctx, &looked, func(m audience.Member) error {
		if people = append(people, m); len(people) == fewPeople {
			return audience.ErrEnough
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.showAudience(c, &a, people, url.Values{}, nil)
}

// ExportAudience answers with the people as a file, which another member has
// approved, once the ledger says who took them.
func (s *Console) ExportAudience(c echo.Context) error {
	form, err := web.Form(c, "format")
	if err != nil {
		return err
	}
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	format, err := audience.ParseFormat(form.Get("format"))
	if err != nil {
		return err
	}
	if a, err = audience.Check(web.Of(c).Organisation, a); err != nil {
		return errs.Wrap(errs.Conflict, "audience.error.outdated", err)
	}
	a.Give = visible(c, a.Give)
	ctx := web.Context(c)
	if err := s.Approval.Use(ctx, leaving(&a, approval.AudienceFile, string(format)), me(c).Actor()); err != nil {
		return err
	}
	if err := s.Audience.Note(ctx, &a, audience.Exported, me(c).Actor(), audience.Trace{Format: string(format)}); err != nil {
		return err
	}
	name := func(m audience.Member) (string, error) { return string(m.Subject), nil }
	return web.Stream(c, format.MediaType(), "audience."+string(format), func(w io.Writer) error {
		out, err := audience.NewWriter(w, format, a.Give, name)
		if err != nil {
			return err
		}
		n, err := s.Audience.HandOut(ctx, &a, "", out.Write)
		if err != nil {
			return err
		}
		return out.Close(n)
	})
}

// RemoveAudience forgets one.
func (s *Console) RemoveAudience(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	if err := s.Audience.Remove(web.Context(c), &a, me(c).Actor()); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "audience.removed"})
	return web.SeeOther(c, audiencesPath)
}

// visible returns those of fields that the member's role and brands let them
// see.
func visible(c echo.Context, fields []string) []string {
	var all []string
	for _, name := range fields {
		if f, ok := web.Of(c).Organisation.Field(name); ok && me(c).Role.MaySee(f.Category, f.Sensitive) && seesAny(me(c), f.Brands) {
			all = append(all, name)
		}
	}
	return all
}
