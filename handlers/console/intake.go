package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/rights"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

const intakePath = web.ConsolePath + "/intake"

// intakeFields are what the form asks.
var intakeFields = [...]string{"kind", "about", "ground", "days", "text", "received", "proof", "proved", "agent", "mandate", "brand", "locale", "law"}

// intakeProofs are how it can be known who asks, or that it is not yet.
func intakeProofs() []string { return append(rights.ByHand[:], rights.NoProof) }

// IntakeSearch asks who makes a request.
func (s *Console) IntakeSearch(c echo.Context) error {
	return s.showIntake(c, view.IntakePage{Query: query(c, "", "")}, nil)
}

func (s *Console) showIntake(c echo.Context, p view.IntakePage, wrong map[string]string) error {
	return web.Render(c, page(wrong), view.Intake(s.desk(c, "requests", i18n.T(web.Context(c), "request.intake.title")), p))
}

// IntakeFind finds who bears an identifier, as the search for people does.
func (s *Console) IntakeFind(c echo.Context) error {
	form, err := web.Form(c, "identifier")
	if err != nil {
		return err
	}
	ctx, typed := web.Context(c), form.Get("identifier")
	if typed == "" {
		wrong := map[string]string{"identifier": i18n.T(ctx, "error.required")}
		return s.showIntake(c, view.IntakePage{Query: query(c, "", wrong["identifier"])}, wrong)
	}
	if err := s.Staff.MaySearch(ctx, me(c)); err != nil {
		return err
	}
	found, err := s.search(ctx, c, typed)
	if err != nil {
		return err
	}
	if err := s.Staff.NoteSearch(ctx, me(c), len(found)); err != nil {
		return err
	}
	for i := range found {
		found[i].Href = intakePath + "/" + found[i].Subject
	}
	return s.showIntake(c, view.IntakePage{Query: query(c, typed, ""), Searched: true, Found: found}, nil)
}

// IntakeForm asks which right the person exercises, and then what that needs.
func (s *Console) IntakeForm(c echo.Context) error {
	return s.askIntake(c, url.Values{"kind": {c.QueryParam("kind")}}, nil)
}

func (s *Console) askIntake(c echo.Context, typed url.Values, wrong map[string]string) error {
	subject, err := s.person(c)
	if err != nil {
		return err
	}
	p, ctx := view.IntakePage{Action: intakePath + "/" + string(subject.ID)}, web.Context(c)
	kind := rights.Kind(typed.Get("kind"))
	if kind.Filed() {
		p.Kind, p.KindText, p.Inputs = string(kind), i18n.T(ctx, "rights.kind."+string(kind)), s.intakeInputs(c, kind, typed, wrong)
		return s.showIntake(c, p, wrong)
	}
	for _, k := range rights.Kinds {
		if k.Filed() {
			p.Kinds = append(p.Kinds, ui.Link{Text: i18n.T(ctx, "rights.kind."+string(k)), Href: p.Action + "?kind=" + string(k)})
		}
	}
	return s.showIntake(c, p, wrong)
}

func (s *Console) intakeInputs(c echo.Context, kind rights.Kind, typed url.Values, wrong map[string]string) []ui.Input {
	ctx := web.Context(c)
	ask := func(kind, name string, options ...ui.Option) ui.Input {
		return ui.Input{
			Kind: kind, Name: name, Label: i18n.T(ctx, "request.intake."+name), Options: options,
			Value: typed.Get(name), Wrong: wrong[name],
		}
	}
	var grounds, days, proofs, locales, laws []ui.Option
	none := ui.Option{Label: i18n.T(ctx, "console.never")}
	grounds = append(grounds, none)
	for _, g := range rights.Grounds {
		grounds = append(grounds, ui.Option{Value: string(g), Label: i18n.T(ctx, "rights.ground."+string(g))})
	}
	for _, n := range []string{"0", "1", "7", "14", strconv.Itoa(rights.MaxCooling)} {
		days = append(days, ui.Option{Value: n, Label: i18n.T(ctx, "rights.days."+n)})
	}
	for _, p := range intakeProofs() {
		proofs = append(proofs, ui.Option{Value: p, Label: i18n.T(ctx, "request.proof."+p)})
	}
	for _, l := range s.Locale {
		locales = append(locales, ui.Option{Value: l, Label: i18n.Lang(l)})
	}
	laws = append(laws, ui.Option{Label: i18n.T(ctx, "request.intake.law_of_brand")})
	for _, p := range s.Laws.All() {
		if !slices.ContainsFunc(laws, func(o ui.Option) bool { return o.Value == p.Code }) {
			laws = append(laws, ui.Option{Value: p.Code, Label: p.Law.In(i18n.Locale(ctx))})
		}
	}
	brands := slices.DeleteFunc(brandOptions(c), func(o ui.Option) bool { return !me(c).Sees(o.Value) })
	agent := ask(ui.Text, "agent")
	agent.Hint, agent.Fill = i18n.T(ctx, "request.intake.agent_hint"), "off"
	received := ask(ui.Date, "received")
	if received.Value == "" {
		received.Value = s.Clock.Now().Format(time.DateOnly)
	}
	var inputs []ui.Input
	if options := aboutOptions(c, kind); len(options) > 0 {
		inputs = append(inputs, ask(ui.OneList, "about", append([]ui.Option{none}, options...)...))
	}
	switch kind {
	case rights.Restriction:
		inputs = append(inputs, ask(ui.OneList, "ground", grounds...))
	case rights.Erasure:
		inputs = append(inputs, ask(ui.One, "days", days...))
	}
	proved := ask(ui.Date, "proved")
	proved.Hint = i18n.T(ctx, "request.intake.proved_hint")
	return append(inputs, ask(ui.Long, "text"), received,
		ask(ui.One, "proof", proofs...), proved, agent, ask(ui.Long, "mandate"), ask(ui.OneList, "brand", brands...), ask(ui.OneList, "locale", locales...),
		ask(ui.OneList, "law", laws...))
}

// aboutOptions are what a request of a kind may be about.
func aboutOptions(c echo.Context, kind rights.Kind) []ui.Option {
	v, ctx := web.Of(c), web.Context(c)
	colon := i18n.T(ctx, "ui.colon")
	var all []ui.Option
	add := func(scope rights.Scope, name, label string) {
		if !kind.Takes(scope) {
			return
		}
		all = append(all, ui.Option{
			Value: string(scope) + "." + name, Label: i18n.T(ctx, "request.scope."+string(scope)) + colon + label,
		})
	}
	for i := range v.Organisation.Fields {
		if f := &v.Organisation.Fields[i]; !f.Retired {
			add(rights.FieldScope, f.Name, f.Label.In(v.Locale))
		}
	}
	for i := range v.Organisation.Categories {
		add(rights.CategoryScope, v.Organisation.Categories[i].Name, v.Organisation.Categories[i].Label.In(v.Locale))
	}
	for i := range v.Organisation.Purposes {
		if p := &v.Organisation.Purposes[i]; p.Objectable() {
			add(rights.PurposeScope, string(p.Purpose), p.Words.Question.In(v.Locale))
		}
	}
	return all
}

// TakeRequest files what the person wants.
func (s *Console) TakeRequest(c echo.Context) error {
	form, err := web.Form(c, intakeFields[:]...)
	if err != nil {
		return err
	}
	subject, err := s.person(c)
	if err != nil {
		return err
	}
	filing, err := s.filingOf(c, form)
	var r rights.Request
	known := false
	if err == nil {
		filing.Subject = subject.ID
		r, known, err = s.Review.Take(web.Context(c), me(c), filing)
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return s.askIntake(c, form, wrong)
	}
	if err != nil {
		return err
	}
	s.Wake()
	said := "request.said.taken"
	if known {
		said = "request.said.known"
	}
	web.SetFlash(c, web.Flash{ID: said, Args: map[string]string{"number": r.Number}})
	return web.SeeOther(c, requestsPath+"/"+string(r.ID))
}

// dayOf reads a day: today is now, another day its noon.
func dayOf(text string, zone *time.Location, now time.Time) (time.Time, bool) {
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err == nil && !day.After(now) && now.Sub(day) < 24*time.Hour {
		return now, true
	}
	return day.Add(12 * time.Hour), err == nil
}

// filingOf reads the form.
func (s *Console) filingOf(c echo.Context, form url.Values) (rights.Filing, error) {
	v, now := web.Of(c), s.Clock.Now()
	var wrong []errs.Field
	must := func(ok bool, field, id string) {
		if !ok {
			wrong = append(wrong, errs.At(field, id))
		}
	}
	f := rights.Filing{Kind: rights.Kind(form.Get("kind")), Brand: form.Get("brand"), Locale: form.Get("locale")}
	f.Matter.Text, f.Matter.Ground = strings.TrimSpace(form.Get("text")), rights.Ground(form.Get("ground"))
	if f.Kind != rights.Restriction {
		f.Matter.Ground = ""
	}
	about := form.Get("about")
	known := slices.ContainsFunc(aboutOptions(c, f.Kind), func(o ui.Option) bool { return o.Value == about })
	must(about == "" || known, "about", "error.not_a_choice")
	scope, name, _ := strings.Cut(about, ".")
	f.Matter.Scope, f.Matter.Name = rights.Scope(scope), name
	must(f.Kind.Filed(), "kind", "error.not_a_choice")
	b, ok := v.Organisation.Brand(f.Brand)
	must(ok && !b.Retired && me(c).Sees(f.Brand), "brand", "error.not_a_choice")
	if f.Kind == rights.Erasure {
		days, err := strconv.Atoi(form.Get("days"))
		must(err == nil, "days", "error.not_a_choice")
		f.Matter.Days = days
	}
	must(slices.Contains(s.Locale, f.Locale), "locale", "error.not_a_choice")
	must(slices.Contains(intakeProofs(), form.Get("proof")), "proof", "error.not_a_choice")
	f.Zone = v.Organisation.Zone(f.Brand)
	f.Proof = rights.Proof{
		Method: form.Get("proof"), At: now, Agent: strings.TrimSpace(form.Get("agent")), Mandate: strings.TrimSpace(form.Get("mandate")),
	}
	if text := form.Get("proved"); text != "" {
		f.Proof.At, ok = dayOf(text, f.Zone, now)
		must(ok, "proved", "request.error.proved")
	}
	f.Received, ok = dayOf(form.Get("received"), f.Zone, now)
	must(ok, "received", "request.error.received")
	if len(wrong) > 0 {
		return f, errs.InvalidFields(wrong...)
	}
	f.Pack = s.Laws.For(b.Place(), f.Received)
	if code := form.Get("law"); code != "" {
		pack, ok := s.Laws.Named(code, b.Place(), f.Received)
		if !ok {
			return f, errs.InvalidFields(errs.At("law", "error.not_a_choice"))
		}
		f.Pack = pack
	}
	return f, nil
}
