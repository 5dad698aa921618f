package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
	view "livingprofile/views/mail"
)

// A teller tells people by mail what happened to how they sign in.
type teller struct{}

// AddressChanged prepares the mail to a contact address.
func (teller) AddressChanged(subject id.Subject, address, what string, w identity.Where, at time.Time) ([]any, error) {
	data, err := json.Marshal(view.Change{Kind: what, At: at})
	if err != nil {
		return nil, fmt.Errorf("notice of a changed address: %w", err)
	}
	j, err := mail.NewJob(mail.Letter{
		Template: login.AddressChangedMail, To: mail.Address{Email: address}, Brand: w.Brand, Locale: w.Locale, Data: data,
	}, subject, at)
	if err != nil {
		return nil, err
	}
	return []any{j}, nil
}
