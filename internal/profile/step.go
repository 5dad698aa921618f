package profile

import (
	"encoding/json"
	"fmt"

	"livingprofile/internal/ledger"
)

// The kinds of ledger entry about attributes.
const (
	Corrected ledger.Kind = "attribute.corrected" // by the person, at once
	Undone    ledger.Kind = "attribute.undone"    // the person took the correction back
	Proposed  ledger.Kind = "attribute.proposed"  // by the person, for staff to decide
	Retracted ledger.Kind = "attribute.retracted" // the person took the proposal back
	Approved  ledger.Kind = "attribute.approved"  // by staff
	Rejected  ledger.Kind = "attribute.rejected"  // by staff
	Imported  ledger.Kind = "attribute.imported"  // a system says something else than before
	Confirmed ledger.Kind = "attribute.confirmed" // a system says the same at a later time
	Expired   ledger.Kind = "attribute.expired"   // its time was over
)

// A Step is what one decision changed about one field. Old and New are the
// values that counted before and after it; they are equal when it changed
// nothing that counts. The zero Step is no change.
type Step struct {
	Kind   ledger.Kind
	ID     string // of the entry that carries it
	Field  string
	Old    string
	New    string
	Said   string // what the source said or proposed, whether it counts or not
	Source string
	Origin Origin
	Via    string // as of a Claim
}

// Empty tells whether nothing changed.
func (s Step) Empty() bool { return s.Kind == "" }

// Moved tells whether the value that counts is another one since.
func (s Step) Moved() bool { return s.Old != s.New }

// Entry returns the ledger draft that tells of s.
func (s Step) Entry() ledger.Draft { return Entry(s) }

// A Trace is the sealed payload of an entry about attributes.
type Trace struct {
	Steps []Step `json:"steps"`
}

// Entry returns the one ledger draft that tells of all the steps that a record
// of a system led to. They bear the same id. The draft takes the kind of the
// first that is not a confirmation; confirmations are told only when there is
// nothing else, for they say nothing new. Entry panics without steps.
func Entry(steps ...Step) ledger.Draft {
	said := make([]Step, 0, len(steps))
	for _, s := range steps {
		if s.Kind != Confirmed {
			said = append(said, s)
		}
	}
	if len(said) == 0 {
		said = steps
	}
	return ledger.Draft{ID: said[0].ID, Kind: said[0].Kind, Payload: Trace{Steps: said}}
}

// DecodeSteps returns the steps of an entry from its opened payload.
func DecodeSteps(id string, kind ledger.Kind, payload []byte) ([]Step, error) {
	var t Trace
	if err := json.Unmarshal(payload, &t); err != nil {
		return nil, fmt.Errorf("decode steps of entry %s: %w", id, err)
	}
	for i := range t.Steps {
		t.Steps[i].ID, t.Steps[i].Kind = id, kind
	}
	return t.Steps, nil
}

// wireStep is the form of a Step in a payload. What the entry says already,
// its id and kind, is not said twice, nor what the source said when that is
// what counts.
type wireStep struct {
	Field  string  `json:"field"`
	Old    string  `json:"old,omitempty"`
	New    string  `json:"new,omitempty"`
	Said   *string `json:"said,omitempty"`
	Source string  `json:"source"`
	Origin Origin  `json:"origin,omitempty"`
	Via    string  `json:"via,omitempty"`
}

// MarshalJSON writes the form that DecodeSteps reads.
func (s Step) MarshalJSON() ([]byte, error) {
	w := wireStep{Field: s.Field, Old: s.Old, New: s.New, Source: s.Source, Origin: s.Origin, Via: s.Via}
	if s.Said != s.New {
		w.Said = &s.Said
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Step) UnmarshalJSON(b []byte) error {
	var w wireStep
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("decode step: %w", err)
	}
	*s = Step{Field: w.Field, Old: w.Old, New: w.New, Said: w.New, Source: w.Source, Origin: w.Origin, Via: w.Via}
	if w.Said != nil {
		s.Said = *w.Said
	}
	return nil
}
