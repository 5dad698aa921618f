package portal

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// historyPage is a part of what happened, by day. older is where the next part
// begins, "" after the last.
func (s *sight) historyPage(p part, happened []ledger.Happening, older string) view.HistoryPage {
	var page view.HistoryPage
	for _, g := range kindGroups() {
		page.Kinds = append(page.Kinds, ui.Tab{
			Link:    ui.Link{Text: s.t("portal.history." + g.name), Href: s.historyPath(g.name, "")},
			Current: g.name == p.group.name,
		})
	}
	if older != "" {
		page.Older = s.historyPath(p.group.name, older)
	}
	if p.from != "" {
		page.Newer = s.historyPath(p.group.name, newer(p, happened))
	}
	for i := range happened {
		h := &happened[i]
		item := s.historyItem(h)
		if i > 0 && s.repeats(&happened[i-1], h, &page, &item) {
			continue
		}
		day := i18n.Date(s.ctx, h.At)
		if n := len(page.Days); n == 0 || i18n.Date(s.ctx, page.Days[n-1].Date) != day {
			page.Days = append(page.Days, view.HistoryDay{Date: h.At})
		}
		last := &page.Days[len(page.Days)-1]
		last.Items = append(last.Items, item)
	}
	return page
}

// sameTime is how long it may take to write down one word of a person in all
// records of theirs.
const sameTime = time.Minute

// repeats tells whether h says in another record what the last line says: the
// person did it once.
func (s *sight) repeats(before, h *ledger.Happening, page *view.HistoryPage, item *view.HistoryItem) bool {
	if before.Subject == h.Subject || before.At.Sub(h.At).Abs() > sameTime || len(page.Days) == 0 {
		return false
	}
	shown := page.Days[len(page.Days)-1].Items
	return len(shown) > 0 && shown[len(shown)-1].Text == item.Text && shown[len(shown)-1].Who == item.Who
}

// newer is where the page before this one ends; "" for the first page. Versions
// of one record have no gaps, so with everything shown it is known; with a
// filter, or several records, the first page is the next best.
func newer(p part, shown []ledger.Happening) string {
	if p.group.kinds != nil || len(shown) == 0 || strings.Contains(p.from, ".") {
		return ""
	}
	return strconv.FormatInt(shown[0].Version+historyLength+1, 10)
}

func (s *sight) historyPath(kind, from string) string {
	q := url.Values{}
	if kind != "all" {
		q.Set("kind", kind)
	}
	if from != "" {
		q.Set("before", from)
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
