package transfer

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// A Key is our public key.
type Key ed25519.PublicKey

// ed25519Note is the algorithm byte before a key of Ed25519 in a verifier of
// golang.org/x/mod/sumdb/note.
const ed25519Note = 1

// ParseKey reads the key out of a verifier as text.
func ParseKey(verifier string) (Key, error) {
	_, text, _ := strings.Cut(verifier, "+")
	_, text, _ = strings.Cut(text, "+")
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != 1+ed25519.PublicKeySize || b[0] != ed25519Note {
		return nil, errors.New("no verifier with a key of Ed25519")
	}
	return Key(b[1:]), nil
}

// ParsePublic reads a key as its owner publishes it: x of a JSON Web Key of
// Ed25519 (RFC 8037, 2).
func ParsePublic(x string) (Key, error) {
	b, err := base64.RawURLEncoding.DecodeString(x)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, errors.New("no public key of Ed25519")
	}
	return Key(b), nil
}

// Public is the key as ParsePublic reads it.
func (k Key) Public() string { return base64.RawURLEncoding.EncodeToString(k) }

// ID names the key by its thumbprint (RFC 7638).
func (k Key) ID() string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + k.Public() + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// A KeySet is published for whoever checks our signatures (RFC 7517, 5).
type KeySet struct {
	Keys []PublicKey `json:"keys"`
}

// A PublicKey is a key of Ed25519 as a JSON Web Key (RFC 8037, 2).
type PublicKey struct {
	Type  string `json:"kty"`
	Curve string `json:"crv"`
	X     string `json:"x"`
	ID    string `json:"kid"`
	Use   string `json:"use"`
}

// Set is what is published of k.
func (k Key) Set() KeySet {
	return KeySet{[]PublicKey{{Type: "OKP", Curve: "Ed25519", X: k.Public(), ID: k.ID(), Use: "sig"}}}
}
