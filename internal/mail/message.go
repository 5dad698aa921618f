package mail

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"livingprofile/internal/errs"
)

// A Sender hands a message over to whoever delivers it. nil means that
// somebody has taken responsibility for it. An error of kind errs.Invalid says
// that this message will never be taken, any other that it may be later. It is
// safe for concurrent use.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// A Message is one mail to one recipient, ready to be sent.
type Message struct {
	// ID becomes the left side of the Message-ID, so that a repeated attempt is
	// recognised as the same mail. Letters, digits, dots and hyphens.
	ID      string
	From    Address
	ReplyTo Address // zero for none
	To      Address
	Subject string
	Text    string // never empty
	HTML    string // "" for a mail of text alone
	// Headers are further fields, by name; see HeaderNames. The values are
	// printable ASCII.
	Headers map[string]string
}

// An Address is a mailbox with the name shown beside it.
type Address struct {
	Name  string
	Email string
}

// IsZero tells whether a is no address at all.
func (a Address) IsZero() bool { return a == Address{} }

// HeaderNames are the fields that Message.Headers may have. Everything else
// that a mail needs is written by the Sender.
func HeaderNames() []string {
	return []string{"List-Help", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}
}

// Limits in bytes. RFC 5321, 4.5.3.1: 64 before the at sign, 254 in all (256
// with the angle brackets). RFC 5322, 2.1.1: a line has at most 998.
const (
	maxLocal  = 64
	maxEmail  = 254
	maxHeader = 900
)

// Clean returns m with a subject and names that are safe in a header, or an
// Invalid error when something of it must not be sent. A subject is worth
// mending; an address is not, for the mended one is somebody else's.
func (m Message) Clean() (Message, error) {
	m.Subject = cleanPhrase(m.Subject)
	for _, a := range []*Address{&m.From, &m.ReplyTo, &m.To} {
		a.Name = cleanPhrase(a.Name)
	}
	switch {
	case !validEmail(m.From.Email):
		return Message{}, errs.New(errs.Invalid, "error.mail_sender")
	case !validEmail(m.To.Email):
		return Message{}, errs.New(errs.Invalid, "error.mail_recipient")
	case !m.ReplyTo.IsZero() && !validEmail(m.ReplyTo.Email):
		return Message{}, errs.New(errs.Invalid, "error.mail_sender")
	case m.Subject == "" || m.Text == "" || !validID(m.ID):
		return Message{}, errs.New(errs.Invalid, "error.mail_incomplete")
	}
	for name, value := range m.Headers {
		if !slices.Contains(HeaderNames(), name) || !validHeader(value) {
			return Message{}, errs.New(errs.Invalid, "error.mail_header")
		}
	}
	return m, nil
}

// validEmail tells whether s is one bare address, local part and domain, that
// can stand in an SMTP command and in a header.
func validEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > maxLocal || len(s) > maxEmail || !utf8.ValidString(s) {
		return false
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }) {
		return false
	}
	if strings.ContainsAny(s[:at], `"(),:;<>@[\]`) || strings.ContainsFunc(s[at+1:], notInDomain) {
		return false
	}
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Name == "" && parsed.Address == s
}

// notInDomain tells whether r cannot be part of a domain name. International
// names come in their ASCII form.
func notInDomain(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '.'
}

func validHeader(s string) bool {
	return s != "" && len(s) <= maxHeader &&
		!strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

func validID(s string) bool {
	return s != "" && len(s) <= maxLocal && !strings.ContainsFunc(s, notInDomain) &&
		s[0] != '.' && s[len(s)-1] != '.' && !strings.Contains(s, "..")
}

// cleanPhrase makes s one line of visible text. Line breaks of every kind
// become spaces. Controls, marks that turn the direction of writing (with
// which a name can be made to read as another) and unassigned characters go;
// the joiners that Persian, Indic scripts and emoji need stay.
func cleanPhrase(s string) string {
	const zwnj, zwj = '\u200c', '\u200d'
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsGraphic(r) || r == zwnj || r == zwj:
			return r
		}
		return -1
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	for len(s) > maxHeader {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}
