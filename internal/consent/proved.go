package consent

import "livingprofile/internal/ledger"

// A Proved record is a consent record with the place of the ledger entry that
// vouches for it.
type Proved struct {
	Record
	Lane     int
	Seq      int64
	Hash     []byte      // of the entry
	Evidence ledger.Hash // what the entry says the record's digest is
}

// Vouched tells whether the record is still what the ledger vouches for.
func (p *Proved) Vouched() bool { return p.Evidence == p.Digest() }
