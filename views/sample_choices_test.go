package views_test

import (
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/views/portal"
	"livingprofile/views/ui"
)

const sampleHash = "9f2c1f0d7be64a51a1f1c3b2d44e8a97c0ffee5511aa22bb33cc44dd55ee66ff"

func (s teller) done(t time.Time) []ui.Step {
	return []ui.Step{
		{Text: i18n.T(s.ctx, "portal.trail.saved", "time", i18n.Clock(s.ctx, t)), State: ui.Given},
		{Text: i18n.T(s.ctx, "portal.trail.told", "done", 3, "all", 3), State: ui.Given},
		{Text: i18n.T(s.ctx, "portal.trail.confirmed"), State: ui.Given},
	}
}

func (s teller) ideas() portal.PurposeItem {
	return portal.PurposeItem{
		ID: "ideas", Title: s.say("Tell me about instruments like mine", "わたしの楽器に近いものを教えてもらう", "أخبروني عن آلات تشبه آلتي"),
		Text:    s.say("We look at what you bought and send ideas by e-mail, at most twice a month.", "お買い上げの内容を見て、多くても月に2回、メールでご案内します。", "ننظر فيما اشتريت ونرسل أفكارًا بالبريد، مرتين في الشهر على الأكثر."),
		Version: "3", Notice: sampleHash, Answer: ui.Yes, Level: 1, Steps: s.done(day(3, 9, 1, 2)), Choices: 3, Receipt: "r1",
	}
}

func (s teller) allow() portal.AllowPage {
	saved := s.ideas()
	saved.Saved = &portal.Saved{Text: i18n.T(s.ctx, "portal.said.choice_given", "purpose", saved.Title), Undo: "/hibiki/allow/ideas/undo"}
	frozen := portal.PurposeItem{
		ID: "lessons", Title: s.say("Use my training to suggest lessons", "練習の記録からレッスンを提案してもらう", "استخدموا تدريبي لاقتراح دروس"), Level: 1,
		Text:  s.say("The club’s machines report how long and how hard you train.", "クラブの機械から、練習の時間と強さが届きます。", "تُبلغ أجهزة النادي عن مدة تدريبك وشدته."),
		State: ui.Frozen, Why: i18n.T(s.ctx, "portal.state.frozen"), Answer: ui.Yes, Choices: 1, Receipt: "r2",
		Steps: []ui.Step{
			{Text: i18n.T(s.ctx, "portal.trail.saved", "time", "11:40"), State: ui.Given},
			{Text: i18n.T(s.ctx, "portal.trail.told", "done", 2, "all", 3), State: ui.Given},
			{Text: i18n.T(s.ctx, "portal.trail.retry", "system", s.say("Club machines", "クラブの機械", "أجهزة النادي"), "time", "14:00"), State: ui.Waiting},
		},
	}
	delivery := portal.PurposeItem{
		ID: "delivery", Title: s.say("Share my address with our delivery partner", "配送会社に住所を伝える", "مشاركة عنواني مع شركة التوصيل"),
		Text:  s.say("Kaze Express gets your name, address and phone for each order, and deletes them after 90 days.", "カゼ便に、ご注文ごとにお名前・住所・電話番号を渡します。90日後に消されます。", "تحصل «كازه إكسبرس» على اسمك وعنوانك وهاتفك لكل طلب، وتحذفها بعد 90 يومًا."),
		Fixed: s.say("Without it we could not bring you what you order.", "これがないと、ご注文の品をお届けできません。", "من دونها لا نستطيع إيصال طلبك."),
	}
	reviews := portal.PurposeItem{
		ID: "reviews", Title: s.say("Show my reviews with my first name", "感想に名前をのせる", "إظهار آرائي مع اسمي الأول"),
		Text: s.say("Your reviews stay on the site; without this they say “a customer”.", "感想はサイトに残ります。のせない場合は「お客さま」と出ます。", "تبقى آراؤك في الموقع، ومن دون ذلك يظهر «عميل»."),
	}
	reask := portal.PurposeItem{
		ID: "research", Title: s.say("Use my data for research", "研究にデータを使う", "استخدام بياناتي في الأبحاث"), Answer: ui.Yes, Choices: 2, Receipt: "r3",
		Text:  s.say("Two universities get data without your name.", "お名前を除いたデータを、ふたつの大学に渡します。", "تحصل جامعتان على بيانات من دون اسمك."),
		Reask: &portal.Reask{Until: day(4, 1, 0, 0)},
	}
	waiting := portal.PurposeItem{
		ID: "letter", Title: s.say("Send me the newsletter", "メールマガジンを受け取る", "أرسلوا إليّ النشرة"), Answer: ui.Yes,
		State: ui.Waiting, Why: i18n.T(s.ctx, "portal.state.requested", "address", "aiko.tanaka@mail.example"),
	}
	refused := portal.PurposeItem{ID: "calls", Title: s.say("Call me about offers", "電話でご案内を受ける", "اتصلوا بي بشأن العروض"), Answer: ui.No, Choices: 1, Receipt: "r4", Steps: s.done(day(3, 9, 1, 2))[:1]}
	parent := portal.PurposeItem{ID: "advice", Title: s.say("Advice that fits me", "わたしに合ったご案内", "نصائح تناسبني"), Parent: true, Text: s.say("Suggestions from what we know.", "分かっていることをもとにご提案します。", "اقتراحات مما نعرفه.")}
	return portal.AllowPage{
		Signal: i18n.T(s.ctx, "portal.signal.followed"),
		Groups: []portal.PurposeGroup{
			{ID: "advice", Parent: &parent, Items: []portal.PurposeItem{saved, frozen}},
			{ID: "rest", Items: []portal.PurposeItem{delivery, reviews, reask, waiting, refused}},
		},
	}
}

func (s teller) plan() ui.Plan {
	return ui.Plan{
		Goes: []ui.Effect{
			{Text: i18n.T(s.ctx, "portal.effect.processing", "purpose", s.ideas().Title)},
			{Text: i18n.T(s.ctx, "portal.effect.topic", "topic", s.say("New instruments", "新しい楽器", "آلات جديدة"), "channels", s.say("e-mail", "メール", "البريد"))},
		},
		Stays: []ui.Effect{
			{Text: i18n.T(s.ctx, "portal.effect.service"), Note: i18n.T(s.ctx, "portal.effect.service_note")},
			{Text: i18n.T(s.ctx, "portal.effect.proof"), Note: i18n.T(s.ctx, "portal.effect.proof_note")},
		},
		Told: []ui.Effect{{Text: s.say("Newsletter tool", "メール配信の道具", "أداة النشرة"), Note: i18n.T(s.ctx, "portal.effect.told_note")}},
	}
}

func (s teller) words() portal.NoticeWords {
	return portal.NoticeWords{
		Lines: []string{
			s.ideas().Title, s.ideas().Text,
			s.say("We want to show you what may suit you. We keep what we used for two years.", "お客さまに合いそうなものをご案内するためです。使った情報は2年間残します。", "نريد أن نعرض عليك ما قد يناسبك. نحتفظ بما استخدمناه سنتين."),
		},
		Version: 3, Since: day(2, 1, 0, 0), Locale: i18n.Locale(s.ctx), Hash: sampleHash,
	}
}

func (s teller) diff() []ui.Edit {
	return []ui.Edit{
		{Text: s.say("We look at what you bought ", "お買い上げの内容", "ننظر فيما اشتريت ")},
		{Kind: ui.Added, Text: s.say("and looked at ", "とご覧になったもの", "وتصفّحت ")},
		{Text: s.say("and send ideas by e-mail, ", "を見て、", "ونرسل أفكارًا بالبريد، ")},
		{Kind: ui.Removed, Text: s.say("once", "月に1回", "مرة")},
		{Kind: ui.Added, Text: s.say("at most twice", "多くても月に2回", "مرتين")},
		{Text: s.say(" a month.", "、メールでご案内します。", " في الشهر.")},
	}
}

func (s teller) purpose() portal.PurposePage {
	plan := s.plan()
	item := s.ideas()
	item.Alone, item.Level = true, 0
	return portal.PurposePage{
		Item: item, Plan: &plan, IfNo: i18n.T(s.ctx, "portal.purpose.no_difference"),
		Why:   s.say("To show you what may suit you.", "合いそうなものをご案内するためです。", "لنعرض عليك ما قد يناسبك."),
		Basis: i18n.T(s.ctx, "basis.consent.plain"), Law: i18n.T(s.ctx, "basis.consent.legal"),
		Controller: s.say("Hibiki Instruments Ltd, Kyoto", "株式会社ひびき楽器（京都市）", "شركة هيبيكي للآلات الموسيقية، كيوتو"),
		Data:       []string{s.say("What you bought", "お買い上げの内容", "مشترياتك"), s.say("Your e-mail address", "メールアドレス", "بريدك")},
		Recipients: []string{s.say("Our newsletter tool", "メール配信の道具", "أداة النشرة")},
		Retention:  s.say("Two years after your last order", "最後のご注文から2年間", "سنتان بعد آخر طلب"),
		Source:     s.say("From your orders", "ご注文から", "من طلباتك"), Words: s.words(),
		Choices: []portal.ChoiceLine{
			{At: day(3, 9, 1, 2), Text: i18n.T(s.ctx, "status.given"), How: i18n.T(s.ctx, "proof.session"), State: ui.Given, Receipt: "r1"},
			{At: day(2, 9, 1, 2), Text: i18n.T(s.ctx, "status.withdrawn"), How: i18n.T(s.ctx, "proof.mail_link"), State: ui.Refused, Receipt: "r0"},
			{At: day(1, 9, 1, 2), Text: i18n.T(s.ctx, "status.requested"), How: i18n.T(s.ctx, "proof.session")},
		},
		Versions: []portal.VersionLine{{Number: 3, Since: day(2, 1, 0, 0), Diff: s.diff()}, {Number: 1, Since: day(1, 1, 0, 0)}},
	}
}

func (s teller) receipt(sealed time.Time) portal.ReceiptPage {
	p := s.purpose()
	return portal.ReceiptPage{
		JSON: "/hibiki/receipts/r1.json", Check: "/receipt/r1", Back: ui.Link{Text: i18n.T(s.ctx, "portal.allow.title"), Href: "/hibiki/allow"},
		Receipt: portal.Receipt{
			ID: "06h2k9q1v8d3m5n7p0r4t6w8y0", Title: i18n.T(s.ctx, "status.given"), Purpose: p.Item.Title, State: ui.Given,
			At: day(3, 9, 1, 2), Zone: i18n.Zone(s.ctx), Subject: s.name().Value, Controller: p.Controller, Contact: "privacy@hibiki.example",
			Basis: p.Basis, Law: p.Law, Data: p.Data, Recipients: p.Recipients, Retention: p.Retention, Until: day(3, 9, 1, 2).AddDate(2, 0, 0),
			Proof: i18n.T(s.ctx, "proof.session"), Words: s.words(), Hash: sampleHash, Lane: 17, Seq: 20481, Sealed: sealed,
			Withdraw: i18n.T(s.ctx, "portal.receipt.withdraw_text"),
		},
	}
}
