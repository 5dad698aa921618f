package portal

import (
	"encoding/json"

	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
)

// sharingEvent tells what was answered to a brand that asked for a field.
func (s *sight) sharingEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t profile.SharingTrace
	if json.Unmarshal(h.Payload, &t) != nil {
		return view.HistoryItem{}, false
	}
	item, field, brand := view.HistoryItem{Icon: "share"}, s.fieldLabel(t.Field), s.brandName(t.Brand)
	switch {
	case h.Kind == profile.SharingGiven && t.Until.IsZero():
		item.Text = s.t("asked.shared", "field", field, "brand", brand)
	case h.Kind == profile.SharingGiven:
		item.Text = s.t("asked.shared_until", "field", field, "brand", brand, "date", i18n.Date(s.ctx, t.Until))
	case h.Kind == profile.SharingDeclined:
		item.Text = s.t("asked.refused", "field", field, "brand", brand)
	case h.Kind == profile.SharingDeferred:
		item.Text = s.t("asked.deferred", "brand", brand)
	case h.Kind == profile.SharingEnded:
		item.Text = s.t("asked.over", "field", field, "brand", brand)
	default:
		return view.HistoryItem{}, false
	}
	return item, true
}
