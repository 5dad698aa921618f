package decision

import (
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/ledger"
)

// Asked is the kind of the entry that keeps an answer which a system wanted
// recorded: the person reads on what basis they were contacted.
const Asked ledger.Kind = "decision.recorded"

// A Trace is the sealed payload of an Asked entry.
type Trace struct {
	System  string            `json:"system"`
	Purpose consent.PurposeID `json:"purpose"`
	Brand   string            `json:"brand,omitempty"`
	Channel string            `json:"channel,omitempty"`
	Allow   bool              `json:"allow"`
	Reason  Reason            `json:"reason"`
	Record  consent.RecordID  `json:"record,omitempty"`
	Version int               `json:"version"` // of the purpose
}

// A Contact is one that was allowed and recorded, and counts for what a person
// set as the most.
type Contact struct {
	At    time.Time `json:"at"`
	Brand string    `json:"brand,omitempty"`
}

// Contacts are those of the last month, oldest first.
type Contacts []Contact

// month is as long as a month can be: who asked for two a month is not sent a
// third one in the shortest.
const month = 31 * 24 * time.Hour

// maxContacts bounds what is kept; it is more than any budget.
const maxContacts = 200

// With returns cs and c, without what no budget counts any more.
func (cs Contacts) With(c Contact) Contacts {
	next := Contacts{}
	for _, old := range cs {
		if c.At.Sub(old.At) < month {
			next = append(next, old)
		}
	}
	next = append(next, c)
	return next[max(len(next)-maxContacts, 0):]
}

// spent tells whether a budget is used up at a moment, and until when. A budget
// for one brand counts that brand's contacts; one for all counts every one.
func (cs Contacts) spent(b *consent.Budget, brand string, at time.Time) (until time.Time, is bool) {
	if b == nil || b.Count <= 0 {
		return time.Time{}, false
	}
	span := month
	if b.Per == "week" {
		span = 7 * 24 * time.Hour
	}
	var within []time.Time
	for _, c := range cs {
		if (brand == "" || c.Brand == brand || c.Brand == "") && at.Sub(c.At) < span {
			within = append(within, c.At)
		}
	}
	if len(within) < b.Count {
		return time.Time{}, false
	}
	return within[len(within)-b.Count].Add(span), true
}
