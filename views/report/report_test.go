package report

import (
	"bytes"
	"html"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
)

// An answer to access shows sources, recipients and what they received, what was
// worked out and decided by machines, and who looked; data to take along does
// not. The PDF is of the same.
func TestReport(t *testing.T) {
	bundle := i18ntest.Words(t)
	at := time.Date(2026, 3, 12, 10, 2, 0, 0, time.UTC)
	section := func(label string) []Section {
		return []Section{{Label: label, Values: []Value{{Label: "field of " + label, Text: "=1\n<b>", Source: "source of " + label, How: "how", At: at}}}}
	}
	p := &Page{
		Number: "R-1", MadeAt: at, Access: true, Identifiers: []Value{{Text: "a@example.jp", Source: "shop"}},
		Given: section("given"), Inferred: section("inferred"), Machines: section("machine"),
		Choices:    []Choice{{Label: "May we?", Status: "given", At: at}},
		Purposes:   []Purpose{{Label: "Ideas", Basis: "consent", Retention: "A year."}},
		Recipients: []Recipient{{Label: "newsletter tool", Country: "Japan", Fields: []string{"Level"}}},
		Sent:       []Sent{{At: at, To: "newsletter tool", Event: "consent.given", Fields: []string{"sent field"}}, {Event: "new.kind"}, {To: "the desk", Event: "subject.read"}, {Event: "audience.exported"}},
		Looks:      []Look{{At: at, Reason: "request", Note: "by phone"}},
	}
	more := []string{"source of inferred", "field of machine", "newsletter tool", "sent field", "because of a request", "by phone", "the desk", "What it asked us for that day", "in a file"}
	for _, access := range []bool{true, false} {
		p.Access = access
		for _, lang := range []string{"en", "ja", "ar"} {
			ctx := i18n.With(t.Context(), bundle.Localizer(lang))
			b, err := Render(ctx, p)
			if err != nil {
				t.Fatal(err)
			}
			text := html.UnescapeString(string(b))
			if strings.Contains(text, "report.") || !strings.Contains(text, "source of given") || !strings.Contains(text, "=1<br>") && !strings.Contains(text, "=1<br/>") {
				t.Errorf("%s: %s", lang, text)
			}
			for _, words := range more {
				if lang == "en" && strings.Contains(text, words) != access {
					t.Errorf("access %v: %q is there %v", access, words, !access)
				}
			}
			if !access || lang != "ar" {
				continue
			}
			if b, err = PDF(ctx, p); err != nil || !bytes.Contains(b, []byte("/Lang(ar)/ViewerPreferences<</DisplayDocTitle true/Direction/R2L>>")) {
				t.Errorf("%s: %v, %.80q", lang, err, b)
			}
		}
	}
}
