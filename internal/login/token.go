package login

import (
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Keys makes what may be stored of a secret or of an address. It is a part of
// keyring.Keyring.
type Keys interface {
	// Digest returns the keyed hash of a secret, for one domain of use.
	Digest(domain string, secret []byte) []byte
	// Blind returns the keyed hash by which a value that can be guessed is
	// found.
	Blind(kind, scope, normalised string) [32]byte
}

// The domains of digests. One secret never passes for another.
const (
	linkDomain    = "login.link"
	codeDomain    = "login.code"
	bindingDomain = "login.binding"
	sessionDomain = "login.session"
)

// ValidToken tells whether s has the one form in which the tokens of links and
// the values of cookies are given out. Nothing else is looked up.
func ValidToken(s string) bool {
	if len(s) != 43 {
		return false
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	// Decoders skip line breaks and the two bits that the last letter has to
	// spare, and no two texts may stand for one token.
	return err == nil && len(b) == 32 && base64.RawURLEncoding.EncodeToString(b) == s
}

// ParseCode returns the code that a person typed, whatever digits, spaces and
// hyphens their keyboard made of it.
func ParseCode(s string) (string, bool) {
	if len(s) > 100 {
		return "", false
	}
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t-\u00a0\u2010\u2011\u3000", r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
	s = strings.ReplaceAll(s, " ", "")
	if len(s) != CodeDigits || strings.Trim(s, "0123456789") != "" {
		return "", false
	}
	return s, true
}

// codeDigest binds a code to its link. The token makes it unguessable even to
// somebody who has the key.
func codeDigest(k Keys, token, code string) []byte {
	return k.Digest(codeDomain, []byte(token+"/"+code))
}

func same(a, b []byte) bool {
	return len(a) > 0 && subtle.ConstantTimeCompare(a, b) == 1
}
