package login

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/mail"
)

// JobKind is the kind of the jobs that mail links.
const JobKind = "login.mail"

// The templates of the mails that login sends. All but UnknownMail have a
// LinkMail as their data, UnknownMail has it without URL. AddressChangedMail is
// of a change of contact (identity.Teller), and has the data of its view.
const (
	SignInMail         = "login.sign_in"
	RegisterMail       = "login.register" // nobody has the address yet
	UnknownMail        = "login.unknown"  // nobody has it, and none may register
	FreshProofMail     = "login.fresh_proof"
	ConfirmAddressMail = "login.confirm_address"
	ConfirmConsentMail = "login.confirm_consent"
	AddressChangedMail = "login.address_changed"
)

// A LinkMail is what the mail with a link shows.
type LinkMail struct {
	URL       string    `json:"url,omitempty"`
	AskedAt   time.Time `json:"asked_at"`
	ExpiresAt time.Time `json:"expires_at"`
	Details
}

// Details are what the asking page knows and the mail repeats.
type Details struct {
	Device  string    `json:"device,omitempty"`  // from what it was asked for, in words
	Act     string    `json:"act,omitempty"`     // what a fresh proof is for
	Purpose string    `json:"purpose,omitempty"` // title of what was answered with yes
	Words   string    `json:"words,omitempty"`   // the sentence that was answered
	Until   time.Time `json:"until,omitzero"`    // when that yes ends by itself
}

// A Mailer writes and sends a letter; id is the same for each attempt at one
// letter. It is mail.Post.
type Mailer interface {
	Deliver(ctx context.Context, id string, l mail.Letter) error
}

// order is the payload of a job: what to mail to whom. It holds the raw token
// and the address, and is sealed at rest as every payload is.
type order struct {
	Token     string     `json:"token"`
	Purpose   Purpose    `json:"purpose"`
	Brand     string     `json:"brand"`
	Address   string     `json:"address"`
	Subject   id.Subject `json:"subject,omitempty"`
	Locale    string     `json:"locale,omitempty"`
	AskedAt   time.Time  `json:"asked_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	Details   Details    `json:"details,omitzero"`
}

// Work says how the jobs of JobKind are done. url returns the address of the
// page behind a link, from configuration and never from a request.
func Work(d Directory, m Mailer, url func(brand, token string) string) job.Work {
	return job.Work{
		Kind: JobKind,
		// A person waits in front of the page: more attempts in the ten minutes
		// that the link lives are better than few over a day.
		Backoff: func(attempt int) time.Duration {
			return min(job.Backoff(attempt), 30*time.Second)
		},
		Tries: 20,
		Limit: time.Minute,
		Do: func(ctx context.Context, j job.Job) error {
			var o order
			if err := j.Decode(&o); err != nil {
				return err
			}
			l, err := o.letter(ctx, d, url)
			if err != nil {
				return err
			}
			return m.Deliver(ctx, string(j.ID), l)
		},
	}
}

// letter decides which mail is due, and this is the first time that anybody
// looks whether the address is held.
func (o order) letter(ctx context.Context, d Directory, url func(brand, token string) string) (mail.Letter, error) {
	account, err := d.Holder(ctx, o.Address)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return mail.Letter{}, fmt.Errorf("find holder: %w", err)
	}
	l := mail.Letter{
		To: mail.Address{Email: o.Address}, Brand: o.Brand, Locale: o.Locale, ExpiresAt: o.ExpiresAt,
	}
	if account.Locale != "" {
		l.Locale = account.Locale
	}
	if l.Template, err = o.template(ctx, d, account); err != nil {
		return mail.Letter{}, err
	}
	data := LinkMail{AskedAt: o.AskedAt, ExpiresAt: o.ExpiresAt, Details: o.Details}
	if l.Template != UnknownMail {
		data.URL = url(o.Brand, o.Token)
	}
	l.Data, err = json.Marshal(data)
	return l, err
}

func (o order) template(ctx context.Context, d Directory, account Account) (string, error) {
	switch o.Purpose {
	case FreshProof:
		if account.Subject != o.Subject {
			return "", errs.New(errs.Forbidden, "error.other_subject")
		}
		return FreshProofMail, nil
	case ConfirmAddress:
		return ConfirmAddressMail, nil
	case ConfirmConsent:
		return ConfirmConsentMail, nil
	}
	if account.Subject != "" {
		return SignInMail, nil
	}
	may, err := d.MayRegister(ctx, o.Brand)
	if err != nil {
		return "", fmt.Errorf("ask brand: %w", err)
	}
	if may {
		return RegisterMail, nil
	}
	return UnknownMail, nil
}

// Sweep is the task that deletes what nobody needs: attempts as soon as they
// have expired, so that no clock brings them back; counts after two days;
// sessions a month after their end, of which the ledger keeps the record.
func Sweep(store LinkStore) job.Task {
	return job.Task{
		Name:  "login.sweep",
		Every: time.Minute,
		Do: func(ctx context.Context, now time.Time) error {
			_, err := store.Sweep(ctx, now, 48*time.Hour, 30*24*time.Hour)
			return err
		},
	}
}
