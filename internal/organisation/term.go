package organisation

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	day = 24 * time.Hour
	// A term is an exact number of days, so that it ends on the same day for
	// everybody who began on the same day.
	yearDays  = 365
	monthDays = 30
	maxDays   = 100 * yearDays
)

// parseTerm reads a length of time in whole days: an ISO 8601 duration of
// years, months, weeks and days ("P2Y", "P1Y6M", "P30D"), or days ("730d"). A
// year is 365 days and a month 30.
func parseTerm(s string) (time.Duration, error) {
	days, ok := 0, false
	if rest, iso := strings.CutPrefix(s, "P"); iso {
		days, ok = isoDays(rest)
	} else if n, d := strings.CutSuffix(s, "d"); d {
		days, ok = whole(n)
	}
	if !ok || days < 1 || days > maxDays {
		return 0, fmt.Errorf("%s is no length of time from a day to 100 years, as in P2Y, P6M or 90d", quoted(s))
	}
	return time.Duration(days) * day, nil
}

// isoDays reads what follows the P; each unit may come once, the largest
// first.
func isoDays(s string) (days int, ok bool) {
	for _, unit := range []struct {
		letter string
		days   int
	}{{"Y", yearDays}, {"M", monthDays}, {"W", 7}, {"D", 1}} {
		number, rest, found := strings.Cut(s, unit.letter)
		if !found {
			continue
		}
		n, isNumber := whole(number)
		if !isNumber {
			return 0, false
		}
		days += n * unit.days
		s, ok = rest, true
	}
	return days, ok && s == ""
}

func whole(s string) (int, bool) {
	if s == "" || len(s) > 5 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// termWords writes a term for a plan.
func termWords(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%d days", d/day)
}
