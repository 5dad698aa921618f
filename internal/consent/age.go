package consent

import "time"

// Ages say from which age people may consent alone, and where the date of their
// birth is held. Below it a yes needs whoever is responsible for the child (Art.
// 8(1) GDPR).
type Ages struct {
	Field, Category string                  // the field of the date of birth
	Rank            func(source string) int // whose word on it counts, as of profile.Rank
	At              map[string]Age          // by brand, of those whose law names an age
}

// An Age is what the law of a brand's country says, counted in the brand's zone.
type Age struct {
	Years int
	Zone  *time.Location
}

// From returns the moment from which somebody born on a day may consent alone at
// a brand, or at every one for ""; zero where no law names an age. Of somebody
// born on 29 February it is 1 March in a year that has no such day.
func (a *Ages) From(born time.Time, brand string) time.Time {
	if brand != "" {
		return a.At[brand].from(born)
	}
	var last time.Time
	for _, age := range a.At {
		if at := age.from(born); at.After(last) {
			last = at
		}
	}
	return last
}

func (a Age) from(born time.Time) time.Time {
	if a.Years == 0 {
		return time.Time{}
	}
	year, month, day := born.Date()
	return time.Date(year+a.Years, month, day, 0, 0, 0, 0, a.Zone).UTC()
}
