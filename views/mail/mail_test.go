package mail_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/internal/login"
	"livingprofile/views/mail"
)

var update = flag.Bool("update", false, "write the golden files anew")

func speaking(t *testing.T, tag string) (*i18n.Bundle, context.Context) {
	t.Helper()
	b := i18ntest.Words(t)
	tokyo := time.FixedZone("Asia/Tokyo", 9*60*60)
	return b, i18n.With(context.Background(), b.Localizer(tag).In(tokyo))
}

var (
	asked = time.Date(2026, 3, 12, 1, 2, 0, 0, time.UTC)
	link  = mail.Link{
		URL:     "https://my.hibiki.example/hibiki/link#8d1Zk0pQeS3xYv7mWb2nRc5uLa9oTg4iHf6jKs",
		AskedAt: asked, ExpiresAt: asked.Add(10 * time.Minute), Device: "Chrome, Android",
	}
)

func brand(tag string) mail.Brand {
	b := mail.Brand{
		Name: "Hibiki Instruments", Controller: "Hibiki Holdings Ltd",
		Accent: "#7a2e5d", Contact: "privacy@hibiki.example",
	}
	if tag == "ja" {
		b.Name, b.Controller = "ひびき楽器", "株式会社ひびきホールディングス"
	}
	return b
}

// every returns one mail of each kind, and its variants.
func every(ctx context.Context, b mail.Brand) map[string]func() (mail.Message, error) {
	plain := link
	plain.Device, plain.URL = "", ""
	consent := mail.Consent{
		Link: link, Purpose: "News about instruments like mine",
		Words: "We look at what you bought and send ideas by e-mail, at most twice a month.",
		Until: asked.Add(14 * 24 * time.Hour),
	}
	if i18n.Locale(ctx) == "ja" {
		consent.Purpose = "わたしに合う楽器のお知らせ"
		consent.Words = "お買い上げの内容をもとに、おすすめをメールでお送りします（月に2回まで）。"
	}
	change := func(kind string) func() (mail.Message, error) {
		return func() (mail.Message, error) {
			return mail.Changed(ctx, b, mail.Change{
				Kind: kind, At: asked, Device: "Firefox, Windows",
				URL: "https://my.hibiki.example/hibiki/safety",
			})
		}
	}
	undone := func() (mail.Message, error) {
		return mail.Changed(ctx, b, mail.Change{
			Kind: mail.Main, At: asked, Undo: "https://my.hibiki.example/u/AbC", Until: asked.AddDate(0, 0, 7),
		})
	}
	erasure := func(message string, h mail.Hold) func() (mail.Message, error) {
		return func() (mail.Message, error) {
			return mail.Moved(ctx, b, mail.Request{
				Kind: "erasure", Number: "R-7K3Q-V2MD", Message: message, Due: asked.AddDate(0, 1, 0), Acts: asked,
				URL: "https://my.hibiki.example/hibiki/requests/1", Fields: h.Fields, Holds: []mail.Hold{h},
			})
		}
	}
	everything := mail.Hold{Reason: "There is a quarrel before a court."}
	email := mail.Hold{Fields: []string{"E-mail"}, Reason: everything.Reason, Until: asked.AddDate(1, 0, 0)}
	return map[string]func() (mail.Message, error){
		"erasure_waits":       erasure("acknowledged", everything),
		"erasure_kept_apart":  erasure("acknowledged", email),
		"erasure_held":        erasure("held", everything),
		"erasure_held_fields": erasure("held_fields", email),

		"copy_made": func() (mail.Message, error) {
			return mail.Moved(ctx, b, mail.Request{
				Kind: "access", Number: "R-7K3Q-V2MD", Message: "fulfilled", Due: asked.AddDate(0, 1, 0), Take: asked.AddDate(0, 0, 1),
				URL: "https://my.hibiki.example/hibiki/requests/1",
			})
		},

		"sign_in":         func() (mail.Message, error) { return mail.SignIn(ctx, b, link) },
		"nothing":         func() (mail.Message, error) { return mail.Nothing(ctx, b, plain) },
		"nothing_open":    func() (mail.Message, error) { return mail.Nothing(ctx, b, link) },
		"register":        func() (mail.Message, error) { return mail.Register(ctx, b, link) },
		"proof":           func() (mail.Message, error) { return mail.Proof(ctx, b, mail.ActExport, link) },
		"confirm_address": func() (mail.Message, error) { return mail.ConfirmAddress(ctx, b, link) },
		"confirm_consent": func() (mail.Message, error) { return mail.ConfirmConsent(ctx, b, consent) },
		"changed_added":   change(mail.Added),
		"changed_removed": change(mail.Removed),
		"changed_main":    undone,
		"changed_gone":    change(mail.Gone),
		"changed_undone":  change(mail.Undone),
		"changed":         change(""),
	}
}

func TestMails(t *testing.T) {
	for _, tag := range []string{"en", "ja", "ar"} {
		words, ctx := speaking(t, tag)
		for name, write := range every(ctx, brand(tag)) {
			t.Run(tag+"/"+name, func(t *testing.T) {
				m, err := write()
				if err != nil {
					t.Fatal(err)
				}
				golden(t, name+"."+tag+".txt", "Subject: "+m.Subject+"\n\n"+m.Text)
				golden(t, name+"."+tag+".html", m.HTML)
				check(t, m)
			})
		}
		if diff := cmp.Diff(words.Missing(), map[string]int(nil)); diff != "" {
			t.Errorf("%s: words are missing\n%s", tag, diff)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("%s: got -, want +\n%s", name, diff)
	}
}

// check holds what is true of every mail.
func check(t *testing.T, m mail.Message) {
	t.Helper()
	if strings.ContainsAny(m.Subject, "\r\n") || m.Subject == "" {
		t.Errorf("the subject %q is not one line", m.Subject)
	}
	doc, err := html.Parse(strings.NewReader(m.HTML))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		switch n.Data {
		case "img", "script", "link", "style", "form", "iframe", "table":
			if n.Type == html.ElementNode {
				t.Errorf("there is a <%s>", n.Data)
			}
		case "a":
			if href := attr(n, "href"); !strings.Contains(m.Text, href) {
				t.Errorf("%s is in the HTML and not in the text", href)
			}
		}
	}
	if strings.Contains(m.HTML, "url(") || strings.Contains(m.HTML, "templ_failed") {
		t.Error("a style loads something or was refused")
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestLooks(t *testing.T) {
	_, ctx := speaking(t, "en")
	for _, test := range []struct{ name, accent, want string }{
		{"white on a dark accent", "#7a2e5d", "background-color:#7a2e5d;color:#ffffff"},
		{"black on a light accent", "#ffd400", "background-color:#ffd400;color:#000000"},
		{"no accent", "", "background-color:#0b6a58;color:#ffffff"},
		{"an accent that is more than a colour", "#fff;background:url(x)", "background-color:#0b6a58;color:#ffffff"},
	} {
		m, err := mail.SignIn(ctx, mail.Brand{Name: "Hibiki", Accent: test.accent}, link)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.HTML, test.want) {
			t.Errorf("%s: no %q in\n%s", test.name, test.want, m.HTML)
		}
	}
}

// A brand writes its own name; a mail must not become another mail by it.
func TestHostileNames(t *testing.T) {
	_, ctx := speaking(t, "en")
	m, err := mail.SignIn(ctx, mail.Brand{Name: "A\r\nBcc: x@example.org <b>{{.x}}"}, mail.Link{URL: "javascript:alert(1)", ExpiresAt: asked})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Subject, "Sign in at A Bcc: x@example.org <b>{{.x}}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, bad := range []string{"<b>", `href="javascript:`} {
		if strings.Contains(m.HTML, bad) {
			t.Errorf("there is %q in the HTML", bad)
		}
	}
}

func TestRender(t *testing.T) {
	_, ctx := speaking(t, "ja")
	b := brand("ja")
	short := mail.Link{URL: "https://x.example/", AskedAt: asked, ExpiresAt: asked.Add(5 * time.Minute)}
	for _, test := range []struct {
		template string
		data     any
		want     func() (mail.Message, error)
	}{
		{login.SignInMail, login.LinkMail{URL: short.URL, AskedAt: asked, ExpiresAt: short.ExpiresAt}, func() (mail.Message, error) {
			return mail.SignIn(ctx, b, short)
		}},
		{login.RegisterMail, short, func() (mail.Message, error) { return mail.Register(ctx, b, short) }},
		{login.UnknownMail, login.LinkMail{AskedAt: asked}, func() (mail.Message, error) {
			return mail.Nothing(ctx, b, mail.Link{AskedAt: asked})
		}},
		{login.FreshProofMail, mail.Asking{Link: short, Act: mail.ActErase}, func() (mail.Message, error) {
			return mail.Proof(ctx, b, mail.ActErase, short)
		}},
		{login.ConfirmAddressMail, short, func() (mail.Message, error) { return mail.ConfirmAddress(ctx, b, short) }},
		{login.ConfirmConsentMail, mail.Consent{Link: short, Purpose: "P"}, func() (mail.Message, error) {
			return mail.ConfirmConsent(ctx, b, mail.Consent{Link: short, Purpose: "P", Until: short.ExpiresAt})
		}},
		{login.AddressChangedMail, mail.Change{At: asked}, func() (mail.Message, error) {
			return mail.Changed(ctx, b, mail.Change{Kind: mail.Replaced, At: asked})
		}},
	} {
		data, err := json.Marshal(test.data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := mail.Render(ctx, b, test.template, data)
		if err != nil {
			t.Errorf("%s: %v", test.template, err)
			continue
		}
		want, err := test.want()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s: got -, want +\n%s", test.template, diff)
		}
	}
	for kind, payload := range map[string]string{"postcard": "{}", login.SignInMail: "{", login.AddressChangedMail: `{"kind":"renamed"}`} {
		if _, err := mail.Render(ctx, b, kind, []byte(payload)); err == nil {
			t.Errorf("%s with %s: got no error", kind, payload)
		}
	}
}
