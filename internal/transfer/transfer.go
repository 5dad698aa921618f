package transfer

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/outbound"
)

// A Controller is one that people may have their data sent to, or that may send
// us theirs, or both.
type Controller struct {
	Name    string
	Label   i18n.Text
	URL     string // that takes packages; "" for one that only sends
	Key     string `json:",omitempty"` // that it signs with, as ParsePublic reads it; "" for one that only takes
	Retired bool   `json:",omitempty"`
}

// Takes tells whether people may have their data sent there.
func (c *Controller) Takes() bool { return c.URL != "" && !c.Retired }

// A Package is what is sent, and by what its person is known to the receiver.
type Package struct {
	Nonce     string // the same for what is sent again
	Reference string // in the person's words
	Body      []byte // a ZIP
}

// An Outlet sends; outbound.Door is one.
type Outlet interface {
	Post(ctx context.Context, l outbound.Letter) (outbound.Answer, error)
}

// A Sender sends packages. It is safe for concurrent use.
type Sender struct {
	Door  Outlet
	Clock clock.Clock
	Base  *url.URL // of our site, where the key is
	Key   Key
	// Sign signs with the private part of Key.
	Sign func(text []byte) ([]byte, error)
}

const (
	// KeysPath is where our key is published.
	KeysPath = "/.well-known/jwks.json"
	// TakePath is where packages for people here are sent to.
	TakePath = "/transfers"
)

// Lasts is how long a signature is good for.
const Lasts = 5 * time.Minute

// An Outcome is what became of a package.
type Outcome int

// The outcomes.
const (
	Taken   Outcome = iota + 1
	Refused         // the receiver does not take it, or may not be connected to
)

// Send sends a package to an address. It is errs.Unavailable while the receiver
// cannot be reached or asks to be left alone for now: send it again later.
func (s *Sender) Send(ctx context.Context, to string, p Package) (Outcome, error) {
	letter, err := s.letter(to, p)
	if err != nil {
		return 0, err
	}
	answer, err := s.Door.Post(ctx, letter)
	switch {
	case errors.Is(err, outbound.ErrRefused):
		return Refused, nil
	case err != nil:
		return 0, errs.Wrap(errs.Unavailable, "", err)
	}
	switch status := answer.Status; {
	case status/100 == 2, status == 409: // it has the nonce: our answer was lost
		return Taken, nil
	case status/100 == 5, status == 408, status == 425, status == 429:
		return 0, errs.Wrap(errs.Unavailable, "", fmt.Errorf("receiver answered %d", status))
	}
	return Refused, nil
}

// letter writes the signed request (RFC 9421, 2 and 3.1).
func (s *Sender) letter(to string, p Package) (outbound.Letter, error) {
	l := outbound.Letter{Method: "POST", URL: to, Body: p.Body, Headers: map[string]string{
		"Content-Type":       zipType,
		"Content-Digest":     digestOf(p.Body),
		"Transfer-Reference": url.PathEscape(p.Reference), // a header is ASCII
	}}
	now := s.Clock.Now()
	parameters := fmt.Sprintf(
		`("@method" "@target-uri" "content-type" "content-digest" "transfer-reference");created=%d;expires=%d;nonce="%s";keyid="%s";alg="ed25519"`,
		now.Unix(), now.Add(Lasts).Unix(), p.Nonce, s.Base.JoinPath(KeysPath).String()+"#"+s.Key.ID())
	base := fmt.Sprintf(`"@method": POST
"@target-uri": %s
"content-type": %s
"content-digest": %s
"transfer-reference": %s
"@signature-params": %s`, to, l.Headers["Content-Type"], l.Headers["Content-Digest"], l.Headers["Transfer-Reference"], parameters)
	signature, err := s.Sign([]byte(base))
	if err != nil {
		return l, fmt.Errorf("sign package: %w", err)
	}
	l.Headers["Signature-Input"] = "transfer=" + parameters
	l.Headers["Signature"] = "transfer=:" + base64.StdEncoding.EncodeToString(signature) + ":"
	return l, nil
}
