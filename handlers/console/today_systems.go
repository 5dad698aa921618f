package console

import (
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/i18n"
	"livingprofile/internal/inbound"
	"livingprofile/internal/review"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// addTroubles adds the systems that cannot be told or asked, and what they
// contradict each other about.
func (s *Console) addTroubles(c echo.Context, p *view.TodayPage) error {
	ctx, org := web.Context(c), web.Of(c).Organisation
	all, err := review.Troubles(ctx, s.Systems, org, s.Clock.Now())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b review.Trouble) int { return a.Since.Compare(b.Since) })
	for _, t := range all {
		word := "systems.today.untold"
		switch {
		case t.Feed:
			word = "systems.today.unasked"
		case t.Works():
			word = "systems.today.amiss"
		}
		a := view.Attention{State: ui.Failed, Text: i18n.T(ctx, word, "system", systemName(c, t.System), "why", causeWords(ctx, t.Cause))}
		if me(c).Role.Has(authz.SystemRead) {
			a.Link = ui.Link{Text: i18n.T(ctx, "systems.today.look"), Href: SystemsPath + "/" + t.System}
		}
		p.Attention = append(p.Attention, a)
	}
	if !me(c).Role.Has(authz.ConflictDecide) {
		return nil
	}
	_, waiting, err := s.Conflicts.WaitingConflicts(ctx, inbound.AsksStaff, 1)
	if err == nil && waiting > 0 {
		p.Attention = append(p.Attention, view.Attention{
			State: ui.Waiting, Text: i18n.T(ctx, "conflicts.today", "count", waiting),
			Link: ui.Link{Text: i18n.T(ctx, "systems.today.look"), Href: ConflictsPath},
		})
	}
	return err
}
