package activity

import (
	"math/big"
	"time"
)

// A Month is what one month adds up to.
type Month struct {
	Start  time.Time // its first instant, in the zone asked for
	Count  int
	Totals map[string]string // by field; "" where nothing was said
}

// Months adds observations of a kind up by month in a zone: the last n months
// up to now, the earliest first.
func Months(k *Kind, all []Observation, n int, now time.Time, zone *time.Location) []Month {
	local := now.In(zone)
	first := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, zone).AddDate(0, 1-n, 0)
	months := make([]Month, n)
	sums := make([]map[string]*big.Rat, n)
	for i := range months {
		months[i], sums[i] = Month{Start: first.AddDate(0, i, 0), Totals: map[string]string{}}, map[string]*big.Rat{}
	}
	for i := range all {
		o := &all[i]
		at := o.At.In(zone)
		place := (at.Year()-first.Year())*12 + int(at.Month()) - int(first.Month())
		if o.Kind != k.Name || place < 0 || place >= n {
			continue
		}
		months[place].Count++
		for j := range k.Fields {
			f := &k.Fields[j]
			value, ok := new(big.Rat).SetString(o.Values[f.Name])
			if !f.Total || !ok {
				continue
			}
			if sums[place][f.Name] == nil {
				sums[place][f.Name] = new(big.Rat)
			}
			sums[place][f.Name].Add(sums[place][f.Name], value)
		}
	}
	for i := range months {
		for name, sum := range sums[i] {
			months[i].Totals[name] = number(sum)
		}
	}
	return months
}

// Total adds one field up over months.
func Total(months []Month, field string) string {
	sum := new(big.Rat)
	for i := range months {
		if n, ok := new(big.Rat).SetString(months[i].Totals[field]); ok {
			sum.Add(sum, n)
		}
	}
	return number(sum)
}
