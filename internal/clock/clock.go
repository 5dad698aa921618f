// Package clock makes time an argument. Whatever needs to know the time is
// given a Clock; nothing else in the product calls time.Now for a decision.
//
// Times are UTC and whole microseconds, the precision that both database
// engines keep.
package clock

import (
	"sync"
	"time"
)

// A Clock tells the time. It is safe for concurrent use.
type Clock interface {
	Now() time.Time
}

// System is the clock of the machine.
type System struct{}

// Now returns the current time in UTC, truncated to the microsecond.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// A Fake is a clock that moves only when told to. Its zero value stands at the
// zero time.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake returns a clock that stands at t.
func NewFake(t time.Time) *Fake {
	return &Fake{now: t.UTC().Truncate(time.Microsecond)}
}

// Now returns where the clock stands.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock by d, which may be negative.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d).Truncate(time.Microsecond)
}
