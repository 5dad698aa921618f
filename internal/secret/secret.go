// Package secret makes what must not be guessed: tokens for links, sessions
// and keys, and short codes to be typed. It keeps none of it. What is stored
// of a token is keyring.Keyring.Digest of it.
package secret

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
)

// Token returns 256 random bits in base64url without padding, 43 letters that
// need no escaping in a URL, header or cookie.
func Token() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails; the runtime aborts instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Code returns a decimal code of the given number of digits, each equally
// likely. It is short enough to be guessed, so whoever checks it limits the
// tries. It panics if digits is not positive.
func Code(digits int) string {
	if digits < 1 {
		panic("secret: a code needs digits")
	}
	code := make([]byte, 0, digits)
	var b [16]byte
	for len(code) < digits {
		_, _ = rand.Read(b[:])
		for _, r := range b {
			// The ten digits do not divide 256 evenly: above 249 the low
			// ones would come up more often.
			if r < 250 && len(code) < digits {
				code = append(code, '0'+r%10)
			}
		}
	}
	return string(code)
}

// Equal compares two secrets in a time that does not depend on where they
// differ; that it depends on their lengths tells nothing. An empty string
// equals nothing, itself included, so that a secret that was never set lets
// nobody in.
func Equal(got, want string) bool {
	if got == "" || want == "" {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}
