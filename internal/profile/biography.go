package profile

import (
	"slices"
	"strings"
	"time"

	"livingprofile/internal/ledger"
)

// A Moment is a step with what its ledger entry says about it.
type Moment struct {
	Step
	At    time.Time
	Actor ledger.Actor
	Brand string
}

// Biography returns the moments of field, the newest first. Of confirmations
// by one source in a row only the newest is told.
func Biography(field string, moments []Moment) []Moment {
	var life []Moment
	for _, m := range moments {
		if m.Field == field {
			life = append(life, m)
		}
	}
	slices.SortStableFunc(life, func(a, b Moment) int {
		if n := b.At.Compare(a.At); n != 0 {
			return n
		}
		return strings.Compare(b.ID, a.ID)
	})
	return slices.CompactFunc(life, func(newer, older Moment) bool {
		return newer.Kind == Confirmed && older.Kind == Confirmed && newer.Source == older.Source
	})
}
