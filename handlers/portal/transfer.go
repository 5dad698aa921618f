package portal

import (
	"strings"

	"livingprofile/internal/errs"
	"livingprofile/internal/rights"
	"livingprofile/views/ui"
)

// controllerInputs ask where what is taken along goes, when there is more than
// one answer.
func (s *sight) controllerInputs(f *rightForm) []ui.Input {
	to := ui.Input{
		Kind: ui.One, Name: "scope", Label: s.t("transfer.to"), Wrong: f.wrong["scope"], Required: true,
		Options: []ui.Option{{Value: "all", Label: s.t("transfer.me"), Note: s.t("transfer.me_note")}},
	}
	for i := range s.org.Controllers {
		if c := &s.org.Controllers[i]; c.Takes() {
			to.Options = append(to.Options, ui.Option{
				Value: join(rights.ControllerScope, c.Name), Label: s.in(c.Label), Note: s.t("transfer.note"),
			})
		}
	}
	if len(to.Options) == 1 {
		return nil
	}
	if f.wrong != nil {
		to.Value = join(f.typed.Scope, f.typed.Name)
	}
	return []ui.Input{to, {
		Kind: ui.Text, Name: "text", Label: s.t("transfer.reference"), Hint: s.t("transfer.reference_hint"),
		Value: f.typed.Text, Wrong: f.wrong["text"],
	}}
}

// whereTo reads the answer into m. Without one the person takes the file.
func (s *sight) whereTo(m rights.Matter, answer string) (rights.Matter, error) {
	scope, name, _ := strings.Cut(answer, "-")
	if answer == "" || answer == "all" {
		m.Text = ""
		return m, nil
	}
	m.Scope, m.Name = rights.Scope(scope), name
	if to, ok := s.org.Controller(name); !ok || !to.Takes() || m.Scope != rights.ControllerScope {
		return rights.Matter{Text: m.Text}, errs.InvalidFields(errs.At("scope", "error.not_a_choice"))
	}
	return m, nil
}
