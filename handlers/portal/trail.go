package portal

import (
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// toldAtMost is how many deliveries of one person a page looks at.
const toldAtMost = 200

// lookTold is look, with what connected systems were told.
func (p *Portal) lookTold(c echo.Context) (*sight, error) {
	s, err := p.look(c)
	if err != nil {
		return nil, err
	}
	// Most people were not contacted lately, and nothing is read for them.
	if len(s.facts.Contacts) > 0 {
		if s.queries, err = p.queries(s, web.Of(c).Subject()); err != nil {
			return nil, err
		}
	}
	if s.targets = s.org.Targets(); len(s.targets) == 0 {
		return s, nil
	}
	if s.told, err = p.Read.Deliveries(s.ctx, web.Of(c).Subject(), toldAtMost); err != nil || !s.expects() {
		return s, err
	}
	var names []string
	for i := range s.targets {
		names = append(names, s.targets[i].ID)
	}
	standings, err := p.Read.Standing(s.ctx, names, s.now)
	s.held = holds(s.targets, standings)
	return s, err
}

// A hold is why an endpoint is sent nothing, by the word that says so.
type hold string

// The holds.
const (
	paused  hold = "portal.trail.paused"  // by staff, or because it only failed
	stopped hold = "portal.trail.stopped" // it wants nothing more
	unready hold = "portal.trail.unready" // it cannot be spoken to yet
)

// holds are those of the endpoints that are sent nothing now.
func holds(targets []hook.Target, standings map[string]hook.Standing) map[string]hold {
	all := map[string]hold{}
	for i := range targets {
		t := &targets[i]
		switch s := standings[t.ID]; {
		case s.Mode == hook.Paused:
			all[t.ID] = paused
		case s.Mode == hook.Disabled:
			all[t.ID] = stopped
		case t.Unreadable != "", t.Speaks == "" && len(s.Secrets) == 0:
			all[t.ID] = unready
		}
	}
	return all
}

// expects tells whether anything waits to be told, or may begin to at this moment.
func (s *sight) expects() bool {
	for i := range s.told {
		if s.told[i].State == hook.Waiting {
			return true
		}
	}
	for _, standing := range s.facts.Consents {
		if s.now.Sub(standing.At) <= soon {
			return true
		}
	}
	return false
}

// trail is how far a choice has got: saved here, told to the systems that it
// concerns, confirmed by them. It ends with what is not well yet.
func (s *sight) trail(record consent.RecordID, v *consent.PurposeVersion, status consent.Status, at time.Time) []ui.Step {
	steps := []ui.Step{{Text: s.t("portal.trail.saved", "time", s.moment(at)), State: ui.Given}}
	var all []hook.Delivery
	for _, d := range s.told {
		if d.Entry == string(record) && d.State != hook.Withheld {
			all = append(all, s.outcome(d))
		}
	}
	steps = append(steps, s.tellings(all)...)
	if len(all) == 0 {
		steps = append(steps, s.coming(v, status, at)...)
	}
	return append(steps, s.contacts(record)...)
}

// outcome is d, or a later delivery to the same endpoint that said the same and
// more: what was told since then says what holds.
func (s *sight) outcome(d hook.Delivery) hook.Delivery {
	if d.State.Reached() {
		return d
	}
	for _, later := range s.told {
		if later.Subject == d.Subject && later.Endpoint == d.Endpoint && later.State.Reached() && later.Told >= d.Version {
			return later
		}
	}
	return d
}

// soon is how long after a choice it is said to be told, before anything was.
const soon = time.Hour

// coming is what will be told, in the moment before anything was.
func (s *sight) coming(v *consent.PurposeVersion, status consent.Status, at time.Time) []ui.Step {
	if s.now.Sub(at) > soon {
		return nil
	}
	e := hook.Event{
		Subject: "x", Kind: ledger.Kind("consent." + string(status)), Ends: !status.Valid(),
		Brand: s.facts.Consents.ScopeOf(v.Purpose, s.brand.Name), Purpose: v.Purpose, Actor: ledger.Self("x"),
	}
	var steps []ui.Step
	for i := range s.targets {
		if !s.targets[i].Wants(&e) {
			continue
		}
		system := capital(s.system(s.targets[i].System))
		if step, is := s.holding(s.targets[i].ID, system); is {
			steps = append(steps, step)
			continue
		}
		steps = append(steps, ui.Step{Text: s.t("portal.trail.coming", "system", system), State: ui.Neutral})
	}
	return steps
}

// tellings are the steps of deliveries, one sentence for what is well and one
// for each that is not.
func (s *sight) tellings(all []hook.Delivery) []ui.Step {
	reached, applied, last := 0, 0, time.Time{}
	for i := range all {
		d := &all[i]
		if d.State.Reached() {
			reached++
		}
		if d.State == hook.Applied || d.State == hook.NotHeld {
			applied++
		}
		if d.Over.After(last) {
			last = d.Over
		}
	}
	var steps []ui.Step
	switch {
	case reached == 0:
	case len(all) == 1:
		steps = append(steps, ui.Step{Text: s.t("portal.trail.sent", "system", s.systemOf(&all[0]), "time", s.moment(all[0].Tried)), State: ui.Given})
	default:
		steps = append(steps, ui.Step{Text: s.t("portal.trail.told", "done", reached, "all", len(all)), State: ui.Given})
	}
	switch {
	case applied == 0:
	case len(all) == 1:
		steps = append(steps, ui.Step{Text: s.t("portal.trail.confirmed_at", "time", s.moment(last)), State: ui.Given})
	case applied == len(all):
		steps = append(steps, ui.Step{Text: s.t("portal.trail.confirmed"), State: ui.Given})
	default:
		steps = append(steps, ui.Step{Text: s.t("portal.trail.confirmed_some", "done", applied, "all", len(all)), State: ui.Given})
	}
	for i := range all {
		if step, ok := s.unwell(&all[i]); ok {
			steps = append(steps, step)
		}
	}
	return steps
}

// unwell says what is wrong with a delivery, if anything is.
func (s *sight) unwell(d *hook.Delivery) (ui.Step, bool) {
	system := s.systemOf(d)
	if step, is := s.holding(d.Endpoint, system); is && d.State == hook.Waiting {
		return step, true
	}
	switch {
	case d.State == hook.Waiting && d.Tried.IsZero():
		return ui.Step{Text: s.t("portal.trail.coming", "system", system), State: ui.Neutral}, true
	case d.State == hook.Waiting && d.Due.After(s.now):
		return ui.Step{Text: s.t("portal.trail.retry", "system", system, "time", s.moment(d.Due)), State: ui.Waiting}, true
	case d.State == hook.Waiting:
		return ui.Step{Text: s.t("portal.trail.again", "system", system), State: ui.Waiting}, true
	case d.State == hook.Failed:
		return ui.Step{Text: s.t("portal.trail.failed", "system", system), State: ui.Failed}, true
	case d.State == hook.Refused:
		return ui.Step{Text: s.t("portal.trail.refused", "system", system), State: ui.Failed}, true
	}
	return ui.Step{}, false
}

// holding says why an endpoint is sent nothing now, if that is so.
func (s *sight) holding(endpoint, system string) (ui.Step, bool) {
	word, is := s.held[endpoint]
	if !is {
		return ui.Step{}, false
	}
	state := ui.Waiting
	if word == stopped {
		state = ui.Failed
	}
	return ui.Step{Text: s.t(string(word), "system", system), State: state}, true
}

// systemOf names the system that a delivery goes to, as a sentence begins.
func (s *sight) systemOf(d *hook.Delivery) string {
	name, _, _ := strings.Cut(d.Endpoint, "/")
	return capital(s.system(name))
}

// toldItem fills in what a system received last, and how far the last choice
// that concerns it is.
func (s *sight) toldItem(item *view.SystemItem, system string) {
	var last, choice *hook.Delivery
	for i := range s.told { // newest first
		d := &s.told[i]
		if name, _, _ := strings.Cut(d.Endpoint, "/"); name != system {
			continue
		}
		if d.State.Reached() && (last == nil || d.Over.After(last.Over)) {
			last = d
		}
		if choice == nil && strings.HasPrefix(string(d.Kind), "consent.") && d.State != hook.Withheld {
			choice = d
		}
	}
	item.Asked = s.lastAsked(system)
	item.Told = slices.ContainsFunc(s.targets, func(t hook.Target) bool { return t.System == system })
	if last != nil {
		item.ToldAt, item.ToldWhat = last.Over, s.aboutDelivery(last)
	}
	if choice != nil {
		item.Choice = s.aboutDelivery(choice)
		item.Steps = append([]ui.Step{{Text: s.t("portal.trail.saved", "time", s.moment(choice.At)), State: ui.Given}},
			s.tellings([]hook.Delivery{s.outcome(*choice)})...)
	}
}

// aboutDelivery says what a delivery told, in a few words.
func (s *sight) aboutDelivery(d *hook.Delivery) string {
	for key, st := range s.facts.Consents {
		if string(st.Record) == d.Entry {
			return s.t("portal.who.told_choice", "purpose", s.question(key.Purpose))
		}
	}
	family, _, _ := strings.Cut(string(d.Kind), ".")
	switch family {
	case "consent":
		return s.t("portal.who.told_consent")
	case "attribute":
		return s.t("portal.who.told_value")
	case "audience":
		return s.t("portal.who.told_group")
	}
	return s.t("portal.who.told_wish")
}
