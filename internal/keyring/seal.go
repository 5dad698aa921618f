package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ErrOpen is the error of a sealed value that does not open: it was changed,
// cut, moved to another place, or sealed with another key. Which of them
// cannot be told.
var ErrOpen = errors.New("sealed value does not open")

// version1 heads a value sealed with AES-256-GCM under a random 96-bit nonce:
//
//	version (1 byte) | nonce (12) | ciphertext | tag (16)
//
// The version is there so that the algorithm can change while old values still
// open (ASVS 11.2.2).
const version1 = 1

// Overhead is by how many bytes a sealed value is longer than what it holds.
const Overhead = 1 + 12 + 16

// keySize is the length of every data key, in bytes.
const keySize = 32

// A Place is where in the data store a sealed value lies. It is part of what
// is authenticated: a value that is copied to another place does not open
// there (ASVS 11.3.3).
type Place struct {
	Table  string
	Row    string
	Column string
}

// A DataKey seals and opens the values of one owner. It is safe for concurrent
// use.
//
// A key that was destroyed or forgotten still works in the hands of those who
// hold it: take one per request, and keep none.
type DataKey struct {
	owner string
	aead  cipher.AEAD
}

// newDataKey takes over raw and overwrites it. The expanded key inside the
// AEAD lives on until the collector has freed and the allocator reused it,
// which no Go program can hasten.
func newDataKey(owner string, raw []byte) (*DataKey, error) {
	defer clear(raw)
	if len(raw) != keySize {
		return nil, fmt.Errorf("data key of %s has %d bytes: want %d", owner, len(raw), keySize)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("data key of %s: %w", owner, err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("data key of %s: %w", owner, err)
	}
	return &DataKey{owner: owner, aead: aead}, nil
}

// Seal appends plaintext, sealed for place, to dst, which must not overlap
// plaintext. Sealing the same twice gives two different values. The length of
// plaintext is not hidden.
//
// With random nonces a key may seal 2^32 values (NIST SP 800-38D, 8.3), which
// no one person's data comes near.
func (k *DataKey) Seal(dst, plaintext []byte, place Place) []byte {
	dst = slices.Grow(dst, Overhead+len(plaintext))
	dst = append(dst, version1)
	return k.aead.Seal(dst, nil, plaintext, k.aad(place))
}

// Open returns what was sealed for place. The error is ErrOpen for anything
// that this key did not seal for exactly this place.
func (k *DataKey) Open(sealed []byte, place Place) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != version1 {
		return nil, ErrOpen
	}
	plaintext, err := k.aead.Open(nil, nil, sealed[1:], k.aad(place))
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

func (k *DataKey) aad(p Place) []byte {
	return join(version1, k.owner, p.Table, p.Row, p.Column)
}

// join encodes parts so that no two different lists give the same bytes: each
// behind its length, after a byte that tells one use from another.
func join(use byte, parts ...string) []byte {
	n := 1
	for _, p := range parts {
		n += binary.MaxVarintLen32 + len(p)
	}
	b := make([]byte, 1, n)
	b[0] = use
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}
