package views_test

import (
	"context"
	"fmt"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/views/layout"
	"livingprofile/views/portal"
	"livingprofile/views/ui"
)

// A teller writes sample data in the language of its context, as the data of a
// real person would be.
type teller struct{ ctx context.Context }

func (s teller) say(en, ja, ar string) string {
	return i18n.Text{"en": en, "ja": ja, "ar": ar}.In(i18n.Locale(s.ctx))
}

func day(month time.Month, d, hour, minute int) time.Time {
	return time.Date(2026, month, d, hour, minute, 0, 0, time.UTC)
}

func (s teller) frame(section, path, title string) layout.Frame {
	return layout.Frame{
		Base: "/hibiki", Path: "/hibiki" + path, Section: section, Title: title,
		BrandName: s.say("Hibiki Instruments", "ひびき楽器", "هيبيكي للآلات الموسيقية"), BrandMark: "♪",
		Person: s.say("Aiko Tanaka", "田中 愛子さん", "ليلى الحسن"),
		CSRF:   "dGVzdA", Locales: []string{"ja", "en", "ar"},
		Contact: "privacy@hibiki.example", Check: "/receipt",
	}
}

func (s teller) home() portal.HomePage {
	verb := func(v string) string { return i18n.T(s.ctx, "portal.home.verbs."+v) }
	return portal.HomePage{
		Voice: s.say("Your data is yours, Aiko.", "田中さんのデータは、田中さんのものです。", "بياناتك ملكك يا ليلى."),
		Attention: []portal.Attention{
			{
				Icon: "bell", Text: i18n.T(s.ctx, "portal.home.reask", "count", 1),
				Link: ui.Link{Text: i18n.T(s.ctx, "portal.home.reask_link"), Href: "/hibiki/allow/ideas"},
			},
			{
				Icon: "mail", Text: i18n.T(s.ctx, "portal.home.unverified", "address", "aiko.tanaka@mail.example"),
				Link: ui.Link{Text: i18n.T(s.ctx, "portal.home.unverified_link"), Href: "/hibiki/safety"},
			},
		},
		Values: 31, Sources: 5, NewestAt: day(3, 8, 9, 12),
		Newest: s.say("the club’s machines", "フィットネスクラブの機械", "أجهزة النادي"),
		Yes:    4, No: 3, Unasked: 2, AllowNote: i18n.T(s.ctx, "portal.home.paused_note", "count", 1),
		Get: i18n.T(s.ctx, "portal.home.get_channels",
			"topics", s.say("News about instruments", "楽器の新着情報", "أخبار الآلات"),
			"channels", s.say("e-mail", "メール", "البريد")),
		GetNote: i18n.T(s.ctx, "portal.home.get_quiet", "from", "21:00", "to", "08:00"),
		Rights: portal.Card{
			Icon: "scale", Title: i18n.T(s.ctx, "portal.home.rights"), Href: "/hibiki/history",
			Verbs: []string{verb("see"), verb("fix"), verb("take"), verb("freeze"), verb("refuse"), verb("human"), verb("erase"), verb("understand")},
			Note:  i18n.T(s.ctx, "portal.home.rights_note"),
		},
	}
}

func (s teller) name() portal.ValueItem {
	return portal.ValueItem{
		ID: "name", Label: s.say("Name", "お名前", "الاسم"), Value: s.say("Aiko Tanaka", "田中 愛子", "ليلى الحسن"),
		Origin: portal.Provided, Source: s.say("you", "ご本人", "أنت"), At: day(1, 12, 3, 4), Edit: true,
		UsedFor: []string{s.say("Your orders", "ご注文", "طلباتك"), s.say("Your membership", "会員のお手続き", "عضويتك")},
	}
}

func (s teller) values() []portal.ValueItem {
	address := portal.ValueItem{
		ID: "address", Label: s.say("Postal address", "住所", "العنوان البريدي"), Edit: true,
		Value:  s.say("12 Long Lane\nFlat 3\nYork YO1 7HH", "〒604-8001\n京都府京都市中京区木屋町通三条上る上大阪町521-1\nひびきマンション 302号室", "شارع الملك فيصل 12، الطابق الثالث\nعمّان 11118"),
		Origin: portal.Provided, Source: s.say("the shop", "お店", "المتجر"), At: day(2, 3, 1, 0),
		UsedFor: []string{s.say("Your orders", "ご注文", "طلباتك")},
	}
	training := portal.ValueItem{
		ID: "training", Label: s.say("Training each week", "週あたりの練習", "التدريب أسبوعيًا"), Value: s.say("3 hours 20 minutes", "3時間20分", "3 ساعات و20 دقيقة"),
		Origin: portal.Observed, Source: s.say("the club’s machines", "フィットネスクラブの機械", "أجهزة النادي"), At: day(3, 8, 9, 12),
		State: ui.Frozen, Why: i18n.T(s.ctx, "portal.state.frozen"),
	}
	taste := portal.ValueItem{
		ID: "taste", Label: s.say("Interested in", "ご関心", "الاهتمامات"), Value: s.say("Cello, chamber music", "チェロ、室内楽", "التشيلو، موسيقى الحجرة"),
		Origin: portal.Inferred, Source: s.say("the shop", "お店", "المتجر"), At: day(3, 1, 2, 0), Edit: true,
		How: s.say("Worked out from what you bought and looked at in the last twelve months.", "この1年にお買いになったもの、ご覧になったものから推測しました。", "استُنتج مما اشتريته وتصفّحته خلال الاثني عشر شهرًا الماضية."),
	}
	birthday := portal.ValueItem{
		ID: "birthday", Label: s.say("Birthday", "生年月日", "تاريخ الميلاد"), Value: i18n.Date(s.ctx, day(5, 4, 3, 0)),
		Origin: portal.Provided, Source: s.say("you", "ご本人", "أنت"), At: day(1, 12, 3, 4), Edit: true,
		State: ui.Waiting, Why: i18n.T(s.ctx, "portal.value.proposed", "value", i18n.Date(s.ctx, day(5, 14, 3, 0))),
	}
	number := portal.ValueItem{
		ID: "kana", Label: s.say("Reading of the name", "お名前の読み", "نطق الاسم"), Edit: true, Origin: portal.Provided,
	}
	locked := portal.ValueItem{
		ID: "credit", Label: s.say("Credit limit", "ご利用限度額", "حد الائتمان"), Value: "¥300,000", Origin: portal.Provided,
		Source: s.say("accounts", "経理", "الحسابات"), At: day(1, 1, 1, 0), State: ui.Locked,
		Why: s.say("Set by accounts; you can ask for another.", "経理が決めたものです。変更はご相談ください。", "تحدّده الحسابات، ويمكنك طلب غيره."),
	}
	return []portal.ValueItem{s.name(), number, birthday, address, training, taste, locked}
}

func (s teller) data() portal.DataPage {
	v := s.values()
	v[0].Saved = &portal.Saved{
		Text: i18n.T(s.ctx, "portal.said.corrected", "field", v[0].Label, "value", v[0].Value), Undo: "/hibiki/data/name/undo",
	}
	return portal.DataPage{
		Groups: []portal.DataGroup{
			{ID: "person", Title: s.say("About you", "お客さまについて", "عنك"), Icon: "person", Items: v[:4]},
			{ID: "training", Title: s.say("Training and interests", "練習とご関心", "التدريب والاهتمامات"), Icon: "heart", Items: v[4:]},
		},
		Identifiers: []portal.Identifier{
			{Label: s.say("E-mail", "メール", "البريد"), Value: "aiko.tanaka@mail.example", Verified: true, Main: true, Source: s.say("you", "ご本人", "أنت"), At: day(1, 12, 3, 4)},
			{Label: s.say("Phone", "電話", "الهاتف"), Value: "+81 75 555 0123", Source: s.say("the shop", "お店", "المتجر"), At: day(2, 3, 1, 0)},
			{Label: s.say("Customer number", "お客さま番号", "رقم العميل"), Value: "K-20419-000331-7", Verified: true, Source: s.say("the shop", "お店", "المتجر"), At: day(2, 3, 1, 0)},
		},
		Copy: ui.Link{Text: i18n.T(s.ctx, "portal.data.copy"), Href: "/hibiki/copy"},
	}
}

func (s teller) value(form *portal.ValueForm) portal.ValuePage {
	address := s.values()[3]
	return portal.ValuePage{
		Item: address, Form: form,
		Disputes: []portal.Dispute{{
			ID: "06h00000000000000000000000", Action: "/hibiki/data/address", Mine: address.Value, Value: []string{"x"},
			Theirs: s.say("4 Short Street, York", "京都市下京区四条通1-2", "شارع قصير 4، عمّان"),
			Text:   i18n.T(s.ctx, "dispute.text", "system", s.say("The shop", "お店", "المتجر"), "when", "1", "then", "1"),
		}},
		Claims: []portal.Claim{
			{Source: s.say("the shop", "お店", "المتجر"), Value: address.Value, At: address.At, Wins: true, Why: i18n.T(s.ctx, "survivor.newest", "source", "x", "date", "1")},
			{Source: s.say("the club", "クラブ", "النادي"), Value: s.say("4 Short Street, York", "京都市下京区四条通1-2", "شارع قصير 4، عمّان"), At: day(1, 2, 3, 0), Origin: portal.Observed},
		},
		Changes: []portal.Change{
			{At: address.At, Who: i18n.T(s.ctx, "portal.actor.you"), From: s.say("4 Short Street, York", "京都市下京区四条通1-2", "شارع قصير 4، عمّان"), To: address.Value, Undo: "/hibiki/data/address/undo"},
			{At: day(1, 2, 3, 0), Who: s.say("The club", "クラブ", "النادي"), To: s.say("4 Short Street, York", "京都市下京区四条通1-2", "شارع قصير 4، عمّان")},
		},
		Purposes: []ui.Link{{Text: s.say("Your orders", "ご注文", "طلباتك"), Href: "/hibiki/allow/orders"}},
		Systems:  []portal.Holder{{Name: s.say("Shop", "お店", "المتجر"), Note: i18n.T(s.ctx, "portal.value.since", "date", i18n.Date(s.ctx, address.At))}, {Name: s.say("Parcel service", "配送会社", "شركة التوصيل")}},
	}
}

// everyInput is a form with each kind of question, half of them answered badly.
func (s teller) everyInput() *portal.ValueForm {
	choices := []ui.Option{{Value: "cello", Label: s.say("Cello", "チェロ", "تشيلو")}, {Value: "viola", Label: s.say("Viola", "ビオラ", "فيولا"), Note: s.say("also called alto", "アルトとも", "يسمى أيضًا ألتو")}}
	name := ui.NameInput(s.ctx, "name", s.say("Name", "お名前", "الاسم"), ui.NameValue{Family: s.say("Tanaka", "田中", "الحسن"), Given: s.say("Aiko", "愛子", "ليلى")})
	name.Parts[0].Wrong = s.say("Please fill this in.", "ご記入ください。", "املأ هذا من فضلك.")
	wrong := func(label string) string { return label }
	return &portal.ValueForm{
		Note: i18n.T(s.ctx, "portal.value.approval"), CanNil: true,
		Inputs: []ui.Input{
			name,
			ui.AddressInput(s.ctx, "address", s.say("Address", "住所", "العنوان"), ui.AddressValue{Postcode: "604-8001"}),
			{Kind: ui.Text, Name: "text", Label: s.say("Nickname", "呼び名", "الكنية"), Value: "<b>Aiko</b>"},
			{Kind: ui.Email, Name: "mail", Label: s.say("E-mail", "メール", "البريد"), Value: "aiko@", Wrong: wrong(s.say("This is not an e-mail address: the part after @ is missing.", "@のあとがありません。", "هذا ليس عنوان بريد.")), Fill: "email"},
			{Kind: ui.Tel, Name: "tel", Label: s.say("Phone", "電話", "الهاتف"), Hint: s.say("With the country, as +81 …", "国番号から、+81 …", "مع رمز البلد")},
			{Kind: ui.Date, Name: "born", Label: s.say("Birthday", "生年月日", "تاريخ الميلاد"), Value: "1990-05-04"},
			{Kind: ui.Number, Name: "years", Label: s.say("Years of playing", "演奏歴（年）", "سنوات العزف"), Value: "7"},
			{Kind: ui.One, Name: "one", Label: s.say("Main instrument", "主な楽器", "الآلة الأساسية"), Options: choices, Value: "viola", Hint: s.say("The one you play most.", "いちばんよく弾くものを。", "ما تعزفه أكثر.")},
			{Kind: ui.Many, Name: "many", Label: s.say("You also play", "ほかに弾くもの", "تعزف أيضًا"), Options: choices, Values: []string{"cello"}, Wrong: s.say("Choose another one.", "別のものをお選びください。", "اختر غيرها.")},
			{Kind: ui.YesNo, Name: "yesno", Label: s.say("Do you teach?", "教えていますか", "هل تدرّس؟")},
			{Kind: ui.OneList, Name: "list", Label: s.say("Country", "国", "البلد"), Options: choices},
			{Kind: ui.Long, Name: "long", Label: s.say("A note", "メモ", "ملاحظة")},
			{Kind: ui.Secret, Name: "code", Label: s.say("Code", "確認の番号", "الرمز")},
		},
	}
}

func (s teller) shortForm(wrong bool) portal.ValueForm {
	name := ui.NameInput(s.ctx, "name", s.say("Name", "お名前", "الاسم"), ui.NameValue{Family: s.say("Tanaka", "田中", "الحسن"), Given: s.say("Aiko", "愛子", "ليلى")})
	if wrong {
		name.Parts[1].Wrong = s.say("Please fill this in.", "ご記入ください。", "املأ هذا من فضلك.")
	}
	return portal.ValueForm{Inputs: []ui.Input{name}}
}

func (s teller) forty() portal.AllowPage {
	var p portal.AllowPage
	for g := range 4 {
		group := portal.PurposeGroup{ID: fmt.Sprint(g), Title: s.say(fmt.Sprintf("Part %d", g+1), fmt.Sprintf("その%d", g+1), fmt.Sprintf("القسم %d", g+1))}
		for i := range 10 {
			group.Items = append(group.Items, portal.PurposeItem{
				ID: fmt.Sprintf("p%d-%d", g, i), Version: "1", Notice: "00",
				Level: 1,
				Title: s.say("May we compare your orders with those of others to improve our advice?", "ほかのお客さまのご注文と比べて、ご案内をよくしてもよいですか", "هل نقارن طلباتك بطلبات غيرك لتحسين نصائحنا؟"),
				Text:  s.say("A rather long sentence that says what happens with the data and who gets to see it, so that the row has to wrap.", "データがどう使われ、だれが見るのかを説明する少し長い文章です。行が折り返すことを確かめます。", "جملة طويلة نوعًا ما تشرح ما يحدث للبيانات ومن يطّلع عليها، لكي يلتف السطر."),
			})
		}
		p.Groups = append(p.Groups, group)
	}
	return p
}
