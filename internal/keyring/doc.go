// Package keyring keeps personal data unreadable at rest, and makes erasing a
// person the matter of destroying 32 bytes.
//
// # Layers
//
// Data is sealed in two layers, so that the key which must be guarded is
// small, and the keys which must be destroyed are many:
//
//	master key   one file, or a key service     Wrapper, Master
//	    │ wraps, with the owner's id as associated data
//	data keys    one a subject, some of the     Store, Wrapped
//	    │        system; in the key store
//	    │ seal, with owner, table, row and column as associated data
//	values       in the data store              DataKey.Seal
//
// A data key is 256 random bits and is never stored unwrapped. A value is
// sealed with AES-256-GCM under a fresh random nonce. Whoever can write to the
// stores but has no key can delete, and can put an older value back into the
// place that it came from; a value moved to another subject, table, row or
// column does not open, and neither does a data key moved to another owner.
// Deleted or old entries, consent records and versions the ledger's verify
// finds; an old profile of the same version it does not.
//
// The system has data keys too: one that seals what belongs to no subject, one
// for the keyed hashes by which identifiers are found (Blind), one for those
// under which our secrets are stored (Digest), and the seed of the key that
// signs the ledger's checkpoints.
//
// # What a thief gets
//
// All three of data store, key store and master key are needed to read
// anything. No two of them do:
//
//	data                   ids, times, states, sizes; no value. A blind index
//	                       cannot be tried with guessed addresses.
//	key store              how many subjects there are and since when.
//	master key             nothing.
//	data + key store       as data alone: the keys are wrapped. Both lie in
//	                       one backup where they share a PostgreSQL cluster,
//	                       hence the master key must not.
//	data + master key      as data alone: there is nothing to unwrap.
//	key store + master key the keys and nothing they open. The thief can sign
//	                       checkpoints, though, and reads whatever data is
//	                       stolen later.
//	all three              everyone who has not been erased.
//	a running process      as all three: it must be able to read.
//
// # Erasure and backups
//
// Destroy overwrites the wrapped data key. From then on every copy of the
// subject's values is noise, in the data store and in each backup of it,
// however old. The exception is a backup of the key store from before: the
// key store therefore has backups of its own, kept for 30 days at most, and
// that window is what erasure promises. A restore takes the data of any age
// with the newest key store.
//
// An identifier's blind index in an old backup still tells those who have the
// index key that an address was known. It goes with its row.
//
// # Rotation of the master key
//
// Master.Rotate adds a key; running processes read it by Reload; Rewrap moves
// the data keys under it while everything is served; Master.Prune removes the
// old one, which ends the use of key store backups from before the rewrap. To
// restore one of those takes the master key file of its time. At each step
// the process can die and the step be repeated.
//
// The data keys themselves are not rotated: their use is small, and what one
// of them opened for a thief is one subject's data, which the thief has
// already.
//
// # Limits
//
// Raw data keys are overwritten as soon as their cipher is set up. The
// expanded keys inside the ciphers, and those of the system, stay in memory
// while they are in use and, since Go's collector neither moves nor clears
// what it frees, for some time after. Swap and core files are for the operator
// to switch off.
//
// The package leaves to others where wrapped keys are stored (Store), when a
// subject is erased, and who may read what was opened.
package keyring
