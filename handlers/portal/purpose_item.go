package portal

import (
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// purposeItem is the row that asks about a purpose and says what holds.
func (s *sight) purposeItem(v *consent.PurposeVersion) view.PurposeItem {
	words := s.texts.of(s.org, v, s.locale)
	item := view.PurposeItem{
		ID: string(v.Purpose), Title: words.title, Text: words.sentence,
		Version: words.version, Notice: words.notice,
		Parent: len(s.children(v)) > 0, IfNoSame: words.ifNo == "", Saved: s.said.at(string(v.Purpose)),
	}
	st := s.facts.Consents.Of(v.Purpose, s.brand.Name)
	if st.Record != "" {
		item.Choices, item.Receipt = 1, string(st.Record)
		item.Steps = s.trail(st.Record, v, st.Status, st.At)
	}
	switch {
	case v.Retired:
		item.Fixed = s.t("page.retired")
	case !v.Asks():
		item.Fixed = words.fixed
	default:
		s.answer(&item, v, st)
		item.Elsewhere = s.elsewhere(v, item.Answer)
	}
	return item
}

// answer fills in what the person said, and what holds in its place.
func (s *sight) answer(item *view.PurposeItem, v *consent.PurposeVersion, st consent.Standing) {
	verdict := s.may(v)
	switch reason := verdict.Reasons[0]; reason {
	case decision.ByConsent, decision.Waiting:
		item.Answer = ui.Yes
	case decision.Refused, decision.Withdrawn, decision.Objected:
		item.Answer = ui.No
	case decision.NoObject, decision.Paused:
		if st.Status.Valid() {
			item.Answer = ui.Yes
		} else {
			item.Unasked = s.t("page.unopposed")
		}
	case decision.Restricted:
		if st.Status.Valid() {
			item.Answer = ui.Yes
		}
	case decision.NotAsked:
		if st.Status == consent.Deferred {
			item.Unasked = s.t("page.deferred")
		}
	case decision.Signalled:
		item.Unasked = s.t("page.signalled")
		if st.Status.Valid() {
			item.Unasked = s.t("page.signalled_yes", "date", i18n.Date(s.ctx, st.At))
		}
	default:
		item.Unasked = s.t("page.until_again")
	}
	item.State, item.Why = s.overriding(v, st, verdict)
	if from := s.ofAge(v); !from.IsZero() {
		item.OnlyNo, item.State = true, ui.Waiting
		item.Why = s.t("page.state.minor", "date", i18n.Date(s.ctx, from))
		item.Unasked = s.t("page.minor", "address", s.brand.Contact)
	}
	if item.Why == "" {
		item.Why = s.inherited(v, st)
	}
	if st.Status.Valid() && st.Version < v.Number && !v.ReaskBy.IsZero() {
		item.Reask = &view.Reask{Until: v.ReaskBy}
	}
}

// overriding says what stands above the person's answer, "" for nothing.
func (s *sight) overriding(v *consent.PurposeVersion, st consent.Standing, verdict decision.Verdict) (ui.State, string) {
	if verdict.Allow && !s.since(v).IsZero() {
		return ui.Given, s.t("page.state.spite")
	}
	switch verdict.Reasons[0] {
	case decision.Signalled:
		return ui.Refused, s.t("portal.state.signal")
	case decision.ByConsent:
		if !st.Until.IsZero() {
			return ui.Given, s.t("portal.state.expires", "date", i18n.Date(s.ctx, st.Until))
		}
	case decision.Paused:
		id := "portal.state.paused"
		if !st.Status.Valid() {
			id = "page.state.paused"
		}
		return ui.Paused, s.t(id, "date", i18n.Date(s.ctx, verdict.Until))
	case decision.Expired:
		over := st.Until
		if over.IsZero() {
			over = st.At
		}
		return ui.Waiting, s.t("portal.state.expired", "date", i18n.Date(s.ctx, over))
	case decision.Waiting:
		if s.mail == "" {
			return ui.Waiting, s.t("page.state.requested")
		}
		return ui.Waiting, s.t("portal.state.requested", "address", s.mail)
	case decision.Restricted:
		return ui.Frozen, s.t("rights.state_frozen")
	case decision.Revoked:
		return ui.Refused, s.t("portal.state.revoked")
	case decision.Invalidated:
		return ui.Refused, s.t("page.state.invalidated")
	case decision.WordsChanged:
		return ui.Waiting, s.t("page.state.words_changed", "date", i18n.Date(s.ctx, v.ReaskBy))
	}
	return ui.Neutral, ""
}

// inherited says where an answer comes from, or how far it reaches.
func (s *sight) inherited(v *consent.PurposeVersion, st consent.Standing) string {
	switch {
	case st.Via != "":
		return s.t("portal.state.via", "parent", s.question(st.Via))
	case len(v.Brands) != 1 && len(s.org.Brands) > 1 && s.facts.Consents.ScopeOf(v.Purpose, s.brand.Name) != "":
		return s.t("portal.state.brand", "brand", s.in(s.brand.Label))
	}
	return ""
}

// children are the purposes below v that this brand uses.
func (s *sight) children(v *consent.PurposeVersion) []*consent.PurposeVersion {
	var list []*consent.PurposeVersion
	for _, child := range s.org.Children(v.Purpose) {
		if child.On(s.brand.Name) {
			list = append(list, child)
		}
	}
	return list
}

// moment is the time of day for today, and the date for any other day.
func (s *sight) moment(t time.Time) string {
	if s.isToday(t) {
		return i18n.Clock(s.ctx, t)
	}
	return i18n.Date(s.ctx, t)
}

// waits tells whether the brand's page has a yes that waits for its second.
func (s *sight) waits() bool {
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if s.facts.Consents.Of(v.Purpose, s.brand.Name).Status == consent.Requested {
			return true
		}
	}
	return false
}
