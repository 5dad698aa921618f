package evidence

import (
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/rights"
)

// A request is rights.Request in the form that request.json has; docs/console.md
// says what each member means. Other programs read it, so a member that is new
// there is named here and not by accident.
type request struct {
	ID         rights.RequestID `json:"id"`
	Number     string           `json:"number"`
	Subject    id.Subject       `json:"subject"`
	Kind       rights.Kind      `json:"kind"`
	State      rights.State     `json:"state"`
	Brand      string           `json:"brand"`
	Locale     string           `json:"locale,omitempty"`
	Pack       string           `json:"law_pack"`
	ReceivedAt time.Time        `json:"received_at"`
	DueAt      time.Time        `json:"due_at"`
	ActAt      time.Time        `json:"acts_at,omitzero"`
	ClosedAt   time.Time        `json:"closed_at,omitzero"`
	Assignee   string           `json:"assignee,omitempty"`
	Matter     rights.Matter    `json:"matter"`
	Proof      rights.Proof     `json:"proof"`
	Rule       rights.Rule      `json:"rule"`
	Zone       string           `json:"zone,omitempty"`
	Extended   bool             `json:"extended,omitempty"`
	Held       bool             `json:"held,omitempty"`
	HeldFields []string         `json:"held_fields,omitempty"`
	ThawAt     time.Time        `json:"thaws_at,omitzero"`
	Pauses     []rights.Pause   `json:"pauses,omitempty"`
	Steps      []rights.Step    `json:"steps,omitempty"`
}
