package wire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/job"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// TransferKey is what packages of ours are checked with: the key of receipts.
func (a *App) TransferKey() (transfer.Key, error) { return transfer.ParseKey(a.publicKey) }

// sender sends packages.
func (s *Service) sender() (*transfer.Sender, error) {
	key, err := s.TransferKey()
	if err != nil {
		return nil, err
	}
	return &transfer.Sender{Door: s.outward, Clock: s.Clock, Base: s.base, Key: key, Sign: s.App.signer.Sign}, nil
}

// receiver takes in what other controllers send.
func (s *Service) receiver() *transfer.Receiver {
	s.tasks.Add(job.Task{Name: "transfer.sweep", Every: time.Minute, Do: func(ctx context.Context, now time.Time) error {
		return s.DB.SweepOffers(ctx, now)
	}})
	return &transfer.Receiver{
		Store: s.DB, Clock: s.Clock, Catalogue: func() transfer.Catalogue { return s.Current.Load() }, Profile: s.Profile, Base: s.base,
	}
}

// triedFor is how long a controller that cannot be reached is tried.
const triedFor = 72 * time.Hour

// Transfer sends the copy that r asks for. refused says in the words of the
// person why it will not arrive, "" when it has; an error is to be tried again.
func (d *desk) Transfer(ctx context.Context, r rights.Request) (refused string, err error) {
	words := i18n.With(ctx, d.bundle.Localizer(r.Locale))
	to, ok := d.org.Load().Controller(r.Matter.Name)
	if !ok || !to.Takes() {
		return i18n.T(words, "transfer.refused", "controller", r.Matter.Name), nil
	}
	body, err := d.Bundle(ctx, r)
	if err != nil {
		return "", err
	}
	accepted := 0 // again, when the person opens the request again
	for _, step := range r.Steps {
		if step.Move == rights.Accept {
			accepted++
		}
	}
	outcome, err := d.sender.Send(ctx, to.URL, transfer.Package{
		Nonce: fmt.Sprintf("%s.%d", r.ID, accepted), Reference: r.Matter.Text, Body: body,
	})
	switch late := d.db.Clock().Now().Sub(r.ActAt) > triedFor; {
	case outcome == transfer.Refused:
		return i18n.T(words, "transfer.refused", "controller", to.Label.In(r.Locale)), nil
	case errors.Is(err, errs.Unavailable) && late:
		return i18n.T(words, "transfer.not_reached", "controller", to.Label.In(r.Locale)), nil
	}
	return "", err
}
