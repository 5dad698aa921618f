package intake_test

import (
	"strings"
	"testing"

	"livingprofile/internal/intake"
)

// Each transform, on the text of one cell. A want with an exclamation mark and a
// message id is a cell that is refused.
func TestTransforms(t *testing.T) {
	tests := []struct{ transforms, text, want string }{
		{"[lower]", "ANA", "ana"},
		{"[upper]", "ana", "ANA"},
		{"[title]", "ANA MARÍA DIAZ", "Ana María Diaz"},
		{"[title]", "jean-luc", "Jean-Luc"},
		{"[title]", "McDonald", "McDonald"},
		{"[title]", "佐藤", "佐藤"},
		{"[spaces]", "Ana \u00a0  María", "Ana María"},
		{"[{trim: '*#'}]", "*#Ana#*", "Ana"},
		{"[{trim: '\"'}]", `"Ana"`, "Ana"},
		{"[apostrophe]", "'0123", "0123"},
		{"[{date: [DD.MM.YYYY]}]", "14.02.1990", "1990-02-14"},
		{"[{date: [MM/DD/YYYY, D MMM YYYY]}]", "14 Feb 1990", "1990-02-14"},
		{"[{date: [MM/DD/YYYY]}]", "14/02/1990", "!error.not_a_date"},
		{"[{number: {decimal: ','}}]", "12,50", "12.5"},
		{"[{number: {decimal: '.', group: ','}}]", "1,234.50", "1234.5"},
		{"[{number: {decimal: '.', group: ','}}]", "1,23.50", "!error.not_a_number"},
		{"[{phone: GB}]", "0113 496 0000", "+441134960000"},
		{"[{phone: US}]", "(206) 555-0142", "+12065550142"},
		{"[{phone: US}]", "+44 113 496 0000", "+441134960000"},
		{"[{phone: US}]", "ask her", "!error.not_a_phone"},
		{"[country]", "United States", "US"},
		{"[country]", "usa", "US"},
		{"[country]", "South Korea", "KR"},
		{"[country]", "DE", "DE"},
		{"[country]", "Atlantis", "Atlantis"},
		{"[{values: {Mme: Ms, M.: Mr}}]", "mme", "Ms"},
		{"[{values: {Mme: Ms}}]", "Dr", "Dr"},
		{"[{values: {n/a: ''}}]", "N/A", ""},
		{"[{lines: ' / '}]", "a / b", "a\nb"},
		{"[{before: ' '}]", "Sato Aiko Ann", "Sato"},
		{"[{after: ' '}]", "Sato Aiko Ann", "Aiko Ann"},
		{"[{before: ' '}]", "Sato", "Sato"},
		{"[{after: ' '}]", "Sato", ""},
		{"[{before_last: ' '}]", "Ada King Lovelace", "Ada King"},
		{"[{after_last: ' '}]", "Ada King Lovelace", "Lovelace"},
		{"[{before_last: ' '}]", "Ada", "Ada"},
		{"[{after_last: ' '}]", "Ada", ""},
		{"[{before: ','}, spaces, title]", "  VAN   GOGH , Vincent", "Van Gogh"},
	}
	for _, tt := range tests {
		m := parse(t, "required: [id]\nidentifiers:\n  - {kind: customer, column: id}\nfields:\n  - {field: shop-note, column: x, transforms: "+tt.transforms+"}\n")
		sink := &recorder{}
		file := "id,x\n1,\"" + strings.ReplaceAll(tt.text, `"`, `""`) + "\"\n"
		report, err := intake.Run(t.Context(), strings.NewReader(file), m, sink, options("shop"))
		if err != nil {
			t.Errorf("%s: %v", tt.transforms, err)
			continue
		}
		got := sink.items[0].Claims["shop-note"].Value
		if len(report.Notes) > 0 {
			got = "!" + report.Notes[0].Reason
		}
		if got != tt.want {
			t.Errorf("%s of %q = %q, want %q", tt.transforms, tt.text, got, tt.want)
		}
	}
}

func TestTransformsThatLackSomething(t *testing.T) {
	for text, want := range map[string]string{
		"[shout]":              `unknown transform "shout", or it lacks what it needs`,
		"[trim]":               `unknown transform "trim", or it lacks what it needs`,
		"[{trim: ''}]":         `transform "trim": needs a separator, or characters`,
		"[{before_last: [a]}]": "is a list where text is wanted",
		"[{phone: XX}]":        `transform "phone": needs the code of a country`,
		"[{phone: gb}]":        `transform "phone": needs the code of a country`,
		"[{date: [DD.MM]}]":    `transform "date": layout "DD.MM" has no YYYY`,
		"[{shout: x}]":         `transform "shout": is unknown`,
		"[{a: b, c: d}]":       `a transform is one word, or one word with what it needs`,
	} {
		_, err := intake.ParseMap("m.yaml", []byte("required: [id]\nidentifiers:\n  - {kind: customer, column: id}\nfields:\n  - {field: a, column: b, transforms: "+text+"}\n"))
		if err == nil || !strings.Contains(err.Error(), "m.yaml:5:1: "+want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestLayoutsOfTimes(t *testing.T) {
	for _, tt := range []struct{ layout, text, want string }{
		{"", "2024-01-02T03:04:05.000+0000", "2024-01-02T03:04:05Z"},
		{"", "2024-01-02 03:04", "2024-01-02T03:04:00Z"},
		{"M/D/YYYY h:mm A", "3/15/2024 2:30 PM", "2024-03-15T14:30:00Z"},
		{"DD/MM/YYYY hh:mm A", "15/03/2024 12:30 AM", "2024-03-15T00:30:00Z"},
		{"YYYY-MM-DD HH:mm ZZ", "2024-01-02 03:04 +0900", "2024-01-01T18:04:00Z"},
		{"D MMMM YYYY", "5 March 2024", "2024-03-05T00:00:00Z"},
	} {
		at := "{column: at}"
		if tt.layout != "" {
			at = "{column: at, layouts: ['" + tt.layout + "']}"
		}
		m := parse(t, "required: [id]\ntime: "+at+"\nidentifiers:\n  - {kind: customer, column: id}\n")
		sink := &recorder{}
		if _, err := intake.Run(t.Context(), strings.NewReader("id,at\n1,"+tt.text+"\n"), m, sink, options("shop")); err != nil {
			t.Fatal(err)
		}
		if len(sink.items) != 1 {
			t.Errorf("%q of %s was refused", tt.text, tt.layout)
			continue
		}
		if got := sink.items[0].At.Format("2006-01-02T15:04:05Z"); got != tt.want {
			t.Errorf("%q of %s = %s, want %s", tt.text, tt.layout, got, tt.want)
		}
	}
}
