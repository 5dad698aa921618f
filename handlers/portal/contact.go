package portal

import (
	"encoding/json"
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/views/ui"
)

// A query is an answer that a system was given and that was recorded.
type query struct {
	decision.Trace
	at time.Time
}

// askedAtMost is how many recorded answers a page looks at.
const askedAtMost = 50

// queries returns the latest answers that were recorded, newest first.
func (p *Portal) queries(s *sight, subject id.Subject) ([]query, error) {
	found, err := p.Read.History(s.ctx, subject, ledger.HistoryPage{Kinds: []string{string(decision.Asked)}, Limit: askedAtMost})
	if err != nil {
		return nil, err
	}
	var all []query
	for i := range found {
		one := query{at: found[i].At}
		if json.Unmarshal(found[i].Payload, &one.Trace) == nil {
			all = append(all, one)
		}
	}
	return all, nil
}

// contacts are the steps of those who asked last and may, on the basis of one
// answer; one for each system.
func (s *sight) contacts(record consent.RecordID) []ui.Step {
	var steps []ui.Step
	var systems []string
	for i := range s.queries {
		a := &s.queries[i]
		if a.Record != record || !a.Allow || slices.Contains(systems, a.System) {
			continue
		}
		systems = append(systems, a.System)
		word := "portal.trail.use"
		if a.Channel != "" {
			word = "portal.trail.contact"
		}
		steps = append(steps, ui.Step{Text: s.t(word, "system", capital(s.system(a.System)), "time", s.moment(a.at)), State: ui.Given})
	}
	return steps
}

// lastAsked is what a system asked last and was answered; "" for nothing.
func (s *sight) lastAsked(system string) string {
	i := slices.IndexFunc(s.queries, func(a query) bool { return a.System == system })
	if i < 0 {
		return ""
	}
	a := &s.queries[i]
	if !a.Allow {
		return s.t("portal.who.asked_may_not", "purpose", s.question(a.Purpose), "time", s.moment(a.at))
	}
	for key, st := range s.facts.Consents {
		if a.Record != "" && st.Record == a.Record && key.Purpose == a.Purpose {
			return s.t("portal.who.asked_may", "purpose", s.question(a.Purpose), "time", s.moment(a.at), "date", i18n.Date(s.ctx, st.At))
		}
	}
	return s.t("portal.who.asked_may_else", "purpose", s.question(a.Purpose), "time", s.moment(a.at))
}

// requestTold is how far the systems are that were told of what a request led
// to: of each endpoint the latest.
func (p *Portal) requestTold(s *sight, r *rights.Request) ([]ui.Step, error) {
	found, err := p.Read.DeliveriesOf(s.ctx, r.Subject, string(r.ID))
	if err != nil {
		return nil, err
	}
	var latest []hook.Delivery
	for _, d := range found {
		known := slices.ContainsFunc(latest, func(o hook.Delivery) bool { return o.Endpoint == d.Endpoint })
		if !known && d.State != hook.Withheld {
			latest = append(latest, s.outcome(d))
		}
	}
	return s.tellings(latest), nil
}
