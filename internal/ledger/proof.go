package ledger

import (
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
)

// A Joint is an entry of which nothing is shown but how it hangs on the one
// before: the state of SHA-256 after its canonical form without the last field.
// Whoever resumes it with the hash before gets the hash of the entry, and learns
// nothing of whom it is about. To fit another hash before, one would have to
// find a preimage of SHA-256 from a state of one's own choice.
type Joint []byte

// Joint returns that of e.
func (e *Entry) Joint() (Joint, error) {
	h := sha256.New()
	h.Write(e.form())
	return h.(encoding.BinaryMarshaler).MarshalBinary()
}

// After returns the hash of the entry that follows prev.
func (j Joint) After(prev Hash) (hash Hash, err error) {
	h := sha256.New()
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(j); err != nil {
		return hash, fmt.Errorf("joint: %w", err)
	}
	h.Write(prev[:])
	h.Sum(hash[:0])
	return hash, nil
}

// The errors of Proves.
var (
	ErrEntry = errors.New("the entry is not what its hash says")
	ErrChain = errors.New("the chain does not lead from the entry to the checkpoint")
)

// Proves tells whether e stands in the chain that c signs, by the joints of the
// entries between. nil for yes, else ErrEntry or ErrChain.
func (c *Checkpoint) Proves(e *Entry, joints []Joint) error {
	if e.Sum() != e.Hash {
		return ErrEntry
	}
	hash := e.Hash
	for _, j := range joints {
		var err error
		if hash, err = j.After(hash); err != nil {
			return errors.Join(ErrChain, err)
		}
	}
	if head := c.Head(e.Lane); head.Hash != hash || head.Seq != e.Seq+int64(len(joints)) {
		return ErrChain
	}
	return nil
}
