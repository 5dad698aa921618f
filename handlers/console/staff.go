package console

import (
	"errors"
	"net/url"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

const staffPath = web.ConsolePath + "/staff"

// StaffList shows who works here.
func (s *Console) StaffList(c echo.Context) error {
	return s.showStaff(c, view.StaffPage{}, url.Values{}, nil)
}

func (s *Console) showStaff(c echo.Context, p view.StaffPage, typed url.Values, wrong map[string]string) error {
	members, err := s.Staff.Members(web.Context(c))
	if err != nil {
		return err
	}
	p.Manage = me(c).Role.Has(authz.StaffManage)
	for _, m := range members {
		p.Members = append(p.Members, s.member(c, m, p.Manage))
	}
	if p.Manage {
		p.Invite = inviteForm(c, typed, wrong)
	}
	return web.Render(c, page(wrong), view.Staff(s.desk(c, "staff", title(c, "staff")), p))
}

func (s *Console) member(c echo.Context, m staff.Member, manage bool) view.Member {
	ctx := web.Context(c)
	v := view.Member{
		ID: string(m.ID), Name: m.Name, Email: m.Email, Role: roleName(ctx, m.Role), Brands: brandNames(c, m.Brands),
		State: ui.Given, Acts: manage && m.Enabled() && m.ID != me(c).ID,
	}
	switch {
	case !m.Enabled():
		v.State, v.StateText = ui.Refused, i18n.T(ctx, "console.staff.disabled", "date", i18n.Date(ctx, m.DisabledAt))
	case m.JoinedAt.IsZero():
		v.State, v.StateText = ui.Waiting, i18n.T(ctx, "console.staff.invited")
	default:
		v.StateText = i18n.T(ctx, "console.staff.joined", "date", i18n.Date(ctx, m.JoinedAt))
	}
	if v.Acts {
		v.Place = []ui.Input{
			roleInput(c, string(m.ID)+".role", string(m.Role), ""), brandsInput(c, string(m.ID)+".brands", m.Brands, ""),
		}
	}
	return v
}

func roleInput(c echo.Context, name, value, wrong string) ui.Input {
	ctx := web.Context(c)
	in := ui.Input{Kind: ui.OneList, Name: name, Label: i18n.T(ctx, "console.staff.role"), Value: value, Wrong: wrong}
	if value == "" {
		in.Options = []ui.Option{{Value: "", Label: i18n.T(ctx, "page.choose")}}
	}
	for _, r := range authz.Roles() {
		in.Options = append(in.Options, ui.Option{Value: string(r), Label: roleName(ctx, r)})
	}
	return in
}

func brandsInput(c echo.Context, name string, values []string, wrong string) ui.Input {
	ctx := web.Context(c)
	return ui.Input{
		Kind: ui.Many, Name: name, Label: i18n.T(ctx, "console.staff.brands"), Hint: i18n.T(ctx, "console.staff.brands_hint"),
		Options: brandOptions(c), Values: values, Wrong: wrong,
	}
}

func inviteForm(c echo.Context, typed url.Values, wrong map[string]string) []ui.Input {
	ctx := web.Context(c)
	return []ui.Input{
		{Kind: ui.Text, Name: "name", Label: i18n.T(ctx, "console.staff.name"), Value: typed.Get("name"), Wrong: wrong["name"], Fill: "off"},
		{Kind: ui.Email, Name: "email", Label: i18n.T(ctx, "console.staff.email"), Value: typed.Get("email"), Wrong: wrong["email"], Fill: "off"},
		roleInput(c, "role", typed.Get("role"), wrong["role"]),
		brandsInput(c, "brands", typed["brands"], wrong["brands"]),
	}
}

// Invite makes a member and shows the link of their invitation, this once.
func (s *Console) Invite(c echo.Context) error {
	form, err := web.Form(c, "name", "email", "role", "brands")
	if err != nil {
		return err
	}
	m, token, err := s.Staff.Invite(web.Context(c), by(c), staff.Member{
		Name: form.Get("name"), Email: form.Get("email"), Role: authz.Role(form.Get("role")), Brands: form["brands"],
	})
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showStaff(c, view.StaffPage{}, form, wrong)
	}
	if err != nil {
		return err
	}
	return s.showLink(c, m, token)
}

// InviteAgain gives a member another invitation, and shows its link.
func (s *Console) InviteAgain(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	m, token, err := s.Staff.InviteAgain(web.Context(c), by(c), staff.MemberID(c.Param("member")))
	if err != nil {
		return err
	}
	return s.showLink(c, m, token)
}

func (s *Console) showLink(c echo.Context, m staff.Member, token string) error {
	return s.showStaff(c, view.StaffPage{
		Link: s.URL + web.ConsolePath + "/invite/" + token, LinkFor: m.Name, Until: s.Clock.Now().Add(staff.InviteLife),
	}, url.Values{}, nil)
}

// Place gives a member another role and other brands.
func (s *Console) Place(c echo.Context) error {
	name := c.Param("member")
	form, err := web.Form(c, name+".*")
	if err != nil {
		return err
	}
	err = s.Staff.Place(web.Context(c), by(c), staff.MemberID(name), authz.Role(form.Get(name+".role")), form[name+".brands"])
	return s.changed(c, err, "console.said.placed")
}

// Disable ends a member.
func (s *Console) Disable(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	err := s.Staff.Disable(web.Context(c), by(c), staff.MemberID(c.Param("member")))
	return s.changed(c, err, "console.said.disabled")
}

// changed leads back to the list, with what was done or why it was not.
func (s *Console) changed(c echo.Context, err error, done string) error {
	var e *errs.Error
	switch {
	case errors.As(err, &e) && e.Kind == errs.Conflict:
		return failed(c, e.ID, staffPath)
	case errors.As(err, &e) && e.Kind == errs.Invalid && len(e.Fields) > 0:
		return failed(c, e.Fields[0].ID, staffPath)
	case err != nil:
		return err
	}
	web.SetFlash(c, web.Flash{ID: done})
	return web.SeeOther(c, staffPath)
}
