package transfer

import (
	"errors"
	"slices"
	"time"

	"livingprofile/internal/archive"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// OfferLife is how long an offer waits for its person.
const OfferLife = 7 * 24 * time.Hour

// The bounds of a package.
const (
	MaxPackage = 8 << 20 // bytes
	maxNames   = 20
	maxValues  = 500
)

// The kinds of ledger entry about what comes from other controllers.
const (
	Received ledger.Kind = "transfer.received" // for somebody; of no subject
	TakenIn  ledger.Kind = "transfer.taken"    // the person took some of it
	Declined ledger.Kind = "transfer.declined" // the person threw it away
)

// A Trace is the payload of an entry about what came.
type Trace struct {
	Offer  string   `json:"offer"`
	From   string   `json:"from"`
	Fields []string `json:"fields,omitempty"` // that were taken
}

// An Offer is what another controller sent for a person, until they have picked
// from it or its time is over.
type Offer struct {
	ID     string
	From   string // name of the controller
	Nonce  string // the sender's; empty once it is read back
	At     time.Time
	Until  time.Time
	Names  []identity.Identifier // that the sender has proved; empty once it is read back
	Values []Value
	Rest   []string // what is not taken in, in the sender's words
}

// A Value is what the sender says about one field.
type Value struct {
	Field  string    `json:"field"`
	Label  string    `json:"label"` // in the sender's words
	Value  string    `json:"value"`
	Source string    `json:"source,omitempty"` // in the sender's words; "" for the person
	At     time.Time `json:"at,omitzero"`
}

// Ended is the row that ends an offer which its subject decided on. It is
// errs.Gone when that was done before, when its time is over, and for one that
// shows to another.
type Ended struct{ Offer string }

// read makes an offer of a package. Values of fields that are not known are left
// out at once: nobody could take them.
func read(body []byte, known func(field string) bool) (Offer, error) {
	bad := errs.New(errs.Invalid, "transfer.error.broken")
	d, err := rights.OpenBundle(body)
	if errors.Is(err, archive.ErrBroken) {
		return Offer{}, errs.Wrap(errs.Invalid, bad.ID, err)
	}
	if err != nil {
		return Offer{}, err
	}
	var o Offer
	seen := map[string]bool{}
	for i := range d.Given {
		for _, v := range d.Given[i].Values {
			switch {
			case !v.Counts || v.Value == "" || seen[v.Field] || v.Origin == string(profile.Inferred):
				continue
			case len(seen) == maxValues || len(v.Field)+len(v.Label)+len(v.Source) > maxWords:
				return Offer{}, bad
			case known(v.Field):
				if v.Source == profile.SourceSubject {
					v.Source = "" // the person themselves, which has no name here
				}
				o.Values = append(o.Values, Value{v.Field, v.Label, v.Value, v.Source, v.At})
			default:
				o.Rest = append(o.Rest, v.Label)
			}
			seen[v.Field] = true
		}
	}
	for _, n := range d.Identifiers {
		if name, ok := proved(n); ok && !slices.Contains(o.Names, name) && len(o.Names) < maxNames {
			o.Names = append(o.Names, name)
		}
	}
	return o, nil
}

// maxWords bounds what is said beside a value, in bytes.
const maxWords = 1000

// proved is an identifier by which somebody here can be the one who is meant:
// an address or a phone number that the person has proved to the sender. What
// else the sender calls them means nothing here.
func proved(n rights.NamedValue) (identity.Identifier, bool) {
	kind := identity.Kind(n.Kind)
	if n.Verified.IsZero() || kind != identity.Email && kind != identity.Phone {
		return identity.Identifier{}, false
	}
	value, err := identity.Normalise(kind, n.Value, "")
	return identity.Identifier{Kind: kind, Value: value}, err == nil
}
