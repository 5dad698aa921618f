// Package id makes the identifiers of everything the product writes.
//
// An id is a UUID of version 7 in 26 lower-case letters and digits. It sorts
// by the time it was made, is made by us and never by the database, and is not
// a secret: what must not be guessed comes from internal/secret.
package id

import (
	"encoding/binary"

	"github.com/google/uuid"
)

// Subject identifies a data subject. It says nothing about the person.
type Subject string

// Lane returns the lane of s in an installation of lanes lanes: the same for
// ever, spread evenly.
func (s Subject) Lane(lanes int) int {
	h := uint32(2166136261) // FNV-1a
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return int(h % uint32(lanes)) //nolint:gosec // lanes is a small positive constant
}

// The extended hex alphabet of base32 keeps the order of the bytes it encodes
// (RFC 4648, 7). It is read and written by hand: a batch of decisions does so
// ten thousand times.
const letters = "0123456789abcdefghijklmnopqrstuv"

// New returns a fresh id. It panics only when the machine has no randomness
// left, and then nothing may go on.
func New() string { return Of(uuid.Must(uuid.NewV7())) }

// Valid tells whether s has the one form in which ids are written. It does not
// tell whether anything bears it.
func Valid(s string) bool {
	_, ok := Bytes(s)
	return ok
}

// Bytes returns the 16 bytes that s is written from; false for a text in which
// no id is written.
func Bytes(s string) (b [16]byte, ok bool) {
	if len(s) != 26 {
		return b, false
	}
	var high, low uint64
	var wrong byte
	for i := range 25 {
		v, w := digit(s[i])
		high, low, wrong = high<<5|low>>59, low<<5|v, wrong|w
	}
	v, w := digit(s[25]) // of which three bits are left
	binary.BigEndian.PutUint64(b[:8], high<<3|low>>61)
	binary.BigEndian.PutUint64(b[8:], low<<3|v>>2)
	return b, wrong|w|byte(v&3) == 0
}

// digit returns what a letter stands for; wrong is not 0 for what is none. It
// has no branches: letters of ids are too random for a processor to guess.
func digit(c byte) (v uint64, wrong byte) {
	d := (c - '0' - c>>6*('a'-'9'-1)) & 31
	return uint64(d), letters[d] ^ c
}

// Of writes 16 bytes in the form of an id.
func Of(b [16]byte) string {
	high, low := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var text [26]byte
	text[25] = letters[low<<2&31] // the last three bits
	high, low = high>>3, high<<61|low>>3
	for i := 24; i >= 0; i-- {
		text[i] = letters[low&31]
		high, low = high>>5, high<<59|low>>5
	}
	return string(text[:])
}
