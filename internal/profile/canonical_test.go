package profile_test

import (
	"errors"
	"strings"
	"testing"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
)

func newField(t profile.Type) *profile.Field {
	return &profile.Field{
		Name: "field", Type: t, Edit: profile.Free,
		Choices: []profile.Choice{
			{Value: "run", Label: i18n.Text{"en": "Running", "ja": "ランニング"}},
			{Value: "swim", Label: i18n.Text{"en": "Swimming", "ja": "水泳"}},
			{Value: "Running", Label: i18n.Text{"en": "The word running"}},
		},
	}
}

func TestCanonical(t *testing.T) {
	tests := []struct {
		name    string
		typ     profile.Type
		value   string
		country string
		want    string
		wantErr string // message id
	}{
		{"text is trimmed", profile.TypeText, "  Aiko \t", "", "Aiko", ""},
		{"text is composed", profile.TypeText, "e\u0301", "", "é", ""},
		{"a formula is text", profile.TypeText, "=1+1", "", "=1+1", ""},
		{"white space alone is nothing", profile.TypeText, " \u3000\t", "", "", "error.required"},
		{"text of two lines", profile.TypeText, "a\nb", "", "", "error.control_characters"},
		{"NUL", profile.TypeText, "a\x00b", "", "", "error.control_characters"},
		{"not UTF-8", profile.TypeText, "a\xffb", "", "", "error.control_characters"},
		{"a mark that turns the direction", profile.TypeText, "a\u202eb", "", "", "error.control_characters"},
		{"a mark that Arabic needs", profile.TypeText, "ا\u200cب", "", "ا\u200cب", ""},
		{"as long as text may be", profile.TypeText, strings.Repeat("語", 500), "", strings.Repeat("語", 500), ""},
		{"too long", profile.TypeText, strings.Repeat("語", 501), "", "", "error.too_long"},
		{"far too long", profile.TypeText, strings.Repeat(" ", 1<<20), "", "", "error.too_long"},
		{"lines are trimmed", profile.TypeLines, "\r\n 1 Main St \r\n\r\n\r\n Springfield\r\n", "", "1 Main St\n\nSpringfield", ""},
		{"lines with a tab inside", profile.TypeLines, "a\tb", "", "", "error.control_characters"},
		{"too many lines", profile.TypeLines, strings.Repeat("a\n", 1001), "", "", "error.too_long"},
		{"e-mail", profile.TypeEmail, " Aiko@EXAMPLE.com", "", "aiko@example.com", ""},
		{"not an e-mail", profile.TypeEmail, "aiko", "", "", "error.not_an_email"},
		{"phone of the country", profile.TypePhone, "０３-3123-4567", "JP", "+81331234567", ""},
		{"phone without a country", profile.TypePhone, "03-3123-4567", "", "", "error.not_a_phone"},
		{"date", profile.TypeDate, "2024-02-29", "", "2024-02-29", ""},
		{"date with short parts", profile.TypeDate, "2024/2/9", "", "2024-02-09", ""},
		{"Japanese date", profile.TypeDate, "２０２４年２月９日", "", "2024-02-09", ""},
		{"English date", profile.TypeDate, "9 Feb 2024", "", "2024-02-09", ""},
		{"day of a time", profile.TypeDate, "2024-02-29T23:30:00+09:00", "", "2024-02-29", ""},
		{"a day that never was", profile.TypeDate, "2023-02-29", "", "", "error.not_a_date"},
		{"a date of doubt", profile.TypeDate, "03/04/2024", "", "", "error.not_a_date"},
		{"a year of two digits", profile.TypeDate, "0024-01-01", "", "", "error.not_a_date"},
		{"number", profile.TypeNumber, "+007.50", "", "7.5", ""},
		{"nothing below nought", profile.TypeNumber, "-0.0", "", "0", ""},
		{"full-width number", profile.TypeNumber, "１２．５", "", "12.5", ""},
		{"number of doubt", profile.TypeNumber, "1,234", "", "", "error.not_a_number"},
		{"exponent", profile.TypeNumber, "1e3", "", "", "error.not_a_number"},
		{"point without a fraction", profile.TypeNumber, "1.", "", "", "error.not_a_number"},
		{"sign alone", profile.TypeNumber, "-", "", "", "error.not_a_number"},
		{"two signs", profile.TypeNumber, "--1", "", "", "error.not_a_number"},
		{"more digits than sense", profile.TypeNumber, strings.Repeat("9", 31), "", "", "error.not_a_number"},
		{"yes", profile.TypeYesNo, "TRUE", "", "yes", ""},
		{"Japanese yes", profile.TypeYesNo, "はい", "", "yes", ""},
		{"no", profile.TypeYesNo, " n ", "", "no", ""},
		{"neither", profile.TypeYesNo, "perhaps", "", "", "error.not_a_choice"},
		{"choice by value", profile.TypeChoice, "run", "", "run", ""},
		{"choice by label", profile.TypeChoice, "水泳", "", "swim", ""},
		{"choice in other letters", profile.TypeChoice, "SWIM", "", "swim", ""},
		{"a value hides behind no label", profile.TypeChoice, "Running", "", "Running", ""},
		{"not a choice", profile.TypeChoice, "chess", "", "", "error.not_a_choice"},
		{"choices are sorted and told once", profile.TypeChoices, "swim\nrun\n水泳", "", "run\nswim", ""},
		{"one of the choices is none", profile.TypeChoices, "swim\nchess", "", "", "error.not_a_choice"},
		{"country", profile.TypeCountry, "jp", "", "JP", ""},
		{"country of three letters", profile.TypeCountry, "JPN", "", "JP", ""},
		{"country as some write it", profile.TypeCountry, "UK", "", "GB", ""},
		{"a continent", profile.TypeCountry, "150", "", "", "error.not_a_country"},
		{"no country", profile.TypeCountry, "ZZ", "", "", "error.not_a_country"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := profile.Canonical(newField(tt.typ), tt.value, tt.country)
			if got != tt.want || messageID(err) != tt.wantErr {
				t.Errorf("Canonical(%s, %q) = %q, %q; want %q, %q", tt.typ, clip(tt.value), clip(got), messageID(err), clip(tt.want), tt.wantErr)
			}
			if err != nil && !errors.Is(err, errs.Invalid) {
				t.Errorf("error %v is not Invalid", err)
			}
		})
	}
}

func TestCanonicalOfUnknownTypeIsInternal(t *testing.T) {
	_, err := profile.Canonical(newField("colour"), "red", "")
	if err == nil || errs.KindOf(err) != "" {
		t.Errorf("Canonical() error = %v, want one without a kind", err)
	}
}

func TestParseNumberWithMarks(t *testing.T) {
	tests := []struct {
		text, decimal, group string
		want                 string
	}{
		{"1.234.567,50", ",", ".", "1234567.5"},
		{"1,234", ".", ",", "1234"},
		{"12 345", ".", " ", "12345"},
		{"1,5", ".", ",", ""},
		{"1234,567", ".", ",", ""},
		{",123", ".", ",", ""},
		{"1,234.", ".", ",", ""},
	}
	for _, tt := range tests {
		got, err := profile.ParseNumber(tt.text, tt.decimal, tt.group)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("ParseNumber(%q, %q, %q) = %q, %v; want %q", tt.text, tt.decimal, tt.group, got, err, tt.want)
		}
	}
}

// FuzzCanonical looks for a value that has two canonical forms, or one that
// could not be kept.
func FuzzCanonical(f *testing.F) {
	for i, seed := range []string{
		"Aiko", "e\u0301\u0301", " a\r\n b ", "aiko@example.com", "+81 3 3123 4567", "2024-02-29",
		"2024年2月9日", "-0.50", "はい", "swim\nrun", "JPN", "İ@example.com", "\u212a@example.com", "\u2028", "\ufeff",
	} {
		f.Add(uint8(i), seed) //nolint:gosec // a short list
	}
	f.Fuzz(func(t *testing.T, kind uint8, value string) {
		field := newField(profile.Types[int(kind)%len(profile.Types)])
		first, err := profile.Canonical(field, value, "JP")
		if err != nil {
			if messageID(err) == "" {
				t.Fatalf("Canonical(%s, %q) error = %v without a message", field.Type, value, err)
			}
			return
		}
		if first == "" {
			t.Fatalf("Canonical(%s, %q) = nothing, without an error", field.Type, value)
		}
		second, err := profile.Canonical(field, first, "")
		if err != nil || second != first {
			t.Errorf("Canonical(%s, %q) = %q, and of that %q, %v", field.Type, value, first, second, err)
		}
	})
}

func messageID(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.ID
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
