package login

import "time"

// Limits that are not settings: what we promise rests on them.
const (
	// MaxLinkLife is the longest life of a link and its code (ASVS 6.5.5).
	MaxLinkLife = 10 * time.Minute
	// CodeDigits is the length of a code: with DayTries a guesser has a chance
	// under one in a million a day.
	CodeDigits = 8
	// CodeTries is how many codes may be tried for one link.
	CodeTries = 5
	// DayTries is how many may be tried for one address or subject in a day,
	// over all links.
	DayTries = 20

	// clockSkew is how far the clocks of two processes may be apart. What was
	// made further ahead than that was made under another clock and proves
	// nothing about now.
	clockSkew = 6 * time.Minute
	// touchEvery is how exactly the last use of a session is known. It keeps
	// most requests from writing.
	touchEvery = time.Minute
)

// Settings are what an installation may choose. The zero value means the
// defaults.
type Settings struct {
	LinkLife    time.Duration // of a link; 10 minutes, and never more
	IdleFor     time.Duration // without use, until a session ends; 30 minutes
	AbsoluteFor time.Duration // until a session ends in any case; 12 hours
	FreshFor    time.Duration // of a fresh proof; 10 minutes
	// How many links may be asked for in an hour: 5 for an address, 10 by a
	// signed-in subject, 30 from a network (/24 or /56).
	AsksPerAddress, AsksPerSubject, AsksPerNetwork int
}

func (s Settings) withDefaults() Settings {
	if s.LinkLife <= 0 || s.LinkLife > MaxLinkLife {
		s.LinkLife = MaxLinkLife
	}
	s.IdleFor = positive(s.IdleFor, 30*time.Minute)
	s.AbsoluteFor = positive(s.AbsoluteFor, 12*time.Hour)
	s.FreshFor = positive(s.FreshFor, 10*time.Minute)
	s.AsksPerAddress = positive(s.AsksPerAddress, 5)
	s.AsksPerSubject = positive(s.AsksPerSubject, 10)
	s.AsksPerNetwork = positive(s.AsksPerNetwork, 30)
	return s
}

func positive[T ~int | ~int64](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}
