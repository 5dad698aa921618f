package i18n

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A style is how a language writes dates, numbers, lists and names. It comes
// from the messages under "format", so that a new language needs no code.
type style struct {
	rtl                     bool
	months                  []string
	day, date, moment, name []part
	group                   string // between groups of three digits
	next, last              string // between the items of a list
}

func (b *Bundle) styleOf(c *catalog) style {
	words := func(id string) string {
		if s, ok := c.plain[id]; ok {
			return s
		}
		return b.catalogs[Source].plain[id]
	}
	parts := func(id string) []part {
		for _, from := range []*catalog{c, b.catalogs[Source]} {
			if m := from.formed[id]; m != nil {
				return m.form(from, nil)
			}
		}
		return nil
	}
	s := style{
		rtl: rtl(c.lang), months: strings.Fields(words("format.months")),
		day: parts("format.day"), date: parts("format.date"),
		moment: parts("format.moment"), name: parts("format.name"),
		group: words("format.group"),
		next:  words("format.next"), last: words("format.last"),
	}
	if len(s.months) != 12 {
		s.months = nil
	}
	return s
}

func (s *style) fill(parts []part, t time.Time) string {
	var b strings.Builder
	for _, p := range parts {
		switch p.arg {
		case "":
			b.WriteString(p.words)
		case "day":
			b.WriteString(strconv.Itoa(t.Day()))
		case "month":
			b.WriteString(s.month(t.Month()))
		case "year":
			b.WriteString(strconv.Itoa(t.Year()))
		case "date":
			b.WriteString(s.fill(s.date, t))
		case "clock":
			b.WriteString(t.Format("15:04"))
		}
	}
	return b.String()
}

func (s *style) month(m time.Month) string {
	if s.months == nil {
		return strconv.Itoa(int(m))
	}
	return s.months[m-1]
}

func (s *style) number(n int) string {
	digits := strconv.Itoa(n)
	first := len(digits)
	if n < 0 {
		first--
	}
	if first < 4 || s.group == "" {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 && digits[i-1] != '-' {
			b.WriteString(s.group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// at returns the style of ctx and t in its zone. Without a Localizer the style
// is the zero one, which writes nothing but digits.
func at(ctx context.Context, t time.Time) (*style, time.Time) {
	l := From(ctx)
	if l == nil {
		return &style{}, t.UTC()
	}
	if l.zone == nil {
		return &l.catalog.style, t.UTC()
	}
	return &l.catalog.style, t.In(l.zone)
}

// Date writes the day with its year: 12 March 2026, 2026年3月12日. The zero time
// is "".
func Date(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	s, t := at(ctx, t)
	if s.date == nil {
		return t.Format(time.DateOnly)
	}
	return s.fill(s.date, t)
}

// Month writes a month with its year.
func Month(ctx context.Context, t time.Time) string {
	s, t := at(ctx, t)
	return T(ctx, "format.month", "month", s.month(t.Month()), "year", strconv.Itoa(t.Year()))
}

// SameDay tells whether a and b are on one day in the zone of ctx.
func SameDay(ctx context.Context, a, b time.Time) bool {
	_, a = at(ctx, a)
	_, b = at(ctx, b)
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// Day writes the day without its year: 12 March, 3月12日. The zero time is "".
func Day(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	s, t := at(ctx, t)
	if s.day == nil {
		return t.Format(time.DateOnly)
	}
	return s.fill(s.day, t)
}

// DateTime writes the day and the time of day. The zero time is "".
func DateTime(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	s, t := at(ctx, t)
	if s.moment == nil {
		return t.Format(time.DateTime)
	}
	return s.fill(s.moment, t)
}

// Clock writes the time of day in 24 hours: 10:02. The zero time is "".
func Clock(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	_, t = at(ctx, t)
	return t.Format("15:04")
}

// Zone names the zone that times are told in, as in "Asia/Tokyo" or "UTC".
func Zone(ctx context.Context) string {
	if l := From(ctx); l != nil && l.zone != nil {
		return l.zone.String()
	}
	return time.UTC.String()
}

// DateIn is Date in zone rather than in the zone of ctx.
func DateIn(ctx context.Context, t time.Time, zone *time.Location) string {
	return Date(InZone(ctx, zone), t)
}

// DateTimeIn is DateTime in zone rather than in the zone of ctx.
func DateTimeIn(ctx context.Context, t time.Time, zone *time.Location) string {
	return DateTime(InZone(ctx, zone), t)
}

// ClockIn is Clock in zone rather than in the zone of ctx.
func ClockIn(ctx context.Context, t time.Time, zone *time.Location) string {
	return Clock(InZone(ctx, zone), t)
}

// InZone returns a context in whose zone times are told.
func InZone(ctx context.Context, zone *time.Location) context.Context {
	if l := From(ctx); l != nil {
		return With(ctx, l.In(zone))
	}
	return ctx
}

// Span writes a length of time in the largest unit that is full at least once:
// "9 days", "3 hours", "10 minutes". It rounds down, so that nobody is promised
// more time than there is; below a minute it says so.
func Span(ctx context.Context, d time.Duration) string {
	switch d = d.Abs(); {
	case d >= 24*time.Hour:
		return T(ctx, "span.days", countArg, int(d/(24*time.Hour)))
	case d >= time.Hour:
		return T(ctx, "span.hours", countArg, int(d/time.Hour))
	case d >= time.Minute:
		return T(ctx, "span.minutes", countArg, int(d/time.Minute))
	}
	return T(ctx, "span.moment")
}

// Ago writes how long before now t was: "3 hours ago", "just now".
func Ago(ctx context.Context, now, t time.Time) string {
	d := now.Sub(t)
	if d < time.Minute {
		return T(ctx, "span.now")
	}
	return T(ctx, "span.ago", "span", Span(ctx, d))
}

// Term writes how long something is kept: in years or, from half a year on, in
// months where it is a whole number of them, as a declaration counts: a year is
// 365 days and a month 30. What is shorter is clearer in days.
func Term(ctx context.Context, d time.Duration) string {
	const day = 24 * time.Hour
	const year, month, half = 365 * day, 30 * day, 180 * day
	switch {
	case d >= year && d%year == 0:
		return T(ctx, "span.years", countArg, int(d/year))
	case d >= half && d%month == 0:
		return T(ctx, "span.months", countArg, int(d/month))
	}
	return Span(ctx, d)
}

// Number writes n with its digits grouped.
func Number(ctx context.Context, n int) string {
	if l := From(ctx); l != nil {
		return l.catalog.style.number(n)
	}
	return strconv.Itoa(n)
}

// List joins items as a sentence does: "a, b and c".
func List(ctx context.Context, items []string) string {
	s := &style{next: ", ", last: ", "}
	if l := From(ctx); l != nil {
		s = &l.catalog.style
	}
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	end := len(items) - 1
	return strings.Join(items[:end], s.next) + s.last + items[end]
}

// PersonName puts the parts of a name in order: as the language of ctx does,
// but family name first wherever the name is written in Chinese, Japanese or
// Korean characters. Either part may be "".
func PersonName(ctx context.Context, given, family string) string {
	if given == "" || family == "" {
		return given + family
	}
	if familyFirst(given + family) {
		return family + " " + given
	}
	l := From(ctx)
	if l == nil || l.catalog.style.name == nil {
		return given + " " + family
	}
	var b strings.Builder
	for _, p := range l.catalog.style.name {
		switch p.arg {
		case "given":
			b.WriteString(given)
		case "family":
			b.WriteString(family)
		default:
			b.WriteString(p.words)
		}
	}
	return b.String()
}

func familyFirst(name string) bool {
	for _, r := range name {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			return true
		}
	}
	return false
}
