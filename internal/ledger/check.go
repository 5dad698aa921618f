package ledger

import "time"

// CheckAsked is the kind of the entry that says who had the ledger checked.
const CheckAsked Kind = "ledger.check_asked"

// A Check is a verification of the whole ledger that somebody asked for.
type Check struct {
	By      string // id of the staff member
	AskedAt time.Time
	EndedAt time.Time // zero while it is under way
	Report  Report    // until the end that of the check before: what it found stands
}

// checkFor is how long a check may be under way before another can be asked for.
const checkFor = time.Hour

// UnderWay tells whether the check is neither done nor given up.
func (c *Check) UnderWay(now time.Time) bool {
	return c.EndedAt.IsZero() && now.Sub(c.AskedAt) < checkFor
}

// Next returns the check that a member asks for after c. What c found stands
// until that one has come to its end.
func (c *Check) Next(by string, at time.Time) Check {
	return Check{By: by, AskedAt: at, Report: c.Report}
}
