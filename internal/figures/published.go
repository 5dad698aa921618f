package figures

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/job"
	"livingprofile/internal/rights"
)

// Few is from how many on a count is told to everybody: of fewer people a
// reader might guess who they are.
const Few = 5

// Shown is how many periods stay published.
const Shown = 12

// A Cycle is how long the periods are whose figures everybody may read; "" for
// none.
type Cycle string

// The cycles, by the calendar in UTC.
const (
	Quarter Cycle = "quarter"
	Year    Cycle = "year"
)

// Known tells whether c is one of the cycles.
func (c Cycle) Known() bool { return c == Quarter || c == Year }

// Last returns the newest period that is over.
func (c Cycle) Last(now time.Time) Period {
	months := 12
	if c == Quarter {
		months = 3
	}
	year, month, _ := now.UTC().Date()
	until := time.Date(year, month-(month-1)%time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return Period{until.AddDate(0, -months, 0), until}
}

// A Range is what is told of a count: it is at least one number and at most
// another, which are equal where it is told as it is.
type Range struct {
	Least int `json:"least"`
	Most  int `json:"most"`
}

// Exact tells whether the count itself is told.
func (r Range) Exact() bool { return r.Least == r.Most }

// A Told is what everybody may read of the requests of one kind. No number in
// it, and no difference of two, is a count of fewer than Few.
type Told struct {
	Kind     rights.Kind `json:"kind"`
	Received Range       `json:"received"`
	Answered Range       `json:"answered"`
	InTime   Range       `json:"in_time"` // of the answered
	Refused  Range       `json:"refused"` // of the answered
	// Grounds are those of the law packs on which so many were refused, by code,
	// and Rest how many were on any other or could not be done; nothing unless
	// Refused is exact.
	Grounds []Because `json:"grounds,omitempty"`
	Rest    *Range    `json:"refused_otherwise,omitempty"`
	// Days is the median from receipt to answer; nil of few answers.
	Days *int `json:"median_days,omitempty"`
}

// A Because is how many were refused on a ground.
type Because struct {
	Ground  string `json:"ground"`
	Refused Range  `json:"refused"`
}

// A Published is what everybody may read of one period. There is no sum over
// the kinds, and periods do not overlap: either would tell what is held back.
type Published struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"` // without it
	Kinds []Told    `json:"kinds"`
}

// Publish says what is told of the requests of a period, all brands together.
// Every kind is told of, for a missing one would be a count of none.
func Publish(all []Handled, p Period) Published {
	together := slices.Clone(all)
	for i := range together {
		together[i].Brand = ""
	}
	told := Published{From: p.From, Until: p.Until}
	tallies := Tallies(together, p)
	for _, k := range rights.Kinds {
		t := Tally{Kind: k}
		if i := slices.IndexFunc(tallies, func(t Tally) bool { return t.Kind == k }); i >= 0 {
			t = tallies[i]
		}
		told.Kinds = append(told.Kinds, tell(&t))
	}
	return told
}

func tell(t *Tally) Told {
	answered := t.Answered()
	told := Told{
		Kind: t.Kind, Received: count(t.Received), Answered: count(answered),
		InTime: part(answered-t.Late, answered), Refused: part(t.Refused, answered),
	}
	if told.Refused.Exact() {
		told.Grounds, told.Rest = because(t.Grounds, t.Refused)
	}
	if answered >= Few {
		days := t.Days()
		told.Days = &days
	}
	return told
}

// count tells a number of requests.
func count(n int) Range {
	if n < Few {
		return Range{0, Few - 1}
	}
	return Range{n, n}
}

// part tells n of a whole that is told by count. The rest follows from it, so
// neither may be small, and of a whole in which one must be nothing is told.
func part(n, whole int) Range {
	switch {
	case whole < Few:
		return count(whole)
	case whole < 2*Few-1:
		return Range{0, whole}
	case n < Few:
		return Range{0, Few - 1}
	case whole-n < Few:
		return Range{whole - Few + 1, whole}
	}
	return Range{n, n}
}

// because tells on which grounds n were refused. A ground of few is in the rest.
// A rest that is small itself would tell of those, so the first ground is told
// by the rule of part, or left to the rest: the first by its name, since one that
// was picked by its number would tell of the numbers of the others.
func because(grounds map[string]int, n int) (told []Because, rest *Range) {
	left := n
	for _, code := range slices.Sorted(maps.Keys(grounds)) {
		if of := grounds[code]; of >= Few {
			told = append(told, Because{code, Range{of, of}})
			left -= of
		}
	}
	if left >= Few || len(told) == 0 {
		return told, &Range{left, left}
	}
	whole := told[0].Refused.Most + left
	if whole < 2*Few-1 {
		return told[1:], &Range{whole, whole}
	}
	told[0].Refused = Range{whole - Few + 1, whole}
	return told, &Range{0, Few - 1}
}

// A PublishedStore counts requests and keeps what is told of them.
type PublishedStore interface {
	// Handled returns the requests that came or ended in a period.
	Handled(ctx context.Context, p Period) ([]Handled, error)
	// SavePublished keeps what is told, in place of what was.
	SavePublished(ctx context.Context, all []Published, now time.Time) error
	// Published returns what was kept, newest first; errs.NotFound before the
	// first.
	Published(ctx context.Context) ([]Published, error)
}

// PublishTask tells of each period once it is over, in the cycle that is
// declared then. What was told stands, whatever becomes of the requests.
func PublishTask(s PublishedStore, cycle func() Cycle) job.Task {
	return job.Task{Name: "figures.publish", Every: time.Hour, Do: func(ctx context.Context, now time.Time) error {
		c := cycle()
		if !c.Known() {
			return nil
		}
		told, err := s.Published(ctx)
		if err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
		p := c.Last(now)
		if len(told) > 0 && p.From.Before(told[0].Until) {
			return nil
		}
		all, err := s.Handled(ctx, p)
		if err != nil {
			return err
		}
		told = slices.Insert(told, 0, Publish(all, p))
		return s.SavePublished(ctx, told[:min(len(told), Shown)], now)
	}}
}
