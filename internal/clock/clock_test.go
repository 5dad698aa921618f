package clock_test

import (
	"sync"
	"testing"
	"time"

	"livingprofile/internal/clock"
)

func TestSystem_is_UTC_in_microseconds(t *testing.T) {
	t.Parallel()
	before := time.Now().Truncate(time.Microsecond)
	got := clock.System{}.Now()
	if got.Before(before) || got.After(time.Now()) {
		t.Errorf("got %v, want a time since %v", got, before)
	}
	if got.Location() != time.UTC || got.Nanosecond()%1000 != 0 {
		t.Errorf("got %v, want UTC and whole microseconds", got)
	}
	// What was stored and read again has no monotonic reading either, and must
	// compare equal.
	if got != got.Round(0) {
		t.Error("the time carries a monotonic reading")
	}
}

func TestFake(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("somewhere", 9*60*60)
	f := clock.NewFake(time.Date(2026, 3, 12, 19, 2, 0, 1999, zone))
	want := time.Date(2026, 3, 12, 10, 2, 0, 1000, time.UTC)
	for range 2 {
		if got := f.Now(); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	f.Advance(time.Second + 1500)
	f.Advance(-2 * time.Second)
	if got, want := f.Now(), want.Add(-time.Second+time.Microsecond); got != want {
		t.Errorf("after a second on and two back: got %v, want %v", got, want)
	}
	var zero clock.Fake
	if got := zero.Now(); !got.IsZero() {
		t.Errorf("zero value: got %v, want the zero time", got)
	}
}

func TestFake_may_be_moved_while_it_is_read(t *testing.T) {
	t.Parallel()
	f := clock.NewFake(time.Unix(0, 0))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				before := f.Now()
				f.Advance(time.Second)
				if f.Now().Before(before) {
					t.Error("it goes back")
				}
			}
		})
	}
	wg.Wait()
	if got, want := f.Now(), time.Unix(8000, 0).UTC(); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
