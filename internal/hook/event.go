package hook

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// An Event is an entry of the ledger as far as endpoints are concerned.
type Event struct {
	Entry   string // id of the entry
	Lane    int
	Seq     int64
	Subject id.Subject
	Version int64 // of the subject, after the entry
	Kind    ledger.Kind
	Actor   ledger.Actor
	Brand   string
	At      time.Time

	Purpose consent.PurposeID // that was decided about; "" for other kinds
	Fields  []string          // whose value is another one since; nil for other kinds
	System  string            // whose automated decisions it is about; "" for other kinds
}

// Erased is the kind of the entry that ends a subject. It is told to everybody
// who was told anything: its key is gone, and with it what the entry says.
const Erased ledger.Kind = "subject.erased"

// frozen is the family of the entries that freeze data and end that. They are
// told to everybody: a system that may only store must know (Art. 19 GDPR).
const frozen = "restriction"

// automatic is the family of the entries about automated decisions. The system
// that makes them is told, and no other: of a human's review, and of whom no
// machine may decide about.
const automatic = "automated"

// Read returns the event that an entry is. What cannot be read, because the
// subject's key is destroyed, is an event without details.
func Read(h *ledger.Happening) Event {
	e := Event{
		Entry: h.ID, Lane: h.Lane, Seq: h.Seq, Subject: h.Subject, Version: h.Version,
		Kind: h.Kind, Actor: h.Actor, Brand: h.Brand, At: h.At,
	}
	switch family(h.Kind) {
	case "consent":
		var t consent.Trace
		if json.Unmarshal(h.Payload, &t) == nil {
			e.Purpose = t.Purpose
		}
	case automatic:
		var t automated.Trace
		if json.Unmarshal(h.Payload, &t) == nil {
			e.System = t.System
		}
	case "attribute":
		steps, err := profile.DecodeSteps(h.ID, h.Kind, h.Payload)
		for i := range steps {
			if err == nil && steps[i].Moved() && !slices.Contains(e.Fields, steps[i].Field) {
				e.Fields = append(e.Fields, steps[i].Field)
			}
		}
	}
	return e
}

// family is the part of a kind before the dot.
func family(k ledger.Kind) string {
	before, _, _ := strings.Cut(string(k), ".")
	return before
}

// Families are the families of kinds that an endpoint may ask for: what a
// system must know to follow a person's choices. Sign-ins, for one, are nobody's
// business but ours.
func Families() []string { return []string{"attribute", automatic, "consent", "preference", "subject"} }

// told returns the family that an event is asked for by; "" for what is never
// told.
func told(k ledger.Kind) string {
	switch f := family(k); f {
	case "attribute":
		if k == profile.Withheld {
			return "" // nothing changed
		}
		return f
	case "consent", "preference":
		return f
	case automatic:
		if k == automated.Reviewed || k == automated.Refused || k == automated.Allowed {
			return f
		}
	case "marketing":
		return "preference"
	case frozen:
		return "consent"
	case "subject":
		if k == Erased || k == identity.SubjectMerged || k == identity.SubjectSeparated {
			return f
		}
	}
	return ""
}
