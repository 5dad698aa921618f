package portal

import (
	"encoding/json"
	"strings"

	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	view "livingprofile/views/portal"
)

// decisionEvent tells that a system asked whether it may, and on what basis it
// was answered.
func (s *sight) decisionEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t decision.Trace
	if json.Unmarshal(h.Payload, &t) != nil || h.Kind != decision.Asked {
		return view.HistoryItem{}, false
	}
	verb := map[bool]string{true: "used", false: "unused"}[t.Allow]
	if t.Channel != "" {
		verb = map[bool]string{true: "allowed", false: "denied"}[t.Allow]
	}
	item := view.HistoryItem{
		Icon: "observed", Text: s.t("event.decision."+verb, "system", capital(s.system(t.System)), "purpose", s.question(t.Purpose)),
	}
	var said []string
	if c, ok := s.org.Channel(t.Channel); ok {
		said = append(said, s.t("event.decision.by_channel", "channel", s.in(c.Label)))
	}
	if t.Record != "" {
		for key, st := range s.facts.Consents {
			if st.Record == t.Record && key.Purpose == t.Purpose {
				said = append(said, s.t("event.decision.basis", "date", i18n.Date(s.ctx, st.At)))
			}
		}
		item.Receipt = string(t.Record)
	}
	item.Detail = strings.Join(said, " · ")
	return item, true
}
