package console

import (
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/i18n"
	"livingprofile/internal/review"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// addTroubles adds the systems that cannot be told or asked.
func (s *Console) addTroubles(c echo.Context, p *view.TodayPage) error {
	ctx, org := web.Context(c), web.Of(c).Organisation
	all, err := review.Troubles(ctx, s.Systems, org, s.Clock.Now())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b review.Trouble) int { return a.Since.Compare(b.Since) })
	for _, t := range all {
		word := "systems.today.untold"
		if t.Feed {
			word = "systems.today.unasked"
		}
		a := view.Attention{State: ui.Failed, Text: i18n.T(ctx, word, "system", systemName(c, t.System), "why", causeWords(ctx, t.Cause))}
		if me(c).Role.Has(authz.SystemRead) {
			a.Link = ui.Link{Text: i18n.T(ctx, "systems.today.look"), Href: SystemsPath + "/" + t.System}
		}
		p.Attention = append(p.Attention, a)
	}
	return nil
}
