package hook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// A Secret is the key that an endpoint's bodies are signed with.
type Secret []byte

// secretSize is within the 24 to 64 bytes of Standard Webhooks 1.0.
const secretSize = 32

// secretPrefix heads the text of a secret.
const secretPrefix = "whsec_"

// NewSecret returns a fresh secret.
func NewSecret() Secret {
	s := make(Secret, secretSize)
	_, _ = rand.Read(s) // never fails; the runtime aborts instead
	return s
}

// String returns the secret as its receiver is told it.
func (s Secret) String() string { return secretPrefix + base64.StdEncoding.EncodeToString(s) }

// ParseSecret reads what String wrote. The prefix may be missing.
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
	for i, s := range secrets {
		mac := hmac.New(sha256.New, s)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(all, " ")
}

// Tolerance is how far off the time of a signature may be.
const Tolerance = 5 * time.Minute

// maxID is the longest that the id of a signed body may be.
const maxID = 255

// Verify returns the id of a body that was signed with one of secrets, and when it
// was. It is false for one that nobody who knows any of them has signed, or not
// now (Standard Webhooks 1.0, "Verifying webhook authenticity").
func Verify(secrets []Secret, header func(name string) string, body []byte, now time.Time) (id string, at time.Time, ok bool) {
	id = header("Webhook-Id")
	seconds, err := strconv.ParseInt(header("Webhook-Timestamp"), 10, 64)
	at = time.Unix(seconds, 0)
	if err != nil || id == "" || len(id) > maxID || at.Before(now.Add(-Tolerance)) || at.After(now.Add(Tolerance)) {
		return "", time.Time{}, false
	}
	sent := strings.Fields(header("Webhook-Signature"))
	for one := range strings.FieldsSeq(Sign(secrets, id, at, body)) {
		for _, s := range sent {
			ok = ok || hmac.Equal([]byte(one), []byte(s))
		}
	}
	return id, at, ok
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
