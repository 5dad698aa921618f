package testkit

import (
	"time"

	"livingprofile/internal/clock"
)

// Start is where the clocks of tests begin: a plain Thursday.
var Start = time.Date(2026, time.March, 12, 10, 2, 0, 0, time.UTC)

// NewClock returns a fake clock that stands at Start.
func NewClock() *clock.Fake { return clock.NewFake(Start) }

// began is when the test binary did.
var began = time.Now()

// Today returns a fake clock that stands at about now, for what is made as of
// today, as the demo is. All that a test binary asks for stand at the same time,
// so that their sites are cast in one mould.
func Today() *clock.Fake { return clock.NewFake(began) }
