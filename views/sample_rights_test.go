package views_test

import (
	"livingprofile/internal/i18n"
	"livingprofile/views/portal"
	"livingprofile/views/ui"
)

func (s teller) rights() portal.RightsPage {
	p := portal.RightsPage{
		Law: s.say("the GDPR", "EU一般データ保護規則", "اللائحة العامة لحماية البيانات"),
		Requests: []portal.RequestItem{
			{ID: "r1", Title: i18n.T(s.ctx, "rights.kind.erasure"), Number: "R-7K3Q-V2MD", State: ui.Waiting, Word: i18n.T(s.ctx, "rights.state.cooling"), Note: i18n.T(s.ctx, "rights.begins", "date", i18n.Date(s.ctx, day(3, 20, 9, 0)))},
			{ID: "r2", Title: i18n.T(s.ctx, "rights.kind.restriction"), Number: "R-91PC-00AF", State: ui.Frozen, Word: i18n.T(s.ctx, "rights.state.frozen")},
			{ID: "r3", Title: i18n.T(s.ctx, "rights.kind.rectification"), Number: "R-4XN2-8HHT", State: ui.Refused, Word: i18n.T(s.ctx, "rights.state.rejected")},
		},
	}
	for _, v := range []struct{ icon, name string }{
		{"doc", "see"}, {"pencil", "fix"}, {"box", "take"}, {"frozen", "freeze"}, {"hand", "refuse"}, {"people", "human"}, {"bin", "erase"}, {"book", "understand"},
	} {
		p.Verbs = append(p.Verbs, portal.Verb{
			Icon: v.icon, Name: i18n.T(s.ctx, "rights.verb."+v.name), Text: i18n.T(s.ctx, "rights.verb_text."+v.name), Href: "/hibiki/rights/" + v.name,
			Law: s.say("Right of access", "アクセス権", "حق الاطلاع"),
		})
	}
	return p
}

func (s teller) right(wrong string) portal.RightPage {
	return portal.RightPage{
		Title: i18n.T(s.ctx, "rights.kind.erasure"), Lede: i18n.T(s.ctx, "rights.form.erasure"), Do: i18n.T(s.ctx, "rights.ask.erasure"),
		Due: day(4, 12, 23, 59), Plan: s.plan(), Path: "/hibiki/rights/erasure", Proof: true,
		First: &ui.Link{Text: i18n.T(s.ctx, "rights.ask.access"), Href: "/hibiki/rights/access"},
		Open:  &ui.Link{Text: "R-7K3Q-V2MD", Href: "/hibiki/requests/r1"},
		Law:   s.say("Right to erasure, GDPR, Art. 17", "EU一般データ保護規則（Art. 17）の「消去権」", "حق المحو، اللائحة، المادة 17"),
		Inputs: []ui.Input{
			{
				Kind: ui.One, Name: "days", Label: i18n.T(s.ctx, "rights.label.days"), Hint: i18n.T(s.ctx, "rights.label.days_hint"), Value: "0", Wrong: wrong, Required: true,
				Options: []ui.Option{{Value: "0", Label: i18n.T(s.ctx, "rights.days.0")}, {Value: "7", Label: i18n.T(s.ctx, "rights.days.7")}},
			},
			{Kind: ui.Long, Name: "text", Label: i18n.T(s.ctx, "rights.label.text")},
		},
	}
}

func (s teller) files() ui.Input {
	return ui.Input{
		Kind: ui.Files, Name: "files", Label: i18n.T(s.ctx, "attachment.label"), Accept: ".pdf",
		Hint: i18n.T(s.ctx, "attachment.hint", "once", 3, "all", 6, "size", 4), Wrong: i18n.T(s.ctx, "attachment.error.active"),
	}
}

func (s teller) request() portal.RequestPage {
	return portal.RequestPage{
		ID: "r1", Title: i18n.T(s.ctx, "rights.kind.access"), Number: "R-7K3Q-V2MD", State: ui.Given, Word: i18n.T(s.ctx, "rights.state.fulfilled"),
		Sense: i18n.T(s.ctx, "rights.sense.copied"), Steps: s.done(day(3, 9, 1, 2)),
		Due:   i18n.T(s.ctx, "rights.overdue", "date", i18n.Date(s.ctx, day(3, 1, 0, 0))),
		Proof: s.say("link by mail", "メールのリンク", "رابط بالبريد"), Law: s.right("").Law,
		About:  []portal.About{{Label: i18n.T(s.ctx, "rights.because"), Text: i18n.T(s.ctx, "rights.ground.claims")}},
		Words:  []portal.Message{{Who: i18n.T(s.ctx, "actor.subject"), Text: s.say("Please hurry.", "お急ぎください。", "أسرعوا من فضلكم."), At: day(3, 9, 1, 2), Files: []ui.FileItem{{ID: "f1", Name: "領収書.pdf", Size: i18n.T(s.ctx, "rights.kilobytes", "size", "18")}}}},
		Copies: []portal.CopyItem{{ID: "c1", Size: i18n.T(s.ctx, "rights.kilobytes", "size", "18"), Until: day(3, 10, 1, 2)}},
		Answer: []ui.Input{{Kind: ui.Long, Name: "note", Label: i18n.T(s.ctx, "rights.your_answer"), Required: true}, s.files()}, AnswerMove: "answer",
		Buttons: []portal.RequestButton{
			{Move: "cancel", Text: i18n.T(s.ctx, "rights.do.cancel"), Hint: i18n.T(s.ctx, "rights.hint.cancel")},
		},
	}
}
