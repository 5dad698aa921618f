package console

import (
	"slices"
	"strconv"

	"livingprofile/handlers/portal"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// acts are the moves that a form may make, in the order in which they are
// offered. Assigning has a form of its own.
func acts() []rights.Move {
	return []rights.Move{
		rights.Prove, rights.Fulfil, rights.Accept, rights.Propose, rights.Reject, rights.Ask, rights.Delay, rights.Hold, rights.Release,
		rights.Fail, rights.Write,
	}
}

// offered tells whether a form of ours makes the move on a kind of request.
// What the product does by itself is accepted; what staff do is done.
func offered(k rights.Kind, m rights.Move) bool {
	switch m {
	case rights.Accept:
		return k.Runs()
	case rights.Fulfil:
		return !k.Runs()
	}
	return slices.Contains(acts(), m)
}

// options are the moves that can be made now.
func (b *sheet) options() []rights.Move {
	var all []rights.Move
	for _, m := range acts() {
		if m == rights.Write || !offered(b.row.Kind, m) {
			continue
		}
		a := rights.Act{Move: m, At: b.now, Actor: b.me.Actor(), Note: "?", Proof: rights.Proof{Method: rights.ByHand[0], At: b.now}}
		if m == rights.Reject && len(b.request.Rule.Grounds) > 0 {
			a.Ground = b.request.Rule.Grounds[0]
		}
		if _, _, err := b.request.After(a); err == nil {
			all = append(all, m)
		}
	}
	return all
}

func (b *sheet) newForm(title string) *view.DecisionForm {
	return &view.DecisionForm{
		Title: title, Path: requestsPath + "/" + b.page.ID + "/acts", Seen: strconv.Itoa(len(b.request.Steps)),
		Submit: b.t("request.act.submit"), Letters: true, Preview: b.form.preview, Mute: b.mute,
	}
}

// decision is the form that decides; none when nothing can be decided.
func (b *sheet) decision() {
	moves := b.options()
	if !b.decides || len(moves) == 0 {
		return
	}
	f := b.newForm(b.t("request.tab.decision"))
	pick := ui.Input{
		Kind: ui.One, Name: "move", Label: b.t("request.act.what"), Value: b.form.typed.Get("move"),
		Wrong: b.wrong("move"), Required: true,
	}
	for _, m := range moves {
		pick.Options = append(pick.Options, ui.Option{Value: string(m), Label: b.actName(m), Note: b.actNote(m)})
	}
	f.Inputs = append(f.Inputs, pick)
	if slices.Contains(moves, rights.Prove) {
		f.Inputs = append(f.Inputs, b.proofInputs()...)
	}
	if slices.Contains(moves, rights.Reject) {
		f.Inputs = append(f.Inputs, b.grounds())
	}
	if b.row.Kind == rights.Rectification && slices.Contains(moves, rights.Fulfil) {
		b.compare(f)
	}
	if slices.Contains(moves, rights.Hold) {
		l := &look{b.ctx, b.locale, b.org, b.me, b.facts, b.now}
		f.Inputs = append(f.Inputs, l.holdInput(b.form.typed["fields"]))
	}
	if b.machine != nil && slices.Contains(moves, rights.Fulfil) {
		f.Inputs = append(f.Inputs, b.machineInput())
	}
	f.Inputs = append(f.Inputs, b.note("request.act.note"))
	b.page.Form = f
}

// actName is what a move is called for a kind of request.
func (b *sheet) actName(m rights.Move) string {
	if m == rights.Fulfil {
		switch b.row.Kind {
		case rights.Objection, rights.Rectification, rights.Automated:
			return b.t("request.act.fulfil_" + string(b.row.Kind))
		}
	}
	return b.t("request.act." + string(m))
}

// actNote says what a move leads to.
func (b *sheet) actNote(m rights.Move) string {
	switch m {
	case rights.Accept:
		return b.t("request.act.accept_" + string(b.row.Kind))
	case rights.Delay:
		next := b.request
		next, _, err := next.With(rights.Act{Move: m, At: b.now, Actor: b.me.Actor(), Note: "?"})
		if err == nil {
			return b.t("request.act.delay_note", "date", i18n.Date(b.ctx, next.DueAt))
		}
	case rights.Ask:
		if b.request.Rule.Pauses {
			return b.t("request.act.ask_stops")
		}
		return b.t("request.act.ask_runs")
	case rights.Fulfil:
		if b.row.Kind == rights.Objection {
			return b.t("request.act.fulfil_objection_note")
		}
	case rights.Propose:
		return b.t("request.act.propose_note")
	case rights.Prove:
		if b.request.Unproved() {
			return b.t("request.act.prove_note")
		}
	}
	return ""
}

func (b *sheet) grounds() ui.Input {
	in := ui.Input{
		Kind: ui.OneList, Name: "ground", Label: b.t("request.act.ground"), Hint: b.t("request.act.ground_hint"),
		Value: b.form.typed.Get("ground"), Wrong: b.wrong("ground"), Options: []ui.Option{{Label: b.t("console.never")}},
	}
	for _, code := range b.request.Rule.Grounds {
		label := code
		if b.pack != nil {
			if g, ok := b.pack.Ground(code); ok {
				label = g.Article + " · " + g.Letter.In(b.locale)
			}
		}
		in.Options = append(in.Options, ui.Option{Value: code, Label: label})
	}
	return in
}

// proofInputs ask how it became known who asks, and when.
func (b *sheet) proofInputs() []ui.Input {
	how := ui.Input{
		Kind: ui.OneList, Name: "proof", Label: b.t("request.intake.proof"), Value: b.form.typed.Get("proof"), Wrong: b.wrong("proof"),
		Options: []ui.Option{{Label: b.t("console.never")}},
	}
	for _, p := range rights.ByHand {
		how.Options = append(how.Options, ui.Option{Value: p, Label: b.t("request.proof." + p)})
	}
	when := ui.Input{
		Kind: ui.Date, Name: "proved", Label: b.t("request.intake.proved"), Value: b.form.typed.Get("proved"), Wrong: b.wrong("proved"),
	}
	return []ui.Input{how, when}
}

// holdInput asks which fields a hold keeps. Those that nothing is held in are
// not offered.
func (l *look) holdInput(typed []string) ui.Input {
	in := ui.Input{
		Kind: ui.Many, Name: "fields", Label: l.t("request.act.hold_fields"), Hint: l.t("request.act.hold_fields_hint"), Values: typed,
	}
	for i := range l.org.Fields {
		f := &l.org.Fields[i]
		if _, _, held := profile.Winner(f, l.facts.Profile.Claims[f.Name], l.org.Rank); held && l.member.Role.MaySee(f.Category, f.Sensitive) {
			in.Options = append(in.Options, ui.Option{Value: f.Name, Label: f.Label.In(l.locale)})
		}
	}
	return in
}

// fieldsOf are those of names that are declared.
func fieldsOf(org *organisation.Organisation, names []string) []string {
	var all []string
	for _, name := range names {
		if _, ok := org.Field(name); ok && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

func (b *sheet) note(label string) ui.Input {
	return ui.Input{
		Kind: ui.Long, Name: "note", Label: b.t(label), Hint: b.t("request.act.note_hint", "language", i18n.Lang(b.request.Locale)),
		Value: b.form.typed.Get("note"), Wrong: b.wrong("note"),
	}
}

func (b *sheet) wrong(field string) string { return b.form.wrong[field] }

// compare puts the value as it is beside what the person says about it.
func (b *sheet) compare(f *view.DecisionForm) {
	field, ok := b.org.Field(b.request.Matter.Name)
	if !ok {
		return
	}
	l := &look{b.ctx, b.locale, b.org, b.me, b.facts, b.now}
	if !l.sees(field) {
		return
	}
	wanted := b.request.Matter.Text
	proposal, waits := b.facts.Profile.Proposals[field.Name]
	proposed := proposal.Value
	switch {
	case proposed != "":
		wanted = portal.FormatValue(b.ctx, b.locale, field, proposed)
	case waits:
		wanted = b.t("page.value.emptied")
	}
	f.Compare = &view.Compare{Field: field.Label.In(b.locale), Now: b.t("console.never"), Wanted: wanted}
	if claim, _, ok := profile.Winner(field, b.facts.Profile.Claims[field.Name], b.org.Rank); ok {
		f.Compare.Now = portal.FormatValue(b.ctx, b.locale, field, claim.Value)
		f.Compare.Source = l.source(claim.Source)
	}
	value := b.form.typed.Get("value")
	if value == "" {
		value = proposed
	}
	kind := ui.Text
	if field.Type == profile.TypeLines || field.Type == profile.TypeChoices {
		kind = ui.Long // one for each line
	}
	f.Inputs = append(f.Inputs, ui.Input{
		Kind: kind, Name: "value", Label: b.t("request.act.value"), Hint: b.t("request.act.value_hint"),
		Value: value, Wrong: b.wrong("value"), Fill: "off",
	})
}
