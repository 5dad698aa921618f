package portal

import (
	"net/url"
	"strconv"
	"strings"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/rights"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// A rightForm is one right before it is exercised.
type rightForm struct {
	kind  rights.Kind
	pack  *rights.Pack
	typed rights.Matter
	wrong map[string]string
	open  []rights.Request
	plan  rights.Plan // of an erasure
	did   []string    // the kinds of activity that the person has, in words
	holds []rights.PersonHold
	// machine are the decisions that a human may be wanted for.
	machine []automated.Decision
}

func (s *sight) rightPage(f *rightForm) view.RightPage {
	kind := string(f.kind)
	page := view.RightPage{
		Title: s.t("rights.kind." + kind), Lede: s.t("rights.form." + kind), Do: s.t("rights.ask." + kind),
		Law: s.lawWords(f.pack, f.kind), Path: s.base + "/rights/" + kind, Proof: f.kind.Grave(),
	}
	if rule, ok := f.pack.Rule(f.kind); ok {
		page.Due = rule.Due(rights.Running{Received: s.now, Zone: s.org.Zone(s.brand.Name)})
	}
	for i := range f.open {
		r := &f.open[i]
		if r.Kind == f.kind && r.State.Open() && r.Matter.Name == "" {
			page.Open = &ui.Link{Text: r.Number, Href: s.base + "/requests/" + string(r.ID)}
		}
	}
	if f.kind == rights.Complaint {
		page.Authority = s.authority(f.pack)
	}
	page.Plan = s.rightPlan(f)
	page.Inputs = s.rightInputs(f)
	if f.kind == rights.Erasure {
		page.First = &ui.Link{Text: s.t("rights.ask.access"), Href: s.base + "/rights/access"}
	}
	return page
}

// rightPlan is what exercising the right would do.
func (s *sight) rightPlan(f *rightForm) ui.Plan {
	if f.kind == rights.Erasure {
		plan := ui.Plan{Goes: effects(s.ctx, f.plan.Goes), Lost: s.lost(f), Stays: effects(s.ctx, f.plan.Stays)}
		if n := f.plan.Joined; n > 0 {
			plan.Goes = append(plan.Goes, ui.Effect{Text: s.t("rights.part.joined"), Note: s.t("rights.part_note.joined", "number", i18n.Number(s.ctx, n))})
		}
		plan.Stays = append(keptEffects(s.ctx, s.org, s.locale, rights.Summary(f.plan.Keeps)), plan.Stays...)
		for i := range f.holds {
			plan.Stays = append([]ui.Effect{{Text: s.t("hold.now"), Note: s.heldWords(&f.holds[i])}}, plan.Stays...)
		}
		for i := range s.org.Systems {
			if sys := &s.org.Systems[i]; !sys.Retired && (sys.Connected() || s.holdsAny(sys)) {
				plan.Told = append(plan.Told, ui.Effect{Text: s.in(sys.Human)})
			}
		}
		return plan
	}
	return ui.Plan{
		Now:   []ui.Effect{{Text: s.t("rights.plan.now." + string(f.kind))}},
		Stays: []ui.Effect{{Text: s.t("rights.plan.stays." + string(f.kind))}},
	}
}

// holdsAny tells whether a system may have something that is held.
func (s *sight) holdsAny(sys *organisation.System) bool {
	for _, field := range sys.Fields {
		if s.holds(field) {
			return true
		}
	}
	return false
}

func (s *sight) rightInputs(f *rightForm) []ui.Input {
	text := ui.Input{Kind: ui.Long, Name: "text", Label: s.t("rights.label.text"), Value: f.typed.Text, Wrong: f.wrong["text"]}
	switch f.kind {
	case rights.Erasure:
		return []ui.Input{s.daysInput(f)}
	case rights.Portability:
		return s.controllerInputs(f)
	case rights.Rectification:
		text.Label, text.Required = s.t("rights.label.wrong"), true
		return []ui.Input{s.fieldInput(f), text, attach(s.ctx, f.wrong["files"])}
	case rights.Restriction:
		return []ui.Input{s.scopeInput(f), s.groundInput(f)}
	case rights.Objection:
		return []ui.Input{s.purposeInput(f), text}
	case rights.Automated:
		text.Required = true
		return []ui.Input{s.machineInput(f), text}
	case rights.Complaint:
		text.Required = true
		return []ui.Input{text}
	}
	return nil
}

func (s *sight) daysInput(f *rightForm) ui.Input {
	in := ui.Input{
		Kind: ui.One, Name: "days", Label: s.t("rights.label.days"), Hint: s.t("rights.label.days_hint"),
		Wrong: f.wrong["days"], Required: true,
	}
	// Nothing is picked for the person (no pre-ticked boxes).
	if f.wrong != nil {
		in.Value = strconv.Itoa(f.typed.Days)
	}
	for _, days := range []int{0, 1, 7, 14, rights.MaxCooling} {
		in.Options = append(in.Options, ui.Option{Value: strconv.Itoa(days), Label: s.t("rights.days." + strconv.Itoa(days))})
	}
	return in
}

func (s *sight) fieldInput(f *rightForm) ui.Input {
	in := ui.Input{
		Kind: ui.OneList, Name: "about", Label: s.t("rights.label.field"), Value: f.typed.Name, Wrong: f.wrong["about"], Required: true,
	}
	for _, field := range s.fields() {
		if s.holds(field.Name) {
			in.Options = append(in.Options, ui.Option{Value: field.Name, Label: s.in(field.Label)})
		}
	}
	return in
}

func (s *sight) scopeInput(f *rightForm) ui.Input {
	in := ui.Input{
		Kind: ui.OneList, Name: "scope", Label: s.t("rights.label.scope"), Wrong: f.wrong["scope"],
		Required: true,
		Options:  []ui.Option{{Value: "all", Label: s.t("rights.label.everything")}},
	}
	if f.wrong != nil {
		in.Value = join(f.typed.Scope, f.typed.Name)
	}
	for i := range s.org.Categories {
		c := &s.org.Categories[i]
		in.Options = append(in.Options, ui.Option{Value: join(rights.CategoryScope, c.Name), Label: s.in(c.Label)})
	}
	for _, field := range s.fields() {
		if s.holds(field.Name) {
			label := s.t("rights.label.only", "value", s.in(field.Label))
			in.Options = append(in.Options, ui.Option{Value: join(rights.FieldScope, field.Name), Label: label})
		}
	}
	return in
}

func join(scope rights.Scope, name string) string {
	if scope == rights.WholePerson {
		return "all"
	}
	return string(scope) + "-" + name
}

func (s *sight) groundInput(f *rightForm) ui.Input {
	in := ui.Input{
		Kind: ui.One, Name: "ground", Label: s.t("rights.label.ground"), Value: string(f.typed.Ground),
		Wrong: f.wrong["ground"], Required: true,
	}
	for _, g := range rights.Grounds {
		in.Options = append(in.Options, ui.Option{Value: string(g), Label: s.t("rights.ground." + string(g))})
	}
	return in
}

func (s *sight) purposeInput(f *rightForm) ui.Input {
	in := ui.Input{
		Kind: ui.OneList, Name: "about", Label: s.t("rights.label.purpose"), Value: f.typed.Name, Wrong: f.wrong["about"], Required: true,
	}
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if v.Objectable() {
			in.Options = append(in.Options, ui.Option{Value: string(v.Purpose), Label: s.in(v.Words.Question)})
		}
	}
	return in
}

// matter reads what a request is about. What the form names must be there.
func (s *sight) matter(kind rights.Kind, form url.Values) (rights.Matter, error) {
	m := rights.Matter{Text: strings.TrimSpace(form.Get("text"))}
	switch kind {
	case rights.Erasure:
		days, err := strconv.Atoi(form.Get("days"))
		if err != nil {
			return m, errs.InvalidFields(errs.At("days", "error.not_a_choice"))
		}
		m.Days = days
	case rights.Rectification:
		m.Scope, m.Name = rights.FieldScope, form.Get("about")
		if _, ok := s.org.Field(m.Name); !ok {
			return m, errs.InvalidFields(errs.At("about", "error.not_a_choice"))
		}
	case rights.Portability:
		return s.whereTo(m, form.Get("scope"))
	case rights.Objection:
		m.Scope, m.Name = rights.PurposeScope, form.Get("about")
		if v, ok := s.org.Purpose(consent.PurposeID(m.Name)); !ok || !v.On(s.brand.Name) || !v.Objectable() {
			return m, errs.InvalidFields(errs.At("about", "error.not_a_choice"))
		}
	case rights.Restriction:
		m.Ground = rights.Ground(form.Get("ground"))
		scope, name, _ := strings.Cut(form.Get("scope"), "-")
		if scope == "all" {
			break
		}
		m.Scope, m.Name = rights.Scope(scope), name
		_, category := s.org.Category(name)
		_, field := s.org.Field(name)
		if (m.Scope != rights.CategoryScope || !category) && (m.Scope != rights.FieldScope || !field) {
			return m, errs.InvalidFields(errs.At("scope", "error.not_a_choice"))
		}
	}
	return m, nil
}

// matterName names what a request is about, "" for the whole person.
func (s *sight) matterName(m rights.Matter) string {
	switch m.Scope {
	case rights.FieldScope:
		return s.fieldLabel(m.Name)
	case rights.CategoryScope:
		if c, ok := s.org.Category(m.Name); ok {
			return s.in(c.Label)
		}
	case rights.PurposeScope:
		return s.question(consent.PurposeID(m.Name))
	case rights.DecisionScope:
		return s.t("automated.matter")
	case rights.ControllerScope:
		if to, ok := s.org.Controller(m.Name); ok {
			return s.in(to.Label)
		}
	}
	return m.Name
}
