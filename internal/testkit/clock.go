package testkit

import (
	"time"

	"livingprofile/internal/clock"
)

// Start is where the clocks of tests begin: a plain Thursday.
var Start = time.Date(2026, time.March, 12, 10, 2, 0, 0, time.UTC)

// NewClock returns a fake clock that stands at Start.
func NewClock() *clock.Fake { return clock.NewFake(Start) }
