package console

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/register"
	"livingprofile/internal/table"
	view "livingprofile/views/console"
)

// RegisterPath is the record of processing activities.
const RegisterPath = web.ConsolePath + "/register"

// Register shows the record of processing activities of the member's brands
// (Art. 30(1) GDPR).
func (s *Console) Register(c echo.Context) error {
	p := view.RegisterPage{
		Contact: web.Of(c).Organisation.Contact, Address: web.Of(c).Organisation.Address, Measures: measures(c),
	}
	for _, k := range register.Of(web.Of(c).Organisation, me(c).Sees) {
		shown := view.Controller{Name: k.Name, Contact: k.Brands[0].Contact}
		for _, b := range k.Brands {
			shown.Brands = append(shown.Brands, view.RegisterBrand{
				Label: b.Label.In(web.Of(c).Locale), Data: b.Site(s.Base).JoinPath(b.Name, "register.json").String(),
			})
		}
		for i := range k.Lines {
			shown.Lines = append(shown.Lines, s.registerLine(c, &k, &k.Lines[i]))
		}
		p.Controllers = append(p.Controllers, shown)
	}
	return web.Render(c, http.StatusOK, view.Register(s.desk(c, "register", title(c, "register")), p))
}

// measures are how data is protected (Art. 30(1)(g) GDPR).
func measures(c echo.Context) string {
	if declared := web.Of(c).Organisation.Measures.In(web.Of(c).Locale); declared != "" {
		return declared
	}
	return i18n.T(web.Context(c), "register.measures_text")
}

func (s *Console) registerLine(c echo.Context, k *register.Controller, l *register.Line) view.RegisterLine {
	ctx, locale := web.Context(c), web.Of(c).Locale
	v := l.Purpose
	line := view.RegisterLine{
		Title: v.Words.Question.In(locale), Sentence: v.Words.Sentence.In(locale),
		Basis: i18n.T(ctx, "console.basis."+string(v.Basis)), Sensitive: l.Sensitive(), Data: dataOf(l, locale),
		Kept: v.Words.Retention.In(locale),
	}
	if len(l.Brands) < len(k.Brands) {
		line.Brands = i18n.List(ctx, labels(l.Brands, func(b *brand.Brand) string { return b.Label.In(locale) }))
	}
	for _, r := range l.Recipients {
		line.Recipients = append(line.Recipients, view.Recipient{Label: r.Label.In(locale), Where: s.where(ctx, k, r)})
	}
	return line
}

// where is the country of a recipient and, under another law, on what data may
// go there (Art. 30(1)(e) GDPR).
func (s *Console) where(ctx context.Context, k *register.Controller, r *organisation.System) string {
	safeguard := r.Safeguard.In(i18n.Locale(ctx))
	all := []string{r.Country}
	if s.elsewhere(k, r) {
		all = append(all, i18n.T(ctx, "register.elsewhere"))
		if safeguard == "" {
			safeguard = i18n.T(ctx, "register.no_safeguard")
		}
	}
	all = slices.DeleteFunc(append(all, safeguard), func(part string) bool { return part == "" })
	return strings.Join(all, " · ")
}

// elsewhere tells whether a recipient keeps data under another law than that of
// the controller's first brand, which is what a transfer is about (Art. 44
// GDPR).
func (s *Console) elsewhere(k *register.Controller, r *organisation.System) bool {
	now := s.Clock.Now()
	return r.Country != "" && s.Laws.For(r.Country, now).Code != s.Laws.For(k.Brands[0].Country, now).Code
}

// dataOf is what of each category is used: "Contact: e-mail, telephone".
func dataOf(l *register.Line, locale string) []view.Fact {
	var all []view.Fact
	for _, category := range l.Categories {
		fact := view.Fact{Label: category.Label.In(locale)}
		add := func(of, label string) {
			if of != category.Name {
				return
			}
			if fact.Text != "" {
				fact.Text += " · "
			}
			fact.Text += label
		}
		for _, f := range l.Fields {
			add(f.Category, f.Label.In(locale))
		}
		for _, k := range l.Activities {
			add(k.Category, k.Label.In(locale))
		}
		all = append(all, fact)
	}
	return all
}

// ExportRegister is the register as a table for other programs.
func (s *Console) ExportRegister(c echo.Context) error {
	ctx, locale := web.Context(c), web.Of(c).Locale
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="register.csv"`)
	t := table.New(c.Response())
	_ = t.Row(registerHeads(ctx)...) // Flush has it, and that of the others
	for _, k := range register.Of(web.Of(c).Organisation, me(c).Sees) {
		for i := range k.Lines {
			l := s.registerLine(c, &k, &k.Lines[i])
			data := labels(l.Data, func(f view.Fact) string { return f.Label + ": " + f.Text })
			recipients := labels(l.Recipients, func(r view.Recipient) string { return r.Label + " (" + r.Where + ")" })
			brands := labels(k.Lines[i].Brands, func(b *brand.Brand) string { return b.Label.In(locale) })
			_ = t.Row(k.Name, i18n.List(ctx, brands), l.Title, l.Basis, i18n.List(ctx, data), yesNo(ctx, l.Sensitive),
				i18n.List(ctx, recipients), l.Kept, web.Of(c).Organisation.Contact, i18n.T(ctx, "register.people"), measures(c))
		}
	}
	return t.Flush()
}

func registerHeads(ctx context.Context) []string {
	return labels([]string{
		"head.controller", "head.brands", "head.purpose", "head.basis", "head.data", "head.sensitive", "head.recipients", "head.kept",
		"officer", "subjects", "measures",
	}, func(name string) string { return i18n.T(ctx, "register."+name) })
}

func yesNo(ctx context.Context, yes bool) string {
	if yes {
		return i18n.T(ctx, "register.yes")
	}
	return i18n.T(ctx, "register.no")
}

func labels[T any](list []T, label func(T) string) []string {
	all := make([]string, 0, len(list))
	for _, one := range list {
		all = append(all, label(one))
	}
	return all
}
