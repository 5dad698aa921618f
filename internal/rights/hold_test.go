package rights

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Holds add up: of an open request, and of people; together they end when the
// last does, and never while one of them is open-ended.
func TestHeld(t *testing.T) {
	soon := time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)
	later := soon.AddDate(0, 1, 0)
	phone, name := PersonHold{Fields: []string{"phone"}, Until: soon}, PersonHold{Fields: []string{"name"}, Until: later}
	waits := Request{Kind: Erasure, State: Accepted, HeldFields: []string{"city"}}
	over := waits
	over.State = Cancelled
	for what, tt := range map[string]struct {
		docket Docket
		want   Holds
	}{
		"nothing":                {Docket{}, Holds{}},
		"one":                    {Docket{Holds: []PersonHold{phone}}, Holds{Fields: []string{"phone"}, Ends: soon}},
		"two":                    {Docket{Holds: []PersonHold{name, phone}}, Holds{Fields: []string{"name", "phone"}, Ends: later}},
		"one that is open-ended": {Docket{Holds: []PersonHold{phone, {}}}, Holds{All: true, Fields: []string{"phone"}}},
		"one of a request":       {Docket{Requests: []Request{waits}, Holds: []PersonHold{phone}}, Holds{Fields: []string{"city", "phone"}}},
		"one of a request that is over": {
			Docket{Requests: []Request{over}, Holds: []PersonHold{phone}}, Holds{Fields: []string{"phone"}, Ends: soon},
		},
	} {
		if diff := cmp.Diff(tt.docket.Held(), tt.want); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}
