package console

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/breach"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// A breachSheet is a breach's page while it is made.
type breachSheet struct {
	*Console
	c       echo.Context
	ctx     context.Context
	b       *breach.Breach
	n       breach.Affected
	members []staff.Member
	zone    *time.Location
	manages bool // the member may move it, and it can be moved
	// typed is the form that was refused, and wrong why.
	typed url.Values
	wrong map[string]string
}

// breachLanguages are those that the notice of a breach is written in.
func (s *Console) breachLanguages(c echo.Context, b *breach.Breach) []string {
	if one, ok := web.Of(c).Organisation.Brand(b.Brand); ok {
		return one.Locales
	}
	return nil
}

func (f *breachSheet) t(id string, args ...any) string {
	return i18n.T(f.ctx, "breach."+id, args...)
}

func (f *breachSheet) page() (view.BreachPage, error) {
	b := f.b
	p := view.BreachPage{
		Item: f.breachItem(f.c, b), Action: BreachesPath + "/" + string(b.ID), Seen: strconv.Itoa(len(b.Steps)),
		Busy: b.State == breach.Searching || b.State == breach.Telling,
	}
	if p.Busy {
		p.BusyText = f.t("busy."+string(b.State), "done", i18n.Number(f.ctx, f.n.Mailed+f.n.Silent), "all", i18n.Number(f.ctx, f.n.People))
	}
	p.Parts = []view.BreachPart{f.known(), f.people(), f.authority(), f.told()}
	if b.State == breach.Closed || f.manages {
		p.Parts = append(p.Parts, f.end())
	}
	for _, l := range f.breachLanguages(f.c, b) {
		if b.Letters[l] == "" {
			continue
		}
		subject, text, err := f.Notice(f.ctx, b, l)
		if err != nil {
			return p, err
		}
		p.Letters = append(p.Letters, view.BreachLetter{Lang: l, Name: i18n.Lang(l), Subject: subject, Text: text})
	}
	for i := range b.Steps {
		p.Steps = append(p.Steps, f.step(&b.Steps[i]))
	}
	return p, nil
}

func (f *breachSheet) step(step *breach.Step) view.Moved {
	m := view.Moved{Text: f.t("move." + moveName(step.Move)), Words: step.Note, State: ui.Given, At: step.At, Who: f.t("program")}
	if step.Member != "" {
		m.Who = memberName(f.ctx, f.members, step.Member)
	}
	switch step.Move {
	case breach.DecideAuthority, breach.DecidePeople:
		m.Text += i18n.T(f.ctx, "ui.colon") + f.answer(step.Tell)
	case breach.Found, breach.Name, breach.Tell, breach.Told:
		m.Text += i18n.T(f.ctx, "ui.colon") + f.t("people_count", "count", step.Count)
	}
	return m
}

func (f *breachSheet) answer(tell bool) string {
	if tell {
		return f.t("tell_yes")
	}
	return f.t("tell_no")
}

func (f *breachSheet) at(t time.Time) string { return i18n.DateTime(f.ctx, t) }

// ask is an input of the form of a move; what was typed into another form does
// not show in it.
func (f *breachSheet) ask(do breach.Move, kind, name, label string) ui.Input {
	in := ui.Input{Kind: kind, Name: name, Label: label, Fill: "off"}
	if f.typed.Get("do") == string(do) {
		in.Value, in.Wrong = f.typed.Get(name), f.wrong[name]
	}
	return in
}

// askOwn is an input that several forms of the page have, named for its own.
func (f *breachSheet) askOwn(do breach.Move, kind, name, label string) ui.Input {
	in := f.ask(do, kind, name+"."+string(do), label)
	if f.typed.Get("do") == string(do) {
		in.Wrong = f.wrong[name]
	}
	return in
}

// form is that of a move; nil for a member who cannot make it now.
func (f *breachSheet) form(do breach.Move, inputs ...ui.Input) *view.BreachForm {
	if !f.manages {
		return nil
	}
	return &view.BreachForm{
		Do: string(do), Title: f.t("act." + moveName(do)), Inputs: inputs, Open: f.typed.Get("do") == string(do),
	}
}

func (f *breachSheet) part(name string, facts []view.Fact, forms ...*view.BreachForm) view.BreachPart {
	p := view.BreachPart{ID: name, Title: f.t("part." + name), Text: f.t("part_text." + name), Facts: facts}
	for _, one := range forms {
		if one != nil {
			p.Forms = append(p.Forms, *one)
		}
	}
	return p
}

// known is what happened.
func (f *breachSheet) known() view.BreachPart {
	b, org := f.b, web.Of(f.c).Organisation
	var facts []view.Fact
	fact := func(name, text string) {
		if text != "" {
			facts = append(facts, view.Fact{Label: f.t("fact." + name), Text: text})
		}
	}
	fact("brand", brandName(f.c, b.Brand))
	facts = append(facts, view.Fact{Label: f.t("fact.noticed"), Text: f.at(b.NoticedAt), Note: f.zone.String()})
	fact("what", b.What)
	fact("data", i18n.List(f.ctx, categoryLabels(org, b.Data, i18n.Locale(f.ctx))))
	fact("effects", b.Effects)
	fact("measures", b.Measures)
	if pack, ok := f.Laws.Edition(b.Pack); ok {
		facts = append(facts, view.Fact{Label: f.t("fact.law"), Text: pack.Law.In(i18n.Locale(f.ctx)), Note: b.Pack})
	}
	typed, wrong := f.typed, f.wrong
	if typed.Get("do") != string(breach.Amend) {
		at := b.NoticedAt.In(f.zone)
		typed, wrong = url.Values{
			"brand": {b.Brand}, "title": {b.Title}, "what": {b.What}, "effects": {b.Effects}, "measures": {b.Measures}, "data": b.Data,
			"noticed.day": {at.Format(time.DateOnly)}, "noticed.time": {at.Format("15:04")},
		}, nil
	}
	return f.part("known", facts, f.form(breach.Amend, append(f.factInputs(f.c, typed, wrong),
		f.askOwn(breach.Amend, ui.Text, "note", f.t("why_amend")))...))
}

func categoryLabels(org *organisation.Organisation, names []string, locale string) []string {
	return labels(names, func(name string) string {
		if c, ok := org.Category(name); ok {
			return c.Label.In(locale)
		}
		return name
	})
}

// people are those whom it touches: counts, and how more are found.
func (f *breachSheet) people() view.BreachPart {
	var facts []view.Fact
	count := func(name string, n int) {
		facts = append(facts, view.Fact{Label: f.t("count." + name), Text: i18n.Number(f.ctx, n)})
	}
	count("people", f.n.People)
	count("mailed", f.n.Mailed)
	count("silent", f.n.Silent)
	count("waits", f.n.Waits)
	match := f.ask(breach.Find, ui.One, "match", i18n.T(f.ctx, "audience.match"))
	match.Value = or(match.Value, "all")
	match.Options = []ui.Option{
		{Value: "all", Label: i18n.T(f.ctx, "audience.match_all")},
		{Value: "any", Label: i18n.T(f.ctx, "audience.match_any")},
		{Value: "everybody", Label: f.t("everybody")},
	}
	typed, wrong := url.Values{}, map[string]string(nil)
	if f.typed.Get("do") == string(breach.Find) {
		_, places, _ := flatOf(f.c, f.typed)
		typed, wrong = f.typed, placeWrongs(places, f.wrong)
	}
	find, list := []ui.Input{match}, whats(f.c)
	for _, row := range rowNames() {
		find = append(find, conditionInput(f.c, row, list, typed, wrong))
	}
	named := f.ask(breach.Name, ui.Long, "people", f.t("identifiers"))
	named.Hint = f.t("identifiers_hint")
	name := f.form(breach.Name, named)
	if name != nil {
		name.File = f.t("file")
	}
	return f.part("people", facts, f.form(breach.Find, find...), name)
}

// choice asks whether somebody is told, and why.
func (f *breachSheet) choice(do breach.Move) *view.BreachForm {
	tell := f.askOwn(do, ui.One, "tell", f.t("fact.decided"))
	tell.Options = []ui.Option{{Value: "yes", Label: f.t("tell_yes")}, {Value: "no", Label: f.t("tell_no")}}
	note := f.askOwn(do, ui.Long, "note", f.t("why"))
	note.Hint = f.t("why_hint." + moveName(do))
	return f.form(do, tell, note)
}

// limit is until when something must be done.
func (f *breachSheet) limit(name string, due time.Time) view.Fact {
	fact := view.Fact{Label: f.t("fact." + name), Text: f.t("without_delay")}
	if !due.IsZero() {
		fact.Text = f.at(due)
		if f.b.Goal {
			fact.Note = f.t("goal")
		}
	}
	return fact
}

// decided are the facts of a choice.
func (f *breachSheet) decided(choice breach.Choice, due time.Time) []view.Fact {
	facts := []view.Fact{f.limit("due", due)}
	if choice.Made() {
		return append(facts, view.Fact{Label: f.t("fact.decided"), Text: f.answer(choice.Tell), Note: f.at(choice.At)},
			view.Fact{Label: f.t("why"), Text: choice.Why})
	}
	return append(facts, view.Fact{Label: f.t("fact.decided"), Text: f.t("undecided")})
}

// authority is what is decided and done about the authority.
func (f *breachSheet) authority() view.BreachPart {
	b := f.b
	facts := f.decided(b.Authority, b.AuthorityDue)
	if pack, ok := f.Laws.Edition(b.Pack); ok {
		facts = append(facts, view.Fact{Label: f.t("fact.authority"), Text: pack.Breach.To.Name.In(i18n.Locale(f.ctx)), Note: pack.Breach.To.Address})
	}
	if !b.ReportedAt.IsZero() {
		facts = append(facts, view.Fact{Label: f.t("fact.reported"), Text: f.at(b.ReportedAt)})
	}
	wantsFinal := !b.FinalDue.IsZero() && !b.ReportedAt.IsZero()
	if wantsFinal {
		facts = append(facts, f.limit("final_due", b.FinalDue))
	}
	if !b.FinalAt.IsZero() {
		facts = append(facts, view.Fact{Label: f.t("fact.final"), Text: f.at(b.FinalAt)})
	}
	var report, final *view.BreachForm
	if b.Authority.Tell {
		report = f.report(breach.Report, "reference_hint")
	}
	if wantsFinal {
		final = f.report(breach.ReportFinal, "final_hint")
	}
	return f.part("authority", facts, f.choice(breach.DecideAuthority), report, final)
}

// report asks when the authority had a report, and how.
func (f *breachSheet) report(do breach.Move, hint string) *view.BreachForm {
	when := f.askOwn(do, ui.Group, "when", f.t("when"))
	when.Parts = []ui.Input{
		f.ask(do, ui.Date, when.Name+".day", f.t("fact.day")), f.ask(do, ui.Time, when.Name+".time", f.t("fact.time")),
	}
	note := f.askOwn(do, ui.Long, "note", f.t("reference"))
	note.Hint = f.t(hint)
	return f.form(do, when, note)
}

// told is what is decided and done about the people.
func (f *breachSheet) told() view.BreachPart {
	b := f.b
	facts := f.decided(b.People, b.PeopleDue)
	if !b.ToldAt.IsZero() {
		facts = append(facts, view.Fact{Label: f.t("fact.told"), Text: f.at(b.ToldAt)})
	}
	var write, tell *view.BreachForm
	if b.People.Tell {
		var words []ui.Input
		for _, l := range f.breachLanguages(f.c, b) {
			in := f.ask(breach.Write, ui.Long, "letter."+l, f.t("letter_in", "language", i18n.Lang(l)))
			in.Lang, in.Wrong = l, f.ask(breach.Write, "", "letter", "").Wrong
			in.Value = or(in.Value, b.Letters[l])
			words = append(words, in)
		}
		if write = f.form(breach.Write, words...); write != nil {
			write.Text = f.t("letter_hint")
		}
		if tell = f.form(breach.Tell); tell != nil {
			tell.Text = f.t("tell_people", "count", f.n.Waits)
		}
	}
	return f.part("told", facts, f.choice(breach.DecidePeople), write, tell)
}

// end closes it, or opens it again.
func (f *breachSheet) end() view.BreachPart {
	b := f.b
	if b.State != breach.Closed {
		return f.part("end", nil, f.form(breach.Close, f.askOwn(breach.Close, ui.Long, "note", f.t("lessons"))))
	}
	facts := []view.Fact{{Label: f.t("fact.closed"), Text: f.at(b.ClosedAt)}}
	f.manages = me(f.c).Role.Has(authz.BreachManage)
	return f.part("end", facts, f.form(breach.Reopen, f.askOwn(breach.Reopen, ui.Long, "note", f.t("why"))))
}
