package portal

import (
	"slices"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// homePage sums up what is held, allowed and received, and what needs the
// person.
func (s *sight) homePage(identifiers []identity.Identifier) view.HomePage {
	page := view.HomePage{Voice: first(s.in(s.brand.Voice), s.in(s.brand.Label)), Rights: s.rightsCard(), Signal: s.signalNote()}
	s.homeValues(&page)
	s.homeAnswers(&page)
	s.homeAsked(&page)
	page.Get, page.GetNote = s.homeGet()
	for i := range identifiers {
		if one := &identifiers[i]; one.Kind == identity.Email && !one.Verified() {
			page.Attention = append(page.Attention, view.Attention{
				Icon: "mail", Text: s.t("portal.home.unverified", "address", one.Value),
				Link: ui.Link{Text: s.t("portal.home.unverified_link"), Href: s.base + "/safety#a-" + one.ID},
			})
		}
	}
	return page
}

// homeAnswers counts the answers, and finds those to look at again.
func (s *sight) homeAnswers(page *view.HomePage) {
	paused, reask, link := 0, 0, ""
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if !v.Asks() {
			continue
		}
		item := s.purposeItem(v)
		switch {
		case item.Answer == ui.Yes:
			page.Yes++
		case item.Answer == ui.No, s.signalled(v):
			page.No++
		case s.may(v).Reasons[0] != decision.NoObject && !item.OnlyNo:
			page.Unasked++
		}
		if item.State == ui.Paused {
			paused++
		}
		if item.Reask != nil {
			reask, link = reask+1, s.base+"/allow/"+item.ID+"#versions"
		}
	}
	if paused > 0 {
		page.AllowNote = s.t("portal.home.paused_note", "count", paused)
	}
	if reask == 0 {
		return
	}
	if reask > 1 {
		link = s.base + "/allow"
	}
	page.Attention = append(page.Attention, view.Attention{
		Icon: "bell", Text: s.t("portal.home.reask", "count", reask),
		Link: ui.Link{Text: s.t("portal.home.reask_link"), Href: link},
	})
}

// homeGet says in a sentence what comes, and what holds it back.
func (s *sight) homeGet() (text, note string) {
	wishes := s.wishes(s.brand.Name)
	var topics, channels []string
	for _, t := range s.org.TopicsOn(s.brand.Name) {
		on := channelsOn(wishes, t)
		if len(on) == 0 || !s.comes(t) {
			continue
		}
		topics = append(topics, s.in(t.Label))
		for _, channel := range on {
			if label := s.channel(channel); !slices.Contains(channels, label) {
				channels = append(channels, label)
			}
		}
	}
	if len(topics) == 0 {
		return s.t("portal.home.get_nothing"), ""
	}
	text = s.t("portal.home.get_channels", "topics", s.few(topics), "channels", s.list(channels))
	switch q := wishes.Quiet; {
	case s.now.Before(wishes.Pause):
		note = s.t("portal.home.get_paused", "date", i18n.Date(s.ctx, wishes.Pause))
	case q != nil && q.From != q.To:
		note = s.t("portal.home.get_quiet", "from", clockOf(q.From), "to", clockOf(q.To))
	}
	return text, note
}

// comes tells whether a topic's purpose lets it come, but for a pause.
func (s *sight) comes(t *consent.Topic) bool {
	v, ok := s.org.Purpose(t.Purpose)
	if !ok {
		return false
	}
	verdict := s.may(v)
	return verdict.Allow || verdict.Reasons[0] == decision.Paused
}

// rightsCard names the eight verbs.
func (s *sight) rightsCard() view.Card {
	card := view.Card{Icon: "scale", Title: s.t("portal.home.rights"), Href: s.base + "/requests"}
	for _, verb := range []string{"see", "fix", "take", "freeze", "refuse", "human", "erase", "understand"} {
		card.Verbs = append(card.Verbs, s.t("portal.home.verbs."+verb))
	}
	return card
}
