package consent

import "encoding/hex"

// A Finding is what comparing a receipt found.
type Finding string

// The findings.
const (
	Genuine Finding = "genuine" // every byte is what was written
	Altered Finding = "changed" // the number is ours, the contents are not
	Broken  Finding = "broken"  // it is ours, and the ledger does not vouch for our own record
)

// Compare tells whether r is what the ledger vouches for. signed tells whether
// a signature of the installation is on text. It is the one rule for the page
// where anybody checks and for the command.
func (r *Receipt) Compare(p Proved, signed func(text, signature string) bool) Finding {
	switch {
	case !p.Vouched():
		return Broken
	case r.Sound(signed) && r.Ledger.Fingerprint == p.Digest().String() && r.Ledger.Hash == hex.EncodeToString(p.Hash):
		return Genuine
	}
	return Altered
}

// Sound tells what can be told without the ledger: whether the record and the
// words are those of the fingerprints, and the installation signed all of it.
func (r *Receipt) Sound(signed func(text, signature string) bool) bool {
	text, err := r.Text()
	return err == nil && r.Intact() && signed(text, r.Signature)
}
