// Package hook tells connected systems what changed.
//
// Every change is an entry of the ledger. The fan-out reads each lane of it
// behind a cursor and turns an entry into one delivery for each endpoint that
// wants it; the cursor moves in the same transaction, so that nothing is lost
// and nothing is told twice as something new. A Worker then sends what is due,
// one queue for each endpoint, until the receiver has it or a schedule of three
// days is over.
//
// A body is written at the moment it is sent, and says what holds then: what
// this system may do now, and the values that it may have now, each by package
// decision (invariant 7). It carries the version of the subject it was read at.
// A receiver that keeps the highest version it saw of each subject ends up with
// the truth, in whatever order and however often bodies arrive: a late yes
// never beats a newer no. A subject has another name for each system, so that
// two systems cannot join what they were told.
//
// Bodies and signatures are those of Standard Webhooks 1.0; the envelope may
// be that of CloudEvents 1.0.2. This package decides what is sent, when, and
// what an answer means. Connecting is left to package outbound, keeping to the
// store.
package hook
