// Package mail writes the mails that the product sends: a subject, plain text
// and HTML that say the same, in the language of the context.
//
// Both bodies are made from one letter, so that neither can say more than the
// other. Subjects hold no personal data, since they are shown on locked screens
// and kept in logs that are not ours. Nothing is loaded from anywhere: no
// images, no style sheets, nothing that tells us whether a mail was read.
// Inline style is allowed here and nowhere else, because mail programs know no
// other.
package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
)

// A Message is a mail ready to be sent.
type Message struct {
	Subject string
	Text    string
	HTML    string
}

// A Brand is in whose name a mail is sent.
type Brand struct {
	Name       string // in the reader's language
	Controller string // the legal entity that answers for the data
	Accent     string // colour as #rrggbb; anything else is the neutral one
	Contact    string // address for questions; "" for none
}

// A Link is something to press, and what made us send it.
type Link struct {
	URL       string    `json:"url"`
	AskedAt   time.Time `json:"asked_at"`
	ExpiresAt time.Time `json:"expires_at"` // when it stops working
	Device    string    `json:"device"`     // from what it was asked for, in words; "" when not known
}

// What a fresh proof is asked for. Anything else is ActGeneral.
const (
	ActGeneral  = "general"
	ActExport   = "export"
	ActErase    = "erase"
	ActAddress  = "address"
	ActSessions = "sessions"
)

// A Consent is a yes that its address has yet to confirm.
type Consent struct {
	Link
	Purpose string    `json:"purpose"` // its title
	Words   string    `json:"words"`   // the sentence that was answered with yes; "" for none
	Until   time.Time `json:"until"`   // when the yes ends by itself; zero for when the link does
}

// A Change is something that happened to how a person signs in.
type Change struct {
	Kind   string    `json:"kind"` // one of the kinds; "" is Replaced
	At     time.Time `json:"at"`
	Device string    `json:"device"` // "" when not known
	URL    string    `json:"url"`    // of the page on sign-in and safety; "" for no button
	// Undo takes the change back without signing in, until then; "" for none.
	Undo  string    `json:"undo,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// The kinds of Change.
const (
	Added    = "added"    // another address was added
	Removed  = "removed"  // the address that this mail goes to was removed
	Gone     = "gone"     // another address was removed
	Replaced = "replaced" // another address took the place of this one
	Main     = "main"     // another address became the main one
	Undone   = "undone"   // such a change was taken back
)

// SignIn is the way in for an address that we know.
func SignIn(ctx context.Context, b Brand, l Link) (Message, error) {
	t := words(ctx, "mail.sign_in.", b)
	return letter{
		Subject: t("subject"), Title: t("title"),
		Before: []string{asked(ctx, l), t("lede")},
		Button: t("button"), URL: l.URL,
		After: []string{t("code"), expires(ctx, l), i18n.T(ctx, "mail.ignore")},
	}.message(ctx, b)
}

// Nothing answers somebody who asked to sign in with an address that we hold
// nothing under. With a URL in l it tells where a profile can be made.
func Nothing(ctx context.Context, b Brand, l Link) (Message, error) {
	t := words(ctx, "mail.nothing.", b)
	m := letter{
		Subject: t("subject"), Title: t("title"),
		Before: []string{t("lede"), asked(ctx, l), t("elsewhere")},
		After:  []string{t("ignore")},
	}
	if l.URL != "" {
		m.Before, m.Plain = append(m.Before, t("register")), l.URL
	}
	return m.message(ctx, b)
}

// Register offers a profile to an address that we hold nothing under.
func Register(ctx context.Context, b Brand, l Link) (Message, error) {
	t := words(ctx, "mail.register.", b)
	return letter{
		Subject: t("subject"), Title: t("title"),
		Before: []string{t("lede"), asked(ctx, l), t("who")},
		Button: t("button"), URL: l.URL,
		After: []string{expires(ctx, l), t("ignore")},
	}.message(ctx, b)
}

// Proof asks somebody who is signed in to show once more who they are, for the
// sake of act.
func Proof(ctx context.Context, b Brand, act string, l Link) (Message, error) {
	t := words(ctx, "mail.proof.", b)
	switch act {
	case ActExport, ActErase, ActAddress, ActSessions:
	default:
		act = ActGeneral
	}
	return letter{
		Subject: t("subject"), Title: t("title"),
		Before: []string{t("act." + act), asked(ctx, l), t("lede")},
		Button: t("button"), URL: l.URL,
		After: []string{expires(ctx, l), t("alarm")},
	}.message(ctx, b)
}

// ConfirmAddress goes to an address that is new on a profile.
func ConfirmAddress(ctx context.Context, b Brand, l Link) (Message, error) {
	t := words(ctx, "mail.confirm_address.", b)
	return letter{
		Subject: t("subject"), Title: t("title"),
		Before: []string{t("lede"), asked(ctx, l)},
		Button: t("button"), URL: l.URL,
		After: []string{expires(ctx, l), t("ignore")},
	}.message(ctx, b)
}

// ConfirmConsent is the second half of a double opt-in.
func ConfirmConsent(ctx context.Context, b Brand, c Consent) (Message, error) {
	t := words(ctx, "mail.confirm_consent.", b)
	if c.Until.IsZero() {
		c.Until = c.ExpiresAt
	}
	return letter{
		Subject: t("subject"), Title: t("title"),
		Before: []string{t("lede", "date", i18n.Date(ctx, c.AskedAt))},
		Quote:  []string{c.Purpose, c.Words},
		Then:   []string{t("why")},
		Button: t("button"), URL: c.URL,
		After: []string{t("until", "date", i18n.DateTime(ctx, c.Until)), i18n.T(ctx, "mail.ignore")},
	}.message(ctx, b)
}

// Changed tells an address that belonged to a profile before the change that
// how its person signs in has changed (OWASP ASVS 5.0, 6.3.7).
func Changed(ctx context.Context, b Brand, c Change) (Message, error) {
	t := words(ctx, "mail.changed.", b)
	switch c.Kind {
	case Added, Removed, Gone, Replaced, Main, Undone:
	case "":
		c.Kind = Replaced
	default:
		return Message{}, fmt.Errorf("no change of kind %q: %w", c.Kind, errs.NotFound)
	}
	m := letter{
		Subject: t("subject"), Title: t("title"),
		Before: []string{t(
			c.Kind,
			"time", i18n.Clock(ctx, c.At), "zone", i18n.Zone(ctx), "date", i18n.Date(ctx, c.At),
		)},
		Then:   []string{t("you")},
		Button: t("button"), URL: c.URL,
	}
	if c.Undo != "" {
		m.Then = append(m.Then, t("undo", "date", i18n.DateTime(ctx, c.Until)))
		m.Button, m.URL = t("undo_button"), c.Undo
	} else {
		m.Then = append(m.Then, t("not_you"))
	}
	if c.Device != "" {
		m.Before = append(m.Before, t("device", "device", c.Device))
	}
	return m.message(ctx, b)
}

// words returns the messages under prefix, which may all name the brand.
func words(ctx context.Context, prefix string, b Brand) func(id string, kv ...any) string {
	return func(id string, kv ...any) string {
		return i18n.T(ctx, prefix+id, append(kv, "brand", b.Name, "controller", b.Controller)...)
	}
}

func asked(ctx context.Context, l Link) string {
	kv := []any{"time", i18n.Clock(ctx, l.AskedAt), "zone", i18n.Zone(ctx)}
	if l.Device == "" {
		return i18n.T(ctx, "mail.asked_plain", kv...)
	}
	return i18n.T(ctx, "mail.asked", append(kv, "device", l.Device)...)
}

func expires(ctx context.Context, l Link) string {
	return i18n.T(ctx, "mail.expires", "span", i18n.Span(ctx, l.ExpiresAt.Sub(l.AskedAt)))
}

// The templates, as internal/login names them for the jobs that send mail. What
// a job keeps beside the name is the JSON of the type named here.
const (
	SignInTemplate         = "login.sign_in"         // Link
	RegisterTemplate       = "login.register"        // Link
	NothingTemplate        = "login.unknown"         // Link
	ProofTemplate          = "login.fresh_proof"     // Asking
	ConfirmAddressTemplate = "login.confirm_address" // Link
	ConfirmConsentTemplate = "login.confirm_consent" // Consent
	ChangedTemplate        = "login.address_changed" // Change
)

// An Asking is a Link for a fresh proof, with what it is for.
type Asking struct {
	Link
	Act string `json:"act"` // an Act constant
}

// Render writes the mail of that template from the JSON of its type, in the
// language of ctx, at the moment when it is sent. It is errs.NotFound for a
// template that there is not.
func Render(ctx context.Context, b Brand, template string, data []byte) (Message, error) {
	switch template {
	case SignInTemplate:
		return from(ctx, b, data, SignIn)
	case RegisterTemplate:
		return from(ctx, b, data, Register)
	case NothingTemplate:
		return from(ctx, b, data, Nothing)
	case ProofTemplate:
		return from(ctx, b, data, func(ctx context.Context, b Brand, a Asking) (Message, error) {
			return Proof(ctx, b, a.Act, a.Link)
		})
	case ConfirmAddressTemplate:
		return from(ctx, b, data, ConfirmAddress)
	case ConfirmConsentTemplate:
		return from(ctx, b, data, ConfirmConsent)
	case ChangedTemplate:
		return from(ctx, b, data, Changed)
	case RequestTemplate:
		return from(ctx, b, data, Moved)
	case DigestTemplate:
		return from(ctx, b, data, Waiting)
	case TroubleTemplate:
		return from(ctx, b, data, Worry)
	case BreachTemplate:
		return from(ctx, b, data, Breached)
	case BreachAlarmTemplate:
		return from(ctx, b, data, Alarm)
	}
	return Message{}, fmt.Errorf("no mail template %q: %w", template, errs.NotFound)
}

func from[T any](
	ctx context.Context, b Brand, data []byte,
	write func(context.Context, Brand, T) (Message, error),
) (Message, error) {
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		// The cause may quote the data, which are personal.
		return Message{}, errors.New("unreadable data of a mail")
	}
	return write(ctx, b, v)
}
