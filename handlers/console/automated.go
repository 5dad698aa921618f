package console

import (
	"errors"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/rights"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// machine reads the automated decision that the request asks a human for; none
// when it is about no single one, or that one is deleted by now.
func (s *Console) machine(c echo.Context, b *sheet) error {
	if b.row.Kind != rights.Automated || b.request.Matter.Scope != rights.DecisionScope {
		return nil
	}
	d, err := s.Automated.Find(web.Context(c), b.row.Subject, b.request.Matter.Name)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	b.machine = &d
	return nil
}

// machineFacts are what was decided, how and from what.
func (b *sheet) machineFacts() {
	d := b.machine
	if d == nil {
		return
	}
	system := d.System
	if sys, ok := b.org.System(d.System); ok {
		system = sys.Label.In(b.locale)
	}
	note := i18n.DateTime(b.ctx, d.At) + " · " + system
	if d.Against {
		note += " · " + b.t("automated.desk.against")
	}
	add := func(word, text, note string) {
		if text != "" {
			b.page.Facts = append(b.page.Facts, view.Fact{Label: b.t("automated." + word), Text: text, Note: note})
		}
	}
	add("outcome", d.Outcome.In(b.locale), note)
	add("logic", d.Logic.In(b.locale), "")
	add("effect", d.Effect.In(b.locale), "")
	var used []string
	for _, f := range b.org.FieldsOf(d.Fields) {
		used = append(used, f.Label.In(b.locale))
	}
	add("used", i18n.List(b.ctx, used), "")
	add("desk.statement", d.Statement.Text, "")
	add("review", d.Review.Outcome, d.Review.Reasons)
}

// machineInput asks for what holds instead.
func (b *sheet) machineInput() ui.Input {
	return ui.Input{
		Kind: ui.Long, Name: "outcome", Label: b.t("automated.desk.new"), Hint: b.t("automated.desk.new_hint"),
		Value: b.form.typed.Get("outcome"), Wrong: b.wrong("outcome"),
	}
}
