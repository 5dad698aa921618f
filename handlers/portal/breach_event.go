package portal

import (
	"encoding/json"

	"livingprofile/internal/breach"
	"livingprofile/internal/ledger"
	view "livingprofile/views/portal"
)

// breachEvent tells that the person's data was in a breach, in the words that
// they were told.
func (s *sight) breachEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t breach.Trace
	if json.Unmarshal(h.Payload, &t) != nil || h.Kind != breach.NoticeGiven {
		return view.HistoryItem{}, false
	}
	text := s.t("breach.event.notice", "number", t.Number)
	if t.Mailed {
		text = s.t("breach.event.mailed", "number", t.Number)
	}
	return view.HistoryItem{Icon: "alert", Text: text, Detail: t.Text}, true
}
