package rights

import (
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Calendar knows the days of rest of a place. The zero Calendar knows
// Saturdays and Sundays. It is safe for concurrent use.
type Calendar struct {
	rules []holiday
	moves string
}

// How a holiday that falls on a weekend is made up for.
const (
	movesNot     = ""
	movesMonday  = "sunday"  // from a Sunday to the day after
	movesWorkday = "weekend" // to the next day that is none of rest
)

// Works tells whether d is a working day.
func (c *Calendar) Works(d time.Time) bool {
	switch d.Weekday() {
	case time.Saturday, time.Sunday:
		return false
	}
	return !c.rests(d)
}

// rests tells whether d is a holiday or stands in for one.
func (c *Calendar) rests(d time.Time) bool {
	taken := map[time.Time]bool{}
	var moved []time.Time
	for i := range c.rules {
		h := c.rules[i].in(d.Year())
		if h.Equal(d) {
			return true
		}
		taken[h] = true
		if c.makesUp(h) {
			moved = append(moved, h)
		}
	}
	for _, h := range moved {
		h = h.AddDate(0, 0, 1)
		for h.Weekday() == time.Saturday || h.Weekday() == time.Sunday || taken[h] {
			h = h.AddDate(0, 0, 1)
		}
		if h.Equal(d) {
			return true
		}
		taken[h] = true
	}
	return false
}

func (c *Calendar) makesUp(h time.Time) bool {
	switch c.moves {
	case movesMonday:
		return h.Weekday() == time.Sunday
	case movesWorkday:
		return h.Weekday() == time.Saturday || h.Weekday() == time.Sunday
	}
	return false
}

// A holiday is one rule: a date, a distance from Easter Sunday, or the nth
// weekday of a month.
type holiday struct {
	month   time.Month
	day     int
	nth     int // of weekday in month, -1 for the last; 0 for a date
	weekday time.Weekday
	easter  bool
	plus    int // days after that
	// On a first of February that is a Friday, Saint Brigid's Day is that day
	// (Ireland); otherwise it is the rule beside it.
	unless *holiday
	on     time.Weekday
}

func (h *holiday) in(year int) time.Time {
	if h.unless != nil {
		if d := h.unless.in(year); d.Weekday() == h.on {
			return d
		}
	}
	var d time.Time
	switch {
	case h.easter:
		d = easter(year)
	case h.nth > 0:
		d = time.Date(year, h.month, 1, 0, 0, 0, 0, time.UTC)
		d = d.AddDate(0, 0, (int(h.weekday-d.Weekday())+7)%7+7*(h.nth-1))
	case h.nth < 0:
		d = time.Date(year, h.month+1, 0, 0, 0, 0, 0, time.UTC)
		d = d.AddDate(0, 0, -((int(d.Weekday()-h.weekday) + 7) % 7))
	default:
		d = time.Date(year, h.month, h.day, 0, 0, 0, 0, time.UTC)
	}
	return d.AddDate(0, 0, h.plus)
}

// easter is Easter Sunday of the Gregorian calendar (Meeus, Astronomical
// Algorithms, chapter 8).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

//go:embed lawpacks/holidays.yaml
var holidayFile []byte

// Rest are the days of rest of a place as they are written, which is what a
// request freezes of them.
type Rest struct {
	Moves string   `json:"moves,omitempty" yaml:"moves"`
	Days  []string `json:"days,omitempty" yaml:"days"`
}

// Calendar returns the calendar of r; one of weekends alone for the zero Rest.
func (r Rest) Calendar() *Calendar {
	key := r.Moves + "\n" + strings.Join(r.Days, "\n")
	if c, ok := parsed.Load(key); ok {
		return c.(*Calendar)
	}
	c, err := r.parse()
	if err != nil {
		c = &Calendar{} // it was read when the pack was
	}
	parsed.Store(key, c)
	return c
}

// parsed are calendars by their words, which are few.
var parsed sync.Map

func (r Rest) parse() (*Calendar, error) {
	c := &Calendar{moves: r.Moves}
	switch r.Moves {
	case movesNot, movesMonday, movesWorkday:
	default:
		return nil, fmt.Errorf("moves is %q and should be sunday or weekend", r.Moves)
	}
	for _, words := range r.Days {
		h, err := parseHoliday(words)
		if err != nil {
			return nil, err
		}
		c.rules = append(c.rules, h)
	}
	return c, nil
}

var calendars = sync.OnceValue(func() map[string]Rest {
	all, err := parseCalendars(holidayFile)
	if err != nil {
		panic("rights: " + err.Error()) // embedded, and tested
	}
	return all
})

// CalendarOf returns the product's own calendar of that name, for requests that
// froze no more than the name; one of weekends alone for another.
func CalendarOf(name string) *Calendar { return calendars()[name].Calendar() }

// parseCalendars reads the days of rest of places, by their names: a country, a
// part of one as DE-BY, or the code of a pack.
func parseCalendars(text []byte) (map[string]Rest, error) {
	var file map[string]struct {
		Source string `yaml:"source"`
		Rest   `yaml:",inline"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("holidays: %w", err)
	}
	all := map[string]Rest{}
	for name, f := range file {
		if _, err := f.parse(); err != nil {
			return nil, fmt.Errorf("holidays: %s: %w", name, err)
		}
		if f.Source == "" {
			return nil, fmt.Errorf("holidays: %s: source is missing", name)
		}
		all[name] = f.Rest
	}
	return all, nil
}

// parseHoliday reads "05-01", "easter+39", "1 monday 05", "last monday 10",
// "4 thursday 11 +1" or "02-01 if friday else 1 monday 02".
func parseHoliday(s string) (holiday, error) {
	if first, rest, ok := strings.Cut(s, " else "); ok {
		date, weekday, _ := strings.Cut(first, " if ")
		h, err := parseHoliday(rest)
		if err != nil {
			return h, err
		}
		fixed, err := parseHoliday(date)
		on, known := weekdayOf(weekday)
		if err != nil || !known {
			return h, fmt.Errorf("%q is no day", s)
		}
		h.unless, h.on = &fixed, on
		return h, nil
	}
	if after, ok := strings.CutPrefix(s, "easter"); ok {
		n, err := strconv.Atoi(strings.TrimPrefix(after, "+"))
		return holiday{easter: true, plus: n}, err
	}
	if t, err := time.Parse("01-02", s); err == nil {
		return holiday{month: t.Month(), day: t.Day()}, nil
	}
	words := strings.Fields(s)
	if len(words) < 3 {
		return holiday{}, fmt.Errorf("%q is no day", s)
	}
	h := holiday{nth: -1}
	var err error
	if words[0] != "last" {
		h.nth, err = strconv.Atoi(words[0])
	}
	weekday, ok := weekdayOf(words[1])
	month, bad := strconv.Atoi(words[2])
	if err != nil || bad != nil || !ok || h.nth == 0 || h.nth > 5 || month < 1 || month > 12 {
		return h, fmt.Errorf("%q is no day", s)
	}
	h.weekday, h.month = weekday, time.Month(month)
	if len(words) == 4 {
		h.plus, err = strconv.Atoi(strings.TrimPrefix(words[3], "+"))
	}
	return h, err
}

func weekdayOf(name string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(d.String(), name) {
			return d, true
		}
	}
	return 0, false
}
