package rights

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestDue has cases worked out by hand, with a calendar on the wall.
func TestDue(t *testing.T) {
	t.Parallel()
	month := Rule{Answer: Limit{1, Months}, Extend: Limit{2, Months}, Rolls: true}
	uk := Rule{Answer: Limit{1, Months}, Extend: Limit{2, Months}, Rolls: true, FromProof: true, Pauses: true, Calendar: "UK"}
	in := func(r Rule, calendar string) Rule { r.Calendar = calendar; return r }
	days := func(n int, u Unit) Rule { return Rule{Answer: Limit{n, u}, Calendar: "US-CA"} }
	for name, tt := range map[string]struct {
		rule     Rule
		zone     string
		received string
		change   func(*Running)
		want     string
	}{
		"the same day of the next month":                    {in(month, "DE"), "Europe/Berlin", "2026-06-10T10:00:00+02:00", nil, "2026-07-10"},
		"no such day: the last of the month":                {in(month, "DE"), "Europe/Berlin", "2026-08-31T10:00:00+02:00", nil, "2026-09-30"},
		"31 January in a leap year":                         {in(month, "DE"), "Europe/Berlin", "2028-01-31T10:00:00+01:00", nil, "2028-02-29"},
		"31 January in another, a Sunday then":              {in(month, "DE"), "Europe/Berlin", "2027-01-31T10:00:00+01:00", nil, "2027-03-01"},
		"29 February":                                       {in(month, "DE"), "Europe/Berlin", "2028-02-29T10:00:00+01:00", nil, "2028-03-29"},
		"over the end of a year":                            {in(month, "DE"), "Europe/Berlin", "2026-12-10T10:00:00+01:00", nil, "2027-01-11"},
		"a Saturday runs to Monday":                         {in(month, "DE"), "Europe/Berlin", "2026-04-09T10:00:00+02:00", nil, "2026-05-11"},
		"Good Friday runs past Easter Monday":               {in(month, "DE"), "Europe/Berlin", "2026-03-03T10:00:00+01:00", nil, "2026-04-07"},
		"Easter Monday in France":                           {in(month, "FR"), "Europe/Paris", "2026-03-06T10:00:00+01:00", nil, "2026-04-07"},
		"Good Friday works in France":                       {in(month, "FR"), "Europe/Paris", "2026-03-03T10:00:00+01:00", nil, "2026-04-03"},
		"Easter Monday works in Spain":                      {in(month, "ES"), "Europe/Madrid", "2026-03-06T10:00:00+01:00", nil, "2026-04-06"},
		"Saint Brigid's on the first Monday":                {in(month, "IE"), "Europe/Dublin", "2026-01-02T10:00:00Z", nil, "2026-02-03"},
		"Christmas Day to the 28th in Ireland":              {in(month, "IE"), "Europe/Dublin", "2026-11-25T10:00:00Z", nil, "2026-12-28"},
		"late in the evening elsewhere is the next day":     {in(month, "DE"), "Europe/Berlin", "2026-06-09T23:30:00Z", nil, "2026-07-10"},
		"extended: three months from receipt":               {in(month, "DE"), "Europe/Berlin", "2026-11-30T10:00:00+01:00", extended, "2027-03-01"},
		"UK, from the proof when that is later":             {uk, "Europe/London", "2026-06-01T10:00:00+01:00", proved("2026-06-09T10:00:00+01:00"), "2026-07-09"},
		"UK, three days stopped":                            {uk, "Europe/London", "2026-06-01T10:00:00+01:00", paused("2026-06-10T09:00:00+01:00", "2026-06-13T20:00:00+01:00"), "2026-07-06"},
		"UK, stopped and answered on one day":               {uk, "Europe/London", "2026-06-01T10:00:00+01:00", paused("2026-06-10T09:00:00+01:00", "2026-06-10T20:00:00+01:00"), "2026-07-01"},
		"UK, stopped on the last day":                       {uk, "Europe/London", "2026-06-01T10:00:00+01:00", paused("2026-07-01T09:00:00+01:00", "2026-07-08T20:00:00+01:00"), "2026-07-08"},
		"UK, Boxing Day on a Saturday is made up for":       {uk, "Europe/London", "2026-11-26T10:00:00Z", nil, "2026-12-29"},
		"45 days do not roll":                               {days(45, Days), "America/Los_Angeles", "2026-01-01T10:00:00-08:00", nil, "2026-02-15"},
		"10 business days":                                  {days(10, BusinessDays), "America/Los_Angeles", "2026-06-25T10:00:00-07:00", nil, "2026-07-09"},
		"business days over Thanksgiving and the day after": {days(3, BusinessDays), "America/Los_Angeles", "2026-11-24T10:00:00-08:00", nil, "2026-12-01"},
		"a holiday on a Sunday is made up for":              {days(1, BusinessDays), "America/Los_Angeles", "2027-07-02T10:00:00-07:00", nil, "2027-07-06"},
	} {
		z := zone(t, tt.zone)
		at, err := time.Parse(time.RFC3339, tt.received)
		if err != nil {
			t.Fatal(err)
		}
		c := Running{Received: at, Zone: z}
		if tt.change != nil {
			tt.change(&c)
		}
		got := tt.rule.Due(c)
		if d := got.In(z).Format(time.DateOnly); d != tt.want {
			t.Errorf("%s: got %s, want %s", name, d, tt.want)
		}
		if next := got.Add(time.Microsecond).In(z); next.Hour() != 0 || next.Minute() != 0 || next.Nanosecond() != 0 {
			t.Errorf("%s: the day does not end at %v", name, got.In(z))
		}
	}
}

func extended(c *Running) { c.Extended = true }

func proved(at string) func(*Running) {
	return func(c *Running) { c.Proved, _ = time.Parse(time.RFC3339, at) }
}

func paused(from, to string) func(*Running) {
	return func(c *Running) {
		var p Pause
		p.From, _ = time.Parse(time.RFC3339, from)
		p.To, _ = time.Parse(time.RFC3339, to)
		c.Pauses = append(c.Pauses, p)
	}
}

// Where clocks go forward at midnight, the day still ends when it ends.
func TestDue_without_a_midnight(t *testing.T) {
	t.Parallel()
	z := zone(t, "America/Santiago") // forward at midnight of 6 September 2026
	due := Rule{Answer: Limit{1, Days}}.Due(Running{Received: time.Date(2026, 9, 4, 12, 0, 0, 0, z), Zone: z})
	if got := due.In(z).Format("2006-01-02 15:04"); got != "2026-09-05 23:59" {
		t.Errorf("got %s, want the end of 5 September", got)
	}
}

// An almanac is the oracle: it walks from day to day, with holidays that were
// copied from published lists, and does no arithmetic of months.
type almanac struct {
	zone     *time.Location
	holidays map[string]bool
	rolls    bool
}

// published are the holidays of 2026 to 2029, as the Federal Ministry of the
// Interior, Service-Public.fr, Citizens Information and GOV.UK list them for the
// whole of Germany, France and Ireland, and for England and Wales.
var published = map[string][]string{
	"DE": {
		"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-10-03", "2026-12-25", "2026-12-26",
		"2027-01-01", "2027-03-26", "2027-03-29", "2027-05-01", "2027-05-06", "2027-05-17", "2027-10-03", "2027-12-25", "2027-12-26",
		"2028-01-01", "2028-04-14", "2028-04-17", "2028-05-01", "2028-05-25", "2028-06-05", "2028-10-03", "2028-12-25", "2028-12-26",
		"2029-01-01", "2029-03-30", "2029-04-02", "2029-05-01", "2029-05-10", "2029-05-21", "2029-10-03", "2029-12-25", "2029-12-26",
	},
	"FR": {
		"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-25",
		"2027-01-01", "2027-03-29", "2027-05-01", "2027-05-06", "2027-05-08", "2027-05-17", "2027-07-14", "2027-08-15", "2027-11-01", "2027-11-11", "2027-12-25",
		"2028-01-01", "2028-04-17", "2028-05-01", "2028-05-08", "2028-05-25", "2028-06-05", "2028-07-14", "2028-08-15", "2028-11-01", "2028-11-11", "2028-12-25",
		"2029-01-01", "2029-04-02", "2029-05-01", "2029-05-08", "2029-05-10", "2029-05-21", "2029-07-14", "2029-08-15", "2029-11-01", "2029-11-11", "2029-12-25",
	},
	"IE": {
		"2026-01-01", "2026-02-02", "2026-03-17", "2026-04-06", "2026-05-04", "2026-06-01", "2026-08-03", "2026-10-26", "2026-12-25", "2026-12-26",
		"2027-01-01", "2027-02-01", "2027-03-17", "2027-03-29", "2027-05-03", "2027-06-07", "2027-08-02", "2027-10-25", "2027-12-25", "2027-12-26",
		"2028-01-01", "2028-02-07", "2028-03-17", "2028-04-17", "2028-05-01", "2028-06-05", "2028-08-07", "2028-10-30", "2028-12-25", "2028-12-26",
		"2029-01-01", "2029-02-05", "2029-03-17", "2029-04-02", "2029-05-07", "2029-06-04", "2029-08-06", "2029-10-29", "2029-12-25", "2029-12-26",
	},
	"UK": {
		"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28",
		"2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28",
		"2028-01-03", "2028-04-14", "2028-04-17", "2028-05-01", "2028-05-29", "2028-08-28", "2028-12-25", "2028-12-26",
		"2029-01-01", "2029-03-30", "2029-04-02", "2029-05-07", "2029-05-28", "2029-08-27", "2029-12-25", "2029-12-26",
	},
}

func almanacOf(country string, z *time.Location) almanac {
	a := almanac{z, map[string]bool{}, true}
	for _, d := range published[country] {
		a.holidays[d] = true
	}
	return a
}

// works reads the weekday off the wall at noon, where no clock changes.
func (a almanac) works(noon time.Time) bool {
	w := noon.Format("Mon")
	return w != "Sat" && w != "Sun" && !a.holidays[noon.Format("2006-01-02")]
}

// due counts the days of a limit one by one, and then those it was stopped for.
func (a almanac) due(received time.Time, n int, u Unit, stopped int) string {
	local := received.In(a.zone)
	noon := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, time.UTC)
	switch u {
	case Months:
		number, month := noon.Day(), noon.Month()
		for left := n; left > 0; {
			noon = noon.Add(24 * time.Hour)
			if noon.Month() != month {
				month = noon.Month()
				left--
			}
		}
		for noon.Day() < number && noon.Add(24*time.Hour).Month() == month {
			noon = noon.Add(24 * time.Hour)
		}
	case BusinessDays:
		for left := n; left > 0; {
			noon = noon.Add(24 * time.Hour)
			if a.works(noon) {
				left--
			}
		}
	default:
		for range n {
			noon = noon.Add(24 * time.Hour)
		}
	}
	for range stopped {
		noon = noon.Add(24 * time.Hour)
	}
	for a.rolls && !a.works(noon) {
		noon = noon.Add(24 * time.Hour)
	}
	return noon.Format("2006-01-02")
}

// TestDue_like_the_almanac compares with the oracle, for any instant of three
// years, in zones with and without daylight saving time.
func TestDue_like_the_almanac(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{
		zone(t, "Europe/Berlin"), zone(t, "America/New_York"), zone(t, "Asia/Tokyo"), zone(t, "Australia/Lord_Howe"), zone(t, "America/Santiago"),
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		at := begin.Add(time.Duration(rapid.Int64Range(0, int64(3*365*24*time.Hour/time.Second)).Draw(t, "second")) * time.Second)
		u := rapid.SampledFrom([]Unit{Days, BusinessDays, Months}).Draw(t, "unit")
		n := rapid.IntRange(1, map[Unit]int{Days: 60, BusinessDays: 20, Months: 2}[u]).Draw(t, "n")
		country := rapid.SampledFrom([]string{"DE", "FR", "IE", "UK"}).Draw(t, "country")
		rule := Rule{Answer: Limit{n, u}, Extend: Limit{1, u}, Rolls: true, Pauses: true, Calendar: country}
		c := Running{Received: at, Zone: z, Extended: rapid.Bool().Draw(t, "extended")}
		stopped, asked := 0, at
		for range rapid.IntRange(0, 3).Draw(t, "pauses") {
			asked = asked.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "asked")) * time.Hour)
			days, local := rapid.IntRange(0, 20).Draw(t, "stopped"), asked.In(z)
			answered := time.Date(local.Year(), local.Month(), local.Day()+days, 23, rapid.IntRange(0, 59).Draw(t, "minute"), 0, 0, z)
			c.Pauses = append(c.Pauses, Pause{From: asked, To: answered})
			stopped += days
			asked = answered
		}
		if c.Extended {
			n++
		}
		due := rule.Due(c)
		if got, want := due.In(z).Format("2006-01-02"), almanacOf(country, z).due(at, n, u, stopped); got != want {
			t.Fatalf("%d %s from %v, %d days stopped: got %s, want %s", n, u, at.In(z), stopped, got, want)
		}
		if !due.After(at) {
			t.Fatalf("due %v before it was asked, %v", due, at)
		}
		if d := due.Add(time.Microsecond).In(z); d.Day() == due.In(z).Day() {
			t.Fatalf("due %v is not the end of its day", due.In(z))
		}
	})
}

// TestCalendars compares with published lists of two years.
func TestCalendars(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"DE":    {"2027-01-01", "2027-03-26", "2027-03-29", "2027-05-06", "2027-05-17"},
		"FR":    {"2027-01-01", "2027-03-29", "2027-05-06", "2027-05-17", "2027-07-14", "2027-11-01", "2027-11-11"},
		"ES":    {"2027-01-01", "2027-01-06", "2027-03-26", "2027-10-12", "2027-11-01", "2027-12-06", "2027-12-08"},
		"IE":    {"2027-01-01", "2027-02-01", "2027-03-17", "2027-03-29", "2027-05-03", "2027-06-07", "2027-08-02", "2027-10-25"},
		"UK":    {"2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28"},
		"BR":    {"2027-01-01", "2027-03-26", "2027-04-21", "2027-09-07", "2027-10-12", "2027-11-02", "2027-11-15"},
		"US":    {"2027-01-01", "2027-05-31", "2027-09-06", "2027-11-25"},
		"US-CA": {"2027-01-01", "2027-01-18", "2027-02-15", "2027-03-31", "2027-05-31", "2027-07-05", "2027-09-06", "2027-11-11", "2027-11-25", "2027-11-26"},
	} {
		rest := map[string]bool{}
		for _, d := range want {
			rest[d] = true
		}
		c := CalendarOf(name)
		for d := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2027; d = d.AddDate(0, 0, 1) {
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			if got, want := c.Works(d), !weekend && !rest[d.Format(time.DateOnly)]; got != want {
				t.Errorf("%s: %s works: got %v, want %v", name, d.Format("Mon 2006-01-02"), got, want)
			}
		}
	}
	friday := time.Date(2030, 2, 1, 0, 0, 0, 0, time.UTC) // a Friday
	if CalendarOf("IE").Works(friday) || !CalendarOf("IE").Works(friday.AddDate(0, 0, 3)) {
		t.Error("Saint Brigid's Day is not on Friday, 1 February 2030")
	}
}
