package activity_test

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/activity"
)

var noon = time.Date(2026, time.March, 12, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func seen(ago time.Duration, machine, minutes string) activity.Observation {
	at := noon.Add(-ago)
	return activity.Observation{Kind: "training", At: at, Expires: at.Add(730 * day), Values: map[string]string{"machine": machine, "minutes": minutes}}
}

func TestInfer(t *testing.T) {
	t.Parallel()
	week := []activity.Observation{
		seen(1*day, "rowing", "40"), seen(2*day, "bike", "30.5"), seen(3*day, "rowing", ""), seen(8*day, "bike", "100"),
		{Kind: "order", At: noon.Add(-day), Expires: noon.Add(day), Values: map[string]string{"minutes": "1000"}},
	}
	for name, tt := range map[string]struct {
		rule activity.Rule
		want string
	}{
		"a_count_counts_all_of_the_kind":         {activity.Rule{Calculate: activity.Count}, "4"},
		"a_window_leaves_out_what_is_older":      {activity.Rule{Calculate: activity.Count, Window: 7 * day}, "3"},
		"what_is_as_old_as_the_window_is_out":    {activity.Rule{Calculate: activity.Count, Window: 8 * day}, "3"},
		"a_sum_adds_decimals":                    {activity.Rule{Calculate: activity.Sum, Of: "minutes"}, "170.5"},
		"an_average_is_of_those_with_a_value":    {activity.Rule{Calculate: activity.Average, Of: "minutes", Window: 7 * day}, "35.25"},
		"an_average_is_rounded":                  {activity.Rule{Calculate: activity.Average, Of: "minutes"}, "56.83"},
		"of_equally_frequent_ones_the_last_seen": {activity.Rule{Calculate: activity.MostFrequent, Of: "machine"}, "rowing"},
		"too_few_say_nothing":                    {activity.Rule{Calculate: activity.Count, Least: 5}, ""},
		"none_say_nothing":                       {activity.Rule{Calculate: activity.Count, Window: time.Hour}, ""},
		"a_calculation_that_is_not_known":        {activity.Rule{Calculate: "guess", Of: "minutes"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tt.rule.Activity = "training"
			if got := tt.rule.Infer(week, noon); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever the rule: the order makes no difference, others' kinds make none,
// and between now and Next it says the same.
func TestInferIsSteady(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := activity.Rule{
			Activity: "training", Calculate: rapid.SampledFrom(activity.Calculations[:]).Draw(t, "calculate"),
			Window: time.Duration(rapid.IntRange(0, 20).Draw(t, "window")) * day, Least: rapid.IntRange(0, 3).Draw(t, "least"),
		}
		switch r.Calculate {
		case activity.Sum, activity.Average:
			r.Of = "minutes"
		case activity.MostFrequent:
			r.Of = "machine"
		case activity.Count:
		}
		var all []activity.Observation
		for range rapid.IntRange(0, 12).Draw(t, "observations") {
			o := seen(time.Duration(rapid.IntRange(0, 30*24).Draw(t, "hours"))*time.Hour,
				rapid.SampledFrom([]string{"", "rowing", "bike", "cable"}).Draw(t, "machine"), strconv.Itoa(rapid.IntRange(0, 99).Draw(t, "minutes")))
			o.Expires = o.At.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "keep")) * day)
			all = append(all, o)
		}
		want := r.Infer(all, noon)
		turned := rapid.Permutation(all).Draw(t, "order")
		turned = append(turned, activity.Observation{Kind: "order", At: noon, Expires: noon.Add(day), Values: map[string]string{"minutes": "7", "machine": "x"}})
		if got := r.Infer(turned, noon); got != want {
			t.Fatalf("in another order: got %q, want %q", got, want)
		}
		next := r.Next(all, noon)
		if next.IsZero() {
			next = noon.Add(10_000 * day)
		}
		if !next.After(noon) {
			t.Fatalf("it is due at %s, which is not later than now", next)
		}
		if got := r.Infer(all, next.Add(-time.Microsecond)); got != want {
			t.Fatalf("just before %s: got %q, want %q", next, got, want)
		}
	})
}

func TestMonths(t *testing.T) {
	t.Parallel()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	k := &activity.Kind{Name: "training", Fields: []activity.Field{{Name: "minutes", Total: true}, {Name: "machine"}}}
	// 28 February 15:30 UTC is 1 March in Tokyo.
	turn := activity.Observation{Kind: "training", At: time.Date(2026, 2, 28, 15, 30, 0, 0, time.UTC), Values: map[string]string{"minutes": "10"}}
	all := []activity.Observation{turn, seen(day, "bike", "0.5"), seen(800*day, "bike", "1"), {Kind: "order", At: noon}}
	months := activity.Months(k, all, 2, noon, tokyo)
	if len(months) != 2 || months[0].Count != 0 || months[1].Count != 2 || months[1].Totals["minutes"] != "10.5" {
		t.Errorf("got %+v", months)
	}
	if got := months[0].Start.Format(time.RFC3339); got != "2026-02-01T00:00:00+09:00" {
		t.Errorf("the first month begins at %s", got)
	}
	if got := activity.Total(months, "minutes"); got != "10.5" {
		t.Errorf("total: got %s", got)
	}
}
