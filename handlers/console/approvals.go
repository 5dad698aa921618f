package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/approval"
	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// ApprovalsPath is where members read what others asked to take away.
const ApprovalsPath = web.ConsolePath + "/approvals"

// Approvals lists what members asked to take away.
func (s *Console) Approvals(c echo.Context) error {
	ctx, now := web.Context(c), s.Clock.Now()
	all, err := s.Approval.All(ctx)
	if err != nil {
		return err
	}
	members, err := s.Staff.Members(ctx)
	if err != nil {
		return err
	}
	var p view.ApprovalsPage
	gives := me(c).Role.Has(authz.ApprovalGive)
	for i := range all {
		a := &all[i]
		item := view.ApprovalItem{
			Name: a.Name, What: takenAs(c, a.Thing), People: a.People, Reason: a.Reason, At: a.At, State: ui.Waiting,
			By: memberName(ctx, members, a.By), StateText: i18n.T(ctx, "approval.state."+string(a.State)),
		}
		switch {
		case a.Lapsed(now):
			item.State, item.StateText = ui.Neutral, i18n.T(ctx, "approval.state.lapsed")
		case a.State == approval.Asked:
			if gives && a.Waits(string(me(c).ID)) {
				item.Action = ApprovalsPath + "/" + a.ID
			}
		case a.State == approval.Refused:
			item.State = ui.Refused
		default:
			item.State = ui.Given
		}
		if a.Second != "" {
			item.Second = memberName(ctx, members, a.Second)
		}
		p.Items = append(p.Items, item)
	}
	return web.Render(c, http.StatusOK, view.Approvals(s.desk(c, "approvals", title(c, "approvals")), p))
}

// takenAs is how a thing would leave, in words.
func takenAs(c echo.Context, t approval.Thing) string {
	ctx := web.Context(c)
	switch t.Sort {
	case approval.AudienceFile:
		return i18n.T(ctx, "approval.sort.file", "format", formatName(t.How))
	case approval.AudienceSend:
		system, _, _ := strings.Cut(t.How, "/")
		return i18n.T(ctx, "approval.sort.send", "system", endpointName(c, system, t.How))
	case approval.ImportRejects:
	}
	return i18n.T(ctx, "approval.sort.rejects")
}

func formatName(f string) string {
	if f == string(audience.CSV) {
		return "CSV"
	}
	return "JSON Lines"
}

// DecideApproval says yes or no to what another member asked for.
func (s *Console) DecideApproval(c echo.Context) error {
	form, err := web.Form(c, "answer")
	if err != nil {
		return err
	}
	answer, which := form.Get("answer"), c.Param("approval")
	if !id.Valid(which) {
		return errs.New(errs.NotFound, "")
	}
	if answer != "yes" && answer != "no" {
		return errs.New(errs.Invalid, "error.not_a_choice")
	}
	if err := s.Approval.Decide(web.Context(c), which, answer == "yes", me(c).Actor()); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "approval.said." + answer})
	return web.SeeOther(c, ApprovalsPath)
}

// addApprovals says on Today how much waits for the member as the second.
func (s *Console) addApprovals(c echo.Context, p *view.TodayPage) error {
	if !me(c).Role.Has(authz.ApprovalGive) {
		return nil
	}
	standing, err := s.Approval.Standing(web.Context(c))
	waiting := 0
	for i := range standing {
		if standing[i].Waits(string(me(c).ID)) {
			waiting++
		}
	}
	if err == nil && waiting > 0 {
		p.Attention = append(p.Attention, view.Attention{
			State: ui.Waiting, Text: i18n.T(web.Context(c), "approval.today", "count", waiting),
			Link: ui.Link{Text: i18n.T(web.Context(c), "systems.today.look"), Href: ApprovalsPath},
		})
	}
	return err
}

// asking is the form by which the member asks for some things, without those
// that they may take already or that wait for a second member.
func (s *Console) asking(ctx context.Context, member string, things []approval.Thing) (ask view.Ask, taken, open []approval.Thing, err error) {
	standing, err := s.Approval.Standing(ctx)
	if err != nil {
		return ask, nil, nil, err
	}
	for _, t := range things {
		fresh := true
		for i := range standing {
			a := &standing[i]
			switch {
			case a.For(t, member):
				taken, fresh = append(taken, t), false
				ask.Until = a.Until
			case a.Thing == t && a.By == member && fresh:
				fresh = false
				ask.Waiting = append(ask.Waiting, a.At)
			}
		}
		if fresh {
			open = append(open, t)
		}
	}
	return ask, taken, open, nil
}

// reasonInput asks why something is to leave.
func reasonInput(ctx context.Context, typed url.Values, wrong map[string]string) ui.Input {
	return ui.Input{
		Kind: ui.Long, Name: "reason", Label: i18n.T(ctx, "approval.reason"), Hint: i18n.T(ctx, "approval.reason_hint"),
		Value: typed.Get("reason"), Wrong: wrong["reason"], Required: true,
	}
}

// leaving is an audience, as it is now, as a thing to take away.
func leaving(a *audience.Audience, as approval.Sort, how string) approval.Thing {
	return approval.Thing{Sort: as, ID: a.ID, How: how, Version: a.Version}
}

// outlets are the ways in which an audience can leave.
func (s *Console) outlets(a *audience.Audience) []approval.Thing {
	things := []approval.Thing{leaving(a, approval.AudienceFile, string(audience.CSV)), leaving(a, approval.AudienceFile, string(audience.JSONL))}
	for _, t := range s.Audience.Fits(a) {
		things = append(things, leaving(a, approval.AudienceSend, t.ID))
	}
	return things
}

// askAudience fills in how the member can take an audience, and ask to.
func (s *Console) askAudience(c echo.Context, a *audience.Audience, p *view.AudiencePage, typed url.Values, wrong map[string]string) error {
	ctx := web.Context(c)
	ask, taken, open, err := s.asking(ctx, string(me(c).ID), s.outlets(a))
	if err != nil {
		return err
	}
	for _, t := range taken {
		if t.Sort == approval.AudienceFile {
			p.Formats = append(p.Formats, ui.Option{Value: t.How, Label: formatName(t.How)})
		}
		for i := range p.Endpoints {
			p.Endpoints[i].Send = p.Endpoints[i].Send || p.Endpoints[i].ID == t.How
		}
	}
	if len(open) > 0 {
		how := ui.Input{Kind: ui.OneList, Name: "how", Label: i18n.T(ctx, "approval.how"), Value: typed.Get("how"), Wrong: wrong["how"], Required: true}
		for _, t := range open {
			how.Options = append(how.Options, ui.Option{Value: t.How, Label: takenAs(c, t)})
		}
		ask.Action, ask.Inputs = web.ConsolePath+"/audiences/"+a.ID+"/ask", []ui.Input{how, reasonInput(ctx, typed, wrong)}
	}
	p.Ask = ask
	return nil
}

// AskAudience asks that an audience may leave.
func (s *Console) AskAudience(c echo.Context) error {
	form, err := web.Form(c, "how", "reason")
	if err != nil {
		return err
	}
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	ctx := web.Context(c)
	n, err := s.Audience.Run(ctx, &a, nil)
	if err != nil {
		return err
	}
	err = errs.InvalidFields(errs.At("how", "error.not_a_choice"))
	for _, t := range s.outlets(&a) {
		if t.How == form.Get("how") {
			err = s.Approval.Ask(ctx, approval.Approval{Thing: t, Name: a.Name, People: n.Members, Reason: form.Get("reason")}, me(c).Actor())
		}
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showAudience(c, &a, nil, form, wrong)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "approval.asked"})
	return web.SeeOther(c, web.ConsolePath+"/audiences/"+a.ID)
}

func rejectsOf(u *intake.Upload) approval.Thing {
	return approval.Thing{Sort: approval.ImportRejects, ID: u.ID}
}

// askRejects fills in whether the member may take the refused rows: whoever
// sent the file has them anyway, and anybody else needs a second member.
func (s *Console) askRejects(c echo.Context, u *intake.Upload, p *view.ImportPage, typed url.Values, wrong map[string]string) error {
	if p.Rejects = u.Actor == me(c).Actor(); p.Rejects {
		return nil
	}
	ctx := web.Context(c)
	ask, taken, open, err := s.asking(ctx, string(me(c).ID), []approval.Thing{rejectsOf(u)})
	if err != nil {
		return err
	}
	p.Rejects = len(taken) > 0
	if len(open) > 0 {
		ask.Action, ask.Inputs = p.Action+"/ask", []ui.Input{reasonInput(ctx, typed, wrong)}
	}
	p.Ask = &ask
	return nil
}

// AskRejects asks for the refused rows of a file that somebody else sent.
func (s *Console) AskRejects(c echo.Context) error {
	form, err := web.Form(c, "reason")
	if err != nil {
		return err
	}
	u, err := s.upload(c)
	if err != nil {
		return err
	}
	err = s.Approval.Ask(web.Context(c), approval.Approval{
		Thing: rejectsOf(&u), Name: systemName(c, u.Source), People: u.So().Refused, Reason: form.Get("reason"),
	}, me(c).Actor())
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showImport(c, u, form, wrong)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "approval.asked"})
	return web.SeeOther(c, ImportsPath+"/"+u.ID)
}
