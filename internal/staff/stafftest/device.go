// Package stafftest has the contract of the stores of staff, and a device that
// makes passkeys without a browser.
package stafftest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"testing"
)

// A Device is a security key with one passkey. What a good one never does can be
// set, so that tests can do it.
type Device struct {
	Origin   string // of the page that it thinks it is on
	Party    string // host that it signs for; "" for that of Origin
	Unproved bool   // it has not checked who uses it
	Counter  uint32 // of uses; 0 for one that does not count

	tb     testing.TB
	key    *ecdsa.PrivateKey
	id     []byte
	handle string // of whom it is for
}

// NewDevice returns a device on a page of origin.
func NewDevice(tb testing.TB, origin string) *Device {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	id := make([]byte, 32)
	if _, err := rand.Read(id); err != nil {
		tb.Fatal(err)
	}
	return &Device{Origin: origin, tb: tb, key: key, id: id}
}

// options are what a page hands to a device.
type options struct {
	Challenge string `json:"challenge"`
	Owner     struct {
		ID string `json:"id"`
	} `json:"user"`
}

func (d *Device) read(asked []byte) options {
	d.tb.Helper()
	var o options
	if err := json.Unmarshal(asked, &o); err != nil || o.Challenge == "" {
		d.tb.Fatalf("options %s: %v", asked, err)
	}
	return o
}

// Make answers the options of an invitation with a new passkey.
func (d *Device) Make(asked []byte) []byte {
	d.tb.Helper()
	o := d.read(asked)
	handle, err := base64.RawURLEncoding.DecodeString(o.Owner.ID)
	if err != nil {
		d.tb.Fatal(err)
	}
	d.handle = string(handle)
	auth := d.authData(0x40)
	auth = append(auth, make([]byte, 16)...) // of no known make
	auth = binary.BigEndian.AppendUint16(auth, uint16(len(d.id)))
	auth = append(auth, d.id...)
	auth = append(auth, d.publicKey()...)
	object := []byte{0xa3, 0x63, 'f', 'm', 't', 0x64, 'n', 'o', 'n', 'e', 0x67, 'a', 't', 't', 'S', 't', 'm', 't', 0xa0, 0x68}
	object = append(object, "authData"...)
	object = append(object, 0x58, byte(len(auth)))
	object = append(object, auth...)
	return d.answer(map[string]any{
		"clientDataJSON": b64(d.clientData("webauthn.create", o.Challenge)), "attestationObject": b64(object),
		"transports": []string{"internal"},
	})
}

// Use answers the options of a sign-in.
func (d *Device) Use(asked []byte) []byte {
	d.tb.Helper()
	client := d.clientData("webauthn.get", d.read(asked).Challenge)
	auth := d.authData(0)
	sum := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte(nil), auth...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, digest[:])
	if err != nil {
		d.tb.Fatal(err)
	}
	return d.answer(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(signature), "userHandle": b64([]byte(d.handle)),
	})
}

// Claim has the device say that it is for somebody else.
func (d *Device) Claim(handle string) { d.handle = handle }

func (d *Device) answer(response map[string]any) []byte {
	b, err := json.Marshal(map[string]any{
		"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response,
		"clientExtensionResults": map[string]any{}, "authenticatorAttachment": "platform",
	})
	if err != nil {
		d.tb.Fatal(err)
	}
	return b
}

func (d *Device) clientData(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.Origin, "crossOrigin": false})
	if err != nil {
		d.tb.Fatal(err)
	}
	return b
}

// authData is what a device signs (WebAuthn, 6.1), up to the part of a new
// passkey.
func (d *Device) authData(flags byte) []byte {
	party := d.Party
	if party == "" {
		u, err := url.Parse(d.Origin)
		if err != nil {
			d.tb.Fatal(err)
		}
		party = u.Hostname()
	}
	flags |= 0x01
	if !d.Unproved {
		flags |= 0x04
	}
	host := sha256.Sum256([]byte(party))
	return binary.BigEndian.AppendUint32(append(host[:], flags), d.Counter)
}

// publicKey is the key in the form of COSE (RFC 9053, 7.1.1).
func (d *Device) publicKey() []byte {
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		d.tb.Fatal(err)
	}
	key := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}
	key = append(key, point[1:33]...)
	key = append(key, 0x22, 0x58, 0x20)
	return append(key, point[33:]...)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
