package consent

import (
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A RecordID identifies one consent record. It is also the id of the ledger
// entry that vouches for the record, and of the receipt.
type RecordID string

// A Status is what a record says happened, in the words of the W3C Data
// Privacy Vocabulary.
type Status string

// The statuses.
const (
	Unknown     Status = "unknown"     // nothing is recorded
	Requested   Status = "requested"   // asked, and waiting (for the second yes of a double opt-in)
	Deferred    Status = "deferred"    // "ask me later"
	Given       Status = "given"       //
	Refused     Status = "refused"     // a no where there was no yes
	Withdrawn   Status = "withdrawn"   // a yes taken back by the subject
	Revoked     Status = "revoked"     // a yes ended by anyone else
	Expired     Status = "expired"     // a yes whose time is over
	Invalidated Status = "invalidated" // found not to have been valid
	Renewed     Status = "renewed"     // a yes again, to another version or for another term
)

// Statuses lists every status that a record may have.
var Statuses = [...]Status{Requested, Deferred, Given, Refused, Withdrawn, Revoked, Expired, Invalidated, Renewed}

// Valid tells whether processing may rest on s.
func (s Status) Valid() bool { return s == Given || s == Renewed }

// No tells whether s is a no that somebody said.
func (s Status) No() bool { return s == Refused || s == Withdrawn || s == Revoked }

// A Record is one immutable line: who decided what about which words, when,
// and how that is proved (Art. 7(1) GDPR).
type Record struct {
	ID      RecordID
	Subject id.Subject
	Purpose PurposeID
	Version int    // of the purpose
	Scope   string // brand that the decision is limited to, "" for all
	Notice  string // hash of the words shown; "" when none were (import, signal)
	Locale  string
	Status  Status
	At      time.Time // when it was decided
	Until   time.Time // when a yes expires; zero for never
	Proof   Proof
	Brand   string // where it was decided
	Channel string // "portal", "mail", "import", "api", "phone"
	// Via is the parent whose switch was used; "" when the person decided on
	// this very purpose. A parent's switch never overrides such a finer choice.
	Via PurposeID
}

// A Proof says how it is known that the decision was the subject's.
type Proof struct {
	Kind ProofKind
	// Ref points to the proof: digest of the session or link, name of the
	// system, import and row. Sealed at rest.
	Ref string
}

// A ProofKind is a sort of proof.
type ProofKind string

// The proofs, strongest first.
const (
	BySession    ProofKind = "session"     // signed in
	ByMailLink   ProofKind = "mail_link"   // a link only the mailbox has
	ByBrandLink  ProofKind = "brand_link"  // signed by the brand
	ByStaffEntry ProofKind = "staff_entry" // phone or letter, entered by staff
	BySystemSays ProofKind = "system"      // a connected system; a yes with its own proof
	ByImport     ProofKind = "import"      // a file from a source system
	BySignal     ProofKind = "signal"      // browser signal such as GPC
	ByRule       ProofKind = "rule"        // expiry and other rules of ours
	ByWord       ProofKind = "word"        // a yes by the word alone of a system or file: all else outranks it
)

// Digest returns the hash of what may be kept of r for ever: everything but
// Proof.Ref, which goes with the subject's key. The ledger entry that vouches
// for r carries it.
func (r *Record) Digest() ledger.Hash {
	var f ledger.Form
	for _, s := range []string{
		"livingprofile/consent/1", string(r.ID), string(r.Subject), string(r.Purpose),
		r.Scope, r.Notice, r.Locale, string(r.Status), string(r.Proof.Kind), r.Brand, r.Channel, string(r.Via),
	} {
		f.Text(s)
	}
	f.Int(int64(r.Version))
	f.Int(micros(r.At))
	f.Int(micros(r.Until))
	return f.Hash()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
