package views_test

import (
	"context"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/views/footer"
	"livingprofile/views/layout"
	"livingprofile/views/portal"
	"livingprofile/views/reference"
	"livingprofile/views/ui"
)

// scenes are all pages in all states, in the language of ctx.
func scenes(ctx context.Context) []scene {
	s := teller{ctx}
	in := func(section string) layout.Frame {
		return s.frame(section, "/"+section, i18n.T(ctx, "ui.section."+section))
	}
	return slices.Concat(everyday(s, in), corners(s, in), frames(s, in), footers(s))
}

// everyday is what most people see.
func everyday(s teller, in func(string) layout.Frame) []scene {
	return []scene{
		{"home", portal.Home(in(layout.Home), s.home())},
		{"data", portal.Data(in(layout.Data), s.data())},
		{"value", portal.Value(in(layout.Data), s.value(nil))},
		{"value-rule", portal.Value(in(layout.Data), s.inferred())},
		{"activity", portal.Activity(in(layout.Did), s.activity())},
		{"ask", portal.Openly(layout.Frame{Title: i18n.T(s.ctx, "ask.title"), Base: "/hibiki"}, s.rights())},
		{"automated", portal.Automated(in(layout.Machine), s.automated())},
		{"machine", portal.Machine(in(layout.Machine), s.machine())},
		{"allow", portal.Allow(in(layout.Allow), s.allow())},
		{"purpose", portal.Purpose(in(layout.Allow), s.purpose())},
		{"get", portal.Get(in(layout.Get), s.get())},
		{"stop", portal.Stop(in(layout.Get), portal.StopPage{Plan: s.plan(), Brands: s.get().Scope.Brands})},
		{"stopped", portal.Stopped(in(layout.Get), s.stopped())},
		{"who", portal.Who(in(layout.Who), s.who())},
		{"history", portal.History(in(layout.History), s.history())},
		{"notices", portal.Notices(in(layout.Notices), s.notices())},
		{"notice", portal.Notice(in(layout.Notices), s.notice())},
		{"safety", portal.Safety(in(layout.Safety), s.safety())},
		{"rights", portal.Rights(in(layout.Rights), s.rights())},
		{"right", portal.Right(in(layout.Rights), s.right(""))},
		{"request", portal.Request(in(layout.Rights), s.request())},
		{"erased", portal.Erased(layout.Frame{Title: i18n.T(s.ctx, "rights.certificate.title"), NoIndex: true}, portal.ErasedPage{Number: "R-7K3Q-V2MD", At: day(3, 9, 1, 2), KeyGoneAt: day(3, 9, 1, 2), Plan: s.plan(), Told: []portal.About{{Label: "CRM", Text: i18n.T(s.ctx, "errand.when", "word", i18n.T(s.ctx, "errand.not_held"), "date", "1")}}})},
		{"receipt", portal.ReceiptView(in(layout.History), s.receipt(day(3, 9, 1, 3)))},
		{"brands", portal.Brands(layout.Frame{CSRF: "dGVzdA", Locales: []string{"ja", "en", "ar"}, Title: i18n.T(s.ctx, "portal.brands.title")}, s.brands())},
	}
}

// corners are the states that are empty, full, wrong or rare.
func corners(s teller, in func(string) layout.Frame) []scene {
	long := in(layout.Home)
	long.BrandName = strings.Repeat(s.say("Hibiki Instruments and Music School ", "ひびき楽器と音楽教室", "هيبيكي للآلات والموسيقى "), 3)
	long.Person = strings.Repeat(s.say("Aiko Wilhelmina ", "寿限無", "عبد الرحمن "), 6)
	locked := s.value(nil)
	locked.Item.Edit, locked.Purposes, locked.Systems, locked.Changes = false, nil, nil, nil
	locked.Locked = s.say("Only accounts can change this.", "経理だけが変えられます。", "الحسابات وحدها تستطيع تغييره.")
	unasked := s.purpose()
	unasked.Item.Answer, unasked.Item.Steps, unasked.Plan, unasked.IfNo = ui.Unasked, nil, nil, ""
	unasked.Choices, unasked.Versions = nil, nil
	return []scene{
		{"home-empty", portal.Home(in(layout.Home), portal.HomePage{Voice: s.home().Voice, Get: i18n.T(s.ctx, "portal.home.get_nothing"), Rights: s.home().Rights})},
		{"home-long", portal.Home(long, s.home())},
		{"data-empty", portal.Data(in(layout.Data), portal.DataPage{})},
		{"value-form", portal.Value(in(layout.Data), s.value(s.everyInput()))},
		{"value-locked", portal.Value(in(layout.Data), locked)},
		{"allow-empty", portal.Allow(in(layout.Allow), portal.AllowPage{})},
		{"allow-forty", portal.Allow(in(layout.Allow), s.forty())},
		{"purpose-unasked", portal.Purpose(in(layout.Allow), unasked)},
		{"get-stopped", portal.Get(in(layout.Get), s.getStopped())},
		{"get-empty", portal.Get(in(layout.Get), portal.GetPage{})},
		{"stop-none", portal.Stop(in(layout.Get), portal.StopPage{None: true})},
		{"automated-empty", portal.Automated(in(layout.Machine), portal.AutomatedPage{})},
		{"activity-empty", portal.Activity(in(layout.Did), portal.ActivityPage{})},
		{"who-empty", portal.Who(in(layout.Who), portal.WhoPage{})},
		{"history-empty", portal.History(in(layout.History), portal.HistoryPage{})},
		{"notices-empty", portal.Notices(in(layout.Notices), portal.NoticesPage{Answerer: answerer()})},
		{"safety-new", portal.Safety(in(layout.Safety), portal.SafetyPage{Sessions: s.safety().Sessions[:1]})},
		{"rights-empty", portal.Rights(in(layout.Rights), portal.RightsPage{})},
		{"right-wrong", portal.Right(in(layout.Rights), s.right(s.say("Choose one.", "一つお選びください。", "اختر واحداً.")))},
		{"receipt-unsealed", portal.ReceiptView(in(layout.History), s.receipt(time.Time{}))},
	}
}

// frames are the ways in which a page can be shown.
func frames(s teller, in func(string) layout.Frame) []scene {
	done, failed, embedded := in(layout.Get), in(layout.Safety), in(layout.Allow)
	done.Flash = &layout.Flash{Kind: "given", Text: i18n.T(s.ctx, "portal.said.delivery"), Undo: &layout.Undo{Path: "/hibiki/get/undo", Name: "change", Value: "1"}}
	failed.Flash = &layout.Flash{Kind: "failed", Text: i18n.T(s.ctx, "ui.trouble")}
	embedded.Embedded = true
	inside := embedded
	inside.Inside, inside.Sections, inside.Locked, inside.Outside = true, []string{layout.Data, layout.Allow}, []string{layout.Allow}, "/hibiki"
	plain := embedded
	plain.Section, plain.Locales, plain.Title = "", nil, i18n.T(s.ctx, "framecheck.title")
	return []scene{
		{"flash-done", portal.Get(done, s.get())},
		{"flash-failed", portal.Safety(failed, s.safety())},
		{"asked", portal.Asked(in(layout.Home), portal.AskedPage{
			Brand: "Kawara", Again: i18n.Term(s.ctx, 7*24*time.Hour),
			Open: []portal.AskedItem{{
				ID: "event-city", Label: s.say("City for events", "催しをお知らせする街", "مدينة الفعاليات"), Why: s.say("Concerts near you.", "お近くの演奏会。", "حفلات قريبة."),
				Required: true, Value: "Osaka", Holder: s.say("Hibiki", "ひびき", "هيبيكي"), State: ui.Neutral,
				Inputs: []ui.Input{{Kind: ui.Text, Name: "value.event-city", Label: i18n.T(s.ctx, "asked.instead")}},
			}},
			Answered: []portal.AskedItem{{
				ID: "main-instrument", Label: s.say("Main instrument", "主な楽器", "الآلة"), Why: s.say("Articles for you.", "お好みの記事。", "مقالات لك."),
				State: ui.Given, Said: i18n.T(s.ctx, "asked.given"), Yes: true,
				Inputs: []ui.Input{{Kind: ui.Text, Name: "value.main-instrument", Label: i18n.T(s.ctx, "asked.instead")}},
			}},
		})},
		{"asked-nothing", portal.Asked(in(layout.Home), portal.AskedPage{Brand: "Kawara"})},
		{"offer", portal.Offer(in(layout.Home), s.offer())},
		{"offer-nothing-new", portal.Offer(in(layout.Home), portal.OfferPage{Action: "/hibiki/offers/x", From: "Chor", At: day(3, 12, 9, 30), Until: day(3, 19, 9, 30)})},
		{"embedded", portal.Allow(embedded, s.allow())},
		{"inside", portal.Allow(inside, s.allow())},
		{"inside-opens", portal.OpenFrame(plain, portal.OpenPage{Token: "x", Exchange: "/embed/hibiki/open", Start: "/embed/hibiki/in", Href: "/hibiki"})},
		{"inside-closed", portal.OpenFrame(plain, portal.OpenPage{Href: "/hibiki"})},
		{"inside-elsewhere", portal.Elsewhere(plain, portal.ElsewherePage{Title: i18n.T(s.ctx, "frame.over"), Why: i18n.T(s.ctx, "frame.over_why"), Href: "/hibiki"})},
		{"inside-check", portal.Check(plain, portal.CheckPage{
			Cookie: "/embed/hibiki/check/cookie", Site: "https://privacy.example.com",
			Origins: []string{"https://www.hibiki.example"}, Now: day(3, 9, 1, 2),
			Findings: []portal.Finding{{ID: "origin_ok", OK: true}, {ID: "https_missing"}, {ID: "link_scope", Code: "--scopes link:create,frame:create"}},
		})},
	}
}

// rows are the components that answer a change in place.
func rows() []scene {
	s := teller{context.Background()}
	f := s.frame(layout.Allow, "/allow", "")
	return []scene{
		{"value", portal.ValueRow(f, s.name())},
		{"value edit", portal.ValueEditRow(f, s.name(), s.shortForm(true))},
		{"purpose", portal.PurposeRow(f, s.allow().Groups[0].Items[0])},
		{"topic", portal.TopicRow(f, s.get().Topics[0])},
		{"stopped", portal.StoppedRow(f, s.stopped().Items[0])},
		{"address", portal.AddressRow(f, s.safety().Addresses[1])},
		{"session", portal.SessionRow(f, s.safety().Sessions[1])},
	}
}

// footers are what the links in the foot of mails lead to.
func footers(s teller) []scene {
	f := s.frame("", "/u/x", i18n.T(s.ctx, "footer.title"))
	f.Person, f.Locales, f.CSRF = "", nil, ""
	offers := footer.Topic{Slot: "offers/email", Title: s.say("Offers", "お得なお知らせ", "العروض"), Channel: s.say("E-mail", "メール", "البريد")}
	events := footer.Topic{Slot: "events/sms", Title: s.say("Concerts", "演奏会", "الحفلات"), Channel: s.say("Text message", "SMS", "رسالة نصية")}
	page := func(p footer.Page) footer.Page {
		p.Action, p.More = "/u/x", "/hibiki/get"
		return p
	}
	return []scene{
		{"footer-one", footer.Show(f, page(footer.Page{One: &offers}))},
		{"footer-one-done", footer.Show(f, page(footer.Page{One: &offers, Done: footer.Done{Slot: offers.Slot, Topic: offers, Number: "06h03trdmpqd3bifaa65esp70o"}}))},
		{"footer-all", footer.Show(f, page(footer.Page{Topics: []footer.Topic{offers, events}}))},
		{"footer-all-some", footer.Show(f, page(footer.Page{Topics: []footer.Topic{events}, Done: footer.Done{Slot: offers.Slot, Topic: offers}}))},
		{"footer-all-done", footer.Show(f, page(footer.Page{Done: footer.Done{All: true, Number: "06h03trdmpqd3bifaa65esp70o"}}))},
		{"reference", reference.Show(layout.Frame{CSRF: "dGVzdA", Locales: []string{"ja", "en", "ar"}, Title: i18n.T(s.ctx, "reference.title")}, s.reference())},
		{"footer-none", footer.Show(f, page(footer.Page{}))},
	}
}

func (teller) reference() reference.Page {
	return reference.Page{
		Document: "/api/v1/openapi.json", Intro: []string{"Every request carries a key, as `Authorization: Bearer lp_…`."},
		Groups: []reference.Group{{Name: "Subjects", Text: "Find people.", Operations: []reference.Operation{{
			ID: "readSubject", Method: "GET", Path: "/subjects/{subject}", Title: "Read", Text: []string{"Needs `profile:read`."},
			Parameters: []reference.Parameter{{Name: "subject", Where: "path", Text: "The id.", Required: true}},
			Request:    "curl " + strings.Repeat("x", 200), Answers: []reference.Answer{{Status: "200", Text: "What it may have.", Example: "{}"}, {Status: "404", Text: "None."}},
		}}}},
		Problems: []reference.Problem{{Name: "not-found", Text: "There is no such thing."}},
	}
}
