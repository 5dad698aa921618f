package portal

import (
	"encoding/json"

	"livingprofile/internal/automated"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// automatedPage is what was decided, the newest first, and which kinds of
// decisions there are.
func (s *sight) automatedPage(list []automated.Decision) view.AutomatedPage {
	page := view.AutomatedPage{Switch: s.base + "/automated"}
	for i := range s.org.Automated {
		k := &s.org.Automated[i]
		if !k.On(s.brand.Name) && !s.facts.Humans.Wanted(k.Name) {
			continue
		}
		kind := view.MachineKind{
			Name: k.Name, Title: s.in(k.Label), Help: s.in(k.Help), System: s.system(k.System),
			Refusable: k.Refusable, Human: s.facts.Humans.Wanted(k.Name), Data: s.labels(k.Fields),
		}
		if kind.Human {
			kind.Since = s.facts.Humans[k.Name]
		}
		page.Kinds = append(page.Kinds, kind)
	}
	for i := range list {
		d := &list[i]
		item := view.MachineItem{
			Title: s.automatedLabel(d.Kind), Href: s.base + "/automated/" + d.ID, Outcome: s.in(d.Outcome), At: d.At,
			System: s.system(d.System), Reviewed: d.Review.Done(),
		}
		if item.Reviewed {
			item.Outcome = d.Review.Outcome
		}
		page.Decisions = append(page.Decisions, item)
	}
	return page
}

// machinePage is one decision, with what the person and a human say of it.
func (s *sight) machinePage(d *automated.Decision, requests []rights.Request) view.MachinePage {
	item := view.MachinePage{
		Title: s.automatedLabel(d.Kind), At: d.At, Until: d.Expires, System: s.system(d.System),
		Outcome: s.in(d.Outcome), Logic: s.in(d.Logic), Effect: s.in(d.Effect), Against: d.Against,
		Path: s.base + "/automated/" + d.ID + "/say", Ask: s.base + "/rights/" + string(rights.Automated) + "?about=" + d.ID,
		Say: ui.Input{
			Kind: ui.Long, Name: "text", Label: s.t("automated.say_label"), Hint: s.t("automated.say_hint"),
			Value: d.Statement.Text,
		},
	}
	if d.Statement.Text != "" {
		item.Said, item.SaidAt = d.Statement.Text, d.Statement.At
	}
	for _, name := range d.Fields {
		if f, ok := s.org.Field(name); ok {
			item.Data = append(item.Data, ui.Link{Text: s.in(f.Label), Href: s.base + "/data/" + f.Name})
		}
	}
	if d.Review.Done() {
		item.Review = &view.MachineReview{Outcome: d.Review.Outcome, Reasons: d.Review.Reasons, At: d.Review.At}
	}
	for i := range requests {
		r := &requests[i]
		if r.Kind == rights.Automated && r.Matter.Scope == rights.DecisionScope && r.Matter.Name == d.ID {
			item.Request = &ui.Link{Text: r.Number, Href: s.base + "/requests/" + string(r.ID)}
			item.Asked = r.State.Open()
			break
		}
	}
	return item
}

// labels names fields.
func (s *sight) labels(fields []string) []string {
	var all []string
	for _, name := range fields {
		all = append(all, s.fieldLabel(name))
	}
	return all
}

// automatedLabel names a kind of decision; an unknown one by its name.
func (s *sight) automatedLabel(name string) string {
	if k, ok := s.org.AutomatedKind(name); ok {
		return s.in(k.Label)
	}
	return name
}

// automatedEvent tells of an entry about decisions of a machine.
func (s *sight) automatedEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t automated.Trace
	if json.Unmarshal(h.Payload, &t) != nil {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{Icon: "device"}
	switch h.Kind {
	case automated.Registered, automated.Stated, automated.Reviewed, automated.Refused, automated.Allowed:
		item.Text = s.t("automated.event."+machineEvent(h.Kind), "source", s.system(t.System), "decision", s.automatedLabel(t.Kind))
	default:
		return item, false
	}
	switch {
	case t.Against:
		item.Detail = s.t("automated.against")
	case t.Outcome != "":
		item.Detail = t.Outcome
	default:
		item.Detail = t.Text
	}
	return item, true
}

func machineEvent(k ledger.Kind) string {
	const family = len("automated.")
	return string(k)[family:]
}

// machineInput asks which decision a human is wanted for. Nothing is picked,
// but for the decision that the person came from.
func (s *sight) machineInput(f *rightForm) ui.Input {
	in := ui.Input{
		Kind: ui.OneList, Name: "about", Label: s.t("automated.which"), Value: f.typed.Name, Wrong: f.wrong["about"],
		Options: []ui.Option{{Label: s.t("automated.which_other")}},
	}
	for i := range f.machine {
		d := &f.machine[i]
		in.Options = append(in.Options, ui.Option{
			Value: d.ID, Label: s.t("automated.which_one", "decision", s.automatedLabel(d.Kind), "date", i18n.Date(s.ctx, d.At)),
		})
	}
	return in
}
