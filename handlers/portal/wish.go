package portal

import (
	"context"
	"slices"

	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
)

// wishChanges says in sentences how is differs from was.
func (s *sight) wishChanges(was, is consent.Wishes) []string {
	said := s.topicChanges(was, is)
	if was.Preferred != is.Preferred {
		if is.Preferred == "" || is.Preferred == consent.AnyChannel {
			said = append(said, s.t("page.wish.preferred_none"))
		} else {
			said = append(said, s.t("page.wish.preferred", "channel", s.channel(is.Preferred)))
		}
	}
	if b := is.Budget; b == nil || b.Count == 0 {
		if was.Budget != nil {
			said = append(said, s.t("page.wish.budget_none"))
		}
	} else if was.Budget == nil || *was.Budget != *b {
		said = append(said, s.t("page.wish.budget", "often", s.t("portal.get.budget_"+b.Per, "count", b.Count)))
	}
	if q := is.Quiet; q == nil || q.From == q.To {
		if was.Quiet != nil {
			said = append(said, s.t("page.wish.quiet_none"))
		}
	} else if was.Quiet == nil || *was.Quiet != *q {
		said = append(said, s.t("page.wish.quiet", "from", clockOf(q.From), "to", clockOf(q.To), "zone", q.Zone))
	}
	if !was.Pause.Equal(is.Pause) {
		if is.Pause.IsZero() {
			said = append(said, s.t("page.wish.resumed"))
		} else {
			said = append(said, s.t("page.wish.paused", "date", i18n.Date(s.ctx, is.Pause)))
		}
	}
	return said
}

// FormatWishes says in sentences how w differs from what holds when nothing is
// said. ctx carries the words.
func FormatWishes(ctx context.Context, locale string, org *organisation.Organisation, w consent.Wishes) []string {
	return (&sight{ctx: ctx, locale: locale, org: org}).wishChanges(consent.Wishes{}, w)
}

// topicChanges tells, topic by topic in the order of the declaration, by which
// channels it comes since.
func (s *sight) topicChanges(was, is consent.Wishes) []string {
	var said []string
	for i := range s.org.Topics {
		t := &s.org.Topics[i]
		before, after := channelsOn(was, t), channelsOn(is, t)
		switch {
		case slices.Equal(before, after):
		case len(after) == 0:
			said = append(said, s.t("page.wish.off", "topic", s.in(t.Label)))
		default:
			said = append(said, s.t("page.wish.on", "topic", s.in(t.Label), "channels", s.channels(after)))
		}
	}
	return said
}
