package portal

import (
	"encoding/json"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
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

// groupEvent tells that a system was told to address the person as one of a group
// for a purpose, or not any more.
func (s *sight) groupEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t hook.GroupTrace
	if json.Unmarshal(h.Payload, &t) != nil || h.Kind != hook.GroupJoined && h.Kind != hook.GroupLeft {
		return view.HistoryItem{}, false
	}
	system, _, _ := strings.Cut(t.Endpoint, "/")
	return view.HistoryItem{
		Icon: "share", Text: s.t("event."+string(h.Kind), "system", capital(s.system(system)), "purpose", s.question(t.Purpose)),
	}, true
}

// conflictEvent tells that a system said otherwise than the person, or that the
// person said which of the two holds.
func (s *sight) conflictEvent(h *ledger.Happening) (view.HistoryItem, bool) {
	var t inbound.Trace
	if json.Unmarshal(h.Payload, &t) != nil {
		return view.HistoryItem{}, false
	}
	about := ""
	if t.About == inbound.AboutConsent {
		about = s.question(consent.PurposeID(t.Name))
	} else {
		about = s.fieldLabel(t.Name)
	}
	item := view.HistoryItem{Icon: "bell"}
	switch h.Kind {
	case inbound.ConflictRaised:
		item.Text = s.t("event.conflict.raised", "system", capital(s.system(t.System)), "about", about)
	case inbound.ConflictSettled:
		item.Text = s.t("event.conflict.settled", "about", about)
		if t.Note != "" {
			item.Text, item.Detail = s.t("event.conflict.ruled", "about", about), s.t("event.conflict.note", "words", t.Note)
		}
	default:
		return item, false
	}
	return item, true
}

// contested asks the person about each choice and value of theirs that a system
// reports otherwise. The question about a choice leads to the words of the purpose: a yes is to them,
// and their no counts until then.
func (s *sight) contested(open []inbound.Conflict) []view.Attention {
	var all []view.Attention
	for i := range open {
		c := &open[i]
		if f, ok := s.org.Field(c.Name); ok && c.About == inbound.AboutField {
			all = append(all, s.disputed(f, c))
			continue
		}
		v, ok := s.org.Purpose(consent.PurposeID(c.Name))
		if c.About != inbound.AboutConsent || !ok || !v.On(s.brand.Name) {
			continue
		}
		words := "portal.home.contested"
		if c.Ours.Source != profile.SourceSubject {
			words = "portal.home.contested_reported"
		}
		all = append(all, view.Attention{
			Icon: "bell",
			Text: s.t(words, "system", capital(s.system(c.System)), "purpose", s.question(v.Purpose),
				"theirs", i18n.Date(s.ctx, c.Theirs.At), "ours", i18n.Date(s.ctx, c.Ours.At)),
			Link: ui.Link{Text: s.t("portal.home.contested_link"), Href: s.base + "/allow/" + c.Name},
		})
	}
	return all
}

// endContest ends the asking about a purpose that the person has just answered.
func (p *Portal) endContest(c echo.Context, v *consent.PurposeVersion, answer consent.Answer) error {
	subject, took := web.Of(c).Subject(), inbound.TookOurs
	if answer == consent.Yes {
		took = inbound.TookTheirs
	}
	return p.Door.Answered(web.Context(c), subject, inbound.AboutConsent, string(v.Purpose), ledger.Self(subject), took)
}
