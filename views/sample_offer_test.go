package views_test

import (
	"livingprofile/internal/i18n"
	"livingprofile/views/portal"
)

// offer is what another controller sent, with a value picked and one wrong.
func (s teller) offer() portal.OfferPage {
	city, level := s.say("City", "市区町村", "المدينة"), s.say("Level", "上達の段階", "المستوى")
	return portal.OfferPage{
		Action: "/hibiki/offers/x", From: s.say("The town choir", "町の合唱団", "جوقة البلدة"), At: day(3, 12, 9, 30), Until: day(3, 19, 9, 30),
		Items: []portal.OfferItem{
			{ID: "city", Label: city, Ours: s.say("Osaka", "大阪", "أوساكا"), Theirs: s.say("Kyoto", "京都", "كيوتو"), Source: s.say("the shop", "店", "المتجر"), At: day(3, 1, 10, 0), Picked: true},
			{ID: "level", Label: level, Theirs: "7", Note: i18n.T(s.ctx, "portal.value.approval"), Wrong: i18n.T(s.ctx, "error.not_a_choice")},
		},
		Rest: []portal.OfferRest{
			{Label: s.say("Voice", "声部", "الصوت"), Why: i18n.T(s.ctx, "offer.not_held")},
			{Label: s.say("Orders", "ご注文の数", "الطلبات"), Value: "9", Why: i18n.T(s.ctx, "error.field_locked")},
		},
		Same: []string{s.say("Given name", "名", "الاسم"), s.say("Family name", "姓", "اسم العائلة")},
	}
}
