package portal

import (
	"encoding/json"
	"strings"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/scim"
	"livingprofile/internal/staff"
	view "livingprofile/views/portal"
)

// event tells what happened. Every kind there may ever be gets a readable line,
// and so does an entry whose payload cannot be read.
func (s *sight) event(h *ledger.Happening) view.HistoryItem {
	var item view.HistoryItem
	ok := false
	switch area, _, _ := strings.Cut(string(h.Kind), "."); area {
	case "consent":
		item, ok = s.consentEvent(h)
	case "attribute":
		if h.Kind == profile.Withheld {
			item, ok = s.withheldEvent(h)
		} else {
			item, ok = s.attributeEvent(h)
		}
	case "sharing":
		item, ok = s.sharingEvent(h)
	case "preference", "marketing":
		item, ok = s.wishEvent(h)
	case "identifier":
		item, ok = s.identifierEvent(h)
	case "session":
		item, ok = s.sessionEvent(h)
	case "subject":
		item, ok = s.subjectEvent(h)
	case "request", "copy", "attachment", "restriction":
		item, ok = s.requestEvent(h)
	case "hold":
		item, ok = s.holdEvent(h)
	case "transfer":
		item, ok = s.transferEvent(h)
	case "breach":
		item, ok = s.breachEvent(h)
	case "conflict":
		item, ok = s.conflictEvent(h)
	case "decision":
		item, ok = s.decisionEvent(h)
	case "audience":
		item, ok = s.groupEvent(h)
	case "enrolment":
		item, ok = view.HistoryItem{Icon: "share", Text: s.t("event." + string(h.Kind))}, known(scim.Enrolments[:], h.Kind)
	case "activity", "inference":
		item, ok = s.activityEvent(h)
	case "automated":
		item, ok = s.automatedEvent(h)
	case "signal":
		item, ok = view.HistoryItem{Icon: "shield", Text: s.t("event.signal.received")}, h.Kind == consent.SignalReceived
	}
	if ok {
		return item
	}
	return view.HistoryItem{Icon: "info", Text: s.t("page.event.unnamed", "kind", string(h.Kind))}
}

func (s *sight) consentEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t consent.Trace
	if json.Unmarshal(h.Payload, &t) != nil {
		return view.HistoryItem{}, false
	}
	status := consent.Status(strings.TrimPrefix(string(h.Kind), "consent."))
	if !known(consent.Statuses[:], status) {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{
		Icon: "shield", Receipt: h.ID,
		Text: s.t("event."+string(h.Kind), "purpose", s.question(t.Purpose)),
	}
	switch {
	case t.Via != "":
		item.Detail = s.t("portal.state.via", "parent", s.question(t.Via))
	case t.Scope != "":
		item.Detail = s.t("portal.state.brand", "brand", s.brandName(t.Scope))
	}
	return item, true
}

func known[T comparable](list []T, one T) bool {
	for _, k := range list {
		if k == one {
			return true
		}
	}
	return false
}

// attributeEvent tells of the one step of an entry, or of all that one record
// of a system brought.
func (s *sight) attributeEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	steps, err := profile.DecodeSteps(h.ID, h.Kind, h.Payload)
	if err != nil || len(steps) == 0 {
		return view.HistoryItem{}, false
	}
	if len(steps) == 1 {
		text, ok := s.stepText(steps[0])
		item := view.HistoryItem{Icon: "pencil", Text: text}
		if f, known := s.org.Field(steps[0].Field); known && h.Kind == profile.Expired {
			item.Icon = "bin"
			item.Detail = s.t("retention.event.why", "source", s.source(steps[0].Source), "span", i18n.Span(s.ctx, s.org.Keep(f)))
		}
		return item, ok
	}
	item := view.HistoryItem{
		Icon: "share",
		Text: s.t("page.event.sent", "source", s.source(steps[0].Source), "count", len(steps)),
	}
	var labels []string
	for _, step := range steps {
		labels = append(labels, s.fieldLabel(step.Field))
	}
	item.Detail = s.list(labels)
	return item, true
}

// stepText says what one step did to a field.
func (s *sight) stepText(step profile.Step) (string, bool) {
	was, is, told := s.stepValue(step, step.Old), s.stepValue(step, step.New), s.stepValue(step, step.Said)
	field, system := s.fieldLabel(step.Field), s.source(step.Source)
	switch step.Kind {
	case profile.Corrected, profile.Approved:
		switch {
		case step.Via != "":
			return s.t("event.attribute.imported", "field", field, "new", is, "system", s.controller(step.Via)), true
		case is == "":
			return s.t("event.attribute.cleared", "field", field, "old", was), true
		case was == "":
			return s.t("event.attribute.set", "field", field, "new", is), true
		}
		return s.t("event.attribute.corrected", "field", field, "old", was, "new", is), true
	case profile.Undone:
		if is == "" {
			return s.t("event.attribute.cleared", "field", field, "old", was), true
		}
		return s.t("event.attribute.undone", "field", field, "new", is), true
	case profile.Imported:
		if told == "" {
			return s.t("page.event.dropped", "field", field, "system", system), true
		}
		return s.t("event.attribute.imported", "field", field, "new", told, "system", system), true
	case profile.Confirmed:
		return s.t("page.event.confirmed", "field", field, "system", system), true
	case profile.Expired:
		return s.t("retention.event.expired", "field", field, "value", was), true
	case profile.Proposed, profile.Retracted, profile.Rejected:
		return s.t("page.event."+stepName(step), "field", field, "new", first(told, s.t("portal.data.nothing"))), true
	}
	return "", false
}

func (s *sight) stepValue(step profile.Step, value string) string {
	if f, ok := s.org.Field(step.Field); ok {
		return s.format(f, value)
	}
	return value
}

func (s *sight) fieldLabel(name string) string {
	if f, ok := s.org.Field(name); ok {
		return s.in(f.Label)
	}
	return name
}

func (s *sight) identifierEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t identity.Trace
	if json.Unmarshal(h.Payload, &t) != nil {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{Icon: "key"}
	switch h.Kind {
	case identity.IdentifierAdded:
		item.Text = s.t("event.identifier.added", "new", identifierText(t.Kind, t.Value), "field", s.identifierLabel(t.Kind, t.Scope))
	case identity.IdentifierVerified:
		item.Text = s.t("event.identifier.verified", "new", identifierText(t.Kind, t.Value))
	case identity.IdentifierVouched:
		item.Text = s.t("join.event.vouched", "new", identifierText(t.Kind, t.Value))
	case identity.IdentifierRemoved:
		item.Text = s.t("event.identifier.removed", "old", identifierText(t.Kind, t.Value))
	case identity.IdentifierMain:
		item.Text = s.t("page.event.main", "new", identifierText(t.Kind, t.Value))
	default:
		return item, false
	}
	return item, true
}

// A sessionTrace is what an entry about a session says.
type sessionTrace struct {
	Session string `json:"session"`
	Method  string `json:"method"`
	Why     string `json:"why"`
}

func (s *sight) sessionEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t sessionTrace
	if h.Payload != nil && json.Unmarshal(h.Payload, &t) != nil {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{Icon: "key"}
	switch h.Kind {
	case "session.started":
		item.Text, item.Detail = s.t("event.session.started", "brand", s.brandName(h.Brand)), s.method(t.Method)
	case "session.proved":
		item.Text, item.Detail = s.t("event.session.proved"), s.method(t.Method)
	case "session.ended":
		item.Text, item.Icon = s.t("event.session.ended"), "out"
		item.Detail = s.whyEnded(t.Why)
	default:
		return item, false
	}
	return item, true
}

func (s *sight) subjectEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	item := view.HistoryItem{Icon: "person"}
	switch h.Kind {
	case identity.SubjectCreated:
		if h.Brand == "" {
			item.Text = s.t("portal.event.subject.created")
		} else {
			item.Text = s.t("event.subject.created", "brand", s.brandName(h.Brand))
		}
	case staff.KindViewed:
		return s.viewedEvent(h)
	case decision.Read:
		item.Icon, item.Text, item.Detail = "observed", s.t("event.subject.read"), s.t("event.subject.read_once")
	case identity.SubjectMerged:
		item.Text, item.Icon, item.Detail = s.t("portal.event.subject.merged"), "people", s.joinDetail(h)
	case identity.SubjectSeparated:
		item.Text, item.Icon, item.Detail = s.t("join.event.separated"), "people", s.joinDetail(h)
	default:
		return item, false
	}
	return item, true
}

// joinDetail is why two records were joined, or what was said for it.
func (s *sight) joinDetail(h *ledger.Happening) string {
	var t identity.JoinTrace
	if json.Unmarshal(h.Payload, &t) != nil {
		return ""
	}
	if t.Reason != "" {
		return s.t("join.because.staff", "reason", t.Reason)
	}
	if len(t.Evidence) == 0 {
		return ""
	}
	return s.evidence(&t.Evidence[0])
}

// withheldEvent tells of values that were not taken in.
func (s *sight) withheldEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t profile.RefusedTrace
	if json.Unmarshal(h.Payload, &t) != nil || len(t.Refused) == 0 {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{
		Icon: "shield", Text: s.t("join.event.withheld", "source", s.source(t.Refused[0].Source), "count", len(t.Refused)),
	}
	var labels []string
	for _, r := range t.Refused {
		labels = append(labels, s.fieldLabel(r.Field))
	}
	item.Detail = s.list(labels)
	return item, true
}

// viewedEvent tells that staff looked at the profile, and why.
func (s *sight) viewedEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t staff.Viewing
	if json.Unmarshal(h.Payload, &t) != nil || !known(staff.Reasons(), t.Reason) {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{Icon: "observed", Text: s.t("event.subject.viewed"), Detail: s.t("event.viewed." + string(t.Reason))}
	if t.Note != "" {
		item.Detail += " · " + s.t("event.viewed.note", "note", t.Note)
	}
	return item, true
}

// wishEvent tells what somebody wishes since, part by part.
func (s *sight) wishEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t consent.WishTrace
	if json.Unmarshal(h.Payload, &t) != nil {
		return view.HistoryItem{}, false
	}
	item := view.HistoryItem{Icon: "mail"}
	switch h.Kind {
	case consent.MarketingStopped:
		item.Icon, item.Text = "pause", s.t("event.marketing.stopped")
	case consent.PreferenceChanged:
		item.Text = s.t("portal.event.preference.changed")
	default:
		return item, false
	}
	var said []string
	if t.Language != "" {
		said = append(said, s.t("page.wish.language", "language", i18n.Lang(t.Language)))
	}
	if h.Kind == consent.MarketingStopped {
		for _, purpose := range t.Stopped {
			said = append(said, s.question(consent.PurposeID(purpose)))
		}
	} else if t.Was != nil && t.Is != nil {
		said = append(said, s.wishChanges(*t.Was, *t.Is)...)
	}
	if t.Scope != "" {
		said = append(said, s.t("page.wish.only", "brand", s.brandName(t.Scope)))
	}
	item.Detail = strings.Join(said, " · ")
	return item, true
}
