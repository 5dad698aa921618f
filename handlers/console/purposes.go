package console

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
)

// Purposes lists the purposes of the member's brands with their versions.
func (s *Console) Purposes(c echo.Context) error {
	counted, err := s.Office.Figures(web.Context(c))
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	p := purposesPage(web.Context(c), web.Of(c).Organisation, me(c), &counted)
	for i := range p.Purposes {
		u, _ := web.Of(c).Organisation.Purpose(consent.PurposeID(p.Purposes[i].ID))
		p.Purposes[i].Brands = brandNames(c, u.Brands)
	}
	return web.Render(c, http.StatusOK, view.Purposes(s.desk(c, "purposes", title(c, "purposes")), p))
}

func purposesPage(ctx context.Context, org *organisation.Organisation, m staff.Member, counted *figures.Figures) view.PurposesPage {
	p := view.PurposesPage{CountedAt: counted.CountedAt}
	locale := i18n.Locale(ctx)
	for i := range org.Purposes {
		v := &org.Purposes[i]
		if !seesAny(m, v.Brands) {
			continue
		}
		sum := counted.Of(v.Purpose)
		u := view.Purpose{
			ID: string(v.Purpose), Title: v.Words.Question.In(locale), Sentence: v.Words.Sentence.In(locale),
			Basis: i18n.T(ctx, "console.basis."+string(v.Basis)), Retired: v.Retired, No: i18n.Number(ctx, int(sum.No)),
		}
		for _, version := range org.Versions(v.Purpose) {
			u.Versions = append(u.Versions, view.Version{
				Number: strconv.Itoa(version.Number), From: version.From, Yes: i18n.Number(ctx, int(sum.Versions[version.Number])),
				Notice: version.Notice(locale).Hash, Reask: version.ReaskBy,
			})
		}
		p.Purposes = append(p.Purposes, u)
	}
	return p
}
