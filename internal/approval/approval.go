// Package approval has many people's data leave only when two members agree:
// one asks for one thing with a reason, another approves it, and the first may
// then take that thing once, within a day (security.md, S28). It is the second
// member of an erasure, for what is no request of anybody.
//
// What a member sees of a few people, or of one, takes none.
package approval

import (
	"context"
	"strings"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Sort is a sort of thing that takes two to take away.
type Sort string

// The sorts.
const (
	AudienceFile  Sort = "audience_file"  // people of an audience, as a file
	AudienceSend  Sort = "audience_send"  // people of an audience, to a system
	ImportRejects Sort = "import_rejects" // refused rows of a file that somebody else sent
)

// Sorts lists the sorts.
var Sorts = [...]Sort{AudienceFile, AudienceSend, ImportRejects}

// A Thing is what is to leave. Two are the same when all of it is.
type Thing struct {
	Sort Sort   `json:"sort"`
	ID   string `json:"id"`  // of the audience or the import
	How  string `json:"how"` // the format of the file, or the endpoint it goes to
	// Version is that of an audience: what was changed since is another thing.
	Version int `json:"version,omitempty"`
}

// A State says how far an approval is.
type State string

// The states.
const (
	Asked    State = "asked"
	Approved State = "approved"
	Refused  State = "refused"
	Used     State = "used"
)

const (
	// StandsFor is how long what was asked waits for somebody.
	StandsFor = 7 * 24 * time.Hour
	// HoldsFor is how long what was approved can be used, as long as a copy waits
	// for its person.
	HoldsFor = 24 * time.Hour
)

// An Approval is what one member asked for, and what another said. It is a row
// of a ledger.Change: the store writes it when it is in the state before, and
// refuses it with errs.Conflict otherwise.
type Approval struct {
	ID     string
	Thing  Thing
	Name   string // of the thing, as staff know it
	People int    // whom it was about when it was asked
	Reason string
	State  State
	By     string // member who asked
	At     time.Time
	Second string // member who said yes or no; "" before
	Until  time.Time
}

// A Trace is the payload of an entry about an approval.
type Trace struct {
	Approval string `json:"approval"`
	Thing    Thing  `json:"thing"`
	People   int    `json:"people,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// Kind is the kind of ledger entry that tells of a state.
func (s State) Kind() ledger.Kind { return ledger.Kind("approval." + string(s)) }

// Before is the state that one leads from; "" for the first.
func (s State) Before() State {
	switch s {
	case Approved, Refused:
		return Asked
	case Used:
		return Approved
	case Asked:
	}
	return ""
}

// Lapsed tells whether a waits or holds no longer, for nobody came in time.
func (a *Approval) Lapsed(now time.Time) bool {
	return (a.State == Asked || a.State == Approved) && !now.Before(a.Until)
}

// Decided returns a with the word of another member. The error is Forbidden for
// the one who asked, and Conflict where nothing waits.
func (a Approval) Decided(yes bool, member string, now time.Time) (Approval, error) {
	switch {
	case member == a.By:
		return a, errs.New(errs.Forbidden, "approval.error.own")
	case a.State != Asked || a.Lapsed(now):
		return a, errs.New(errs.Conflict, "approval.error.over")
	}
	a.State, a.Second, a.Until = Refused, member, time.Time{}
	if yes {
		a.State, a.Until = Approved, now.Add(HoldsFor)
	}
	return a, nil
}

// For tells whether member may take t by a, which stands.
func (a *Approval) For(t Thing, member string) bool {
	return a.Thing == t && a.By == member && a.State == Approved
}

// Waits tells whether a, which stands, waits for a word that member may say.
func (a *Approval) Waits(member string) bool { return a.State == Asked && a.By != member }

// entry tells of the state that a has come to.
func (a *Approval) entry() ledger.Draft {
	t := Trace{Approval: a.ID, Thing: a.Thing}
	if a.State == Asked {
		t.People, t.Reason = a.People, a.Reason
	}
	return ledger.Draft{Kind: a.State.Kind(), Payload: t}
}

// A Store keeps approvals. *store.DB is one.
type Store interface {
	// Approvals returns the newest, up to limit.
	Approvals(ctx context.Context, limit int) ([]Approval, error)
	// StandingApprovals returns those that wait, or can be used, at a time.
	StandingApprovals(ctx context.Context, at time.Time) ([]Approval, error)
	// Approval returns one; errs.NotFound for none.
	Approval(ctx context.Context, approval string) (Approval, error)
	// Commit writes a change whole or not at all.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Service asks for approvals, gives them and uses them. It is safe for
// concurrent use.
type Service struct {
	store Store
	clock clock.Clock
}

// NewService returns a Service.
func NewService(s Store, c clock.Clock) *Service { return &Service{s, c} }

// maxReason bounds why something is asked for, in bytes.
const maxReason = 1000

// Ask asks for a.Thing. The error is Invalid for a missing or long reason.
func (s *Service) Ask(ctx context.Context, a Approval, by ledger.Actor) error {
	a.Reason = strings.TrimSpace(a.Reason)
	switch {
	case a.Reason == "":
		return errs.InvalidFields(errs.At("reason", "error.required"))
	case len(a.Reason) > maxReason:
		return errs.InvalidFields(errs.At("reason", "error.too_long", "max", maxReason))
	}
	now := s.clock.Now()
	a.ID, a.State, a.By, a.At, a.Until = id.New(), Asked, by.ID, now, now.Add(StandsFor)
	return s.write(ctx, a, by)
}

// Decide says yes or no to what another member asked for. The errors are those
// of Approval.Decided, and NotFound.
func (s *Service) Decide(ctx context.Context, approval string, yes bool, by ledger.Actor) error {
	a, err := s.store.Approval(ctx, approval)
	if err != nil {
		return err
	}
	if a, err = a.Decided(yes, by.ID, s.clock.Now()); err != nil {
		return err
	}
	return s.write(ctx, a, by)
}

// Use uses up the approval of t, before t is handed over. It is Forbidden where
// by has none, and of two who use one at the same time one is refused.
func (s *Service) Use(ctx context.Context, t Thing, by ledger.Actor) error {
	c, err := s.Using(ctx, t, by)
	if err == nil {
		_, err = s.store.Commit(ctx, c)
	}
	return err
}

// Using returns the change that uses up the approval of t, for what hands t over
// by a change too: together they are made or refused. The errors are those of
// Use.
func (s *Service) Using(ctx context.Context, t Thing, by ledger.Actor) (ledger.Change, error) {
	now := s.clock.Now()
	all, err := s.store.StandingApprovals(ctx, now)
	if err != nil {
		return ledger.Change{}, err
	}
	for _, a := range all {
		if a.For(t, by.ID) {
			a.State, a.Until = Used, now
			return s.change(a, by), nil
		}
	}
	return ledger.Change{}, errs.New(errs.Forbidden, "approval.error.needed")
}

func (s *Service) change(a Approval, by ledger.Actor) ledger.Change {
	return ledger.Change{At: s.clock.Now(), Actor: by, Entries: []ledger.Draft{a.entry()}, Rows: []any{a}}
}

func (s *Service) write(ctx context.Context, a Approval, by ledger.Actor) error {
	_, err := s.store.Commit(ctx, s.change(a, by))
	return err
}

// shown is how many approvals a list has.
const shown = 100

// All returns the newest approvals.
func (s *Service) All(ctx context.Context) ([]Approval, error) { return s.store.Approvals(ctx, shown) }

// Standing returns the approvals that wait for somebody or can be used now.
func (s *Service) Standing(ctx context.Context) ([]Approval, error) {
	return s.store.StandingApprovals(ctx, s.clock.Now())
}
