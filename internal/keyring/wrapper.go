package keyring

import "context"

// A Wrapper seals data keys with a master key that it never lets go of. Master
// is one that lives in a file; a key management service can be another. It is
// safe for concurrent use.
type Wrapper interface {
	// Wrap seals plaintext with the current master key, bound to aad, and
	// returns the id of the key that it used.
	Wrap(ctx context.Context, plaintext, aad []byte) (wrapped []byte, key string, err error)

	// Unwrap opens what Wrap made with any master key that is still held. The
	// error is ErrMaster when none of them opens wrapped under aad.
	Unwrap(ctx context.Context, wrapped, aad []byte) ([]byte, error)

	// Primary returns the id of the key that Wrap uses now.
	Primary() string
}
