package rights

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestKeeping(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	year := 365 * 24 * time.Hour
	duties := []Duty{
		{Name: "invoices", Fields: []string{"name", "total"}, Keep: 7 * year},
		{Name: "wages", Fields: []string{"name"}, Keep: 10 * year},
		{Name: "gone", Fields: []string{"city"}, Keep: 99 * year, Retired: true},
	}
	for name, tt := range map[string]struct {
		field string
		said  time.Time
		hold  []string
		duty  string // "" for what goes
		until time.Time
		ends  time.Time // of the hold
	}{
		"a field of no duty":          {"hobby", now, nil, "", time.Time{}, time.Time{}},
		"a duty that is over":         {"total", now.Add(-7 * year), nil, "", time.Time{}, time.Time{}},
		"a duty that ends tomorrow":   {"total", now.Add(24*time.Hour - 7*year), nil, "invoices", now.Add(24 * time.Hour), time.Time{}},
		"the longer of two":           {"name", now, nil, "wages", now.Add(10 * year), time.Time{}},
		"a duty that is not in force": {"city", now, nil, "", time.Time{}, time.Time{}},
		"a hold on what goes":         {"hobby", now, []string{"hobby"}, OnHold, time.Time{}, time.Time{}},
		"a hold outlasts a duty":      {"name", now, []string{"name"}, OnHold, time.Time{}, time.Time{}},
		"a hold on another field":     {"hobby", now, []string{"name"}, "", time.Time{}, time.Time{}},
		"a hold until a day":          {"hobby", now, []string{"hobby"}, OnHold, now.Add(year), now.Add(year)},
		"a duty outlasts that":        {"name", now, []string{"name"}, "wages", now.Add(10 * year), now.Add(year)},
		"a value that nobody dates":   {"total", time.Time{}, nil, "", time.Time{}, time.Time{}},
	} {
		kept := Keeping(duties, Holds{Fields: tt.hold, Ends: tt.ends}, []Held{{Field: tt.field, Value: "x", At: tt.said}}, now)
		switch {
		case tt.duty == "" && len(kept) != 0:
			t.Errorf("%s: kept %+v", name, kept)
		case tt.duty != "" && (len(kept) != 1 || kept[0].Duty != tt.duty || !kept[0].Until.Equal(tt.until) || kept[0].Value != "x"):
			t.Errorf("%s: got %+v, want %s until %v", name, kept, tt.duty, tt.until)
		}
	}
}

// Nothing is kept that no duty and no hold names, whatever is held.
func TestKeeping_keeps_nothing_else(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	names := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfDistinct(rapid.SampledFrom(names), func(s string) string { return s })
		duties := []Duty{
			{Name: "one", Fields: some.Draw(t, "one"), Keep: time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour},
			{Name: "two", Fields: some.Draw(t, "two"), Keep: time.Hour, Retired: true},
		}
		hold := some.Draw(t, "hold")
		var values []Held
		for _, f := range some.Draw(t, "held") {
			values = append(values, Held{Field: f, Value: f, At: now.Add(-time.Duration(rapid.IntRange(0, 100).Draw(t, "ago")) * time.Hour)})
		}
		kept := Keeping(duties, Holds{Fields: hold}, values, now)
		for _, k := range kept {
			byDuty := slices.Contains(duties[0].Fields, k.Field) && k.Until.After(now)
			if !byDuty && !slices.Contains(hold, k.Field) {
				t.Fatalf("kept %+v, which nothing names", k)
			}
		}
		for _, v := range values {
			if slices.Contains(hold, v.Field) && !slices.ContainsFunc(kept, func(k Kept) bool { return k.Field == v.Field && k.Until.IsZero() }) {
				t.Fatalf("%s is on hold and goes", v.Field)
			}
		}
	})
}
