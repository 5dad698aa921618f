package consent

import (
	"context"
	"errors"
	"maps"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// A Signal is a wish that a person's browser sends with every request.
type Signal string

// GPC is Global Privacy Control: no sale of data, no sharing of it, and no
// advertising by what other sites saw (California Code of Regulations 11,
// 7025; W3C Global Privacy Control).
const GPC Signal = "gpc"

// Signals lists the signals that a purpose may name.
var Signals = [...]Signal{GPC}

// SignalReceived is the kind of entry that keeps a signal on a profile.
const SignalReceived ledger.Kind = "signal.received"

// A SignalTrace is the sealed payload of an entry about a signal.
type SignalTrace struct {
	Signal  Signal `json:"signal"`
	Channel string `json:"channel"`
}

// Heard are the signals that a profile has, with the moment since when. A
// signal stays when the browser no longer sends it: nobody said yes by that.
type Heard map[Signal]time.Time

// after returns at, or the first moment after all of h if that is later: a yes
// that is given now must not be taken for older than a signal, whatever the
// clocks of two processes say.
func (h Heard) after(at time.Time) time.Time {
	for _, since := range h {
		if next := since.Add(time.Microsecond); at.Before(next) {
			at = next
		}
	}
	return at
}

// Stops tells whether a signal that is there since the given time stands
// against v for somebody who stands at st; the zero time is no signal.
//
// It overrides a yes that is older, a yes that a system reported, and one that
// only follows from a parent's switch. It gives way to a later yes of the
// person's own to this very purpose (7025(c)(4)), which is why that is never
// undone by the same signal.
func (v *PurposeVersion) Stops(st Standing, since time.Time) bool {
	if v.Signal == "" || since.IsZero() || !v.Asks() {
		return false
	}
	return !(st.Status.Valid() && st.Own() && st.Via == "" && st.At.After(since))
}

// Hear keeps a signal of the person's browser on their profile, with an entry,
// and tells whether it was not there yet. It is for requests that may change
// something, never for a GET (invariant 9).
func (s *Service) Hear(ctx context.Context, w Wisher, signal Signal) (kept bool, err error) {
	err = ledger.Retry(func() error {
		kept = false
		now, err := s.store.Standings(ctx, w.Subject)
		if err != nil {
			return err
		}
		if !now.Preferences.Heard[signal].IsZero() {
			return nil
		}
		kept = true
		at, next := s.clock.Now(), now.Preferences
		next.Heard = maps.Clone(next.Heard)
		if next.Heard == nil {
			next.Heard = Heard{}
		}
		next.Heard[signal] = at
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: w.Subject, Base: now.Version, At: at, Actor: w.Actor, Brand: w.Brand,
			Entries: []ledger.Draft{{Kind: SignalReceived, Payload: SignalTrace{Signal: signal, Channel: w.Channel}}},
			Rows:    []any{next},
		})
		return err
	})
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
		return false, nil // there is no profile to keep it on
	}
	return kept, err
}
