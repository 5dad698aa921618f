package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"livingprofile/internal/id"
)

// A Search asks for entries of all lanes, newest first. The zero Search asks for
// everything.
type Search struct {
	Kind        string     // prefix of the kind, as "consent."
	Actor       Actor      // a Kind without an ID is every actor of the kind
	Subject     id.Subject // "" for any
	From, Until time.Time  // From is in, Until is not; zero for no limit
	Before      Cursor     // entries after it in the order; zero for the newest
	Limit       int
}

// A Cursor is a place in the order of a Search.
type Cursor struct {
	At   time.Time
	Lane int
	Seq  int64
}

// CursorOf returns the place of an entry.
func CursorOf(e *Entry) Cursor { return Cursor{e.At, e.Lane, e.Seq} }

// Zero tells whether c is before everything.
func (c Cursor) Zero() bool { return c.Seq == 0 }

// String returns c as addresses carry it; "" for the zero Cursor.
func (c Cursor) String() string {
	if c.Zero() {
		return ""
	}
	return fmt.Sprintf("%d-%d-%d", c.At.UnixMicro(), c.Lane, c.Seq)
}

// ParseCursor reads what String wrote. It is false for anything else.
func ParseCursor(s string) (Cursor, bool) {
	if s == "" {
		return Cursor{}, true
	}
	var n [3]int64
	parts := strings.Split(s, "-")
	if len(parts) != len(n) {
		return Cursor{}, false
	}
	for i, p := range parts {
		v, err := strconv.ParseInt(p, 10, 64)
		if err != nil || v < 0 {
			return Cursor{}, false
		}
		n[i] = v
	}
	c := Cursor{time.UnixMicro(n[0]).UTC(), int(n[1]), n[2]}
	return c, c.String() == s
}
