// Package ledger is the append-only chain that every change of the product is
// written to.
//
// One ledger has three readers: the audit page, the person's own history, and
// the hooks that tell other systems. An entry belongs to a lane; within a lane
// entries are numbered without gaps and each carries the hash of the one
// before. The hash covers the sealed payload, not the words in it, so that
// destroying a subject's key leaves the chain verifiable (invariant 8).
//
// A chain alone cannot show that its tail was cut or that yesterday's database
// was put back. A Checkpoint can: a signed note over all lane heads that is
// also written to a file which may live on another machine.
//
// The package decides nothing about persons and knows no database: it gives
// entries their form and hash, checks a chain that somebody reads to it, and
// defines Change, which is how every rule hands its decision to the store.
package ledger
