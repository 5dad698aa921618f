package views_test

import (
	"fmt"

	"livingprofile/internal/i18n"
	"livingprofile/views/portal"
	"livingprofile/views/ui"
)

func (s teller) topic(id, title, text string, on ...bool) portal.TopicItem {
	t := portal.TopicItem{ID: id, Title: title, Text: text}
	labels := []string{s.say("E-mail", "メール", "البريد"), s.say("Text message", "SMS", "رسالة نصية"), s.say("Post", "郵便", "البريد العادي"), s.say("Phone", "電話", "الهاتف")}
	for i := range labels {
		if i >= len(on) {
			t.Boxes = append(t.Boxes, portal.Box{Channel: fmt.Sprint("c", i), Label: labels[i], Absent: true})
			continue
		}
		is := on[i]
		t.Boxes = append(t.Boxes, portal.Box{Channel: fmt.Sprint("c", i), Label: labels[i], On: is})
	}
	return t
}

func (s teller) get() portal.GetPage {
	news := s.topic("news", s.say("New instruments", "新しい楽器", "آلات جديدة"), s.say("When something new comes in that is like yours.", "お持ちの楽器に近いものが入ったとき。", "عند وصول ما يشبه آلتك."), true, false, false, false)
	news.Saved = &portal.Saved{Text: i18n.T(s.ctx, "portal.said.topic_on", "topic", news.Title, "channels", s.say("e-mail", "メール", "البريد"))}
	offers := s.topic("offers", s.say("Offers", "お得なお知らせ", "العروض"), "", true, true)
	offers.Differs = i18n.T(s.ctx, "portal.get.differs_none")
	lessons := s.topic("lessons", s.say("Lessons and concerts near me", "近くのレッスンと演奏会", "دروس وحفلات قريبة مني"), "", false, false, true)
	lessons.State, lessons.Why = ui.Refused, i18n.T(s.ctx, "portal.get.not_allowed", "purpose", s.ideas().Title)
	return portal.GetPage{
		Scope: portal.Scope{
			Brands:  []string{s.say("Hibiki Instruments", "ひびき楽器", "هيبيكي"), s.say("Kaze Club", "カゼクラブ", "نادي كازه"), s.say("Oto School", "おと音楽教室", "مدرسة أوتو")},
			Differs: 2,
		},
		Topics: []portal.TopicItem{news, offers, lessons},
		Delivery: portal.Delivery{
			Preferred: "email", Budget: portal.Budget{Count: 2, Per: "month"}, QuietFrom: "21:00", QuietTo: "08:00", Zone: "Asia/Tokyo",
			Channels: []ui.Option{{Value: "email", Label: s.say("E-mail", "メール", "البريد")}, {Value: "sms", Label: s.say("Text message", "SMS", "رسالة نصية")}},
			Zones:    []ui.Option{{Value: "Asia/Tokyo", Label: "Asia/Tokyo"}, {Value: "Europe/London", Label: "Europe/London"}},
			Language: i18n.Locale(s.ctx), Languages: []string{"ja", "en", "ar"},
		},
	}
}

func (s teller) getStopped() portal.GetPage {
	p := s.get()
	p.Scope.All, p.Stopped, p.Pause.Until = true, day(3, 9, 1, 2), day(4, 1, 0, 0)
	p.Delivery.Budget = portal.Budget{Count: 3, Per: "week"}
	p.Delivery.Wrong = map[string]string{"quiet.from": s.say("Give both times, or neither.", "両方の時刻を入れるか、どちらも空にしてください。", "أدخل الوقتين معًا أو لا شيء.")}
	p.Saved = &portal.Saved{Text: i18n.T(s.ctx, "portal.said.delivery")}
	return p
}

func (s teller) stopped() portal.StoppedPage {
	return portal.StoppedPage{
		At: day(3, 9, 1, 2), Steps: s.done(day(3, 9, 1, 2))[:2], Receipt: "r9",
		Items: []portal.StoppedItem{
			{ID: "ideas", Title: s.ideas().Title, Text: s.ideas().Text},
			{ID: "letter", Title: s.say("Send me the newsletter", "メールマガジンを受け取る", "أرسلوا إليّ النشرة"), Back: true},
		},
	}
}

func (s teller) who() portal.WhoPage {
	orders := ui.Link{Text: s.say("Your orders", "ご注文", "طلباتك"), Href: "/hibiki/allow/orders"}
	contact := []string{s.say("name", "お名前", "الاسم"), s.say("address", "住所", "العنوان"), s.say("phone", "電話番号", "الهاتف")}
	return portal.WhoPage{
		Systems: []portal.SystemItem{
			{
				ID: "shop", Name: s.say("Our online shop", "オンラインのお店", "متجرنا الإلكتروني"), Text: s.say("Takes your orders and keeps your account.", "ご注文とご登録をお預かりします。", "يستقبل طلباتك ويحفظ حسابك."), Icon: "bag",
				Holds: contact, May: []portal.Permission{{Purpose: orders, Data: contact}}, LastAt: day(3, 8, 9, 12), Last: s.say("a new address", "新しい住所", "عنوان جديد"), Steps: s.done(day(3, 9, 1, 2)),
			},
			{
				ID: "letter", Name: s.say("Our newsletter tool", "メール配信の道具", "أداة النشرة"), Text: s.say("Sends our newsletters.", "メールマガジンを送ります。", "ترسل نشراتنا."), Icon: "mail",
				Told: true, ToldWhat: i18n.T(s.ctx, "portal.who.told_choice", "purpose", s.ideas().Title), ToldAt: day(3, 9, 1, 2),
				Choice: i18n.T(s.ctx, "portal.who.told_choice", "purpose", s.ideas().Title), Steps: s.done(day(3, 9, 1, 2)),
			},
			{
				ID: "club", Name: s.say("The club’s machines", "クラブの機械", "أجهزة النادي"), Text: s.say("Measure your training.", "練習を記録します。", "تقيس تدريبك."), Icon: "chart", Holds: contact[:1],
				State: ui.Failed, Why: s.say("Not reached since 9 March. We keep trying.", "3月9日からつながりません。試し続けています。", "لم نصل إليها منذ 9 مارس. نواصل المحاولة."),
			},
		},
		Recipients: []portal.SystemItem{{
			ID: "kaze", Name: "Kaze Express", Text: s.say("Brings you what you order.", "ご注文の品をお届けします。", "توصل إليك ما تطلبه."), Country: s.say("Japan", "日本", "اليابان"),
			Holds: contact, May: []portal.Permission{{Purpose: orders, Data: contact}},
		}},
	}
}

func (s teller) history() portal.HistoryPage {
	you := i18n.T(s.ctx, "portal.actor.you")
	event := func(kind, what string) string { return i18n.T(s.ctx, "portal.event."+kind, "what", what) }
	kind := func(id string, current bool) ui.Tab {
		return ui.Tab{Link: ui.Link{Text: i18n.T(s.ctx, "portal.history."+id), Href: "/hibiki/history?kind=" + id}, Current: current}
	}
	return portal.HistoryPage{
		Kinds: []ui.Tab{kind("all", true), kind("choices", false), kind("data", false), kind("messages", false), kind("signing_in", false)},
		Days: []portal.HistoryDay{
			{Date: day(3, 9, 1, 2), Items: []portal.HistoryItem{
				{Icon: "shield", Text: event("consent.given", s.ideas().Title), Who: you, At: day(3, 9, 1, 2), Receipt: "r1"},
				{Icon: "pencil", Text: event("attribute.corrected", s.name().Label), Detail: s.say("Aika Tanaka → Aiko Tanaka", "田中 愛加 → 田中 愛子", "ليلى حسن ← ليلى الحسن"), Who: you, At: day(3, 9, 0, 58)},
				{Icon: "key", Text: event("session.started", ""), Who: you, At: day(3, 9, 0, 55)},
			}},
			{Date: day(3, 8, 9, 12), Items: []portal.HistoryItem{
				{Icon: "chart", Text: event("attribute.imported", s.say("Training each week", "週あたりの練習", "التدريب أسبوعيًا")), Who: s.say("The club’s machines", "クラブの機械", "أجهزة النادي"), At: day(3, 8, 9, 12)},
			}},
		},
		Older: "/hibiki/history?after=abc",
		Newer: "/hibiki/history?before=abc",
	}
}

func answerer() portal.Answerer {
	return portal.Answerer{
		Controller: "Hibiki K.K.", Address: "Hamamatsu", Contact: "hello@hibiki.example", Officer: "privacy@hibiki.example", Law: "APPI",
		Authority: ui.Link{Text: "PPC", Href: "https://www.ppc.go.jp"}, Statement: "https://hibiki.example/privacy", Register: "/hibiki/register.json",
	}
}

func (s teller) notices() portal.NoticesPage {
	return portal.NoticesPage{Answerer: answerer(), Notices: []portal.NoticeItem{
		{Title: s.ideas().Title, Href: "/hibiki/notices/ideas/3", Version: 3, Since: day(2, 1, 0, 0), Newer: true},
		{Title: s.say("Send me the newsletter", "メールマガジンを受け取る", "أرسلوا إليّ النشرة"), Href: "/hibiki/notices/letter/1", Version: 1, Since: day(1, 1, 0, 0)},
	}}
}

func (s teller) notice() portal.NoticePage {
	version := func(n int, current bool) ui.Tab {
		return ui.Tab{Link: ui.Link{Text: i18n.T(s.ctx, "portal.notices.version", "number", n), Href: fmt.Sprint("/hibiki/notices/ideas/", n)}, Current: current}
	}
	return portal.NoticePage{
		Title: s.ideas().Title, Purpose: ui.Link{Text: i18n.T(s.ctx, "portal.notices.choose"), Href: "/hibiki/allow/ideas"}, Words: s.words(), Until: day(3, 1, 0, 0), Diff: s.diff(),
		Versions:  []ui.Tab{version(3, false), version(2, true), version(1, false)},
		Languages: []ui.Tab{{Link: ui.Link{Text: "日本語", Href: "?l=ja"}, Current: true}, {Link: ui.Link{Text: "English", Href: "?l=en"}}},
	}
}

func (s teller) safety() portal.SafetyPage {
	firefox := s.say("Firefox on Windows", "Firefox（Windows）", "Firefox على Windows")
	safari := s.say("Safari on iPhone", "Safari（iPhone）", "Safari على iPhone")
	return portal.SafetyPage{
		Addresses: []portal.AddressItem{
			{ID: "1", Kind: "email", Value: "aiko.tanaka@mail.example", Verified: true, Main: true, Last: true},
			{ID: "2", Kind: "email", Value: "a.very.long.address.that.does.not.fit.on.a.small.telephone@subdomain.university.example", Verified: true},
			{ID: "3", Kind: "phone", Value: "+81 75 555 0123", Sent: true},
		},
		Add: portal.AddressForm{Phone: true, Value: "aiko@", Wrong: s.say("This is not an e-mail address or a phone number.", "メールアドレスでも電話番号でもないようです。", "هذا ليس بريدًا ولا رقم هاتف.")},
		Sessions: []portal.SessionItem{
			{ID: "1", Browser: firefox, Since: day(3, 9, 0, 55), Used: day(3, 9, 1, 2), This: true},
			{ID: "2", Browser: safari, Mobile: true, Since: day(3, 1, 0, 55), Used: day(3, 7, 1, 2)},
			{ID: "3", Browser: firefox, Since: day(2, 1, 0, 55), Used: day(2, 7, 1, 2), Ended: true},
		},
		SignIns: []portal.SignIn{
			{At: day(3, 9, 0, 55), How: i18n.T(s.ctx, "portal.safety.by_link"), From: firefox},
			{At: day(3, 8, 0, 55), How: i18n.T(s.ctx, "portal.safety.by_code"), From: safari, Fail: true},
		},
	}
}

func (s teller) brands() portal.BrandsPage {
	return portal.BrandsPage{Brands: []portal.BrandItem{
		{Name: s.say("Hibiki Instruments", "ひびき楽器", "هيبيكي للآلات الموسيقية"), Mark: "♪", Href: "/hibiki/", Text: s.say("Instruments and repairs", "楽器と修理", "آلات وإصلاح")},
		{Name: s.say("Kaze Club", "カゼクラブ", "نادي كازه"), Mark: "風", Href: "/kaze/", Text: s.say("Training, all week", "毎日のトレーニング", "تدريب طوال الأسبوع")},
		{Name: s.say("Oto School", "おと音楽教室", "مدرسة أوتو"), Mark: "O", Href: "/oto/"},
	}, Around: &portal.Around{
		People: []string{"aiko@example.com"}, Mailbox: "/mailbox",
		Systems: []portal.AroundSystem{{Name: s.say("Customer desk", "お客さま窓口", "مكتب العملاء"), Href: "http://127.0.0.1:1", Try: i18n.T(s.ctx, "around.try.crm")}},
	}}
}
