// Package figures is what the console counts: how many people there are, how
// they have answered each purpose, and how much happened each day.
//
// Counting reads every record, so it is done in the background now and then and
// kept; a page reads one row, however many people there are. A figure is a
// number without a name: it says nothing about anybody.
package figures

import (
	"context"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/job"
)

// Days is how many days back Daily goes.
const Days = 14

// every is how old figures may become.
const every = 5 * time.Minute

// Figures are what was counted at one moment.
type Figures struct {
	CountedAt time.Time `json:"counted_at"`
	Subjects  int64     `json:"subjects"` // active
	Standings []Count   `json:"standings,omitempty"`
	Daily     []Day     `json:"daily,omitempty"` // oldest first, today last
}

// A Count is how many people's last word on a version of a purpose is Status.
type Count struct {
	Purpose consent.PurposeID `json:"purpose"`
	Version int               `json:"version"`
	Status  consent.Status    `json:"status"`
	People  int64             `json:"people"`
}

// A Day is what happened on one day, in UTC.
type Day struct {
	Day       time.Time `json:"day"`
	Entries   int64     `json:"entries"`   // of the ledger
	Decisions int64     `json:"decisions"` // about purposes
}

// A Purpose is how people have answered a purpose, over all its versions.
type Purpose struct {
	Yes, No int64
	// Versions holds who said yes to which version.
	Versions map[int]int64
}

// Of sums up a purpose.
func (f *Figures) Of(p consent.PurposeID) Purpose {
	sum := Purpose{Versions: map[int]int64{}}
	for _, c := range f.Standings {
		if c.Purpose != p {
			continue
		}
		switch c.Status {
		case consent.Given, consent.Renewed:
			sum.Yes += c.People
			sum.Versions[c.Version] += c.People
		case consent.Refused, consent.Withdrawn, consent.Revoked:
			sum.No += c.People
		}
	}
	return sum
}

// A Store counts and keeps.
type Store interface {
	// CountFigures counts at one moment.
	CountFigures(ctx context.Context, now time.Time) (Figures, error)
	// SaveFigures keeps what was counted, in place of what was.
	SaveFigures(ctx context.Context, f Figures) error
	// Figures returns what was kept; errs.NotFound before the first.
	Figures(ctx context.Context) (Figures, error)
}

// Task counts now and then.
func Task(s Store) job.Task {
	return job.Task{Name: "figures.count", Every: every, Lease: 4 * time.Minute, Do: func(ctx context.Context, now time.Time) error {
		f, err := s.CountFigures(ctx, now)
		if err != nil {
			return err
		}
		return s.SaveFigures(ctx, f)
	}}
}
