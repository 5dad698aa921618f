package figures

import (
	"context"
	"slices"
	"time"

	"livingprofile/internal/job"
	"livingprofile/internal/rights"
)

// Weeks is how many weeks back Requests go.
const Weeks = 12

// Week is how long one is.
const Week = 7 * 24 * time.Hour

// Requests are what was counted of requests: lines that can be added up for the
// brands that a member sees.
type Requests struct {
	CountedAt time.Time  `json:"counted_at"`
	From      time.Time  `json:"from"` // beginning of the first week
	Received  []Received `json:"received,omitempty"`
	Closed    []Closed   `json:"closed,omitempty"`
}

// A Received is how many requests came in, of one brand in one week.
type Received struct {
	Brand    string `json:"brand"`
	Week     int    `json:"week"` // from 0
	Requests int64  `json:"requests"`
}

// A Closed is how many requests ended, and how.
type Closed struct {
	Brand    string        `json:"brand"`
	Kind     rights.Kind   `json:"kind"`
	State    rights.State  `json:"state"`
	Week     int           `json:"week"`
	Requests int64         `json:"requests"`
	Late     int64         `json:"late"` // after they were due
	Took     time.Duration `json:"took"` // all together
}

// A RequestWeek is one week, added up.
type RequestWeek struct {
	Start                  time.Time
	Received, Closed, Late int64
	Days                   int64 // that an answer took, on average
}

// An Outcome is how requests of one kind were answered.
type Outcome struct {
	Kind          rights.Kind
	Done, Refused int64
}

// Weekly adds up the weeks of the brands that sees lets through, oldest first.
func (r *Requests) Weekly(sees func(brand string) bool) []RequestWeek {
	weeks := make([]RequestWeek, Weeks)
	var took [Weeks]time.Duration
	for i := range weeks {
		weeks[i].Start = r.From.Add(time.Duration(i) * Week)
	}
	for _, l := range r.Received {
		if sees(l.Brand) && l.Week >= 0 && l.Week < Weeks {
			weeks[l.Week].Received += l.Requests
		}
	}
	for _, l := range r.Closed {
		if sees(l.Brand) && l.Week >= 0 && l.Week < Weeks {
			weeks[l.Week].Closed += l.Requests
			weeks[l.Week].Late += l.Late
			took[l.Week] += l.Took
		}
	}
	for i := range weeks {
		if n := weeks[i].Closed; n > 0 {
			weeks[i].Days = (int64(took[i]/time.Hour)/n + 12) / 24
		}
	}
	return weeks
}

// Outcomes adds up how requests were answered, by kind. What the person took
// back was not answered.
func (r *Requests) Outcomes(sees func(brand string) bool) []Outcome {
	var all []Outcome
	for _, k := range rights.Kinds {
		o := Outcome{Kind: k}
		for _, l := range r.Closed {
			switch {
			case l.Kind != k || !sees(l.Brand):
			case l.State == rights.Fulfilled:
				o.Done += l.Requests
			case l.State == rights.Rejected, l.State == rights.Unfulfilled:
				o.Refused += l.Requests
			}
		}
		all = append(all, o)
	}
	return slices.DeleteFunc(all, func(o Outcome) bool { return o.Done+o.Refused == 0 })
}

// A RequestStore counts requests and keeps what was counted.
type RequestStore interface {
	// CountRequests counts the weeks from a moment on.
	CountRequests(ctx context.Context, from, now time.Time) (Requests, error)
	// SaveRequestFigures keeps what was counted, in place of what was.
	SaveRequestFigures(ctx context.Context, r Requests) error
	// RequestFigures returns what was kept; errs.NotFound before the first.
	RequestFigures(ctx context.Context) (Requests, error)
}

// RequestTask counts requests now and then.
func RequestTask(s RequestStore) job.Task {
	return job.Task{Name: "figures.requests", Every: every, Lease: 4 * time.Minute, Do: func(ctx context.Context, now time.Time) error {
		r, err := s.CountRequests(ctx, FirstWeek(now), now)
		if err != nil {
			return err
		}
		return s.SaveRequestFigures(ctx, r)
	}}
}

// FirstWeek is the beginning of the oldest of the weeks that end with that of
// now. A week begins on Monday, in UTC.
func FirstWeek(now time.Time) time.Time {
	day := now.UTC().Truncate(24 * time.Hour)
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	return monday.AddDate(0, 0, -7*(Weeks-1))
}
