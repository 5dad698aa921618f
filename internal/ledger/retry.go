package ledger

import (
	"errors"
	"math/rand/v2"
	"time"

	"livingprofile/internal/errs"
)

// maxConflicts bounds how often a decision is made again.
const maxConflicts = 16

const (
	// inTurn is how many decisions follow each other at once.
	inTurn = 3
	// maxPause bounds what lies between the later ones. It is about a transaction,
	// and differs, so that those who met do not meet again.
	maxPause = 4 * time.Millisecond
)

// Retry runs decide until what it commits does not conflict with another
// change, a bounded number of times. decide loads, decides and commits; after
// a conflict it must load again.
func Retry(decide func() error) error {
	var err error
	for n := range maxConflicts {
		if n > inTurn {
			time.Sleep(rand.N(maxPause)) //nolint:gosec // not a secret
		}
		if err = decide(); !errors.Is(err, errs.Conflict) {
			return err
		}
	}
	return err
}
