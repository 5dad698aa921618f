package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// ErrOtherEntry is the error of an entry that a checkpoint contradicts.
var ErrOtherEntry = errors.New("a checkpoint has another entry in this place")

// Covering returns the first of signed checkpoints that covers an entry; nil
// while none does. It fails on a checkpoint that v did not sign, and with
// ErrOtherEntry when one ends with an entry of that number and another hash.
//
// It proves that the lane had reached the number. That the very entry is behind
// a later end of the lane takes the entries between, which Verify walks.
func Covering(signed [][]byte, v note.Verifier, lane int, seq int64, hash Hash) (*Checkpoint, error) {
	var first *Checkpoint
	for _, one := range signed {
		c, err := OpenCheckpoint(one, v)
		if err != nil {
			return nil, err
		}
		head := c.Head(lane)
		if head.Seq == seq && head.Hash != hash {
			return nil, fmt.Errorf("checkpoint %d: %w", c.Number, ErrOtherEntry)
		}
		if head.Seq >= seq && (first == nil || c.Number < first.Number) {
			first = c
		}
	}
	return first, nil
}

// SignedBy returns a function that tells whether v checks a signature, in
// base64, on text.
func SignedBy(v note.Verifier) func(text, signature string) bool {
	return func(text, signature string) bool {
		b, err := base64.StdEncoding.DecodeString(signature)
		return err == nil && v.Verify([]byte(text), b)
	}
}
