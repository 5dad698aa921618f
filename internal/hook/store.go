package hook

import (
	"context"
	"time"

	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// A Feed is the ledger, as the fan-out reads it.
type Feed interface {
	// Fresh returns what no fan-out has seen yet, without gaps in a lane: at most
	// limit entries, of the lanes that are the furthest behind first. Payloads
	// are opened where wanted says so; one whose key is gone is nil. With a
	// limit of 0 there are no entries, and each stretch goes to the end of its
	// lane.
	Fresh(ctx context.Context, limit int, wanted func(*ledger.Entry) bool) ([]Stretch, error)
	// Spread writes the deliveries that stretches led to and moves the cursors
	// to their ends, together. A delivery that is there already stays as it is.
	// It is errs.Conflict, and changes nothing, when another process moved a
	// cursor, or when the declaration is no longer that of revision: read and
	// decide again.
	Spread(ctx context.Context, revision int64, stretches []Stretch, all []Delivery) error
}

// A Stretch is a part of one lane.
type Stretch struct {
	Lane    int
	After   int64 // where the cursor stands
	Until   int64 // where it comes to stand
	Entries []ledger.Happening
}

// A Queue keeps deliveries.
type Queue interface {
	// Standing returns the health of endpoints and when the earliest delivery
	// of each is due; an endpoint that nothing is known of is Active.
	Standing(ctx context.Context, endpoints []string, now time.Time) (map[string]Standing, error)
	// Turn writes what became of deliveries and claims others, in one
	// transaction: half of them the oldest, half the newest, which come first.
	Turn(ctx context.Context, t Turn) ([]Delivery, error)
	// Said returns the topics that an endpoint has been told yes of a subject, by
	// the last delivery that told it anything.
	Said(ctx context.Context, endpoint string, s id.Subject) ([]string, error)
	// SetMode pauses, resumes or disables an endpoint, with an entry in the
	// ledger. note is what staff said about it. On resuming, what waits is due at
	// once.
	SetMode(ctx context.Context, endpoint string, m Mode, cause, note string, actor ledger.Actor, now time.Time) error
	// RewindDeliveries makes due what was written under a clock that ran ahead by more
	// than skew; it returns how many.
	RewindDeliveries(ctx context.Context, now time.Time, skew time.Duration) (int, error)
	// ReviveDeliveries makes due what was given up, where it was the last that an endpoint
	// was to be told of a subject and nothing that was told since says as much;
	// it returns how many. A system that has not got the newest would follow what
	// does not hold any more, for good.
	ReviveDeliveries(ctx context.Context, endpoint string, now time.Time) (int, error)
	// SweepDeliveries deletes what was over before a time, but for the last that each
	// endpoint was told of each subject, and gives up what still waits since
	// then.
	SweepDeliveries(ctx context.Context, before time.Time) (int, error)
}

// A Standing is where an endpoint and its queue stand.
type Standing struct {
	Health
	Due     time.Time // of the earliest that nobody works on; zero for none
	Secrets []Secret  // that are valid, the newest first
	// Unsigned says that no secret is needed: a connector signs in by itself.
	Unsigned bool
}

// A Turn is one step of an endpoint's queue.
type Turn struct {
	Endpoint string
	Now      time.Time
	// Outcomes are what attempts came to. One whose attempt is not the latest
	// any more is left out: another process has taken it over.
	Outcomes []Outcome
	Health   *Health // to be written; nil leaves it
	// Hurry makes due at once what waits and has failed less often than that, for
	// the endpoint works again; 0 for nothing.
	Hurry int
	Limit int           // how many to claim; 0 for none
	Lease time.Duration // how long a claim holds before somebody else may have it
	Probe bool          // claim also what is not due yet
}

// A People reads what bodies are written from. Each is errs.Gone or
// errs.NotFound for a subject whose data cannot be opened.
type People interface {
	Facts(ctx context.Context, subject id.Subject) (decision.Facts, error)
	Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
	// Groups returns the audiences that were sent to an endpoint and that the
	// subject is or was in.
	Groups(ctx context.Context, subject id.Subject, endpoint string) ([]Group, error)
	// Names returns what an erasure left of the identifiers of a subject, for
	// systems that have to be told of it; none when that is over.
	Names(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
}

// A Span selects deliveries. The zero Span is everything that is kept.
type Span struct {
	From    time.Time  `json:"from,omitzero"` // of the entry; zero for open
	To      time.Time  `json:"to,omitzero"`
	Subject id.Subject `json:"subject,omitempty"` // "" for everybody
	Entry   string     `json:"entry,omitempty"`   // one delivery
	Failed  bool       `json:"failed,omitempty"`  // only what was given up
}
