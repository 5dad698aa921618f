package portal

import (
	"net/url"
	"strconv"

	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// historyPage is a part of what happened, by day. happened may have one entry
// more than is shown.
func (s *sight) historyPage(p part, happened []ledger.Happening) view.HistoryPage {
	var page view.HistoryPage
	for _, g := range kindGroups() {
		page.Kinds = append(page.Kinds, ui.Tab{
			Link:    ui.Link{Text: s.t("portal.history." + g.name), Href: s.historyPath(g.name, 0)},
			Current: g.name == p.group.name,
		})
	}
	if len(happened) > historyLength {
		happened = happened[:historyLength]
		page.Older = s.historyPath(p.group.name, happened[historyLength-1].Version)
	}
	if p.before > 0 {
		page.Newer = s.historyPath(p.group.name, newer(p, happened))
	}
	for i := range happened {
		h := &happened[i]
		day := i18n.Date(s.ctx, h.At)
		if n := len(page.Days); n == 0 || i18n.Date(s.ctx, page.Days[n-1].Date) != day {
			page.Days = append(page.Days, view.HistoryDay{Date: h.At})
		}
		last := &page.Days[len(page.Days)-1]
		last.Items = append(last.Items, s.historyItem(h))
	}
	return page
}

// newer is where the page before this one ends; 0 for the first page. Versions
// have no gaps, so with everything shown it is known; with a filter the first
// page is the next best.
func newer(p part, shown []ledger.Happening) int64 {
	if p.group.kinds != nil || len(shown) == 0 {
		return 0
	}
	return shown[0].Version + historyLength + 1
}

func (s *sight) historyPath(kind string, before int64) string {
	q := url.Values{}
	if kind != "all" {
		q.Set("kind", kind)
	}
	if before > 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return s.base + "/history"
	}
	return s.base + "/history?" + q.Encode()
}

func (s *sight) historyItem(h *ledger.Happening) view.HistoryItem {
	item := s.event(h)
	item.At, item.Who = h.At, s.actor(h.Actor, h.Brand)
	return item
}

// actor says in plain words who did something.
func (s *sight) actor(a ledger.Actor, brand string) string {
	switch a.Kind {
	case ledger.BySubject:
		return s.t("portal.actor.you")
	case ledger.ByStaff:
		if brand == "" {
			return s.t("actor.staff")
		}
		return s.t("portal.actor.staff", "brand", s.brandName(brand))
	case ledger.BySystem:
		return s.t("portal.actor.system", "system", capital(s.system(a.ID)))
	}
	return s.t("portal.actor.rule")
}
