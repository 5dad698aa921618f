package hook

import (
	"context"
	"encoding/json"

	"livingprofile/internal/outbound"
)

// A Brought is what the answer to a hook carries beside what it means.
type Brought struct {
	System, Endpoint string
	Entry            string            // that was answered: who only repeats it tells nothing new
	Changes          []json.RawMessage // in the schema of the API
	Fault            string            // why there are none to be taken although there were some, a code
}

// An Intake takes what an answer brought, and returns how much it refused.
type Intake func(ctx context.Context, b Brought) (refused int, err error)

// maxBrought is how many changes one answer may carry.
const maxBrought = 100

// brought returns the changes in an answer, or a code of why there are none to be
// taken although there were some.
func brought(r Reply) (changes []json.RawMessage, cause string) {
	if r.Status < 200 || r.Status >= 300 || r.Type != "application/json" {
		return nil, ""
	}
	if len(r.Body) >= outbound.MaxAnswer {
		return nil, "answer_too_long"
	}
	var body struct {
		Changes []json.RawMessage `json:"changes"`
	}
	switch err := json.Unmarshal(r.Body, &body); {
	case err != nil:
		return nil, ""
	case len(body.Changes) > maxBrought:
		return nil, "too_many_changes"
	}
	return body.Changes, ""
}

// bring lets in what an answer brought. It comes before the delivery is settled:
// what dies in between is sent again, answered again, and known by its ids.
func (q *queue) bring(d *Delivery, r Reply) error {
	changes, cause := brought(r)
	if (len(changes) > 0 || cause != "") && q.Intake != nil {
		refused, err := q.Intake(q.ctx, Brought{q.target.System, q.target.ID, d.Entry, changes, cause})
		if err != nil {
			return err
		}
		if cause == "" && refused > 0 {
			cause = "changes_refused"
		}
	}
	if cause != "" {
		q.opts.Log.Warn("changes in the answer to a hook were not taken", "endpoint", q.target.ID, "cause", cause)
	}
	return nil
}
