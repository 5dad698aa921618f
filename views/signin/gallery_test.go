package signin_test

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/a-h/templ"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/static"
	"livingprofile/views/errors"
	"livingprofile/views/layout"
	"livingprofile/views/mailbox"
	"livingprofile/views/receipt"
	"livingprofile/views/signin"
	"livingprofile/views/ui"
)

// TestGallery renders every page and state that somebody who is not signed in
// can see, in every language, and checks what must be true of each. With
// LIVINGPROFILE_GALLERY naming a directory it writes them there, to be looked
// at.
func TestGallery(t *testing.T) {
	b := i18ntest.Words(t)
	for _, tag := range b.Locales() {
		ctx := i18n.With(context.Background(), b.Localizer(tag).In(time.FixedZone("Asia/Tokyo", 9*60*60)))
		ctx = templ.WithNonce(ctx, "bm9uY2U")
		for name, page := range gallery(ctx) {
			t.Run(tag+"/"+name, func(t *testing.T) {
				var w bytes.Buffer
				if err := page.Render(ctx, &w); err != nil {
					t.Fatal(err)
				}
				checkPage(t, w.Bytes())
				keep(t, name+"."+tag+".html", w.Bytes())
			})
		}
	}
	for miss, n := range b.Missing() {
		t.Errorf("words missing %d times: %s", n, miss)
	}
}

var moment = time.Date(2026, 3, 12, 1, 2, 0, 0, time.UTC)

func frame(ctx context.Context, title string) layout.Frame {
	f := layout.Frame{
		Base: "/hibiki", Path: "/hibiki/sign-in", Title: title, BrandName: "Hibiki Instruments", BrandMark: "♪",
		CSRF: "proof", Locales: []string{"en", "ja", "ar"}, Contact: "privacy@hibiki.example",
		Check: "/receipts/check", NoIndex: true,
	}
	if i18n.Locale(ctx) == "ja" {
		f.BrandName = "ひびき楽器"
	}
	return f
}

func gallery(ctx context.Context) map[string]templ.Component {
	pages := map[string]templ.Component{}
	add(pages, asking(ctx), linking(ctx), faults(ctx), checks(ctx), mails(ctx))
	return pages
}

func add(pages map[string]templ.Component, groups ...map[string]templ.Component) {
	for _, g := range groups {
		for name, page := range g {
			pages[name] = page
		}
	}
}

func asking(ctx context.Context) map[string]templ.Component {
	f := frame(ctx, i18n.T(ctx, "signin.ask.title"))
	framed := f
	framed.Embedded = true
	sent := signin.SentPage{
		Code: "40917253", Until: moment.Add(10 * time.Minute), Register: true,
		Resend: "/hibiki/sign-in/again", Change: "/hibiki/sign-in",
	}
	waiting, proving := sent, sent
	waiting.Wait = moment.Add(time.Minute)
	proving.To, proving.Change = "a•••@example.org", ""
	return map[string]templ.Component{
		"ask":        signin.Ask(f, signin.AskPage{Action: "/hibiki/sign-in", Register: true}),
		"ask_framed": signin.Ask(framed, signin.AskPage{Action: "/hibiki/sign-in", Register: true}),
		"ask_wrong": signin.Ask(f, signin.AskPage{
			Action: "/hibiki/sign-in", Typed: "aiko.tanaka@", Wrong: i18n.T(ctx, "error.not_an_email"),
		}),
		"sent":       signin.Sent(f, sent),
		"sent_wait":  signin.Sent(f, waiting),
		"sent_proof": signin.Sent(f, proving),
		"proof": signin.AskProof(f, signin.ProofPage{
			Action: "/hibiki/proof", Act: signin.ActExport, To: "a•••@example.org", Back: "/hibiki/",
			Fields: []ui.Field{{Name: "next", Value: "/hibiki/data"}},
		}),
		"proof_other": signin.AskProof(f, signin.ProofPage{Act: "whatever", To: "a•••@example.org"}),
		"spent":       signin.Spent(f, signin.SpentPage{Lasts: 10 * time.Minute, Again: "/hibiki/sign-in"}),
		"many":        signin.Many(f, signin.ManyPage{At: moment.Add(time.Hour), Wait: time.Hour, Back: "/hibiki/sign-in"}),
		"out":         signin.Out(f, signin.OutPage{Again: "/hibiki/sign-in"}),
	}
}

func linking(ctx context.Context) map[string]templ.Component {
	f := frame(ctx, i18n.T(ctx, "signin.ask.title"))
	page := func(purpose string, code bool, wrong string) templ.Component {
		return signin.Link(f, signin.LinkPage{
			Action: "/hibiki/link", Token: "8d1Zk0pQeS3x", Purpose: purpose, Code: code, Wrong: wrong,
			Controller: "Hibiki Holdings Ltd",
		})
	}
	consent := signin.ConfirmPage{
		Action: "/hibiki/confirm", Token: "8d1Zk0pQeS3x", Kind: signin.Consent, At: moment,
		Purpose: "News about instruments like mine",
		Words:   "We look at what you bought and send ideas by e-mail, at most twice a month.",
	}
	return map[string]templ.Component{
		"link":          page(signin.In, false, ""),
		"link_code":     page(signin.In, true, ""),
		"link_wrong":    page(signin.In, true, i18n.T(ctx, "error.wrong_code", "left", 4)),
		"link_register": page(signin.Register, false, ""),
		"link_reg_code": page(signin.Register, true, ""),
		"link_proof":    page(signin.Proof, false, ""),
		"link_prf_code": page(signin.Proof, true, ""),
		"confirm":       signin.Confirm(f, consent),
		"confirm_addr":  signin.Confirm(f, signin.ConfirmPage{Action: "/c", Token: "t", Kind: signin.Address, Code: true}),
		"confirmed":     signin.Confirmed(f, signin.ConfirmedPage{Kind: signin.Consent, Purpose: consent.Purpose, Next: "/hibiki/allow"}),
		"confirmed_ad":  signin.Confirmed(f, signin.ConfirmedPage{Kind: signin.Address, Next: "/hibiki/safety"}),
	}
}

func faults(ctx context.Context) map[string]templ.Component {
	pages := map[string]templ.Component{}
	for name, status := range map[string]int{
		"400": 400, "401": 401, "403": 403, "404": 404, "405": 405, "409": 409, "410": 410, "413": 413,
		"418": 418, "422": 422, "429": 429, "500": 500, "502": 502, "503": 503,
	} {
		fault := errors.Fault{
			Status: status, RequestID: "0ksv8g2m4q7x",
			Actions: []ui.Link{
				{Text: i18n.T(ctx, "fault.action.reload"), Href: "/hibiki/allow"},
				{Text: i18n.T(ctx, "fault.action.home"), Href: "/hibiki/"},
			},
		}
		if status == 429 || status == 503 {
			fault.At, fault.Wait = moment.Add(time.Hour), time.Hour
		}
		if status == 409 {
			fault.Reason = i18n.T(ctx, "error.proposal_replaced")
		}
		pages["fault_"+name] = errors.Page(frame(ctx, errors.Title(ctx, status)), fault)
	}
	// Where no brand is known there is nothing round the page but the product.
	pages["fault_bare"] = errors.Page(layout.Frame{Title: errors.Title(ctx, 500)}, errors.Fault{Status: 500})
	return pages
}

func checks(ctx context.Context) map[string]templ.Component {
	f := frame(ctx, i18n.T(ctx, "receipt.title"))
	found := receipt.Result{
		Written: moment, Lane: 17, Sequence: 48213, Checkpoint: 20418, Sealed: moment.Add(30 * time.Second),
		Fingerprint: "9f2c1b7e4d60a83359ec0d7745b1f6a2c8843e0f5a9d11b2677ce4309a5be8d1",
	}
	pages := map[string]templ.Component{
		"receipt": receipt.Check(f, receipt.CheckPage{Action: "/receipts/check"}),
		"receipt_wrong": receipt.Check(f, receipt.CheckPage{
			Action: "/receipts/check", Text: `{"receipt":`, Wrong: i18n.T(ctx, "error.not_a_receipt"),
		}),
	}
	for _, o := range []receipt.Outcome{receipt.Genuine, receipt.Known, receipt.Changed, receipt.Foreign, receipt.Broken} {
		r := found
		r.Outcome = o
		if o == receipt.Known {
			r.Sealed, r.Fingerprint = time.Time{}, ""
		}
		pages["receipt_"+string(o)] = receipt.Check(f, receipt.CheckPage{Action: "/receipts/check", Result: &r})
	}
	return pages
}

func mails(ctx context.Context) map[string]templ.Component {
	f := frame(ctx, i18n.T(ctx, "mailbox.title"))
	text, links := mailbox.Read(`<h1>Sign in</h1><p>Press <a href="https://my.hibiki.example/link">here</a>.</p>`)
	item := mailbox.Item{Href: "/mailbox/1", Subject: "Sign in at Hibiki Instruments", To: "aiko@example.org", At: moment}
	return map[string]templ.Component{
		"mailbox":       mailbox.List(f, mailbox.ListPage{Path: "/mailbox", Mails: []mailbox.Item{item, {Href: "/mailbox/2", At: moment}}}),
		"mailbox_empty": mailbox.List(f, mailbox.ListPage{Path: "/mailbox"}),
		"mailbox_mail": mailbox.Mail(f, mailbox.MailPage{
			Back: "/mailbox", Subject: item.Subject, From: "hello@hibiki.example", To: item.To, At: moment,
			Text: "Sign in\n\nPress here.\n", HTML: text, Links: links,
		}),
		"mailbox_bare": mailbox.Mail(f, mailbox.MailPage{Back: "/mailbox", At: moment}),
	}
}

var asset = regexp.MustCompile(`/static/[\w.-]+`)

// keep writes a page and what it loads.
func keep(t *testing.T, name string, page []byte) {
	t.Helper()
	dir := os.Getenv("LIVINGPROFILE_GALLERY")
	if dir == "" {
		return
	}
	write := func(name string, content []byte) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(name, page)
	for _, path := range asset.FindAll(page, -1) {
		w := httptest.NewRecorder()
		static.Handler().ServeHTTP(w, httptest.NewRequest("GET", string(path), nil))
		write(string(path), w.Body.Bytes())
	}
}
