// Package footer makes the links in the foot of a mail, by which a person takes
// back what they get without signing in (RFC 8058).
//
// A link says by itself who it is for and what it may take back. It is sealed,
// so that it tells nothing on its way and nobody can make one up, and nothing
// has to be kept for the millions that are sent. Whoever holds it can only
// reduce what the person gets, or take back what was asked or changed in their
// name.
package footer

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
)

// A Kind says what a link is for.
type Kind byte

// The kinds. Their numbers are in links that were sent, and stay.
const (
	Unsubscribe Kind = 1 // from one topic, on one channel
	Preferences Kind = 2 // whatever the person gets from the brand
	Cancel      Kind = 3 // a request, while it is open
	Undo        Kind = 4 // a change of how the person signs in
)

// A Link is what is sealed in the address.
type Link struct {
	Kind    Kind
	Subject id.Subject
	Brand   string
	Topic   string // for Unsubscribe; for Cancel the id of the request, for Undo that of the ledger entry
	Channel string // for Unsubscribe; for Undo the id of the identifier that the mail went to
	Expires time.Time
}

const (
	// DefaultLife is long: people take back what they got months ago.
	DefaultLife = 180 * 24 * time.Hour
	MaxLife     = 2 * 366 * 24 * time.Hour
	MinLife     = 24 * time.Hour
)

// version opens what is sealed.
const version = 1

// place is where the sealed text lies: in no table.
func place() keyring.Place { return keyring.Place{Row: "footer", Column: "link"} }

// Mint returns the text of a link, for an address.
func Mint(key *keyring.DataKey, l Link) (string, error) {
	subject, ok := id.Bytes(string(l.Subject))
	if !ok {
		return "", errs.New(errs.NotFound, "error.no_subject")
	}
	plain := append([]byte{version, byte(l.Kind)}, subject[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(l.Expires.Unix())) //nolint:gosec // after 1970
	plain = append(plain, strings.Join([]string{l.Brand, l.Topic, l.Channel}, "\x00")...)
	return base64.RawURLEncoding.EncodeToString(key.Seal(nil, plain, place())), nil
}

// maxText is more than the text of any link has.
const maxText = 400

// Open reads a link. The error is errs.Gone for a text that is no link of ours;
// with it, the Link of one that has expired says where it was from.
func Open(key *keyring.DataKey, text string, now time.Time) (Link, error) {
	over := errs.New(errs.Gone, "error.footer_over")
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > maxText || base64.RawURLEncoding.EncodeToString(sealed) != text {
		return Link{}, over
	}
	plain, err := key.Open(sealed, place())
	if err != nil || len(plain) < 26 || plain[0] != version {
		return Link{}, over
	}
	names := strings.Split(string(plain[26:]), "\x00")
	if len(names) != 3 {
		return Link{}, over
	}
	l := Link{
		Kind: Kind(plain[1]), Subject: id.Subject(id.Of([16]byte(plain[2:18]))),
		Expires: time.Unix(int64(binary.BigEndian.Uint64(plain[18:26])), 0).UTC(), //nolint:gosec // as it was written
		Brand:   names[0], Topic: names[1], Channel: names[2],
	}
	if !now.Before(l.Expires) {
		return l, over
	}
	return l, nil
}
