package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"livingprofile/internal/id"
)

// A Kind says in the past tense what happened, as in "consent.withdrawn".
type Kind string

// HashSize is the length of a Hash.
const HashSize = sha256.Size

// A Hash is the SHA-256 of an entry's canonical form. The zero Hash stands
// before the first entry of a lane.
type Hash [HashSize]byte

// String returns h in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// An Entry is one line of the ledger. It is never changed and never deleted
// (invariant 1).
type Entry struct {
	Lane    int
	Seq     int64 // 1, 2, 3 … in the lane, without gaps
	ID      string
	Subject id.Subject // "" for the organisation's own entries
	Version int64      // of the subject, after this entry; 0 without a subject
	Kind    Kind
	Actor   Actor
	Brand   string
	Cause   string
	At      time.Time
	Payload []byte // sealed; nil when there is none
	// Evidence is the digest of the row that the entry vouches for (a consent
	// record), zero when there is none. It lets the row be proved when the key
	// to the payload is gone.
	Evidence Hash
	Prev     Hash // hash of entry Seq-1 of the lane
	Hash     Hash // Sum of all of the above
}

// canonicalVersion opens the canonical form, so that a later form can never be
// mistaken for this one.
const canonicalVersion = "livingprofile/entry/1"

// Sum returns the hash of e's canonical form: each field in the order of the
// type with its length before it, numbers as eight bytes, big-endian. Two
// entries that differ in any field have different canonical forms.
func (e *Entry) Sum() Hash { return append(e.form(), e.Prev[:]...).Hash() }

// form is the canonical form but for its last field, the hash before.
func (e *Entry) form() Form {
	f := make(Form, 0, 256+len(e.Payload))
	f.Text(canonicalVersion)
	f.Int(int64(e.Lane))
	f.Int(e.Seq)
	f.Text(e.ID)
	f.Text(string(e.Subject))
	f.Int(e.Version)
	f.Text(string(e.Kind))
	f.Text(string(e.Actor.Kind))
	f.Text(e.Actor.ID)
	f.Text(e.Brand)
	f.Text(e.Cause)
	f.Int(e.At.UnixMicro())
	f.Text(string(e.Payload))
	return append(f, e.Evidence[:]...)
}

// Link gives e its place after a lane's head and sets its hash.
func (e *Entry) Link(head Head) {
	e.Lane, e.Seq, e.Prev = head.Lane, head.Seq+1, head.Hash
	e.Hash = e.Sum()
}

// A Head is the last entry of a lane: its number and hash. The head of an
// empty lane has Seq 0 and the zero Hash.
type Head struct {
	Lane int
	Seq  int64
	Hash Hash
}

// Head returns the head of e's lane once e is appended.
func (e *Entry) Head() Head { return Head{Lane: e.Lane, Seq: e.Seq, Hash: e.Hash} }

// A Form is the canonical form of a row whose hash is kept: its fields in a
// fixed order, each with its length before it, so that no two rows share one.
type Form []byte

// Int appends a number as eight bytes, big-endian.
func (f *Form) Int(n int64) {
	*f = binary.BigEndian.AppendUint64(*f, uint64(n)) //nolint:gosec // two's complement is the form
}

// Text appends s with its length before it.
func (f *Form) Text(s string) {
	f.Int(int64(len(s)))
	*f = append(*f, s...)
}

// Hash returns the SHA-256 of f.
func (f Form) Hash() Hash { return sha256.Sum256(f) }
