package portal

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/login"
	"livingprofile/internal/profile"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// Asked shows what this brand would like to have, why, and who has it already.
func (p *Portal) Asked(c echo.Context) error { return p.showAsked(c, http.StatusOK, "", "", "") }

func (p *Portal) showAsked(c echo.Context, status int, field, typed, wrong string) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	page := s.askedPage()
	for i := range page.Open {
		if page.Open[i].ID == field {
			page.Open[i].Inputs[0].Value, page.Open[i].Inputs[0].Wrong = typed, wrong
		}
	}
	f := p.frame(c, s, layout.Home, s.t("asked.title", "brand", s.in(s.brand.Label)))
	return web.Render(c, status, view.Asked(f, page))
}

// AnswerAsked records that the person shares a value with this brand, or does
// not.
func (p *Portal) AnswerAsked(c echo.Context) error {
	form, err := web.Form(c, "choice", "value.*", "until.*")
	if err != nil {
		return err
	}
	field, err := fieldOf(c)
	if err != nil {
		return err
	}
	typed := form.Get("value." + field.Name)
	if typed != "" {
		if field, err = fieldToEdit(c); err != nil {
			return err
		}
	}
	g, err := sharing(form.Get("choice"), form.Get("until."+field.Name), p.Clock.Now())
	if err != nil {
		return err
	}
	if !g.Given {
		typed = ""
	}
	err = p.Profile.Answer(web.Context(c), editor(c), field.Name, typed, g, p.Later)
	if wrong, ok := web.Wrong(c, err); ok {
		return p.showAsked(c, http.StatusUnprocessableEntity, field.Name, typed, first(wrong["value"], wrong["until"], wrong[""]))
	}
	if err != nil {
		return err
	}
	f := web.Flash{ID: "asked.said_no", Args: map[string]string{
		"field": field.Label.In(web.Of(c).Locale), "brand": web.Of(c).Brand.Label.In(web.Of(c).Locale),
	}}
	if g.Given {
		f.ID = "asked.said_yes"
	}
	return tell(c, web.Path(c, "/asked"), f)
}

// PutOffAsked records that the person decides another time.
func (p *Portal) PutOffAsked(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	home := web.Path(c, "")
	if len(s.missing()) == 0 || s.putOff() {
		return web.SeeOther(c, home)
	}
	if err := p.Profile.PutOff(web.Context(c), editor(c)); err != nil {
		return err
	}
	return tell(c, home, web.Flash{ID: "asked.put_off", Args: map[string]string{"brand": s.in(s.brand.Label), "span": s.askAgain()}})
}

// sharing reads an answer; days is for how many, "" for good.
func sharing(choice, days string, now time.Time) (profile.Sharing, error) {
	g := profile.Sharing{Given: choice == "yes"}
	if choice != "yes" && choice != "no" {
		return g, errs.InvalidFields(errs.At("choice", "error.not_a_choice"))
	}
	if days != "" && g.Given {
		n, err := strconv.Atoi(days)
		if err != nil || n != monthDays && n != yearDays {
			return g, errs.InvalidFields(errs.At("until", "error.not_a_choice"))
		}
		g.Until = now.AddDate(0, 0, n).UTC().Truncate(time.Second)
	}
	return g, nil
}

// For how many days something may be shared.
const (
	monthDays = 30
	yearDays  = 365
)

// askEvery is how long a brand waits that does not say.
const askEvery = 30 * 24 * time.Hour

// wait is how long the brand waits after an answer before it asks again.
func (s *sight) wait() time.Duration {
	if s.brand.AskEvery == 0 {
		return askEvery
	}
	return s.brand.AskEvery
}

func (s *sight) askAgain() string { return i18n.Term(s.ctx, s.wait()) }

// putOff tells whether the person has put off lately what the brand asks for.
func (s *sight) putOff() bool {
	at := s.facts.Profile.PutOff(s.brand.Name)
	return !at.IsZero() && s.now.Before(at.Add(s.wait()))
}

// needs tells whether the brand lacks what it cannot do without, and the person
// can give it here and has not put it off.
func (s *sight) needs() bool {
	if s.putOff() {
		return false
	}
	for _, f := range s.missing() {
		if _, _, held := s.winner(f); f.AskedBy(s.brand.Name).Required && (held || s.mayType(f)) {
			return true
		}
	}
	return false
}

// mayType tells whether the person may say here what a field is.
func (s *sight) mayType(f *profile.Field) bool {
	return f.Edit != profile.Locked && !(s.framed && reaches(f))
}

// arrives tells whether the visitor comes to the portal from outside or by
// signing in, and may answer here. Who goes about in it is in nobody's way.
func arrives(c echo.Context) bool {
	v := web.Of(c)
	if v.Framed {
		return c.Request().Header.Get(web.FrameBegins) != "" && v.Session.Frame.Lets(login.ActCorrect)
	}
	if v.Seen != "" {
		return false
	}
	from, within := strings.CutPrefix(web.From(c), v.Base()+"/")
	return !within || strings.HasPrefix(from, "sign-in") || strings.HasPrefix(from, "link/")
}

// missing are the fields that the brand may ask about now: what it cannot do
// without, or else one other thing if nothing was answered lately. What was
// answered is not asked again.
func (s *sight) missing() []*profile.Field {
	var required, rest []*profile.Field
	last := s.facts.Profile.PutOff(s.brand.Name)
	for i := range s.org.Fields {
		f := &s.org.Fields[i]
		ask := f.AskedBy(s.brand.Name)
		if ask == nil || f.Retired {
			continue
		}
		switch g, answered := s.facts.Profile.Sharing(f.Name, s.brand.Name); {
		case answered:
			if g.At.After(last) {
				last = g.At
			}
		case ask.Required:
			required = append(required, f)
		default:
			rest = append(rest, f)
		}
	}
	switch {
	case len(required) > 0:
		return required
	case len(rest) > 0 && !s.now.Before(last.Add(s.wait())):
		return rest[:1]
	}
	return nil
}

// homeAsked says on the first page what the brand asks for, one thing at a
// time.
func (s *sight) homeAsked(page *view.HomePage) {
	missing := s.missing()
	if len(missing) == 0 || s.putOff() {
		return
	}
	brand := s.in(s.brand.Label)
	a := view.Attention{
		Icon: "person", Text: s.t("asked.home_many", "brand", brand, "count", len(missing)),
		Link: ui.Link{Text: s.t("asked.home_link"), Href: s.base + "/asked"},
	}
	if len(missing) == 1 {
		f := missing[0]
		a.Text = s.t("asked.home_one", "brand", brand, "field", s.in(f.Label), "why", s.in(f.AskedBy(s.brand.Name).Why))
	}
	page.Attention = append(page.Attention, a)
}

func (s *sight) askedPage() view.AskedPage {
	page := view.AskedPage{Brand: s.in(s.brand.Label)}
	for _, f := range s.missing() {
		page.Open = append(page.Open, s.askedItem(f))
	}
	if len(page.Open) > 0 && !s.putOff() {
		page.Again = s.askAgain()
	}
	for i := range s.org.Fields {
		f := &s.org.Fields[i]
		if _, answered := s.facts.Profile.Sharing(f.Name, s.brand.Name); answered && f.AskedBy(s.brand.Name) != nil && !f.Retired {
			page.Answered = append(page.Answered, s.askedItem(f))
		}
	}
	return page
}

// askedItem is one thing that the brand asks for.
func (s *sight) askedItem(f *profile.Field) view.AskedItem {
	ask := f.AskedBy(s.brand.Name)
	item := view.AskedItem{
		ID: f.Name, Label: s.in(f.Label), Why: s.in(ask.Why), Required: ask.Required, State: ui.Neutral,
	}
	claim, _, held := s.winner(f)
	if held {
		item.Value, item.Holder = s.format(f, claim.Value), s.list(s.havers(f, claim))
	}
	switch g, answered := s.facts.Profile.Sharing(f.Name, s.brand.Name); {
	case !answered:
	case g.Stands(s.now) && g.Until.IsZero():
		item.State, item.Said = ui.Given, s.t("asked.given")
	case g.Stands(s.now):
		item.State, item.Said = ui.Given, s.t("asked.given_until", "date", i18n.Date(s.ctx, g.Until))
	case !g.Until.IsZero() || g.Given:
		item.State, item.Said = ui.Refused, s.t("asked.ended")
	default:
		item.State, item.Said = ui.Refused, s.t("asked.declined")
	}
	item.Yes, item.No = item.State == ui.Given, item.State == ui.Refused
	if s.mayType(f) {
		in := s.valueForm(f, "", nil).Inputs[0]
		in.Name += "." + f.Name
		if held {
			in.Label, in.Hint = s.t("asked.instead"), ""
		}
		item.Inputs = append(item.Inputs, in)
	}
	item.Inputs = append(item.Inputs, ui.Input{
		Kind: ui.One, Name: "until." + f.Name, Label: s.t("asked.until"),
		Options: []ui.Option{
			{Label: s.t("asked.for_good")},
			{Value: strconv.Itoa(monthDays), Label: s.t("asked.during", "span", i18n.Term(s.ctx, monthDays*24*time.Hour))},
			{Value: strconv.Itoa(yearDays), Label: s.t("asked.during", "span", i18n.Term(s.ctx, yearDays*24*time.Hour))},
		},
	})
	return item
}

// havers are who has a value already: the brands that need it or were given
// it, and the system that it comes from.
func (s *sight) havers(f *profile.Field, claim profile.Claim) []string {
	var names []string
	for i := range s.org.Brands {
		b := &s.org.Brands[i]
		if b.Retired || b.Name == s.brand.Name {
			continue
		}
		needs := false
		for _, name := range f.Brands {
			needs = needs || name == b.Name
		}
		if needs && !s.facts.Profile.Withheld(f, b.Name, s.now) {
			names = append(names, s.in(b.Label))
		}
	}
	if len(names) == 0 {
		names = append(names, s.source(claim.Source))
	}
	return names
}
