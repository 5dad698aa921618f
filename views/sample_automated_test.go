package views_test

import (
	"livingprofile/internal/i18n"
	"livingprofile/views/portal"
	"livingprofile/views/ui"
)

func (s teller) later() string {
	return s.say("Whether you may pay later", "後払いにできるかどうか", "هل يمكنك الدفع لاحقًا")
}

func (s teller) checks() string {
	return s.say("the service that checks payments", "お支払いを確かめる会社", "الجهة التي تتحقق من المدفوعات")
}

func (s teller) denied() string {
	return s.say("Paying later was not offered.", "後払いはご利用いただけません。", "لم يُعرض الدفع لاحقًا.")
}

func (s teller) automated() portal.AutomatedPage {
	item := portal.MachineItem{
		Title: s.later(), Href: "/hibiki/automated/a", Outcome: s.denied(), System: s.checks(), At: day(3, 9, 1, 2),
	}
	anew := item
	anew.Href, anew.Reviewed = "/hibiki/automated/b", true
	kind := portal.MachineKind{
		Name: "later", Title: s.later(), Help: s.say("A program checks.", "プログラムが確かめます。", "يفحص برنامج."), System: s.checks(),
		Data: []string{s.say("Orders", "ご注文", "الطلبات")}, Refusable: true,
	}
	off, fixed := kind, kind
	off.Name, off.Human, off.Since = "off", true, day(3, 9, 1, 2)
	fixed.Name, fixed.Refusable = "fixed", false
	return portal.AutomatedPage{
		Decisions: []portal.MachineItem{item, anew}, Kinds: []portal.MachineKind{kind, off, fixed}, Switch: "/hibiki/automated",
	}
}

func (s teller) machine() portal.MachinePage {
	return portal.MachinePage{
		Title: s.later(), System: s.checks(), At: day(3, 9, 1, 2), Until: day(3, 9, 1, 2).AddDate(1, 0, 0), Outcome: s.denied(),
		Logic: s.say("By a rule.", "規則によります。", "بقاعدة."), Effect: s.say("Pay now.", "前払いです。", "ادفع الآن."),
		Data: []ui.Link{{Text: s.say("Orders", "ご注文", "الطلبات"), Href: "/hibiki/data/orders"}}, Against: true,
		Said: s.say("I always paid.", "いつも払いました。", "دفعت دائمًا."), SaidAt: day(3, 9, 1, 2),
		Review: &portal.MachineReview{
			Outcome: s.say("You may pay later.", "後払いにできます。", "يمكنك الدفع لاحقًا."),
			Reasons: s.say("We looked at it.", "確かめました。", "تحققنا من الأمر."), At: day(3, 9, 1, 2),
		},
		Request: &ui.Link{Text: "R-7K3Q-V2MD", Href: "/hibiki/requests/r"}, Ask: "/hibiki/rights/automated?about=a",
		Path: "/hibiki/automated/a/say",
		Say: ui.Input{
			Kind: ui.Long, Name: "text", Label: i18n.T(s.ctx, "automated.say_label"), Hint: i18n.T(s.ctx, "automated.say_hint"),
		},
	}
}
