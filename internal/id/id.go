// Package id makes the identifiers of everything the product writes.
//
// An id is a UUID of version 7 in 26 lower-case letters and digits. It sorts
// by the time it was made, is made by us and never by the database, and is not
// a secret: what must not be guessed comes from internal/secret.
package id

import (
	"encoding/base32"
	"hash/fnv"

	"github.com/google/uuid"
)

// Subject identifies a data subject. It says nothing about the person.
type Subject string

// Lane returns the lane of s in an installation of lanes lanes: the same for
// ever, spread evenly.
func (s Subject) Lane(lanes int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s))
	return int(h.Sum32() % uint32(lanes)) //nolint:gosec // lanes is a small positive constant
}

// The extended hex alphabet keeps the order of the bytes it encodes.
var encoding = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// New returns a fresh id. It panics only when the machine has no randomness
// left, and then nothing may go on.
func New() string {
	u := uuid.Must(uuid.NewV7())
	return encoding.EncodeToString(u[:])
}

// Valid tells whether s has the one form in which ids are written. It does not
// tell whether anything bears it.
func Valid(s string) bool {
	if len(s) != 26 {
		return false
	}
	b, err := encoding.DecodeString(s)
	return err == nil && len(b) == 16 && encoding.EncodeToString(b) == s
}

// Bytes returns the 16 bytes that s is written from; false for a text in which
// no id is written.
func Bytes(s string) (b [16]byte, ok bool) {
	if !Valid(s) {
		return b, false
	}
	_, err := encoding.Decode(b[:], []byte(s))
	return b, err == nil
}

// Of writes 16 bytes in the form of an id.
func Of(b [16]byte) string { return encoding.EncodeToString(b[:]) }
