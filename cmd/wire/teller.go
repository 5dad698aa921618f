package wire

import (
	"encoding/json"
	"fmt"
	"net/url"

	"livingprofile/internal/footer"
	"livingprofile/internal/identity"
	"livingprofile/internal/keyring"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
	view "livingprofile/views/mail"
)

// A teller tells people by mail what happened to how they sign in.
type teller struct {
	ring *keyring.Keyring
	base func() (*url.URL, error) // of the pages
}

// AddressChanged prepares the mail to a contact address.
func (t teller) AddressChanged(n identity.Notice) ([]any, error) {
	change := view.Change{Kind: n.What, At: n.At}
	if n.Undoing != nil {
		base, err := t.base()
		if err != nil {
			return nil, err
		}
		change.Until = n.At.Add(identity.Settling)
		text, err := footer.Mint(t.ring.System(), footer.Link{
			Kind: footer.Undo, Subject: n.Subject, Brand: n.Brand,
			Topic: n.Undoing.Entry, Channel: n.Undoing.By, Expires: change.Until,
		})
		if err != nil {
			return nil, err
		}
		change.Undo = base.JoinPath("u", text).String()
	}
	data, err := json.Marshal(change)
	if err != nil {
		return nil, fmt.Errorf("notice of a changed address: %w", err)
	}
	j, err := mail.NewJob(mail.Letter{
		Template: login.AddressChangedMail, To: mail.Address{Email: n.Address}, Brand: n.Brand, Locale: n.Locale, Data: data,
	}, n.Subject, n.At)
	if err != nil {
		return nil, err
	}
	return []any{j}, nil
}
