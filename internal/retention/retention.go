// Package retention ends what is held when its time is over: values of the
// profile whose field declares how long they are kept, and what a law or a hold
// kept beyond an erasure (Art. 5(1)(e) GDPR).
//
// When a value ends is a pure function, profile.Expire. A row for each person
// says when that has to be asked next; a change of the profile asks at once.
package retention

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// A Due is a subject whose values have to be looked at.
type Due struct {
	Subject id.Subject
	Touched int64 // grows whenever the profile changes
}

// A KeptSet is what one duty keeps of one erasure.
type KeptSet struct {
	Certificate string
	Number      string // of the request
	Duty        string // name of a duty, or rights.OnHold
	Count       int
	At          time.Time
	Until       time.Time // zero for a hold
}

// An Ending counts what ends until a time.
type Ending struct {
	People     int            // with a value that may end
	Activities map[string]int // by kind
	Decisions  map[string]int // by kind
	Kept       map[string]int // values, by duty
}

// A Store keeps values and their times. *store.DB is one.
type Store interface {
	KeptStore
	// DueRetention returns whose values have to be looked at.
	DueRetention(ctx context.Context, now time.Time, revision int64, limit int) ([]Due, error)
	// SettleRetention notes when a subject is due next, zero for never, unless
	// the profile has changed since.
	SettleRetention(ctx context.Context, d Due, next time.Time, revision int64) error
	// Profile returns what is claimed about a subject itself, and its version.
	Profile(ctx context.Context, subject id.Subject) (profile.State, int64, error)
	// Holds returns what open erasures of a subject must not lose.
	Holds(ctx context.Context, subject id.Subject) (rights.Holds, error)
}

// A KeptStore keeps what survives erasures.
type KeptStore interface {
	// KeptDue and KeptOnHold name kept values; KeptOf opens those of an erasure.
	KeptDue(ctx context.Context, now time.Time, limit int) ([]rights.Kept, error)
	KeptOnHold(ctx context.Context, certificate string, limit int) ([]rights.Kept, error)
	KeptOf(ctx context.Context, certificate string) ([]rights.Kept, error)
	// EndKept destroys the keys of kept values and deletes them with c.
	EndKept(ctx context.Context, kept []rights.Kept, c ledger.Change) error
	// Commit writes a change whole or not at all.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Schema knows what is declared.
type Schema interface {
	profile.Schema
	// Keep returns how long a value of f is kept; 0 for as long as somebody
	// says it.
	Keep(f *profile.Field) time.Duration
	// Keeps tells whether any field is kept for a time.
	Keeps() bool
	// DeclaredAs returns the number of the declaration.
	DeclaredAs() int64
}

// A Service ends what is over. It is safe for concurrent use.
type Service struct {
	store  Store
	schema func() Schema
	clock  clock.Clock
}

// NewService returns a Service. schema is asked at every call.
func NewService(s Store, schema func() Schema, c clock.Clock) *Service {
	return &Service{s, schema, c}
}

// heldAgain is when the values of somebody with a hold are looked at again.
const heldAgain = 24 * time.Hour

// atOnce is how many are looked at at a time.
const atOnce = 200

// program is the actor of what ends by itself.
var program = ledger.Actor{Kind: ledger.ByProgram, ID: "retention"}

// Enforce ends the values whose time is over, and returns of how many people it
// looked at the values. It may be repeated, and two processes may do it at the
// same time.
func (s *Service) Enforce(ctx context.Context) (int, error) {
	if !s.schema().Keeps() {
		return 0, nil
	}
	done := 0
	for {
		revision := s.schema().DeclaredAs()
		due, err := s.store.DueRetention(ctx, s.clock.Now(), revision, atOnce)
		if err != nil || len(due) == 0 {
			return done, err
		}
		g, within := errgroup.WithContext(ctx)
		g.SetLimit(8)
		for _, d := range due {
			g.Go(func() error { return s.enforce(within, d, revision) })
		}
		if err := g.Wait(); err != nil {
			return done, err
		}
		if done += len(due); len(due) < atOnce {
			return done, nil
		}
	}
}

func (s *Service) enforce(ctx context.Context, d Due, revision int64) error {
	var next time.Time
	changed := false
	err := ledger.Retry(func() error {
		held, version, err := s.store.Profile(ctx, d.Subject)
		if err != nil {
			return err
		}
		// Read after the version: a hold that comes later makes the change a
		// conflict.
		hold, err := s.store.Holds(ctx, d.Subject)
		if err != nil {
			return err
		}
		schema, now := s.schema(), s.clock.Now()
		var after profile.State
		var steps []profile.Step
		after, steps, next = profile.Expire(held, schema, func(f *profile.Field) time.Duration {
			if hold.Keeps(f.Name) {
				return 0
			}
			return schema.Keep(f)
		}, now)
		if tomorrow := now.Add(heldAgain); hold.Any() && (next.IsZero() || next.After(tomorrow)) {
			next = tomorrow
		}
		if changed = len(steps) > 0; !changed {
			return nil
		}
		c := ledger.Change{Subject: d.Subject, Base: version, At: now, Actor: program, Rows: []any{after}}
		for _, step := range steps {
			c.Entries = append(c.Entries, step.Entry())
		}
		_, err = s.store.Commit(ctx, c)
		return err
	})
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
		next, err = time.Time{}, nil // erased meanwhile
	}
	if err != nil || changed {
		return err // what changed is asked again, at once
	}
	return s.store.SettleRetention(ctx, d, next, revision)
}

// EndDue ends what laws kept beyond an erasure and whose time is over, and
// returns how many values that were.
func (s *Service) EndDue(ctx context.Context) (int, error) {
	done := 0
	for {
		due, err := s.store.KeptDue(ctx, s.clock.Now(), atOnce)
		if err != nil || len(due) == 0 {
			return done, err
		}
		if err := s.end(ctx, due, "", program); err != nil {
			return done, err
		}
		done += len(due)
	}
}

func (s *Service) end(ctx context.Context, kept []rights.Kept, certificate string, by ledger.Actor) error {
	c := ledger.Change{At: s.clock.Now(), Actor: by}
	for _, r := range rights.Summary(kept) {
		n := 0
		for _, k := range kept {
			if k.Duty == r.Duty {
				n++
			}
		}
		c.Entries = append(c.Entries, ledger.Draft{
			Kind: rights.KeptEnded, Payload: rights.KeptTrace{Certificate: certificate, Duty: r.Duty, Count: n},
		})
	}
	err := s.store.EndKept(ctx, kept, c)
	if errors.Is(err, errs.Conflict) {
		return nil // another process ended them
	}
	return err
}

// mostHeld is how many values one hold can keep.
const mostHeld = 1000

// Release ends what a hold keeps of an erasure. It is errs.NotFound where none
// does.
func (s *Service) Release(ctx context.Context, certificate string, by ledger.Actor) error {
	held, err := s.store.KeptOnHold(ctx, certificate, mostHeld)
	if err != nil {
		return err
	}
	if len(held) == 0 {
		return errs.New(errs.NotFound, "")
	}
	return s.end(ctx, held, certificate, by)
}

// maxReason bounds why somebody looks, in bytes.
const maxReason = 1000

// Open returns what is kept of an erasure. Looking is written down first, with
// who and why.
func (s *Service) Open(ctx context.Context, certificate, reason string, by ledger.Actor) ([]rights.Kept, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return nil, errs.InvalidFields(errs.At("reason", "error.required"))
	case len(reason) > maxReason:
		return nil, errs.InvalidFields(errs.At("reason", "error.too_long", "max", maxReason))
	}
	kept, err := s.store.KeptOf(ctx, certificate)
	if err != nil {
		return nil, err
	}
	if len(kept) == 0 {
		return nil, errs.New(errs.NotFound, "")
	}
	_, err = s.store.Commit(ctx, ledger.Change{
		At: s.clock.Now(), Actor: by,
		Entries: []ledger.Draft{{Kind: rights.KeptOpened, Payload: rights.KeptTrace{Certificate: certificate, Count: len(kept), Reason: reason}}},
	})
	if err != nil {
		return nil, err
	}
	return kept, nil
}
