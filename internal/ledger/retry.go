package ledger

import (
	"errors"

	"livingprofile/internal/errs"
)

// maxConflicts bounds how often a decision is made again.
const maxConflicts = 16

// Retry runs decide until what it commits does not conflict with another
// change, a bounded number of times. decide loads, decides and commits; after
// a conflict it must load again.
func Retry(decide func() error) error {
	var err error
	for range maxConflicts {
		if err = decide(); !errors.Is(err, errs.Conflict) {
			return err
		}
	}
	return err
}
