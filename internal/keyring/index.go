package keyring

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// The first byte of everything that is hashed or authenticated with a key,
// one for each use, so that no value made for one can stand for another. 1 is
// version1, of sealed values.
const (
	useWrap        = 0x10
	useBlind       = 0x20
	useFingerprint = 0x21
	useDigest      = 0x30
	usePairwise    = 0x40
)

// Blind returns the keyed hash by which a value is found without being stored:
// equal for equal arguments, and without the key neither to be turned back nor
// to be compared with a guess. Kind says what normalised is ("email"), scope
// within what it is looked up; the same value under another kind or scope has
// an unrelated hash.
func (k *Keyring) Blind(kind, scope, normalised string) [32]byte {
	return [32]byte(mac(&k.index, join(useBlind, kind, scope, normalised)))
}

// Digest returns the keyed hash, of 32 bytes, under which a secret of ours is
// stored. Domain says what the secret is for ("session"), so that a session's
// id is never taken for, say, an API key. The secret must be beyond guessing
// by itself, as those of internal/secret.Token are.
func (k *Keyring) Digest(domain string, secret []byte) []byte {
	return mac(&k.token, join(useDigest, domain, string(secret)))
}

// Fingerprint names the key store that the keyring was opened on. The data
// belongs to one key store for ever; when the data store remembers another
// fingerprint, they do not belong together and the program must not start.
// It tells nothing about the keys.
func (k *Keyring) Fingerprint() string {
	return hex.EncodeToString(mac(&k.index, join(useFingerprint))[:16])
}

func mac(key *[keySize]byte, message []byte) []byte {
	h := hmac.New(sha256.New, key[:])
	h.Write(message)
	return h.Sum(nil)
}
