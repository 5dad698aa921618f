package breach

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"livingprofile/internal/audience"
	"livingprofile/internal/errs"
)

// ID identifies a breach.
type ID string

// A Breach is one breach of personal data (Art. 4(12) GDPR). It is a row of a
// ledger.Change, sealed with the installation's key: what happened may be as
// delicate as the data.
type Breach struct {
	ID      ID
	Version int64 // as it was read; 0 for one that is new
	Number  string
	Pack    string // edition of the law pack, which it froze
	Facts
	State    State
	OpenedAt time.Time
	ClosedAt time.Time // zero while it is open
	// AuthorityDue and PeopleDue are until when each must be told; zero where
	// there is no limit, and the law only forbids delay.
	AuthorityDue, PeopleDue time.Time
	// FinalDue is until when the authority must have the final report; zero
	// where the law wants none.
	FinalDue time.Time
	// Goal says that the limits are our own: the law names no number.
	Goal              bool
	Authority, People Choice
	// ReportedAt is when the authority was told, and FinalAt when it had the
	// final report; ToldAt when the last notice to people was on its way.
	ReportedAt, FinalAt, ToldAt time.Time
	Search                      Search
	// Letters are the words of the notice, by language.
	Letters map[string]string
	Steps   []Step
	Warned  Stage // of which staff were told last, of the nearest limit
}

// Facts are what is known of a breach; they grow (Art. 33(3) and (4) GDPR).
type Facts struct {
	Brand     string // whose law it is under, and in whose name people are told
	Title     string
	NoticedAt time.Time
	What      string
	Effects   string   // likely consequences
	Measures  string   // taken, or proposed
	Data      []string // categories of data
}

// A Choice is whether somebody is told, and why.
type Choice struct {
	At   time.Time // zero before it is made
	Tell bool
	Why  string
}

// Made tells whether it was decided.
func (c Choice) Made() bool { return !c.At.IsZero() }

// A Search is how affected people are looked for.
type Search struct {
	Where *audience.Expr // nil for everybody
	After string         // the place among people that it has come to
}

// A Step is one move that was made.
type Step struct {
	At     time.Time `json:"at"`
	Move   Move      `json:"move"`
	Member string    `json:"member,omitempty"` // of the staff; "" for the program
	Note   string    `json:"note,omitempty"`
	Tell   bool      `json:"tell,omitempty"`
	Count  int       `json:"count,omitempty"` // of people
}

// Affected counts the people of a breach.
type Affected struct {
	People int
	Mailed int
	// Silent are those without a proved address: they were told in their
	// history alone.
	Silent int
	Waits  int // who were not told
}

// The longest that words may be, in bytes.
const (
	maxTitle = 200
	maxWords = 4000
)

// check says what is wrong with facts. Nothing is noticed in the future.
func (f *Facts) check(now time.Time) error {
	var bad []errs.Field
	must := func(name, text string, most int) {
		switch {
		case strings.TrimSpace(text) == "":
			bad = append(bad, errs.At(name, "error.required"))
		case len(text) > most || !utf8.ValidString(text):
			bad = append(bad, errs.At(name, "error.too_long", "max", most))
		}
	}
	must("title", f.Title, maxTitle)
	must("what", f.What, maxWords)
	for name, text := range map[string]string{"effects": f.Effects, "measures": f.Measures} {
		if len(text) > maxWords {
			bad = append(bad, errs.At(name, "error.too_long", "max", maxWords))
		}
	}
	switch {
	case f.NoticedAt.IsZero():
		bad = append(bad, errs.At("noticed", "error.required"))
	case f.NoticedAt.After(now):
		bad = append(bad, errs.At("noticed", "breach.error.future"))
	}
	if len(f.Data) == 0 {
		bad = append(bad, errs.At("data", "error.required"))
	}
	return errs.InvalidFields(bad...)
}

// Due returns the earliest limit that nothing has met; zero for none.
func (b *Breach) Due() time.Time {
	if b.State == Closed {
		return time.Time{}
	}
	var open []time.Time
	add := func(c Choice, done, due time.Time) {
		if !due.IsZero() && done.IsZero() && (c.Tell || !c.Made()) {
			open = append(open, due)
		}
	}
	add(b.Authority, b.ReportedAt, b.AuthorityDue)
	add(b.Authority, b.FinalAt, b.FinalDue)
	add(b.People, b.ToldAt, b.PeopleDue)
	if len(open) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(open, time.Time.Compare)
}

// A Stage is how near a limit is. Staff are told of each stage of a limit once.
type Stage int

// The stages.
const (
	Quiet   Stage = iota
	Running       // it was opened, and a clock runs
	Near          // less than a day is left
	Over
)

// near is how long before a limit staff are told once more.
const near = 24 * time.Hour

// Stage returns how near the limit is that nothing has met.
func (b *Breach) Stage(now time.Time) Stage {
	due := b.Due()
	switch left := due.Sub(now); {
	case due.IsZero():
		return Quiet
	case left < 0:
		return Over
	case left < near:
		return Near
	}
	return Running
}

// missing returns the languages without words for the notice.
func (b *Breach) missing(languages []string) []string {
	return slices.DeleteFunc(slices.Clone(languages), func(l string) bool { return strings.TrimSpace(b.Letters[l]) != "" })
}

// number is the random end of an id, in a form that can be read out.
func number(own string) string {
	end := strings.ToUpper(own[max(len(own)-8, 0):])
	return "B-" + end[:4] + "-" + end[4:]
}

// Sort orders breaches as they need somebody: open ones by their limit, then
// those without one, then closed ones, the latest first.
func Sort(all []Breach) {
	rank := func(b *Breach) int {
		switch {
		case b.State == Closed:
			return 2
		case b.Due().IsZero():
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(x, y Breach) int {
		return cmp.Or(cmp.Compare(rank(&x), rank(&y)), x.Due().Compare(y.Due()), y.OpenedAt.Compare(x.OpenedAt))
	})
}
