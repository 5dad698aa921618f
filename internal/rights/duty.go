package rights

import (
	"slices"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Duty is a law that makes the controller keep some fields for a time, erased
// or not (Art. 17(3)(b) GDPR).
type Duty struct {
	Name    string
	Fields  []string
	Keep    time.Duration // from the day on which the value was said
	Retired bool

	Label i18n.Text // what is kept, for people: "Invoices"
	Law   i18n.Text // which law says so, with its article
}

// Longest returns for how long some duty keeps a field; 0 for none.
func Longest(duties []Duty, field string) time.Duration {
	longest := time.Duration(0)
	for i := range duties {
		if d := &duties[i]; !d.Retired && slices.Contains(d.Fields, field) {
			longest = max(longest, d.Keep)
		}
	}
	return longest
}

// OnHold stands as the duty of what a hold of staff keeps.
const OnHold = "hold"

// A Kept is one value that survives an erasure: sealed anew with a key of its
// own, used for nothing but what keeps it, and destroyed when that ends.
type Kept struct {
	ID    string // also names its key
	Duty  string // name of a Duty, or OnHold
	Field string
	Value string    // personal
	Until time.Time // zero for a hold that staff end
}

// A Held is a value that may have to be kept.
type Held struct {
	Field string
	Value string
	At    time.Time // since when its source says so
}

// Keeping works out what an erasure at a time has to keep of values: exactly the
// fields of the duties whose time is not over, each until the last of them
// ends, and those on hold. The longer of a hold and a duty counts.
func Keeping(duties []Duty, hold Holds, values []Held, now time.Time) []Kept {
	var kept []Kept
	for _, v := range values {
		k := Kept{Field: v.Field, Value: v.Value}
		for i := range duties {
			d := &duties[i]
			until := v.At.Add(d.Keep)
			if !d.Retired && slices.Contains(d.Fields, v.Field) && until.After(now) && until.After(k.Until) {
				k.Duty, k.Until = d.Name, until
			}
		}
		if slices.Contains(hold.Fields, v.Field) && (hold.Ends.IsZero() || hold.Ends.After(k.Until)) {
			k.Duty, k.Until = OnHold, hold.Ends
		}
		if k.Duty != "" {
			k.ID = id.New()
			kept = append(kept, k)
		}
	}
	return kept
}

// A Retained is what one duty keeps of somebody, as plan and certificate have
// it: it names fields and no value.
type Retained struct {
	Duty   string    `json:"duty"`
	Fields []string  `json:"fields"`
	Until  time.Time `json:"until,omitzero"` // of the last of them; zero for a hold that staff end
}

// Summary adds kept values up by duty, in the order in which they come.
func Summary(kept []Kept) []Retained {
	var all []Retained
	for _, k := range kept {
		i := slices.IndexFunc(all, func(r Retained) bool { return r.Duty == k.Duty })
		if i < 0 {
			all, i = append(all, Retained{Duty: k.Duty}), len(all)
		}
		r := &all[i]
		if !slices.Contains(r.Fields, k.Field) {
			r.Fields = append(r.Fields, k.Field)
		}
		if k.Until.After(r.Until) {
			r.Until = k.Until
		}
	}
	return all
}

// The kinds of ledger entry about what is kept beyond an erasure. They name
// nobody.
const (
	KeptEnded  ledger.Kind = "kept.ended"  // its time was over, or a hold was released
	KeptOpened ledger.Kind = "kept.opened" // a staff member looked at it
)

// A KeptTrace is the payload of such an entry.
type KeptTrace struct {
	Certificate string `json:"certificate,omitempty"`
	Duty        string `json:"duty,omitempty"`
	Count       int    `json:"count,omitempty"`
	Reason      string `json:"reason,omitempty"`
}
