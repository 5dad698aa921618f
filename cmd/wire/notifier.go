package wire

import (
	"context"
	"encoding/json"
	"fmt"

	"livingprofile/internal/clock"
	"livingprofile/internal/id"
	"livingprofile/internal/login"
	"livingprofile/internal/mail"
	"livingprofile/store"
	view "livingprofile/views/mail"
)

// A notifier tells people by mail what happened to how they sign in.
type notifier struct {
	db    *store.DB
	clock clock.Clock
	wake  func()
}

// AddressChanged tells an old contact address of a change (ASVS 6.3.7).
func (n *notifier) AddressChanged(ctx context.Context, subject id.Subject, address, brand, locale string) error {
	now := n.clock.Now()
	data, err := json.Marshal(view.Change{At: now})
	if err != nil {
		return fmt.Errorf("notice of a changed address: %w", err)
	}
	j, err := mail.NewJob(mail.Letter{
		Template: login.AddressChangedMail, To: mail.Address{Email: address}, Brand: brand, Locale: locale, Data: data,
	}, subject, now)
	if err != nil {
		return err
	}
	if err := n.db.Enqueue(ctx, j); err != nil {
		return fmt.Errorf("notice of a changed address: %w", err)
	}
	n.wake()
	return nil
}
