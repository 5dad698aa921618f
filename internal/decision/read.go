package decision

import (
	"time"

	"livingprofile/internal/ledger"
)

// Read is the kind of the entry which says that a system read what is held of a
// person.
const Read ledger.Kind = "subject.read"

// A Reader is the payload of a Read entry.
type Reader struct {
	System string `json:"system"`
}

// A Reading is one key reading of a person on a day. It is a row of a
// ledger.Change, which is errs.Conflict where that was written already: what
// reads all day leaves one entry.
type Reading struct {
	Key string // id of the API key
	At  time.Time
}

// Day numbers the days (UTC) by which readings are told apart.
func (r Reading) Day() int64 { return r.At.Unix() / int64(24*time.Hour/time.Second) }
