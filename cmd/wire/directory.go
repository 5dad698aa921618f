package wire

import (
	"context"
	"errors"
	"net/url"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
	"livingprofile/internal/organisation"
	"livingprofile/store"
	view "livingprofile/views/mail"
)

// A directory tells login who an address belongs to.
type directory struct {
	db       *store.DB
	identity *identity.Service
	org      *Current
}

func (d *directory) Holder(ctx context.Context, address string) (login.Account, error) {
	subject, err := d.identity.ByEmail(ctx, address)
	if err != nil {
		return login.Account{}, err
	}
	f, err := d.db.Facts(ctx, subject)
	if err != nil {
		return login.Account{}, err
	}
	return login.Account{Subject: subject, Locale: f.Preferences.Language}, nil
}

func (d *directory) MayRegister(_ context.Context, brand string) (bool, error) {
	b, ok := d.org.Load().Brand(brand)
	return ok && !b.Retired && b.Register, nil
}

func (d *directory) Register(ctx context.Context, r login.Registration) (id.Subject, error) {
	may, err := d.MayRegister(ctx, r.Brand)
	if err != nil {
		return "", err
	}
	if !may {
		return "", errs.New(errs.Forbidden, "error.no_registration")
	}
	return d.identity.Register(ctx, r.Address, r.Brand)
}

// A renderer writes mails in the language and the name of the brand.
type renderer struct {
	bundle *i18n.Bundle
	org    *Current
	from   string
}

func (r *renderer) Render(ctx context.Context, l mail.Letter) (mail.Message, error) {
	org := r.org.Load()
	switch l.Template {
	case view.DigestTemplate, view.TroubleTemplate, view.BreachAlarmTemplate:
		return r.staff(ctx, l, org)
	}
	b, ok := org.Brand(l.Brand)
	if !ok {
		return mail.Message{}, errs.NotFound
	}
	locale := l.Locale
	if !b.Speaks(locale) {
		locale = b.Locales[0]
	}
	ctx = i18n.With(ctx, r.bundle.Localizer(locale).In(org.Zone(b.Name)))
	name := b.Label.In(locale)
	m, err := view.Render(ctx, view.Brand{Name: name, Controller: b.LegalName, Accent: b.Accent, Contact: b.Contact}, l.Template, l.Data)
	if err != nil {
		return mail.Message{}, err
	}
	return mail.Message{
		From: mail.Address{Name: name, Email: r.from}, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
	}, nil
}

// staff writes a mail to a staff member, which is in the name of no brand.
func (r *renderer) staff(ctx context.Context, l mail.Letter, org *organisation.Organisation) (mail.Message, error) {
	locale := l.Locale
	if locale == "" {
		locale = i18n.Source
	}
	ctx = i18n.With(ctx, r.bundle.Localizer(locale))
	m, err := view.Render(ctx, view.Brand{Contact: org.Contact}, l.Template, l.Data)
	if err != nil {
		return mail.Message{}, err
	}
	return mail.Message{
		From: mail.Address{Name: i18n.T(ctx, "console.name"), Email: r.from}, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
	}, nil
}

// linkURL returns the address of the page behind a mail's link. The base comes
// from the settings and never from a request (S07).
func linkURL(base *url.URL, current func() *organisation.Organisation) func(brand, token string) string {
	return func(brand, token string) string {
		site := base
		if b, ok := current().Brand(brand); ok {
			site = b.Site(base)
		}
		return site.JoinPath(brand, "link", token).String()
	}
}

// unready is the Sender of an installation without a mail server: letters wait.
type unready struct{}

func (unready) Send(context.Context, mail.Message) error {
	return errs.Wrap(errs.Unavailable, "error.mail_unavailable", errors.New("no mail server is set"))
}
