package portal

import (
	"slices"
	"time"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// getPage is what is received in scope, this brand's name or "" for all brands.
// stopped is when all marketing was last stopped, zero for never.
func (s *sight) getPage(scope string, stopped time.Time) view.GetPage {
	wishes := s.wishes(scope)
	page := view.GetPage{
		Scope: view.Scope{All: scope == "", Brands: s.brandNames(), Differs: s.differs()},
	}
	columns := s.columns()
	anything := false
	for _, topic := range s.org.TopicsOn(s.brand.Name) {
		page.Topics = append(page.Topics, s.topicItem(topic, scope, columns))
		anything = anything || len(channelsOn(wishes, topic)) > 0
	}
	if !anything {
		page.Stopped = stopped
	}
	page.Delivery = s.delivery(wishes)
	if s.now.Before(wishes.Pause) {
		page.Pause.Until = wishes.Pause
	}
	page.Joined = s.joinedWishes(scope, wishes)
	return page
}

// joinedWishes tells where records that are joined say different things, and
// what holds beside w in scope; nil where they do not.
func (s *sight) joinedWishes(scope string, w consent.Wishes) *view.Joined {
	p := s.facts.Preferences
	if !p.Differ(scope, s.now) {
		return nil
	}
	joined := &view.Joined{}
	for _, one := range p.Beside(scope, w) {
		joined.Beside = append(joined.Beside, s.wishChanges(consent.Wishes{}, one)...)
	}
	return joined
}

// wishes are those that hold in scope.
func (s *sight) wishes(scope string) consent.Wishes {
	if scope == "" {
		return s.facts.Preferences.All
	}
	return s.facts.Preferences.Of(scope)
}

// columns are the channels that any topic of the brand can come by, in the
// order of the declaration.
func (s *sight) columns() []consent.Channel {
	var columns []consent.Channel
	topics := s.org.TopicsOn(s.brand.Name)
	for _, channel := range s.org.Channels {
		if slices.ContainsFunc(topics, func(t *consent.Topic) bool { return slices.Contains(t.Channels, channel.Name) }) {
			columns = append(columns, channel)
		}
	}
	return columns
}

// topicItem is the row of a topic with a box for each of columns.
func (s *sight) topicItem(t *consent.Topic, scope string, columns []consent.Channel) view.TopicItem {
	wishes := s.wishes(scope)
	item := view.TopicItem{ID: t.Name, Title: s.in(t.Label), Text: s.in(t.Help), Saved: s.said.at(t.Name)}
	for _, channel := range columns {
		item.Boxes = append(item.Boxes, view.Box{
			Channel: channel.Name, Label: s.in(channel.Label), Absent: !slices.Contains(t.Channels, channel.Name),
			On: wishes.Topics[consent.Slot(t.Name, channel.Name)],
		})
	}
	here, elsewhere := channelsOn(wishes, t), channelsOn(s.facts.Preferences.All, t)
	switch {
	case scope == "" || slices.Equal(here, elsewhere):
	case len(elsewhere) == 0:
		item.Differs = s.t("portal.get.differs_none")
	default:
		item.Differs = s.t("portal.get.differs", "channels", s.channels(elsewhere))
	}
	item.State, item.Why = s.blocked(t, len(here) > 0)
	return item
}

// blocked says why a topic does not come although it is wished for.
func (s *sight) blocked(t *consent.Topic, wished bool) (ui.State, string) {
	v, ok := s.org.Purpose(t.Purpose)
	if !ok {
		return ui.Neutral, ""
	}
	verdict := s.may(v)
	title := s.in(v.Words.Question)
	switch reason := verdict.Reasons[0]; {
	case verdict.Allow, reason == decision.Paused:
		return ui.Neutral, "" // the page says once that everything is paused
	case reason == decision.Refused, reason == decision.Withdrawn, reason == decision.Objected, reason == decision.Revoked:
		return ui.Refused, s.t("portal.get.not_allowed", "purpose", title)
	case !wished:
		return ui.Neutral, ""
	case reason == decision.Minor:
		return ui.Waiting, s.t("page.get.minor", "date", i18n.Date(s.ctx, s.ofAge(v)))
	case reason == decision.Waiting:
		return ui.Waiting, s.t("page.get.waiting", "purpose", title)
	}
	return ui.Waiting, s.t("page.get.unanswered", "purpose", title)
}

// delivery is how and when, as w has it.
func (s *sight) delivery(w consent.Wishes) view.Delivery {
	d := view.Delivery{
		Preferred: w.Preferred, Zone: s.brand.Zone, Languages: s.brand.Locales, Language: s.facts.Preferences.Language,
	}
	if w.Preferred == consent.AnyChannel {
		d.Preferred = ""
	}
	for _, channel := range s.columns() {
		d.Channels = append(d.Channels, ui.Option{Value: channel.Name, Label: s.in(channel.Label)})
	}
	if w.Budget != nil && w.Budget.Count > 0 {
		d.Budget = view.Budget{Count: w.Budget.Count, Per: w.Budget.Per}
	}
	if q := w.Quiet; q != nil {
		d.Zone = q.Zone
		if q.From != q.To {
			d.QuietFrom, d.QuietTo = clockOf(q.From), clockOf(q.To)
		}
	}
	if d.Language == "" {
		d.Language = s.locale
	}
	for _, name := range s.zones(d.Zone) {
		d.Zones = append(d.Zones, ui.Option{Value: name, Label: name})
	}
	return d
}

// zones is a short list from west to east, with those of the brands and the
// person's own.
func (s *sight) zones(own string) []string {
	list := []string{
		"America/Los_Angeles", "America/Chicago", "America/New_York", "America/Sao_Paulo", "UTC", "Europe/London",
		"Europe/Paris", "Africa/Cairo", "Asia/Riyadh", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai",
		"Asia/Tokyo", "Australia/Sydney",
	}
	more := []string{own}
	for i := range s.org.Brands {
		more = append(more, s.org.Brands[i].Zone)
	}
	for _, zone := range more {
		if zone != "" && !slices.Contains(list, zone) {
			list = append(list, zone)
		}
	}
	return list
}

// differs counts what this brand has otherwise than all brands.
func (s *sight) differs() int {
	all, here := s.wishes(""), s.wishes(s.brand.Name)
	n := 0
	count := func(differs bool) {
		if differs {
			n++
		}
	}
	for _, t := range s.org.TopicsOn(s.brand.Name) {
		count(!slices.Equal(channelsOn(all, t), channelsOn(here, t)))
	}
	mine, theirs := s.delivery(here), s.delivery(all)
	count(mine.Preferred != theirs.Preferred)
	count(mine.Budget != theirs.Budget)
	count(mine.QuietFrom != theirs.QuietFrom || mine.QuietTo != theirs.QuietTo)
	count(s.now.Before(here.Pause) && !here.Pause.Equal(all.Pause))
	return n
}

// saidTopic tells by which channels a topic comes now.
func (s *sight) saidTopic(t *consent.Topic, on []string) web.Flash {
	f := web.Flash{ID: "portal.said.topic_off", Row: t.Name, Args: map[string]string{"topic": s.in(t.Label)}}
	if len(on) > 0 {
		f.ID, f.Args["channels"] = "portal.said.topic_on", s.channels(on)
	}
	return f
}
