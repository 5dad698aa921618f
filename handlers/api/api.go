// Package api answers connected systems: JSON under /api/v1, for callers with
// an API key.
//
// A key says for which brand, which actions and which fields it is. What is
// another brand's answers as what does not exist. Subjects go by a name that
// each system has for itself (keyring.Pairwise), and nothing personal stands in
// an address: who is meant is looked up by POST.
//
// An endpoint gets a caller whose permission is checked, and returns an answer
// or an error. It writes neither: serve does, so that each answer can be kept
// and given again.
package api

import (
	"context"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/automated"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/intake"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/once"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	view "livingprofile/views/reference"
)

// A Store is what the API reads, beside the services.
type Store interface {
	// Facts returns all that is held of a subject; errs.NotFound or errs.Gone
	// when there is none any more.
	Facts(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Beside is Facts of one record, with those joined with it beside: for a
	// change, which is decided on the one.
	Beside(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Identifiers returns a subject's identifiers, oldest first.
	Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
	// Holders returns the active subjects that bear a normalised identifier,
	// the one that has proved it first.
	Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error)
	// Records returns the consent records about a purpose, or all for "",
	// oldest first.
	Records(ctx context.Context, subject id.Subject, purpose consent.PurposeID) ([]consent.Record, error)
	// Activities returns a page of what a subject did, newest first.
	Activities(ctx context.Context, subject id.Subject, p activity.Page) ([]activity.Observation, error)
	// AutomatedDecisions returns what systems decided about a subject.
	AutomatedDecisions(ctx context.Context, subject id.Subject, p automated.Page) ([]automated.Decision, error)
	// Noted tells whether a subject's history has that reading.
	Noted(ctx context.Context, subject id.Subject, r decision.Reading) (bool, error)
	// Spend counts, as login.LinkStore does.
	Spend(ctx context.Context, counters []login.Counter, now time.Time) (until time.Time, err error)
	// Commit writes a change whole or not at all.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
	// Since reads the ledger behind the ends of its lanes; see package store.
	Since(ctx context.Context, ends decision.Ends, limit int, wanted func(*ledger.Entry) bool) ([]hook.Stretch, decision.Ends, error)
	// Groups returns the audiences that were sent to an endpoint and that a subject
	// is or was in.
	Groups(ctx context.Context, subject id.Subject, endpoint string) ([]hook.Group, error)
	// Erased returns the version that a subject ended with; errs.NotFound for one
	// that was not erased.
	Erased(ctx context.Context, subject id.Subject) (int64, error)
	once.Store
}

// Secrets makes names, digests and indexes. It is a part of keyring.Keyring.
type Secrets interface {
	Digest(domain string, secret []byte) []byte
	// System returns the key for what belongs to no subject.
	System() *keyring.DataKey
	Blind(kind, scope, normalised string) [32]byte
	// Pairwise returns the name by which a system knows a subject.
	Pairwise(system string, s id.Subject) (string, error)
	// Paired returns the subject whom a system knows by name; a Pairing does for
	// many.
	Paired(system, name string) (id.Subject, error)
	Pairing(system string) (*keyring.Pairing, error)
}

// Deps is what the API stands on.
type Deps struct {
	Keys     *authz.Keys
	Store    Store
	Secrets  Secrets
	Consent  *consent.Service
	Profile  *profile.Service
	Identity *identity.Service
	Desk     *intake.Desk
	Uploads  Uploads
	Index    *decision.Index
	Door     *inbound.Service
	Activity *activity.Service
	// Automated has what systems decide by themselves.
	Automated *automated.Service
	Audience  *audience.Sender
	Frames    *login.Frames
	Clock     clock.Clock
	Base      *url.URL // of the installation, for links
	// Rights takes requests, under Laws.
	Rights *rights.Service
	Laws   *rights.Packs
	// Deliveries are acknowledged by those who got them; Heard is told what became
	// of each of their words, for metrics.
	Deliveries Deliveries
	Heard      func(said hook.State, what hook.Heard)
	// PerMinute is how many requests a key may make in a minute; 600 if 0.
	PerMinute int
}

// API answers connected systems. It is safe for concurrent use.
type API struct {
	Deps
	allowances allowances
	rooms      sync.Pool    // of *[]byte, for answers about many
	waiting    atomic.Int64 // who wait for changes
	// The description, to machines and to people; read when it is first asked for.
	document  func() ([]byte, error)
	reference func() (view.Page, error)
}

// New returns the API.
func New(d Deps) *API {
	if d.PerMinute <= 0 {
		d.PerMinute = 600
	}
	return &API{
		Deps: d, document: sync.OnceValues(document),
		reference: sync.OnceValues(func() (view.Page, error) { return reference(d.Base.String()) }),
	}
}
