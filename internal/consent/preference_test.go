package consent

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/errs"
)

func TestPreferences_Of(t *testing.T) {
	t.Parallel()
	soon, late := noon.Add(time.Hour), noon.Add(2*time.Hour)
	weekly, monthly := &Budget{Count: 1, Per: "week"}, &Budget{Count: 2, Per: "month"}
	night, day := &Quiet{From: 1320, To: 420, Zone: "UTC"}, &Quiet{From: 600, To: 660, Zone: "UTC"}
	p := Preferences{
		All: Wishes{
			Topics: map[string]bool{"a/email": true, "b/email": false, "c/email": true}, Preferred: "email", Budget: weekly, Pause: soon, Quiet: night,
		},
		Brands: map[string]Wishes{
			"says_all":     {Topics: map[string]bool{"a/email": false, "d/sms": true}, Preferred: "sms", Budget: monthly, Pause: late, Quiet: day},
			"says_nothing": {},
			"earlier":      {Pause: noon},
		},
	}
	for brand, want := range map[string]Wishes{
		"": p.All, "unknown": p.All, "says_nothing": p.All,
		// A pause for all brands is a pause for each.
		"earlier": p.All,
		"says_all": {
			Topics:    map[string]bool{"a/email": false, "b/email": false, "c/email": true, "d/sms": true},
			Preferred: "sms", Budget: monthly, Pause: late, Quiet: day,
		},
	} {
		if d := cmp.Diff(p.Of(brand), want); d != "" {
			t.Errorf("on %q (-got +want):\n%s", brand, d)
		}
	}
	p.Of("unknown").Topics["a/email"] = false
	if !p.All.Topics["a/email"] {
		t.Error("what Of returns shares its topics with the preferences")
	}
}

func TestPreferences_With(t *testing.T) {
	t.Parallel()
	p := Preferences{Language: "ja", All: Wishes{Preferred: "email"}, Brands: map[string]Wishes{"hibiki": {Preferred: "sms"}}}
	all, brand := p.With("", Wishes{Preferred: "post"}), p.With("otowa", Wishes{Preferred: "phone"})
	if d := cmp.Diff(p, Preferences{Language: "ja", All: Wishes{Preferred: "email"}, Brands: map[string]Wishes{"hibiki": {Preferred: "sms"}}}); d != "" {
		t.Errorf("the old preferences changed (-got +want):\n%s", d)
	}
	if all.Scoped("").Preferred != "post" || all.Scoped("hibiki").Preferred != "sms" {
		t.Errorf("with other wishes for all: got %+v", all)
	}
	if brand.Scoped("otowa").Preferred != "phone" || brand.Scoped("hibiki").Preferred != "sms" || brand.Scoped("").Preferred != "email" {
		t.Errorf("with other wishes for a brand: got %+v", brand)
	}
}

func drawPreferences(t *rapid.T) Preferences {
	wishes := func(of string) Wishes {
		w := Wishes{Topics: map[string]bool{}}
		for _, slot := range []string{"a/email", "a/sms", "b/email", "other/email"} {
			if rapid.Bool().Draw(t, of+" says "+slot) {
				w.Topics[slot] = rapid.Bool().Draw(t, of+" "+slot)
			}
		}
		return w
	}
	return Preferences{All: wishes("all"), Brands: map[string]Wishes{"hibiki": wishes("hibiki"), "otowa": wishes("otowa")}}
}

// Art. 21(3) GDPR: after "Stop all marketing" none of it is on, wherever it
// was, and nothing else is touched.
func TestPreferences_StopTopics(t *testing.T) {
	t.Parallel()
	topics := []Topic{{Name: "a", Channels: []string{"email", "sms"}}, {Name: "b", Channels: []string{"email"}}}
	rapid.Check(t, func(t *rapid.T) {
		p := drawPreferences(t)
		scope := rapid.SampledFrom([]string{"", "hibiki", "new"}).Draw(t, "scope")
		before := fmt.Sprint(p)
		stopped := p.StopTopics(scope, topics)
		if fmt.Sprint(p) != before {
			t.Fatal("the old preferences changed")
		}
		for _, brand := range []string{"", "hibiki", "otowa", "new"} {
			for _, slot := range []string{"a/email", "a/sms", "b/email", "other/email"} {
				was, is := p.Of(brand).Topics[slot], stopped.Of(brand).Topics[slot]
				stops := slot != "other/email" && (scope == "" || scope == brand)
				if want := was && !stops; is != want {
					t.Fatalf("%s on %q after a stop in %q: got %v, want %v", slot, brand, scope, is, want)
				}
			}
		}
		if n := stopped.on(scope, topics); n != 0 {
			t.Fatalf("%d are counted as on after the stop", n)
		}
	})
}

func TestQuiet_At(t *testing.T) {
	t.Parallel()
	const tokyo, berlin = "Asia/Tokyo", "Europe/Berlin"
	clock := func(zone string, month time.Month, day, hour, minute int) time.Time {
		z, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2026, month, day, hour, minute, 0, 0, z)
	}
	night := Quiet{From: 22 * 60, To: 7 * 60, Zone: tokyo}
	lunch := Quiet{From: 12 * 60, To: 13*60 + 30, Zone: tokyo}
	early := Quiet{From: 2*60 + 15, To: 2*60 + 45, Zone: berlin}
	for name, tt := range map[string]struct {
		q    *Quiet
		at   time.Time
		want bool
	}{
		"nothing_said":                   {nil, noon, false},
		"no_hours":                       {&Quiet{From: 60, To: 60, Zone: tokyo}, clock(tokyo, 3, 1, 1, 0), false},
		"day_before":                     {&lunch, clock(tokyo, 3, 1, 11, 59), false},
		"day_first_minute":               {&lunch, clock(tokyo, 3, 1, 12, 0), true},
		"day_last_minute":                {&lunch, clock(tokyo, 3, 1, 13, 29), true},
		"day_end":                        {&lunch, clock(tokyo, 3, 1, 13, 30), false},
		"night_before":                   {&night, clock(tokyo, 3, 1, 21, 59), false},
		"night_first_minute":             {&night, clock(tokyo, 3, 1, 22, 0), true},
		"night_midnight":                 {&night, clock(tokyo, 3, 2, 0, 0), true},
		"night_last_minute":              {&night, clock(tokyo, 3, 2, 6, 59), true},
		"night_end":                      {&night, clock(tokyo, 3, 2, 7, 0), false},
		"night_asked_from_elsewhere":     {&night, clock(berlin, 3, 1, 15, 0), true}, // 23:00 there
		"zone_that_is_none_counts_UTC":   {&Quiet{From: 0, To: 60, Zone: "Moon"}, noon.Add(-12 * time.Hour), true},
		"hours_that_a_spring_leaves_out": {&early, clock(berlin, 3, 29, 3, 15), false},
		"hours_before_the_spring":        {&early, clock(berlin, 3, 28, 2, 15), true},
		"hours_of_autumn_first_time":     {&early, time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), true},
		"hours_of_autumn_second_time":    {&early, time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), true},
		"between_the_two":                {&early, time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), false},
	} {
		if got := tt.q.At(tt.at); got != tt.want {
			t.Errorf("%s: got %v at %v, want %v", name, got, tt.at, tt.want)
		}
	}
}

// From one turn to the next nothing changes, also on the days when clocks are
// put forward or back.
func TestQuiet_Turns(t *testing.T) {
	t.Parallel()
	if _, got := (*Quiet)(nil).Turns(noon); !got.IsZero() {
		t.Errorf("without hours: got %v, want never", got)
	}
	night := &Quiet{From: 22 * 60, To: 7 * 60, Zone: "Asia/Tokyo"}
	if is, got := night.Turns(noon); is || !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("at nine in the evening: got %v until %v, want an hour without", is, got)
	}
	days := []time.Time{
		noon,
		time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC), // Europe/Berlin
		time.Date(2026, 4, 4, 6, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 6, 0, 0, 0, time.UTC), // Australia/Lord_Howe, by half an hour
	}
	rapid.Check(t, func(t *rapid.T) {
		q := &Quiet{
			From: rapid.IntRange(0, 1439).Draw(t, "from"), To: rapid.IntRange(0, 1439).Draw(t, "to"),
			Zone: rapid.SampledFrom([]string{"Asia/Tokyo", "Europe/Berlin", "Australia/Lord_Howe", "Moon"}).Draw(t, "zone"),
		}
		if q.From == q.To {
			t.Skip("no hours")
		}
		at := rapid.SampledFrom(days).Draw(t, "day").Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "time")))
		is, next := q.Turns(at)
		if !next.After(at) || next.Sub(at) > 24*time.Hour {
			t.Fatalf("at %v it turns at %v", at, next)
		}
		for moment := at; moment.Before(next); moment = moment.Add(time.Minute) {
			if q.At(moment) != is {
				t.Fatalf("%v at %v, and turns at %v, but %v at %v", is, at, next, !is, moment)
			}
		}
		if last := next.Add(-1); q.At(last) != is {
			t.Fatalf("%v at %v, and turns at %v, but %v at %v", is, at, next, !is, last)
		}
	})
}

func TestWishes_Check(t *testing.T) {
	t.Parallel()
	topics := []Topic{{Name: "a", Channels: []string{"email"}}}
	channels := []Channel{{Name: "email"}}
	for name, tt := range map[string]struct {
		w    Wishes
		path string // of the one complaint; "" for none
	}{
		"nothing":                    {Wishes{}, ""},
		"all_in_order":               {Wishes{Topics: map[string]bool{"a/email": true}, Preferred: "email", Budget: &Budget{Count: 3, Per: "week"}, Pause: noon.Add(time.Hour), Quiet: &Quiet{From: 0, To: 1439, Zone: "Asia/Tokyo"}}, ""},
		"any_channel":                {Wishes{Preferred: AnyChannel}, ""},
		"unknown_topic":              {Wishes{Topics: map[string]bool{"b/email": true}}, "topics"},
		"topic_on_unknown_channel":   {Wishes{Topics: map[string]bool{"a/sms": false}}, "topics"},
		"unknown_channel":            {Wishes{Preferred: "pigeon"}, "preferred"},
		"negative_budget":            {Wishes{Budget: &Budget{Count: -1, Per: "week"}}, "budget"},
		"endless_budget":             {Wishes{Budget: &Budget{Count: 101, Per: "week"}}, "budget"},
		"budget_per_something":       {Wishes{Budget: &Budget{Count: 1, Per: "year"}}, "budget"},
		"pause_that_is_over":         {Wishes{Pause: noon}, "pause"},
		"pause_of_two_years":         {Wishes{Pause: noon.AddDate(2, 0, 0)}, ""},
		"pause_of_more_than_that":    {Wishes{Pause: noon.AddDate(2, 0, 1)}, "pause"},
		"hours_before_the_day":       {Wishes{Quiet: &Quiet{From: -1, To: 60, Zone: "UTC"}}, "quiet"},
		"hours_after_the_day":        {Wishes{Quiet: &Quiet{From: 60, To: 1440, Zone: "UTC"}}, "quiet"},
		"zone_that_is_none":          {Wishes{Quiet: &Quiet{From: 60, To: 120, Zone: "Moon"}}, "zone"},
		"zone_of_the_machine":        {Wishes{Quiet: &Quiet{From: 60, To: 120, Zone: "Local"}}, "zone"},
		"zone_that_is_a_path":        {Wishes{Quiet: &Quiet{From: 60, To: 120, Zone: "../../etc/passwd"}}, "zone"},
		"hours_without_a_zone":       {Wishes{Quiet: &Quiet{From: 60, To: 120}}, "zone"},
		"hours_that_are_the_same_is": {Wishes{Quiet: &Quiet{From: 60, To: 60, Zone: "UTC"}}, ""},
	} {
		err := tt.w.Check(topics, channels, noon)
		var e *errs.Error
		switch {
		case tt.path == "" && err != nil:
			t.Errorf("%s: got %v, want nothing", name, err)
		case tt.path != "" && (!errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Path != tt.path):
			t.Errorf("%s: got %v, want a complaint about %s", name, err, tt.path)
		}
	}
}
