package console

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/breach"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// BreachesPath is where breaches of personal data are written down.
const BreachesPath = web.ConsolePath + "/breaches"

// Breaches lists the breaches, and takes one down.
func (s *Console) Breaches(c echo.Context) error { return s.showBreaches(c, url.Values{}, nil) }

func (s *Console) showBreaches(c echo.Context, typed url.Values, wrong map[string]string) error {
	all, err := s.Breach.All(web.Context(c))
	if err != nil {
		return err
	}
	var p view.BreachesPage
	for i := range all {
		p.Items = append(p.Items, s.breachItem(c, &all[i]))
	}
	if me(c).Role.Has(authz.BreachOpen) {
		p.Inputs = s.factInputs(c, typed, wrong)
	}
	return web.Render(c, page(wrong), view.Breaches(s.desk(c, "breaches", title(c, "breaches")), p))
}

func (s *Console) breachItem(c echo.Context, b *breach.Breach) view.BreachItem {
	ctx := web.Context(c)
	item := view.BreachItem{
		Href: BreachesPath + "/" + string(b.ID), Number: b.Number, Title: b.Title,
		Noticed: i18n.DateTimeIn(ctx, b.NoticedAt, web.Of(c).Organisation.Zone(b.Brand)),
		State:   ui.Waiting, StateText: i18n.T(ctx, "breach.state."+string(b.State)),
	}
	if b.State == breach.Closed {
		item.State = ui.Given
	}
	item.Clock, item.ClockText = breachClock(ctx, b, s.Clock.Now())
	return item
}

// breachClock says how much time is left to the nearest limit.
func breachClock(ctx context.Context, b *breach.Breach, now time.Time) (ui.State, string) {
	due := b.Due()
	switch b.Stage(now) {
	case breach.Over:
		return ui.Failed, i18n.T(ctx, "breach.clock.over", "span", exactly(ctx, now.Sub(due)))
	case breach.Near:
		return ui.Failed, i18n.T(ctx, "breach.clock.left", "span", exactly(ctx, due.Sub(now)))
	case breach.Running:
		return ui.Waiting, i18n.T(ctx, "breach.clock.left", "span", exactly(ctx, due.Sub(now)))
	}
	return ui.Neutral, i18n.T(ctx, "breach.clock.none")
}

// exactly writes a length of time in hours where these are what is counted.
func exactly(ctx context.Context, d time.Duration) string {
	if d < time.Hour || d > 96*time.Hour {
		return i18n.Span(ctx, d)
	}
	return i18n.T(ctx, "span.hours", "count", int(d/time.Hour))
}

// breachFields are what the form of the facts sends.
var breachFields = [...]string{"brand", "title", "noticed.day", "noticed.time", "what", "effects", "measures", "data"}

// factInputs ask what is known of a breach.
func (s *Console) factInputs(c echo.Context, typed url.Values, wrong map[string]string) []ui.Input {
	ctx, v := web.Context(c), web.Of(c)
	ask := func(kind, name string) ui.Input {
		return ui.Input{
			Kind: kind, Name: name, Label: i18n.T(ctx, "breach.fact."+name), Hint: breachHint(ctx, name),
			Value: typed.Get(name), Wrong: wrong[name], Fill: "off",
		}
	}
	brand, data := ask(ui.OneList, "brand"), ask(ui.Many, "data")
	brand.Options, data.Values = brandOptions(c), typed["data"]
	for i := range v.Organisation.Categories {
		category := &v.Organisation.Categories[i]
		data.Options = append(data.Options, ui.Option{Value: category.Name, Label: category.Label.In(v.Locale)})
	}
	noticed := ui.Input{
		Kind: ui.Group, Name: "noticed", Label: i18n.T(ctx, "breach.fact.noticed"), Hint: breachHint(ctx, "noticed"), Wrong: wrong["noticed"],
		Parts: []ui.Input{
			{Kind: ui.Date, Name: "noticed.day", Label: i18n.T(ctx, "breach.fact.day"), Value: typed.Get("noticed.day")},
			{Kind: ui.Time, Name: "noticed.time", Label: i18n.T(ctx, "breach.fact.time"), Value: typed.Get("noticed.time")},
		},
	}
	return []ui.Input{ask(ui.Text, "title"), brand, noticed, ask(ui.Long, "what"), data, ask(ui.Long, "effects"), ask(ui.Long, "measures")}
}

// breachHint is the hint of a field that has one.
func breachHint(ctx context.Context, name string) string {
	switch name {
	case "brand", "noticed", "what", "effects", "measures":
		return i18n.T(ctx, "breach.hint."+name)
	}
	return ""
}

// factsOf reads the facts, the time in the zone of the brand.
func factsOf(org *organisation.Organisation, form url.Values) breach.Facts {
	f := breach.Facts{
		Brand: form.Get("brand"), Title: strings.TrimSpace(form.Get("title")), What: strings.TrimSpace(form.Get("what")),
		Effects: strings.TrimSpace(form.Get("effects")), Measures: strings.TrimSpace(form.Get("measures")),
		NoticedAt: moment(form, "noticed", org.Zone(form.Get("brand"))),
	}
	for _, name := range form["data"] {
		if _, ok := org.Category(name); ok && !slices.Contains(f.Data, name) {
			f.Data = append(f.Data, name)
		}
	}
	return f
}

// moment reads a day and a time in a zone; zero for what is none.
func moment(form url.Values, name string, zone *time.Location) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", form.Get(name+".day")+" "+form.Get(name+".time"), zone)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// OpenBreach takes a breach down.
func (s *Console) OpenBreach(c echo.Context) error {
	form, err := web.Form(c, breachFields[:]...)
	if err != nil {
		return err
	}
	b, err := s.Breach.Open(web.Context(c), factsOf(web.Of(c).Organisation, form), me(c).Actor())
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showBreaches(c, form, wrong)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "breach.said.begin", Args: map[string]string{"number": b.Number}})
	return web.SeeOther(c, BreachesPath+"/"+string(b.ID))
}

// ShowBreach shows one, with what is to be done next.
func (s *Console) ShowBreach(c echo.Context) error {
	return s.showBreach(c, breach.ID(c.Param("breach")), url.Values{}, nil)
}

func (s *Console) showBreach(c echo.Context, which breach.ID, typed url.Values, wrong map[string]string) error {
	b, n, err := s.Breach.Find(web.Context(c), which)
	if err != nil {
		return err
	}
	members, err := s.Staff.Members(web.Context(c))
	if err != nil {
		return err
	}
	zone := web.Of(c).Organisation.Zone(b.Brand)
	web.InZone(c, zone)
	f := &breachSheet{
		Console: s, c: c, ctx: web.Context(c), b: &b, n: n, members: members, typed: typed, wrong: wrong,
		zone: zone, manages: me(c).Role.Has(authz.BreachManage) && b.State == breach.Open,
	}
	p, err := f.page()
	if err != nil {
		return err
	}
	if b.State == breach.Searching || b.State == breach.Telling {
		c.Response().Header().Set("Refresh", "3")
	}
	return web.Render(c, page(wrong), view.Breach(s.desk(c, "breaches", b.Number), p))
}

// MoveBreach makes the move that a form of the page is for.
func (s *Console) MoveBreach(c echo.Context) error {
	fields := append(breachFields[:], "do", "seen", "note.*", "tell.*", "when.*", "match", "what.*", "compare.*", "value.*", "days.*", "people", "file", "letter.*")
	form, err := web.Form(c, fields...)
	if err != nil {
		return err
	}
	which, ctx := breach.ID(c.Param("breach")), web.Context(c)
	b, _, err := s.Breach.Find(ctx, which)
	if err != nil {
		return err
	}
	said := web.Flash{Args: map[string]string{}}
	a, err := s.breachAct(c, &b, form)
	switch {
	case err != nil:
	case a.Move == breach.Name:
		var unknown int
		unknown, err = s.nameAffected(c, which, a, form)
		said.Args["unknown"] = i18n.Number(ctx, unknown)
	default:
		_, err = s.Breach.Move(ctx, which, a)
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showBreach(c, which, form, wrong)
	}
	path := BreachesPath + "/" + string(which)
	if errs.KindOf(err) == errs.Conflict {
		return failed(c, messageOf(err), path)
	}
	if err != nil {
		return err
	}
	said.ID = "breach.said." + moveName(a.Move)
	web.SetFlash(c, said)
	return web.SeeOther(c, path)
}

// moveName is a move as locales name it.
func moveName(m breach.Move) string { return strings.ReplaceAll(string(m), "-", "_") }

// addBreaches says on Today which breaches are open, for who may see them.
func (s *Console) addBreaches(c echo.Context, p *view.TodayPage) error {
	if !me(c).Role.Has(authz.BreachRead) {
		return nil
	}
	ctx := web.Context(c)
	all, err := s.Breach.All(ctx)
	for i := range all {
		if b := &all[i]; b.State != breach.Closed {
			item := s.breachItem(c, b)
			p.Attention = append(p.Attention, view.Attention{
				State: item.Clock, Text: i18n.T(ctx, "breach.today", "number", b.Number, "clock", item.ClockText),
				Link: ui.Link{Text: i18n.T(ctx, "breach.look"), Href: item.Href},
			})
		}
	}
	return err
}
