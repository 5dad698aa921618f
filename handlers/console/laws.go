package console

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	"livingprofile/internal/rights"
	view "livingprofile/views/console"
)

// ShowLaws shows the law packs: which apply, and where they were read.
func (s *Console) ShowLaws(c echo.Context) error {
	ctx, locale := web.Context(c), web.Of(c).Locale
	applies := map[string][]string{}
	org := web.Of(c).Organisation
	for i := range org.Brands {
		if b := &org.Brands[i]; !b.Retired && me(c).Sees(b.Name) {
			edition := s.Laws.For(b.Place(), s.Clock.Now()).Edition()
			applies[edition] = append(applies[edition], b.Label.In(locale))
		}
	}
	var p view.LawsPage
	for _, pack := range s.Laws.All() {
		l := view.Law{
			Code: "law-" + pack.Code + "-" + strconv.Itoa(pack.Version), Name: pack.Law.In(locale), Edition: pack.Edition(),
			Applies: applies[pack.Edition()], Reviewed: pack.Reviewed != "", Own: pack.File != "",
		}
		fact := func(label, text string) {
			if text != "" {
				l.Facts = append(l.Facts, view.Fact{Label: i18n.T(ctx, "request.law."+label), Text: text})
			}
		}
		where := pack.File
		if where == "" {
			where = i18n.T(ctx, "laws.ours")
		}
		fact("file", where)
		fact("from", i18n.Date(ctx, pack.From))
		if !pack.To.IsZero() {
			fact("to", i18n.Date(ctx, pack.To))
		}
		fact("countries", i18n.List(ctx, pack.Countries))
		fact("source", pack.Source)
		fact("reviewed", pack.Reviewed)
		fact("authority", pack.Authority.Name.In(locale))
		fact("complain", pack.Authority.Address)
		lawClocks(c, &pack, fact)
		for _, k := range rights.Kinds {
			if right, ok := pack.Rights[k]; ok {
				l.Rights = append(l.Rights, view.LawRight{
					Kind: i18n.T(ctx, "rights.kind."+string(k)), Called: right.Called.In(locale), Article: right.Rule.Article,
					Answer: limitWords(c, right.Rule.Answer),
					Extend: limitWords(c, right.Rule.Extend),
				})
			}
		}
		for _, g := range pack.Grounds {
			l.Grounds = append(l.Grounds, view.LawGround{Article: g.Article, Letter: g.Letter.In(locale)})
		}
		p.Packs = append(p.Packs, l)
	}
	return web.Render(c, http.StatusOK, view.Laws(s.desk(c, "laws", title(c, "laws")), p))
}

// lawClocks tells how the clock of a request runs, and the other limits of a
// law.
func lawClocks(c echo.Context, pack *rights.Pack, fact func(label, text string)) {
	ctx := web.Context(c)
	limit := func(label string, l rights.Limit) {
		if !l.None() {
			fact(label, limitWords(c, l))
		}
	}
	proved, pauses, appeal, answer := false, false, rights.Limit{}, rights.Limit{}
	for _, right := range pack.Rights {
		proved, pauses = proved || right.Rule.FromProof, pauses || right.Rule.Pauses
		if !right.Rule.Appeal.None() {
			appeal, answer = right.Rule.Appeal, right.Rule.AppealAnswer
		}
	}
	word := func(which string, is bool) string {
		return i18n.T(ctx, "laws."+which+"."+strconv.FormatBool(is))
	}
	fact("starts", word("starts", proved))
	fact("pauses", word("pauses", pauses))
	limit("appeal", appeal)
	limit("appeal_answer", answer)
	if pack.Age > 0 {
		fact("age", i18n.T(ctx, "laws.age", "count", pack.Age))
	}
	limit("breach", pack.Breach.Authority)
	fact("breach_to", pack.Breach.To.Name.In(i18n.Locale(web.Context(c))))
	limit("breach_people", pack.Breach.People)
	limit("breach_final", pack.Breach.Final)
	if pack.Breach.Goal {
		fact("breach_goal", i18n.T(ctx, "breach.goal"))
	}
}

func limitWords(c echo.Context, l rights.Limit) string {
	ctx := web.Context(c)
	switch l.Unit {
	case rights.Hours:
		return i18n.T(ctx, "request.limit.hours", "count", l.N)
	case rights.Days:
		return i18n.T(ctx, "request.limit.days", "count", l.N)
	case rights.BusinessDays:
		return i18n.T(ctx, "request.limit.business_days", "count", l.N)
	case rights.Months:
		return i18n.T(ctx, "request.limit.months", "count", l.N)
	}
	return i18n.T(ctx, "console.never")
}
