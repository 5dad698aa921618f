package portal

import (
	"net/url"
	"strconv"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// noticesPage lists the newest words of each purpose of the brand.
func (s *sight) noticesPage(a view.Answerer) view.NoticesPage {
	page := view.NoticesPage{Answerer: a}
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		st := s.facts.Consents.Of(v.Purpose, s.brand.Name)
		page.Notices = append(page.Notices, view.NoticeItem{
			Title: s.in(v.Words.Question), Href: s.base + "/notices/" + string(v.Purpose),
			Version: v.Number, Since: v.From, Newer: st.Version > 0 && st.Version < v.Number,
		})
	}
	return page
}

// noticePage is the words of v in locale, with how they differ from those
// before.
func (s *sight) noticePage(v *consent.PurposeVersion, locale string) view.NoticePage {
	page := view.NoticePage{
		Title: v.Words.Question.In(locale), Words: noticeWords(v, locale),
		Purpose: ui.Link{Text: s.t("portal.notices.choose"), Href: s.base + "/allow/" + string(v.Purpose)},
	}
	versions := s.org.Versions(v.Purpose)
	for i, other := range versions {
		page.Versions = append(page.Versions, ui.Tab{
			Link: ui.Link{
				Text: s.t("portal.notices.version", "number", other.Number), Href: s.noticePath(other, locale),
			},
			Current: other.Number == v.Number,
		})
		if other.Number != v.Number {
			continue
		}
		if i > 0 {
			page.Until = versions[i-1].From
		}
		if i+1 < len(versions) {
			page.Diff = web.Diff(versions[i+1].Notice(locale).Body, v.Notice(locale).Body)
		}
	}
	for _, tag := range s.brand.Locales {
		page.Languages = append(page.Languages, ui.Tab{
			Link: ui.Link{Text: i18n.Lang(tag), Href: s.noticePath(v, tag)}, Current: tag == locale,
		})
	}
	return page
}

func (s *sight) noticePath(v *consent.PurposeVersion, locale string) string {
	q := url.Values{"v": {strconv.Itoa(v.Number)}, "lang": {locale}}
	return s.base + "/notices/" + string(v.Purpose) + "?" + q.Encode()
}
