package hook

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// A DeskStore writes what staff do with endpoints. Each method puts an entry
// into the ledger with what it changes.
type DeskStore interface {
	Standing(ctx context.Context, endpoints []string, now time.Time) (map[string]Standing, error)
	// SetMode is that of Queue.
	SetMode(ctx context.Context, endpoint string, m Mode, cause, note string, actor ledger.Actor, now time.Time) error
	// AddSecret writes a secret that is valid from now on, and ends the older
	// ones at until.
	AddSecret(ctx context.Context, endpoint string, s Secret, until time.Time, actor ledger.Actor, now time.Time) error
	// EndSecrets ends the older secrets now; errs.Conflict when there are none.
	EndSecrets(ctx context.Context, endpoint string, actor ledger.Actor, now time.Time) error
	// Replay makes due again what a span selects, and returns how many.
	Replay(ctx context.Context, endpoint string, s Span, actor ledger.Actor, now time.Time) (int, error)
	// NotePing keeps what an endpoint answered to a ping.
	NotePing(ctx context.Context, endpoint string, reply Reply, actor ledger.Actor, now time.Time) error
}

// A Desk is where staff look after endpoints. It is safe for concurrent use.
type Desk struct {
	store  DeskStore
	door   Door
	clock  clock.Clock
	source string
	check  func(context.Context, *Target) (Reply, error) // nil for none
}

// NewDesk returns the desk of the installation whose address is source.
func NewDesk(s DeskStore, d Door, c clock.Clock, source string) *Desk {
	return &Desk{store: s, door: d, clock: c, source: source}
}

// Checking returns d, which asks check instead of a hook where a connector speaks
// to a target.
func (d *Desk) Checking(check func(context.Context, *Target) (Reply, error)) *Desk {
	d.check = check
	return d
}

// maxNote is how long a reason may be, in characters.
const maxNote = 300

// ByStaff is the cause of a pause that staff decided on.
const ByStaff = "staff"

// Pause sends an endpoint nothing until it is resumed; what it should be told
// waits. It is errs.Invalid without a reason, and errs.Conflict when it is
// paused already.
func (d *Desk) Pause(ctx context.Context, by ledger.Actor, endpoint, reason string) error {
	return d.turn(ctx, by, endpoint, Paused, ByStaff, reason)
}

// Resume sends to an endpoint again, what waits at once. It is errs.Invalid
// without a reason, and errs.Conflict when it is sent to already.
func (d *Desk) Resume(ctx context.Context, by ledger.Actor, endpoint, reason string) error {
	return d.turn(ctx, by, endpoint, Active, "", reason)
}

func (d *Desk) turn(ctx context.Context, by ledger.Actor, endpoint string, m Mode, cause, reason string) error {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return errs.InvalidFields(errs.At("reason", "error.required"))
	case utf8.RuneCountInString(reason) > maxNote:
		return errs.InvalidFields(errs.At("reason", "error.too_long", "max", maxNote))
	}
	now := d.clock.Now()
	standings, err := d.store.Standing(ctx, []string{endpoint}, now)
	if err != nil {
		return err
	}
	if is := standings[endpoint].Mode; is == m || m == Paused && is == Disabled {
		return errs.New(errs.Conflict, "error.endpoint_moved")
	}
	return d.store.SetMode(ctx, endpoint, m, cause, reason, by, now)
}

// MaxOverlap is how long an older secret may stay valid beside a new one.
const MaxOverlap = 7 * 24 * time.Hour

// NewSecret makes a secret, which is shown once, or a pair of keys. The older ones
// stay valid for overlap.
func (d *Desk) NewSecret(ctx context.Context, by ledger.Actor, endpoint string, pair bool, overlap time.Duration) (Secret, error) {
	if overlap < 0 || overlap > MaxOverlap {
		return nil, errs.InvalidFields(errs.At("overlap", "error.not_a_choice"))
	}
	s, now := NewSecret(), d.clock.Now()
	if pair {
		s = NewPair()
	}
	return s, d.store.AddSecret(ctx, endpoint, s, now.Add(overlap), by, now)
}

// EndRotation ends the older secrets at once; errs.Conflict when there are none.
func (d *Desk) EndRotation(ctx context.Context, by ledger.Actor, endpoint string) error {
	return d.store.EndSecrets(ctx, endpoint, by, d.clock.Now())
}

// Replay tells an endpoint again what a span selects, and returns how much.
func (d *Desk) Replay(ctx context.Context, by ledger.Actor, endpoint string, s Span) (int, error) {
	if !s.From.IsZero() && !s.To.IsZero() && !s.From.Before(s.To) {
		return 0, errs.InvalidFields(errs.At("until", "error.before_start"))
	}
	return d.store.Replay(ctx, endpoint, s, by, d.clock.Now())
}

// Ping sends an endpoint a hook about nobody, past the queue. It is
// errs.Conflict while the endpoint has no secret.
func (d *Desk) Ping(ctx context.Context, by ledger.Actor, t *Target) (Reply, error) {
	now := d.clock.Now()
	if t.Speaks != "" && d.check != nil {
		reply, err := d.check(ctx, t)
		if err != nil {
			return reply, err
		}
		return reply, d.store.NotePing(ctx, t.ID, reply, by, now)
	}
	standings, err := d.store.Standing(ctx, []string{t.ID}, now)
	if err != nil {
		return Reply{}, err
	}
	secrets := standings[t.ID].Secrets
	if len(secrets) == 0 {
		return Reply{}, errs.New(errs.Conflict, "error.no_secret")
	}
	reply, err := Ping(ctx, d.door, t, secrets, d.source, now)
	if err != nil {
		return reply, err
	}
	return reply, d.store.NotePing(ctx, t.ID, reply, by, now)
}
