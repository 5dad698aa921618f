package portal

import (
	"slices"
	"strings"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// purposePage is everything there is to know about a purpose. records are the
// person's about it, oldest first.
func (s *sight) purposePage(v *consent.PurposeVersion, records []consent.Record) view.PurposePage {
	item := s.purposeItem(v)
	item.Alone = true
	page := view.PurposePage{
		Item: item, Reach: s.reach(v), Why: s.in(v.Words.Why),
		Basis: s.t("basis." + string(v.Basis) + ".plain"), Law: s.t("basis." + string(v.Basis) + ".legal"),
		Controller: s.brand.LegalName, Data: s.categories(v.Categories), Recipients: s.recipients(v.Recipients),
		Retention: s.in(v.Words.Retention), Source: s.in(v.Words.Source), IfNo: s.in(v.Words.IfNo),
		Plan: s.planNo(v), Words: noticeWords(v, s.locale), Choices: s.choices(records),
	}
	versions := s.org.Versions(v.Purpose)
	for i, version := range versions {
		line := view.VersionLine{Number: version.Number, Since: version.From}
		if i+1 < len(versions) {
			line.Diff = web.Diff(versions[i+1].Notice(s.locale).Body, version.Notice(s.locale).Body)
		}
		page.Versions = append(page.Versions, line)
	}
	return page
}

// noticeWords are the exact words of v in locale.
func noticeWords(v *consent.PurposeVersion, locale string) view.NoticeWords {
	n := v.Notice(locale)
	return view.NoticeWords{
		Lines: strings.Split(n.Body, "\n"), Version: v.Number, Since: v.From, Locale: locale, Hash: n.Hash,
	}
}

// choices are the records that count here, newest first.
func (s *sight) choices(records []consent.Record) []view.ChoiceLine {
	var lines []view.ChoiceLine
	for i := range slices.Backward(records) {
		r := &records[i]
		if r.Scope != "" && r.Scope != s.brand.Name {
			continue
		}
		lines = append(lines, view.ChoiceLine{
			At: r.At, Text: s.t("status." + string(r.Status)), How: s.proof(r.Proof.Kind, r.Brand),
			State: stateOf(r.Status), Receipt: string(r.ID),
		})
	}
	return lines
}

// stateOf is how a status is marked.
func stateOf(status consent.Status) ui.State {
	switch {
	case status.Valid():
		return ui.Given
	case status.No():
		return ui.Refused
	}
	return ui.Waiting
}

// proof says how a decision is known. A record does not name the system that
// reported it; the history does.
func (s *sight) proof(kind consent.ProofKind, brand string) string {
	switch kind {
	case consent.BySystemSays, consent.ByImport, consent.ByWord:
		return s.t("page.proof." + string(kind))
	case consent.ByBrandLink:
		return s.t("proof.brand_link", "brand", s.brandName(brand))
	}
	return s.t("proof." + string(kind))
}

func (s *sight) categories(names []string) []string {
	var labels []string
	for _, name := range names {
		label := name
		if c, ok := s.org.Category(name); ok {
			label = s.in(c.Label)
		}
		labels = append(labels, label)
	}
	return labels
}

// recipients names who gets data, in human terms and by name: people may know
// the actual recipients (Art. 15(1)(c) GDPR, CJEU C-154/21).
func (s *sight) recipients(names []string) []string {
	var labels []string
	for _, name := range names {
		label := name
		if sys, ok := s.org.System(name); ok {
			label = s.t("page.recipient", "human", s.in(sys.Human), "name", s.in(sys.Label))
		}
		labels = append(labels, label)
	}
	return labels
}

// planNo is what a no to v would do now, from the rule that would do it; nil
// when nothing would end.
func (s *sight) planNo(v *consent.PurposeVersion) *ui.Plan {
	if !v.Asks() {
		return nil
	}
	no := consent.Decision{
		Purpose: v, Answer: consent.No, At: s.now,
		Scope: s.facts.Consents.ScopeOf(v.Purpose, s.brand.Name),
	}
	var plan ui.Plan
	for _, d := range consent.WithChildren(s.facts.Consents, no, s.org.Children(v.Purpose)) {
		st, ok := s.facts.Consents[consent.Key{Purpose: d.Purpose.Purpose, Scope: d.Scope}]
		if !ok {
			st = consent.Standing{Status: consent.Unknown}
		}
		if _, changes, err := consent.Decide(st, d); err == nil && changes {
			plan.Goes = append(plan.Goes, s.ending(d.Purpose)...)
		}
	}
	if len(plan.Goes) == 0 {
		return nil
	}
	plan.Stays = s.staying(v.Marketing)
	return &plan
}

// ending is what ends with a purpose; nothing when it is not done now.
func (s *sight) ending(v *consent.PurposeVersion) []ui.Effect {
	if verdict := s.may(v); !verdict.Allow && verdict.Reasons[0] != decision.Paused {
		return nil
	}
	goes := []ui.Effect{{Text: s.t("portal.effect.processing", "purpose", s.in(v.Words.Question))}}
	wishes := s.facts.Preferences.Of(s.brand.Name)
	for _, topic := range s.org.TopicsOn(s.brand.Name) {
		if topic.Purpose != v.Purpose {
			continue
		}
		if on := channelsOn(wishes, topic); len(on) > 0 {
			goes = append(goes, ui.Effect{
				Text: s.t("portal.effect.topic", "topic", s.in(topic.Label), "channels", s.channels(on)),
			})
		}
	}
	return goes
}

// staying is what a no leaves as it is.
func (s *sight) staying(marketing bool) []ui.Effect {
	stays := []ui.Effect{
		{Text: s.t("portal.effect.data"), Note: s.t("portal.effect.data_note")},
		{Text: s.t("portal.effect.proof"), Note: s.t("portal.effect.proof_note")},
	}
	if marketing {
		service := ui.Effect{Text: s.t("portal.effect.service"), Note: s.t("portal.effect.service_note")}
		stays = append([]ui.Effect{service}, stays...)
	}
	return stays
}

// channelsOn are the channels that a topic is wished by.
func channelsOn(w consent.Wishes, t *consent.Topic) []string {
	var on []string
	for _, channel := range t.Channels {
		if w.Topics[consent.Slot(t.Name, channel)] {
			on = append(on, channel)
		}
	}
	return on
}
