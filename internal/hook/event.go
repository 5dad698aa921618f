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
	Brand   string // that a decision or wish holds for, wherever it was made; "" for all
	At      time.Time

	Purpose  consent.PurposeID // that was decided about; "" for other kinds
	Endpoint string            // that an audience was sent to; "" for other kinds
	Fields   []string          // whose value is another one since; nil for other kinds
	System   string            // whose automated decisions it is about; "" for other kinds
	// Ends is true of what may end a yes, a value or a belonging: endpoints are
	// told of it whatever they asked for.
	Ends bool
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
		Kind: h.Kind, Actor: h.Actor, At: h.At,
	}
	switch family(h.Kind) {
	case "consent":
		var t consent.Trace
		if json.Unmarshal(h.Payload, &t) == nil {
			e.Purpose, e.Brand = t.Purpose, t.Scope
		}
	case "preference", "marketing":
		var t consent.WishTrace
		if json.Unmarshal(h.Payload, &t) == nil {
			e.Brand = t.Scope
			e.Ends = t.Was != nil && t.Is != nil && t.Is.Pause.After(t.Was.Pause)
		}
	case "audience":
		var t GroupTrace
		if json.Unmarshal(h.Payload, &t) == nil {
			e.Purpose, e.Endpoint = t.Purpose, t.Endpoint
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
				e.Ends = e.Ends || steps[i].New == ""
			}
		}
	}
	e.Ends = e.Ends || ends(h.Kind)
	return e
}

// ends tells whether what is of a kind may end a yes or a belonging, whatever
// else is said of it. Records that are joined, or taken apart, may say another
// thing from then on than each did.
func ends(k ledger.Kind) bool {
	switch k {
	case GroupLeft, automated.Refused, identity.SubjectMerged, identity.SubjectSeparated:
		return true
	}
	status, is := strings.CutPrefix(string(k), "consent.")
	return is && !consent.Status(status).Valid()
}

// family is the part of a kind before the dot.
func family(k ledger.Kind) string {
	before, _, _ := strings.Cut(string(k), ".")
	return before
}

// Families are the families of kinds that an endpoint may ask for: what a
// system must know to follow a person's choices. Sign-ins, for one, are nobody's
// business but ours.
func Families() []string {
	return []string{"attribute", "audience", automatic, "consent", "preference", "subject"}
}

// Kinds are the kinds that an endpoint may ask for by themselves; of values
// those that change one.
func Kinds() []string {
	kinds := []ledger.Kind{
		profile.Corrected, profile.Undone, profile.Approved, profile.Imported, profile.Expired,
		GroupJoined, GroupLeft,
		automated.Reviewed, automated.Refused, automated.Allowed,
		consent.PreferenceChanged, consent.MarketingStopped,
		Erased, identity.SubjectMerged, identity.SubjectSeparated,
	}
	for _, s := range consent.Statuses {
		kinds = append(kinds, "consent."+ledger.Kind(s))
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	slices.Sort(names)
	return names
}

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
	case "audience":
		if k == GroupJoined || k == GroupLeft {
			return f
		}
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
