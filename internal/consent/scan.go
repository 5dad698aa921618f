package consent

import (
	"strings"

	"livingprofile/internal/scan"
)

// scanState reads what State.MarshalJSON writes, and no other JSON.
func scanState(text string) (State, bool) {
	s := make(State, strings.Count(text, "{"))
	r := scan.New(text)
	r.Array(func() {
		var l standing
		r.Object(func(key string) { l.scan(r, key) })
		l.addTo(s)
	})
	return s, r.Done()
}

func (l *standing) scan(r *scan.Scanner, key string) {
	switch key {
	case "p":
		l.Purpose = PurposeID(r.Text())
	case "b":
		l.Scope = r.Text()
	case "r":
		l.Record = RecordID(r.Text())
	case "v":
		l.Version = int(r.Int())
	case "s":
		l.Status = Status(r.Text())
	case "a":
		l.At = r.Int()
	case "u":
		l.Until = r.Int()
	case "f":
		l.ProofBy = ProofKind(r.Text())
	case "o":
		l.Brand = r.Text()
	case "w":
		l.Via = PurposeID(r.Text())
	case "t":
		l.Teller = r.Text()
	// What an earlier release kept of the person's own word.
	case "x":
		r.Int()
	case "y":
		r.Text()
	case "n":
		r.True()
	default:
		r.Fail()
	}
}
