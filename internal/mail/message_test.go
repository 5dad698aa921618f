package mail_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"livingprofile/internal/errs"
	"livingprofile/internal/mail"
)

func message(change ...func(*mail.Message)) mail.Message {
	m := mail.Message{
		ID:      "0123456789",
		From:    mail.Address{Name: "ひびき", Email: "profile@hibiki.example"},
		To:      mail.Address{Email: "hana@example.com"},
		Subject: "サインインのご案内",
		Text:    "こんにちは。\n\nA line.\n",
	}
	for _, f := range change {
		f(&m)
	}
	return m
}

func TestCleanRefuses(t *testing.T) {
	evil := []string{
		"", " ", "hana", "@example.com", "hana@", "a@example.com,b@example.com", "a@b@example.com",
		"Hana <hana@example.com>", "hana@example.com\r\nBcc: b@example.com", "hana@example.com\n",
		"ha na@example.com", "hana@exam\u2028ple.com", "hana@example.com\u202e", "ha\u200bna@example.com",
		"hana@[127.0.0.1]", "hana@exämple.com", "\xffhana@example.com", `"a b"@example.com`,
		"hana@example.com> SIZE=1", strings.Repeat("a", 65) + "@example.com",
		"a@" + strings.Repeat("a.", 130) + "com",
	}
	for _, e := range evil {
		for name, m := range map[string]mail.Message{
			"to":       message(func(m *mail.Message) { m.To.Email = e }),
			"from":     message(func(m *mail.Message) { m.From.Email = e }),
			"reply to": message(func(m *mail.Message) { m.ReplyTo = mail.Address{Name: "x", Email: e} }),
		} {
			if _, err := m.Clean(); !errors.Is(err, errs.Invalid) {
				t.Errorf("%s %q: got %v, want invalid", name, e, err)
			} else if e != "" && e != " " && strings.Contains(err.Error(), e) {
				t.Errorf("%s: the error quotes the address: %v", name, err)
			}
		}
	}
	for name, change := range map[string]func(*mail.Message){
		"no id":                 func(m *mail.Message) { m.ID = "" },
		"an id with an at sign": func(m *mail.Message) { m.ID = "a@b" },
		"an id with a bracket":  func(m *mail.Message) { m.ID = "a>b" },
		"an id with a break":    func(m *mail.Message) { m.ID = "a\r\nX: y" },
		"no subject":            func(m *mail.Message) { m.Subject = "\u202e \r\n" },
		"no text":               func(m *mail.Message) { m.Text = "" },
		"a header of its own":   func(m *mail.Message) { m.Headers = map[string]string{"Bcc": "b@example.com"} },
		"a header with a break": func(m *mail.Message) { m.Headers = map[string]string{"List-Id": "a\r\nBcc: b"} },
		"a header beyond ASCII": func(m *mail.Message) { m.Headers = map[string]string{"List-Id": "ä"} },
		"an empty header":       func(m *mail.Message) { m.Headers = map[string]string{"List-Id": ""} },
		"a name with a break":   func(m *mail.Message) { m.Headers = map[string]string{"List-Id\r\nBcc": "b"} },
		"a very long header":    func(m *mail.Message) { m.Headers = map[string]string{"List-Id": strings.Repeat("a", 2000)} },
	} {
		if _, err := message(change).Clean(); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
}

func TestCleanMends(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "Your link", "Your link"},
		{"japanese", "リンク　です", "リンク です"},
		{"breaks", "a\r\nBcc: b\n\tc", "a Bcc: b c"},
		{"unicode breaks", "a\u2028b\u2029c\u0085d\vе", "a b c d е"},
		{"controls", "a\x00b\x1b[31mc\x7f", "ab[31mc"},
		{"turned writing", "invoice\u202efdp.exe\u2066x\u2069", "invoicefdp.exex"},
		{"invisible", "a\u200bb\ufeffc\u00ad", "abc"},
		{"joiners stay", "می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"},
		{"broken text", "a\xff\xfeb", "ab"},
		{"unassigned", "a\U000E0FFFb\ue000c", "abc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := message(func(m *mail.Message) { m.Subject, m.To.Name = tt.in, tt.in }).Clean()
			if err != nil {
				t.Fatal(err)
			}
			if m.Subject != tt.want || m.To.Name != tt.want {
				t.Errorf("got %q and %q, want %q", m.Subject, m.To.Name, tt.want)
			}
		})
	}
	m, err := message(func(m *mail.Message) { m.Subject = strings.Repeat("長", 1000) }).Clean()
	if err != nil || len(m.Subject) > 998 {
		t.Errorf("a long subject: %d bytes, %v", len(m.Subject), err)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("Hana\r\nBcc: x@example.com", "hana@example.com", "<https://example.com>")
	f.Add("\u202e", "a@b@c", "\x00")
	f.Fuzz(func(t *testing.T, phrase, address, header string) {
		m, err := message(func(m *mail.Message) {
			m.Subject, m.To = "s "+phrase, mail.Address{Name: phrase, Email: address}
			m.Headers = map[string]string{"List-Unsubscribe": header}
		}).Clean()
		if err != nil {
			return
		}
		for _, s := range []string{m.Subject, m.To.Name, m.To.Email, m.Headers["List-Unsubscribe"]} {
			if strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsAny(s, "\u2028\u2029\u202e") {
				t.Errorf("%q may stand in a header", s)
			}
		}
		if strings.Count(m.To.Email, "@") != 1 || strings.ContainsAny(m.To.Email, " ,;<>") {
			t.Errorf("%q may stand as a recipient", m.To.Email)
		}
	})
}
