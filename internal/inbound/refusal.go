package inbound

import (
	"time"

	"livingprofile/internal/ledger"
)

// A Refusal is how often something was not taken for one reason at one place.
// It says nothing of anybody, and is kept for Keep after the last time.
type Refusal struct {
	Place  string
	Reason string // a code
	Count  int64
	At     time.Time // of the last
}

// The places where something is refused, as they are kept.

// OfFeed is the feed of a system.
func OfFeed(system string) string { return "feed/" + system }

// OfEndpoint is what the answers of an endpoint bring, and what it says later.
func OfEndpoint(endpoint string) string { return "endpoint/" + endpoint }

// OfDelivery is what the answer to one delivery brought.
func OfDelivery(endpoint, entry string) string { return "delivery/" + endpoint + "/" + entry }

// OfCallbacks is what a processor says of requests that were passed on to it.
func OfCallbacks(system string) string { return "callbacks/" + system }

// OfKey is what is told with an API key.
func OfKey(key string) string { return "key/" + key }

// A Way is how something comes in.
type Way string

// The ways.
const (
	ByAPI             Way = "api"
	ByAnswer          Way = "answer" // of a hook
	ByAcknowledgement Way = "acknowledgement"
	ByCallback        Way = "callback" // of a processor
	ByFeed            Way = "feed"
	BySCIM            Way = "scim"
)

// Observe has seen called for each change that comes in by a Batch. It is set
// before the door is used.
func (s *Service) Observe(seen func(Way, Result, string)) { s.observe = seen }

// refusals are what was refused, as rows. What is Contested is to be told again.
func (from *Sender) refusals(outcomes []Outcome, now time.Time) []any {
	n, reasons := map[string]int64{}, []string{}
	for i := range outcomes {
		if o := &outcomes[i]; o.Result == Refused && o.Reason != Contested {
			if n[o.Reason]++; n[o.Reason] == 1 {
				reasons = append(reasons, o.Reason)
			}
		}
	}
	var rows []any
	for _, place := range from.Places {
		for _, reason := range reasons {
			rows = append(rows, Refusal{place, reason, n[reason], now})
		}
	}
	return rows
}

// alone is a change of no person, with rows.
func (from *Sender) alone(rows []any, now time.Time) ledger.Change {
	return ledger.Change{At: now, Actor: ledger.Actor{Kind: ledger.BySystem, ID: from.System}, Rows: rows}
}

func (s *Service) saw(from *Sender, outcomes []Outcome) {
	if s.observe == nil {
		return
	}
	for i := range outcomes {
		s.observe(from.Way, outcomes[i].Result, outcomes[i].Reason)
	}
}
