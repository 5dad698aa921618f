package profile

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"livingprofile/internal/errs"
)

// DateLayout is the canonical form of a date.
const DateLayout = "2006-01-02"

// Layouts lists the layouts that ParseDate reads when it is given none. In all
// of them the order of year, month and day is beyond doubt; 03/04/2024 is not
// among them, for it is April to some and March to others.
func Layouts() []string {
	return []string{
		"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2006年1月2日",
		"2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006",
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04",
	}
}

// ParseDate returns the date in text by the first layout that fits, in the form
// 2006-01-02, or Invalid. Of a time only the day is kept, in the zone in which it
// is written. Without layouts those of Layouts are used.
func ParseDate(text string, layouts ...string) (string, error) {
	if len(layouts) == 0 {
		layouts = Layouts()
	}
	text = norm.NFKC.String(strings.TrimSpace(text)) // full-width digits
	for _, layout := range layouts {
		// Years of three digits or fewer are slips of the finger.
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1000 {
			return t.Format(DateLayout), nil
		}
	}
	return "", errs.New(errs.Invalid, "error.not_a_date")
}

// maxDigits is more than any quantity needs.
const maxDigits = 30

// ParseNumber returns the decimal number in text with a full stop before the
// fraction and nothing that could be left out, or Invalid. decimal is the mark
// before the fraction; group is the one between thousands, "" for none.
func ParseNumber(text, decimal, group string) (string, error) {
	text = norm.NFKC.String(strings.TrimSpace(text)) // full-width digits
	text = strings.Replace(text, "\u2212", "-", 1)   // the minus of typesetters
	rest, negative := strings.CutPrefix(text, "-")
	if !negative {
		rest = strings.TrimPrefix(rest, "+")
	}
	whole, fraction, hasFraction := strings.Cut(rest, decimal)
	whole, ok := ungroup(whole, group)
	if !ok || hasFraction && fraction == "" || !digits(whole) || !digits(fraction) || whole+fraction == "" {
		return "", errs.New(errs.Invalid, "error.not_a_number")
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if len(whole)+len(fraction) > maxDigits {
		return "", errs.New(errs.Invalid, "error.not_a_number")
	}
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative && whole != "0" {
		whole = "-" + whole
	}
	return whole, nil
}

// ungroup takes the marks between thousands out of whole. They have to stand
// where they belong: 1,5 with a comma for thousands is not fifteen.
func ungroup(whole, group string) (string, bool) {
	if group == "" || !strings.Contains(whole, group) {
		return whole, true
	}
	parts := strings.Split(whole, group)
	misplaced := func(part string) bool { return len(part) != 3 }
	if n := len(parts[0]); n == 0 || n > 3 || slices.ContainsFunc(parts[1:], misplaced) {
		return "", false
	}
	return strings.Join(parts, ""), true
}

func digits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || r < '0' || r > '9' })
}
