package portal

import (
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// disputes are the conflicts about a field that wait for the person.
func (s *sight) disputes(f *profile.Field, open []inbound.Conflict) []view.Dispute {
	var all []view.Dispute
	for i := range open {
		c := &open[i]
		if c.About != inbound.AboutField || c.Name != f.Name {
			continue
		}
		outside := ""
		if s.framed && reaches(f) {
			outside = "/" + s.brand.Name + "/data/" + f.Name + "#c-" + c.ID
		}
		all = append(all, view.Dispute{
			Outside: outside,
			ID:      c.ID, Action: s.base + "/data/" + f.Name, Value: strings.Split(c.Theirs.Value, "\n"),
			Text: s.t("dispute.text", "system", capital(s.system(c.System)),
				"when", i18n.DateTime(s.ctx, c.Theirs.At), "then", i18n.DateTime(s.ctx, c.Ours.At)),
			Theirs: s.format(f, c.Theirs.Value), Mine: s.format(f, c.Ours.Value),
		})
	}
	return all
}

// disputed asks for a look at the value that a conflict is about.
func (s *sight) disputed(f *profile.Field, c *inbound.Conflict) view.Attention {
	return view.Attention{
		Icon: "bell",
		Text: s.t("dispute.home", "system", capital(s.system(c.System)), "field", s.in(f.Label)),
		Link: ui.Link{Text: s.t("dispute.look"), Href: s.base + "/data/" + f.Name + "#c-" + c.ID},
	}
}

// KeepValue ends the asking about a value that a system says otherwise: the
// person's own stays.
func (p *Portal) KeepValue(c echo.Context) error {
	form, err := web.Form(c, "conflict")
	if err != nil {
		return err
	}
	field, err := fieldToEdit(c)
	if err != nil {
		return err
	}
	subject := web.Of(c).Subject()
	if err := p.Door.Kept(web.Context(c), subject, form.Get("conflict"), ledger.Self(subject)); err != nil {
		return err
	}
	return tell(c, web.Path(c, "/data/%s#v-%s", field.Name, field.Name), web.Flash{ID: "dispute.kept"})
}

// endDispute ends the asking about a value that the person has just said.
func (p *Portal) endDispute(c echo.Context, field *profile.Field, step profile.Step) error {
	if step.Kind != profile.Corrected {
		return nil
	}
	subject := web.Of(c).Subject()
	return p.Door.Answered(web.Context(c), subject, inbound.AboutField, field.Name, ledger.Self(subject), inbound.TookTheirs)
}
