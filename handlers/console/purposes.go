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
	view "livingprofile/views/console"
)

// Purposes lists the purposes of the member's brands with their versions.
func (s *Console) Purposes(c echo.Context) error {
	ctx, org := web.Context(c), web.Of(c).Organisation
	counted, err := s.counted(ctx)
	if err != nil {
		return err
	}
	drafts, err := s.Drafts.PurposeDrafts(ctx)
	if err != nil {
		return err
	}
	p := view.PurposesPage{CountedAt: counted.CountedAt}
	for i := range org.Purposes {
		v := &org.Purposes[i]
		if !seesAny(me(c), v.Brands) {
			continue
		}
		u := purposeLine(c, v, &counted)
		_, u.Drafted = drafts[v.Purpose]
		p.Purposes = append(p.Purposes, u)
	}
	return web.Render(c, http.StatusOK, view.Purposes(s.desk(c, "purposes", title(c, "purposes")), p))
}

// counted is what was counted last; nothing before the first count.
func (s *Console) counted(ctx context.Context) (figures.Figures, error) {
	counted, err := s.Office.Figures(ctx)
	if errors.Is(err, errs.NotFound) {
		return counted, nil
	}
	return counted, err
}

// purposeLine is a purpose with its versions, and how many said what to which.
func purposeLine(c echo.Context, v *consent.PurposeVersion, counted *figures.Figures) view.Purpose {
	ctx, locale := web.Context(c), web.Of(c).Locale
	sum := counted.Of(v.Purpose)
	u := view.Purpose{
		ID: string(v.Purpose), Href: PurposesPath + "/" + string(v.Purpose), Title: v.Words.Question.In(locale),
		Sentence: v.Words.Sentence.In(locale), Basis: i18n.T(ctx, "console.basis."+string(v.Basis)), Brands: brandNames(c, v.Brands),
		Retired: v.Retired, No: i18n.Number(ctx, int(sum.No)),
	}
	for _, version := range web.Of(c).Organisation.Versions(v.Purpose) {
		u.Versions = append(u.Versions, view.Version{
			Number: strconv.Itoa(version.Number), From: version.From, Yes: i18n.Number(ctx, int(sum.Versions[version.Number])),
			Notice: version.Notice(locale).Hash, Reask: version.ReaskBy,
		})
	}
	return u
}
