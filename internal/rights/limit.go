package rights

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Unit is what a limit is counted in.
type Unit string

// The units.
const (
	Hours        Unit = "hours"
	Days         Unit = "days"          // calendar days
	BusinessDays Unit = "business days" // without weekends and holidays
	Months       Unit = "months"
)

// A Limit is a length of time in law. The zero Limit is none.
type Limit struct {
	N    int  `json:"n"`
	Unit Unit `json:"unit"`
}

// None tells whether there is no limit.
func (l Limit) None() bool { return l.N == 0 }

// String returns the form that ParseLimit reads.
func (l Limit) String() string {
	switch {
	case l.None():
		return "none"
	case l.N == 1:
		return "1 " + strings.TrimSuffix(string(l.Unit), "s")
	}
	return fmt.Sprintf("%d %s", l.N, l.Unit)
}

// maxLimit is more than any law gives, so that a slip of the pen is noticed.
const maxLimit = 400

// ParseLimit reads "1 month", "45 days", "10 business days" or "none".
func ParseLimit(s string) (Limit, error) {
	if s == "none" {
		return Limit{}, nil
	}
	count, unit, _ := strings.Cut(s, " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > maxLimit {
		return Limit{}, fmt.Errorf("%q is no limit, as in \"1 month\", \"45 days\", \"10 business days\" or \"none\"", s)
	}
	for _, u := range []Unit{Hours, Days, BusinessDays, Months} {
		if unit == string(u) || n == 1 && unit == strings.TrimSuffix(string(u), "s") {
			return Limit{n, u}, nil
		}
	}
	return Limit{}, fmt.Errorf("%q has no unit that is known: hours, days, business days or months", s)
}

// plus adds limits of one unit, as an extension runs on from receipt and not
// from its notice.
func (l Limit) plus(m Limit) Limit {
	if m.None() {
		return l
	}
	return Limit{l.N + m.N, m.Unit}
}

// A day is a date without a place: midnight of it in UTC.
type day = time.Time

// dayOf is the date that t falls on in zone.
func dayOf(t time.Time, zone *time.Location) day {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// endOf is the last microsecond of d in zone.
func endOf(d day, zone *time.Location) time.Time {
	y, m, n := d.Date()
	next := time.Date(y, m, n+1, 0, 0, 0, 0, zone)
	// Where clocks go forward at midnight, that midnight is not there and Date
	// may return an hour of the day before.
	for next.Day() == n {
		next = next.Add(30 * time.Minute)
	}
	return next.Add(-time.Microsecond).UTC()
}

// addMonths is the same day number n months later, else the last day of that
// month (Art. 3(2)(c) of Regulation 1182/71).
func addMonths(d day, n int) day {
	y, m, number := d.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	if number < last.Day() {
		return time.Date(last.Year(), last.Month(), number, 0, 0, 0, 0, time.UTC)
	}
	return last
}

// after is the last day of l when the day of the event is d, which itself is
// not counted (Art. 3(1) of Regulation 1182/71).
func (l Limit) after(d day, c *Calendar) day {
	switch l.Unit {
	case Months:
		return addMonths(d, l.N)
	case BusinessDays:
		for left := l.N; left > 0; {
			if d = d.AddDate(0, 0, 1); c.Works(d) {
				left--
			}
		}
		return d
	case Hours:
		return d.Add(time.Duration(l.N) * time.Hour).Truncate(24 * time.Hour)
	}
	return d.AddDate(0, 0, l.N)
}
