package hook

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Secret is what an endpoint's bodies are signed with: a key that the receiver
// has too (v1), or a private one whose public half the receiver has (v1a).
type Secret []byte

// secretSize is within the 24 to 64 bytes of Standard Webhooks 1.0.
const secretSize = 32

// What heads the text of a shared secret, the bytes of a private key as it is
// kept, and the text of a public key.
const (
	secretPrefix  = "whsec_"
	privatePrefix = "whsk_"
	publicPrefix  = "whpk_"
)

// NewSecret returns a fresh secret.
func NewSecret() Secret {
	s := make(Secret, secretSize)
	_, _ = rand.Read(s) // never fails; the runtime aborts instead
	return s
}

// NewPair returns a fresh private key.
func NewPair() Secret {
	_, private, _ := ed25519.GenerateKey(nil) // never fails, as above
	return append(Secret(privatePrefix), private...)
}

// private returns the private key that s is; false for a shared secret, which is
// never as long.
func (s Secret) private() (ed25519.PrivateKey, bool) {
	key, ok := bytes.CutPrefix(s, []byte(privatePrefix))
	return ed25519.PrivateKey(key), ok && len(key) == ed25519.PrivateKeySize
}

// Public returns the public half of a private key, which is no secret; "" for a
// shared secret.
func (s Secret) Public() string {
	key, ok := s.private()
	if !ok {
		return ""
	}
	return publicPrefix + base64.StdEncoding.EncodeToString(key[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
}

// String returns what the receiver is told: the shared secret, or the public key.
func (s Secret) String() string {
	if public := s.Public(); public != "" {
		return public
	}
	return secretPrefix + base64.StdEncoding.EncodeToString(s)
}

// ParseSecret reads what String wrote of a shared secret. The prefix may be
// missing.
func ParseSecret(text string) (Secret, error) {
	s, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, secretPrefix))
	const least, most = 24, 64
	if err != nil || len(s) < least || len(s) > most {
		return nil, errors.New("a secret is whsec_ and 24 to 64 bytes in base64")
	}
	return s, nil
}

// Sign returns the value of the header webhook-signature: one signature for
// each secret that is valid, so that a receiver may change from one to the
// other while both are (Standard Webhooks 1.0, "Signature scheme").
func Sign(secrets []Secret, id string, at time.Time, body []byte) string {
	all := make([]string, len(secrets))
	head := []byte(id + "." + strconv.FormatInt(at.Unix(), 10) + ".")
	for i, s := range secrets {
		if key, ok := s.private(); ok {
			all[i] = "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(key, slices.Concat(head, body)))
			continue
		}
		mac := hmac.New(sha256.New, s)
		mac.Write(head)
		mac.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(all, " ")
}

// Tolerance is how far off the time of a signature may be.
const Tolerance = 5 * time.Minute

// maxID is the longest that the id of a signed body may be.
const maxID = 255

// Why a signed body is not taken, as codes.
const (
	BadSignature = "bad_signature" // nobody who knows one of the secrets has signed it
	BadTime      = "bad_time"      // they have, but not now
	SignedTwice  = "signed_twice"  // it came before
)

// Verify returns the id of a body that was signed with one of secrets, and when it
// was; wrong is BadSignature or BadTime for one that is not to be believed
// (Standard Webhooks 1.0, "Verifying webhook authenticity"). Of our private keys
// nobody else can have signed: what bears one of those is our own hook, sent back.
func Verify(secrets []Secret, header func(name string) string, body []byte, now time.Time) (id string, at time.Time, wrong string) {
	id = header("Webhook-Id")
	seconds, err := strconv.ParseInt(header("Webhook-Timestamp"), 10, 64)
	if err != nil || id == "" || len(id) > maxID {
		return "", time.Time{}, BadSignature
	}
	at, wrong = time.Unix(seconds, 0), BadSignature
	shared := slices.DeleteFunc(slices.Clone(secrets), func(s Secret) bool { return s.Public() != "" })
	sent := strings.Fields(header("Webhook-Signature"))
	for one := range strings.FieldsSeq(Sign(shared, id, at, body)) {
		for _, s := range sent {
			if hmac.Equal([]byte(one), []byte(s)) {
				wrong = ""
			}
		}
	}
	if wrong == "" && now.Sub(at).Abs() > Tolerance {
		wrong = BadTime
	}
	return id, at, wrong
}

// Headers returns the headers of one attempt.
func Headers(secrets []Secret, id string, at time.Time, media string, body []byte) map[string]string {
	return map[string]string{
		"Content-Type":      media,
		"User-Agent":        "LivingProfile-Hooks/1",
		"Webhook-Id":        id,
		"Webhook-Timestamp": strconv.FormatInt(at.Unix(), 10),
		"Webhook-Signature": Sign(secrets, id, at, body),
	}
}
