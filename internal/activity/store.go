package activity

import (
	"context"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A Store keeps observations.
type Store interface {
	// Facts returns all that one record holds at one moment, with the person's
	// others beside; errs.NotFound or errs.Gone when there is none any more.
	Facts(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Circle returns the records of one person, the subject among them.
	Circle(ctx context.Context, subject id.Subject) ([]id.Subject, error)
	// Activities returns a page of a subject's observations.
	Activities(ctx context.Context, subject id.Subject, p Page) ([]Observation, error)
	// KnownEvents returns which events of a source are known, removed ones too.
	KnownEvents(ctx context.Context, subject id.Subject, source string, events []string) (map[string]bool, error)
	// ActivityState returns what a subject decided about the rules.
	ActivityState(ctx context.Context, subject id.Subject) (State, error)
	// DueActivities returns of whom the rules have to be asked anew: those whose
	// time has come, and those who were last asked under another declaration.
	DueActivities(ctx context.Context, now time.Time, revision int64, limit int) ([]Due, error)
	// SettleActivities notes when a subject is due next, zero for never, unless
	// something has happened since it was due.
	SettleActivities(ctx context.Context, d Due, next time.Time, revision int64) error
	// Commit writes a change whole or not at all; errs.Conflict when the
	// subject is no longer at the change's Base.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Due is a subject of whom the rules have to be asked.
type Due struct {
	Subject id.Subject
	Touched int64 // grows whenever something happens that may change the answer
}

// Kinds knows which kinds are declared, and what may use them.
type Kinds interface {
	// Activity returns the kind called name, a retired one too.
	Activity(name string) (*Kind, bool)
	// AllPurposes returns the newest version of every purpose, the retired ones
	// too.
	AllPurposes() []*consent.PurposeVersion
}

// A Schema knows what is declared.
type Schema interface {
	profile.Schema
	Kinds
	// InferenceRules returns all rules, the retired ones too.
	InferenceRules() []Rule
	// DeclaredAs returns the number of the declaration.
	DeclaredAs() int64
}
