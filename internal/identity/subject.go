package identity

import (
	"time"

	"livingprofile/internal/id"
)

// A Subject is a data subject: the person the data is about.
type Subject struct {
	ID        id.Subject
	Version   int64 // grows by one with every ledger entry about the subject
	State     State
	CreatedAt time.Time
}

// A State says whether a subject's data may be opened.
type State string

// The states of a subject.
const (
	Active State = "active"
	Erased State = "erased" // the key is gone; only proof without a person is left
)
