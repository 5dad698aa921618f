package identity

import (
	"net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// A Kind is a sort of identifier.
type Kind string

// The kinds of identifier.
const (
	Email    Kind = "email"
	Phone    Kind = "phone"    // E.164
	Customer Kind = "customer" // number in one system, named by Scope
	Device   Kind = "device"
	External Kind = "external" // subject id at an identity provider, named by Scope
)

// An Identifier is one name by which a subject is known somewhere.
type Identifier struct {
	ID      string
	Subject id.Subject
	Kind    Kind
	Scope   string // system or provider that gave it; "" for e-mail and phone
	Value   string // normalised; personal, sealed at rest
	// VerifiedAt is when the person proved it, or a system's number was taken
	// from that system; zero when it proves nothing.
	VerifiedAt time.Time
	// VouchedAt is when a source proved what another subject has proved
	// already: it lets nobody in, and speaks for the two being one person.
	VouchedAt time.Time
	Source    string // who told us: a system's name, or "subject"
	Main      bool   // the one that mail goes to, among verified e-mails
	CreatedAt time.Time
}

// Verified tells whether i proves who somebody is.
func (i *Identifier) Verified() bool { return !i.VerifiedAt.IsZero() }

// MaxLength is the most bytes that an identifier may have.
const MaxLength = 254

// Normalise returns the one form in which value is compared and stored, or an
// Invalid error. country is the ISO 3166 code in which a phone number without
// a country prefix is read.
func Normalise(kind Kind, value, country string) (string, error) {
	value = strings.TrimSpace(norm.NFC.String(value))
	if value == "" {
		return "", errs.New(errs.Invalid, "error.required")
	}
	if len(value) > MaxLength {
		return "", errs.New(errs.Invalid, "error.too_long", "max", MaxLength)
	}
	switch kind {
	case Email:
		return normaliseEmail(value)
	case Phone:
		return normalisePhone(value, country)
	case Customer, Device, External:
		if strings.ContainsFunc(value, unicode.IsControl) {
			return "", errs.New(errs.Invalid, "error.control_characters")
		}
		return value, nil
	default:
		return "", errs.New(errs.Invalid, "error.not_a_choice")
	}
}

// normaliseEmail folds the case of the whole address: RFC 5321 lets a mailbox
// name be case-sensitive, no mailbox provider makes it so, and people type
// capitals. Dots and plus parts are kept, for they do make another mailbox at
// many providers. A small letter may compose with an accent where its capital
// does not, so the form is normalised once more after folding.
func normaliseEmail(value string) (string, error) {
	bad := errs.New(errs.Invalid, "error.not_an_email")
	value = norm.NFKC.String(value) // full-width input from Japanese keyboards
	value = norm.NFKC.String(strings.ToLower(value))
	addr, err := mail.ParseAddress(value)
	if err != nil || addr.Name != "" || addr.Address != value {
		return "", bad
	}
	local, domain, ok := cutLast(value, '@')
	if !ok || len(local) > 64 || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) || strings.ContainsAny(local, "\"(),:;<>[\\]") {
		return "", bad
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") || strings.HasSuffix(ascii, ".") {
		return "", bad
	}
	value = local + "@" + strings.ToLower(ascii)
	if len(value) > MaxLength {
		return "", errs.New(errs.Invalid, "error.too_long", "max", MaxLength)
	}
	return value, nil
}

func normalisePhone(value, country string) (string, error) {
	n, err := phonenumbers.Parse(norm.NFKC.String(value), strings.ToUpper(country))
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", errs.New(errs.Invalid, "error.not_a_phone")
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// A Holder is a subject that bears an identifier.
type Holder struct {
	Subject    id.Subject
	Identifier string
	VerifiedAt time.Time // zero when it proves nothing
}

// The rows that change an identifier within a ledger.Change.
type (
	// Verified marks an identifier of the subject as proved at the time of the
	// change.
	Verified struct{ Identifier string }
	// Vouched marks an identifier of the subject as proved by a source although
	// another bears it with proof.
	Vouched struct{ Identifier string }
	// Removed deletes an identifier of the subject.
	Removed struct{ Identifier string }
	// MadeMain makes one e-mail address of the subject the one that mail goes
	// to.
	MadeMain struct{ Identifier string }
)
