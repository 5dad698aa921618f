package intake

import (
	"fmt"
	"strings"
	"time"

	"livingprofile/internal/errs"
)

// goLayout returns the layout of package time for one of a map. It is written
// with YYYY, MMMM (March), MMM (Mar), MM, M, DD, D, HH, h with A (AM or PM), mm,
// ss, SSS and Z for an offset (+09:00) or ZZ (+0900), and anything else for
// itself: "DD.MM.YYYY HH:mm".
func goLayout(layout string) (string, error) {
	var b strings.Builder
	year := false
	for rest := layout; rest != ""; {
		word, goWord := token(rest)
		if word == "" {
			c := rest[0]
			if c >= '0' && c <= '9' || c == '_' {
				// A digit would be read as a part of the date by package time.
				return "", fmt.Errorf("layout %q is written with YYYY, MM, DD and the like", rest)
			}
			b.WriteByte(c)
			rest = rest[1:]
			continue
		}
		year = year || word == "YYYY"
		b.WriteString(goWord)
		rest = rest[len(word):]
	}
	if !year {
		return "", fmt.Errorf("layout %q has no YYYY", layout)
	}
	return b.String(), nil
}

// token returns the word that s begins with and what it is to package time.
func token(s string) (word, goWord string) {
	// A longer word comes before its own beginning.
	for _, t := range [...][2]string{
		{"YYYY", "2006"},
		{"MMMM", "January"},
		{"MMM", "Jan"},
		{"MM", "01"},
		{"M", "1"},
		{"DD", "02"},
		{"D", "2"},
		{"HH", "15"},
		{"hh", "03"},
		{"h", "3"},
		{"A", "PM"},
		{"mm", "04"},
		{"ss", "05"},
		{".SSS", ".000"},
		{"ZZ", "-0700"},
		{"Z", "Z07:00"},
	} {
		if strings.HasPrefix(s, t[0]) {
			return t[0], t[1]
		}
	}
	return "", ""
}

// usualLayouts are those of times in exports, where a map names none.
func usualLayouts() []string {
	return []string{
		time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05",
		"2006-01-02 15:04", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05 -0700", "2006-01-02", "2006/01/02",
	}
}

// A timeReader reads the times of one rule.
type timeReader struct {
	layouts []string
	zone    *time.Location
}

func newTimeReader(layouts []string, zone *time.Location) (timeReader, error) {
	r := timeReader{layouts: usualLayouts(), zone: zone}
	if len(layouts) > 0 {
		r.layouts = make([]string, len(layouts))
		for i, l := range layouts {
			layout, err := goLayout(l)
			if err != nil {
				return timeReader{}, err
			}
			r.layouts[i] = layout
		}
	}
	return r, nil
}

// read returns the moment in text in UTC, in whole microseconds. Of the names
// of zones only UTC is understood: the others are not the same everywhere. An
// exact text is in one of the usual layouts.
func (r timeReader) read(text string, exact bool) (time.Time, error) {
	zone, layouts := r.zone, r.layouts
	if exact {
		layouts = usualLayouts()
	}
	if rest, ok := strings.CutSuffix(text, " UTC"); ok {
		text, zone = rest, time.UTC
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil && t.Year() >= 1900 {
			return t.UTC().Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, errs.New(errs.Invalid, "intake.not_a_time")
}
