package review

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/rights"
)

// A Row is a request as the queue shows it: what can be known without opening
// anything that is sealed.
type Row struct {
	ID         rights.RequestID
	Number     string
	Subject    id.Subject
	Kind       rights.Kind
	State      rights.State
	Brand      string
	Pack       string
	ReceivedAt time.Time
	DueAt      time.Time
	ActAt      time.Time
	ClosedAt   time.Time
	Assignee   string
	Paused     bool // its clock stands still while the person is asked
}

// Law is the code of the law pack that the request froze.
func (r *Row) Law() string {
	code, _, _ := strings.Cut(r.Pack, "/")
	return code
}

// Nobody as the Assignee of a Filter is for requests that are nobody's.
const Nobody = "-"

// A Filter says which requests of the queue are wanted. The zero Filter is all
// that are open, the most urgent first.
type Filter struct {
	Closed   bool // those that are over instead, the latest first
	State    rights.State
	Kind     rights.Kind
	Brand    string
	Law      string // code of a law pack
	Assignee string // member, or Nobody
	// DueBefore is for those that are due before then and whose clock runs; zero
	// for all.
	DueBefore time.Time
	// Brands are those that the member is limited to; empty for all.
	Brands []string
	After  Cursor
	Limit  int
}

// A Cursor is the place of a row in the queue; the zero Cursor is its
// beginning.
type Cursor struct {
	At time.Time // due, or closed
	ID rights.RequestID
}

// Zero tells whether c is the beginning.
func (c Cursor) Zero() bool { return c.ID == "" }

// String is the form that ParseCursor reads; "" for the beginning.
func (c Cursor) String() string {
	if c.Zero() {
		return ""
	}
	return strconv.FormatInt(c.At.UnixMicro(), 10) + "-" + string(c.ID)
}

// ParseCursor reads a cursor; false for what is none.
func ParseCursor(s string) (Cursor, bool) {
	if s == "" {
		return Cursor{}, true
	}
	at, own, _ := strings.Cut(s, "-")
	us, err := strconv.ParseInt(at, 10, 64)
	if err != nil || us < 0 || !id.Valid(own) {
		return Cursor{}, false
	}
	return Cursor{At: time.UnixMicro(us).UTC(), ID: rights.RequestID(own)}, true
}

// CursorOf is the place of r in the queue of f.
func (f *Filter) CursorOf(r *Row) Cursor {
	if f.Closed {
		return Cursor{r.ClosedAt, r.ID}
	}
	return Cursor{r.DueAt, r.ID}
}

// CountedTo bounds a count: beyond it nobody needs the number.
const CountedTo = 1000

// Pressing is how many open requests need somebody, each counted up to
// CountedTo.
type Pressing struct {
	Overdue  int
	DueSoon  int // within Soon, and not overdue
	OnPerson int // wait for an answer of the person
	OnSystem int // accepted, and the program is at it or waits for its day
	Nobodys  int // open and assigned to nobody
}

// Soon is how long before its due date a request is pressing.
const Soon = 7 * 24 * time.Hour

// A Store reads the queue. *store.DB is one.
type Store interface {
	// Queue returns the rows of f, in its order.
	Queue(ctx context.Context, f Filter) ([]Row, error)
	// RequestRow returns one request; errs.NotFound if there is none.
	RequestRow(ctx context.Context, r rights.RequestID) (Row, error)
	// Pressing counts what needs somebody, of some brands or of all.
	Pressing(ctx context.Context, brands []string, now time.Time) (Pressing, error)
	// Holders returns who bears an identifier, whose value is normalised.
	Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error)
}

func sees(brands []string, brand string) bool {
	return len(brands) == 0 || slices.Contains(brands, brand)
}
