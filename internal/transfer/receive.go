package transfer

import (
	"context"
	"io"
	"net/url"
	"slices"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A Store keeps offers.
type Store interface {
	// KeepOffer keeps a new one, sealed with a key of its own; errs.Conflict for
	// one whose sender sent its nonce before.
	KeepOffer(ctx context.Context, o Offer) error
	// WaitingFrom counts the offers of a controller that wait.
	WaitingFrom(ctx context.Context, controller string) (int, error)
	// Offers returns those that wait for an active subject at a time, newest
	// first: one of its names is one that the subject has proved.
	Offers(ctx context.Context, subject id.Subject, now time.Time) ([]Offer, error)
	// Commit writes a change whole or not at all. Of this package it takes Ended
	// as a row.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Catalogue is what the organisation declares, as far as it is asked here.
type Catalogue interface {
	Senders() []Controller // that may send to us
	Field(name string) (*profile.Field, bool)
}

// A Receiver takes in what declared controllers send. It is safe for concurrent
// use.
type Receiver struct {
	Store     Store
	Clock     clock.Clock
	Catalogue func() Catalogue
	Profile   *profile.Service
	Base      *url.URL // of our site
}

// MaxWaiting is how many offers of one controller may wait.
const MaxWaiting = 10_000

// Take takes in a package. Nothing of the body is read before the signature on
// the headers is checked. The errors are errs.Forbidden for what no declared
// controller has signed for us just now, errs.Invalid for what is no package,
// errs.Conflict for one that came before, and errs.TooMany while too many wait.
// None depends on whom it is for.
func (r *Receiver) Take(ctx context.Context, header func(name string) string, body io.Reader) error {
	known, now := r.Catalogue(), r.Clock.Now()
	s, err := verify(header, r.Base.JoinPath(TakePath).String(), known.Senders(), now)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if !s.holds(text) {
		return errs.New(errs.Forbidden, "transfer.error.unsigned")
	}
	o, err := read(text, func(field string) bool {
		f, ok := known.Field(field)
		return ok && !f.Retired
	})
	if err != nil {
		return err
	}
	waiting, err := r.Store.WaitingFrom(ctx, s.from.Name)
	if err != nil {
		return err
	}
	if waiting >= MaxWaiting {
		return errs.New(errs.TooMany, "transfer.error.too_many")
	}
	o.ID, o.From, o.Nonce, o.At, o.Until = id.New(), s.from.Name, s.nonce, now, now.Add(OfferLife)
	return r.Store.KeepOffer(ctx, o)
}

// Waiting returns the offers that wait for a subject, newest first. Those of a
// controller that may not send any more are not shown.
func (r *Receiver) Waiting(ctx context.Context, subject id.Subject) ([]Offer, error) {
	all, err := r.Store.Offers(ctx, subject, r.Clock.Now())
	from := r.Catalogue().Senders()
	return slices.DeleteFunc(all, func(o Offer) bool {
		return !slices.ContainsFunc(from, func(c Controller) bool { return c.Name == o.From })
	}), err
}

// Offer returns one that waits for a subject; errs.NotFound for any other.
func (r *Receiver) Offer(ctx context.Context, subject id.Subject, offer string) (Offer, error) {
	all, err := r.Waiting(ctx, subject)
	if err != nil {
		return Offer{}, err
	}
	for _, o := range all {
		if o.ID == offer {
			return o, nil
		}
	}
	return Offer{}, errs.New(errs.NotFound, "offer.error.none")
}

// Pick has the person say what they picked of an offer, and ends it: all in one
// change, or nothing. Each value is held to what their own typing is held to;
// errs.Invalid names the fields whose values are not acceptable.
func (r *Receiver) Pick(ctx context.Context, e profile.Editor, offer string, fields []string) ([]profile.Step, error) {
	o, err := r.Offer(ctx, e.Subject, offer)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, v := range o.Values {
		if slices.Contains(fields, v.Field) {
			values[v.Field] = v.Value
		}
	}
	switch {
	case len(fields) == 0:
		return nil, errs.InvalidFields(errs.At("take", "offer.error.nothing"))
	case len(values) != len(fields):
		return nil, errs.InvalidFields(errs.At("take", "error.not_a_choice"))
	}
	e.Cause = o.ID
	return r.Profile.Bring(ctx, e, profile.Brought{
		Values: values, Via: o.From,
		Entry: func(taken []string) ledger.Draft {
			return ledger.Draft{Kind: TakenIn, Payload: Trace{o.ID, o.From, taken}}
		},
		Rows: []any{Ended{o.ID}},
	})
}

// Decline throws an offer away.
func (r *Receiver) Decline(ctx context.Context, e profile.Editor, offer string) error {
	o, err := r.Offer(ctx, e.Subject, offer)
	if err != nil {
		return err
	}
	_, err = r.Store.Commit(ctx, ledger.Change{
		Subject: e.Subject, Base: ledger.AnyVersion, At: r.Clock.Now(), Actor: e.Actor, Brand: e.Brand, Cause: o.ID,
		Entries: []ledger.Draft{{Kind: Declined, Payload: Trace{Offer: o.ID, From: o.From}}},
		Rows:    []any{Ended{o.ID}},
	})
	return err
}
