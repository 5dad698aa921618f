package portal

import (
	"encoding/json"
	"slices"
	"strings"

	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	view "livingprofile/views/portal"
)

// requestEvents are the kinds of entry about requests that have a sentence.
func requestEvents() []string {
	all := []string{string(rights.RequestInitiated), string(rights.CopyTook), string(rights.AttachmentTook), string(rights.RestrictionStarted), string(rights.RestrictionEnded)}
	for _, t := range rights.Transitions() {
		all = append(all, string(t.Entry))
	}
	return all
}

func (s *sight) holdEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var hold rights.PersonHold
	if json.Unmarshal(h.Payload, &hold) != nil || h.Kind != rights.HoldPlaced && h.Kind != rights.HoldOver {
		return view.HistoryItem{}, false
	}
	return view.HistoryItem{Icon: "scale", Text: s.t("hold.event." + strings.TrimPrefix(string(h.Kind), "hold.")), Detail: hold.Reason}, true
}

// heldWords say what is on hold, why and until when.
func (s *sight) heldWords(h *rights.PersonHold) string {
	what := s.t("hold.all")
	if len(h.Fields) > 0 {
		what = i18n.List(s.ctx, s.labels(h.Fields))
	}
	until := s.t("hold.open_ended")
	if !h.Until.IsZero() {
		until = i18n.DateTime(s.ctx, h.Until)
	}
	return s.t("hold.words", "what", what, "reason", h.Reason, "until", until)
}

func (s *sight) requestEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t rights.Trace
	if json.Unmarshal(h.Payload, &t) != nil || !slices.Contains(requestEvents(), string(h.Kind)) {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{Icon: "scale"}
	_, what, _ := strings.Cut(string(h.Kind), ".")
	if h.Kind == rights.CopyTook {
		item.Text = s.t("rights.event.taken")
		return item, true
	}
	if h.Kind == rights.AttachmentTook {
		item.Text, item.Detail = s.t("attachment.event"), t.Number
		return item, true
	}
	if strings.HasPrefix(string(h.Kind), "restriction.") {
		item.Icon = "frozen"
	}
	item.Text = s.t("rights.event."+what, "right", s.t("rights.kind."+string(t.Kind)))
	item.Detail = t.Number
	return item, true
}
