package intake

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/text/unicode/norm"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// A MergeStore is what merging reads and writes.
type MergeStore interface {
	// Holders returns the active subjects that bear a normalised identifier.
	Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error)
	// Facts reads what is held of an active subject.
	Facts(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Identifiers returns a subject's identifiers.
	Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
	// Commit writes a change whole or not at all.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Merger is the Sink that brings items into the profiles of the people they
// are about, or makes new ones.
//
// An item is about a known subject when they share a number that the same
// system gave, or an identifier that both have proved, or e-mail address and
// name. An unverified address alone joins nobody: it may be a typing mistake,
// or a family's.
type Merger struct {
	store        MergeStore
	organisation *organisation.Organisation
	clock        clock.Clock
	source       string
	cause        string
}

// NewMerger returns a Merger for one import of source. cause is its id.
func NewMerger(s MergeStore, o *organisation.Organisation, c clock.Clock, source, cause string) *Merger {
	return &Merger{store: s, organisation: o, clock: c, source: source, cause: cause}
}

// parallel is how many people are written at the same time; the store commits
// them together.
const parallel = 64

// A person is the items of one batch about one subject.
type person struct {
	subject id.Subject
	fresh   bool
	name    string
	items   []int // places in the batch
}

// Apply merges a batch.
func (m *Merger) Apply(ctx context.Context, items []Item) ([]Outcome, error) {
	people, err := m.resolve(ctx, items)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(items))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	var mu sync.Mutex
	for _, p := range people {
		g.Go(func() error {
			result, err := m.merge(ctx, p, items)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, i := range p.items {
				outcomes[i] = result
			}
			return nil
		})
	}
	return outcomes, g.Wait()
}

// A mark is an identifier, as a key.
type mark struct {
	kind         identity.Kind
	scope, value string
}

// resolve finds out who each item is about. Items of one batch know each other
// before anything is written.
func (m *Merger) resolve(ctx context.Context, items []Item) ([]*person, error) {
	var people []*person
	known := map[id.Subject]*person{}
	seen := map[mark][]*person{}
	for i := range items {
		p, err := m.who(ctx, &items[i], known, seen)
		if err != nil {
			return nil, err
		}
		if len(p.items) == 0 {
			people = append(people, p)
			known[p.subject] = p
		}
		p.items = append(p.items, i)
		for _, ident := range items[i].Identifiers {
			k := mark{ident.Kind, ident.Scope, ident.Value}
			seen[k] = append(seen[k], p)
		}
	}
	return people, nil
}

func (m *Merger) who(ctx context.Context, item *Item, known map[id.Subject]*person, seen map[mark][]*person) (*person, error) {
	name := nameOf(func(field string) string { return item.Claims[field].Value })
	for _, ident := range item.Identifiers {
		for _, p := range seen[mark{ident.Kind, ident.Scope, ident.Value}] {
			if own(ident.Kind) || ident.Kind == identity.Email && name != "" && name == p.name {
				return p, nil
			}
		}
		subject, joined, err := m.holder(ctx, ident, name)
		if err != nil {
			return nil, err
		}
		if subject != "" {
			if p, ok := known[subject]; ok {
				return p, nil
			}
			return &person{subject: subject, name: joined}, nil
		}
	}
	return &person{subject: id.Subject(id.New()), fresh: true, name: name}, nil
}

// own tells whether an identifier of kind was given to one person by a system.
func own(kind identity.Kind) bool {
	return kind == identity.Customer || kind == identity.Device || kind == identity.External
}

// holder returns the known subject that an identifier joins with, and the name
// that is held of it; "" for none.
func (m *Merger) holder(ctx context.Context, ident identity.Identifier, name string) (id.Subject, string, error) {
	holders, err := m.store.Holders(ctx, ident.Kind, ident.Scope, ident.Value)
	if err != nil {
		return "", "", err
	}
	for _, h := range holders {
		proved := ident.Verified() && !h.VerifiedAt.IsZero()
		if own(ident.Kind) || proved {
			return h.Subject, name, nil
		}
		if ident.Kind != identity.Email || name == "" {
			continue
		}
		f, err := m.store.Facts(ctx, h.Subject)
		if err != nil {
			return "", "", err
		}
		if held := m.heldName(f); held == name {
			return h.Subject, held, nil
		}
	}
	return "", "", nil
}

// The fields that make a name, by which people are told apart.
const (
	givenName  = "given-name"
	familyName = "family-name"
)

func (m *Merger) heldName(f decision.Facts) string {
	return nameOf(func(field string) string {
		decl, ok := m.organisation.Field(field)
		if !ok {
			return ""
		}
		return f.Profile.Value(decl, m.organisation.Rank)
	})
}

// nameOf returns a name in the form in which it is compared, "" unless both of
// its parts are known.
func nameOf(value func(field string) string) string {
	given, family := fold(value(givenName)), fold(value(familyName))
	if given == "" || family == "" {
		return ""
	}
	return given + " " + family
}

func fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}

// merge writes all items about one person in one change.
func (m *Merger) merge(ctx context.Context, p *person, items []Item) (Outcome, error) {
	var outcome Outcome
	err := ledger.Retry(func() error {
		w := weaving{Merger: m, at: m.clock.Now(), fresh: p.fresh}
		if err := w.load(ctx, p.subject); err != nil {
			return err
		}
		for _, i := range p.items {
			if err := w.add(ctx, &items[i]); err != nil {
				return err
			}
		}
		outcome = w.outcome()
		c := w.change()
		if c.Empty() {
			return nil
		}
		_, err := m.store.Commit(ctx, c)
		return err
	})
	switch {
	case errors.Is(err, errs.Gone), errors.Is(err, errs.NotFound):
		// Erased while the file was read: nothing brings the person back.
		return Outcome{Result: Rejected, Reason: "intake.subject_gone"}, nil
	case errors.Is(err, errs.Conflict):
		return Outcome{Result: Rejected, Reason: "intake.contested"}, nil
	case err != nil:
		return Outcome{}, err
	}
	return outcome, nil
}

// A weaving is the change that brings a person's items in.
type weaving struct {
	*Merger
	at          time.Time
	fresh       bool
	subject     id.Subject
	facts       decision.Facts
	identifiers []identity.Identifier
	profile     profile.State
	consents    consent.State
	entries     []ledger.Draft
	rows        []any
	moved       struct{ profile, consents bool }
	warning     string
}

func (w *weaving) load(ctx context.Context, subject id.Subject) (err error) {
	w.subject = subject
	if w.fresh {
		w.entries = append(w.entries, ledger.Draft{Kind: identity.SubjectCreated})
		w.consents = consent.State{}
		return nil
	}
	if w.facts, err = w.store.Facts(ctx, subject); err != nil {
		return err
	}
	w.profile, w.consents = w.facts.Profile, w.facts.Consents
	w.identifiers, err = w.store.Identifiers(ctx, subject)
	return err
}

func (w *weaving) add(ctx context.Context, item *Item) error {
	for _, ident := range item.Identifiers {
		if err := w.identify(ctx, ident); err != nil {
			return err
		}
	}
	w.claim(item)
	for _, c := range item.Consents {
		w.consent(c)
	}
	return nil
}

// identify adds an identifier that the subject does not bear yet, or notes that
// a known one is proved now. One that another subject has proved is taken as
// unproved.
func (w *weaving) identify(ctx context.Context, ident identity.Identifier) error {
	if ident.Verified() {
		holders, err := w.store.Holders(ctx, ident.Kind, ident.Scope, ident.Value)
		if err != nil {
			return err
		}
		if len(holders) > 0 && !holders[0].VerifiedAt.IsZero() && holders[0].Subject != w.subject {
			ident.VerifiedAt = time.Time{}
			w.warning = "intake.identifier_taken"
		}
	}
	for i := range w.identifiers {
		held := &w.identifiers[i]
		if held.Kind != ident.Kind || held.Scope != ident.Scope || held.Value != ident.Value {
			continue
		}
		if ident.Verified() && !held.Verified() {
			held.VerifiedAt = w.at
			w.rows = append(w.rows, identity.Verified{Identifier: held.ID})
			w.entries = append(w.entries, held.Entry(identity.IdentifierVerified))
		}
		return nil
	}
	ident.ID, ident.Subject, ident.CreatedAt = id.New(), w.subject, w.at
	ident.Main = ident.Kind == identity.Email && ident.Verified() && !w.hasMain()
	w.identifiers = append(w.identifiers, ident)
	w.rows = append(w.rows, ident)
	w.entries = append(w.entries, ident.Entry(identity.IdentifierAdded))
	return nil
}

func (w *weaving) hasMain() bool {
	for i := range w.identifiers {
		if w.identifiers[i].Main {
			return true
		}
	}
	return false
}

func (w *weaving) claim(item *Item) {
	claims := make(map[string]profile.Claim, len(item.Claims))
	for field, c := range item.Claims {
		c.Recorded = w.at
		claims[field] = c
	}
	next, steps := profile.ObserveAll(w.profile, claims, w.field, w.organisation.Rank)
	if len(steps) == 0 {
		return
	}
	w.profile, w.moved.profile = next, true
	w.entries = append(w.entries, profile.Entry(steps...))
}

func (w *weaving) field(name string) *profile.Field {
	f, ok := w.organisation.Field(name)
	if !ok {
		return nil
	}
	return f
}

// stances are what a file's words mean as consent statuses.
var stances = map[Stance]consent.Status{
	Given: consent.Given, Refused: consent.Refused, Ended: consent.Revoked,
}

func (w *weaving) consent(c Consent) {
	purpose, ok := w.organisation.Purpose(c.Purpose)
	status, says := stances[c.Stance]
	if !ok || !says {
		return
	}
	now, ok := w.consents[consent.Key{Purpose: c.Purpose}]
	if !ok {
		now = consent.Standing{Status: consent.Unknown}
	}
	r, ok := consent.Accept(now, consent.Inbound{
		Subject: w.subject, Purpose: purpose, Status: status, At: c.At, Confirmed: c.Confirmed,
		Proof: consent.Proof{Kind: consent.ByImport, Ref: c.Proof}, Channel: "import", Now: w.at,
	})
	if !ok {
		return
	}
	w.consents, w.moved.consents = w.consents.With(r), true
	w.rows = append(w.rows, r)
	w.entries = append(w.entries, r.Entry())
}

func (w *weaving) outcome() Outcome {
	o := Outcome{Result: Unchanged, Reason: w.warning}
	switch {
	case w.fresh:
		o.Result = Created
	case len(w.entries) > 0:
		o.Result = Changed
	}
	return o
}

func (w *weaving) change() ledger.Change {
	c := ledger.Change{
		Subject: w.subject, Base: w.facts.Version, At: w.at, Cause: w.cause,
		Actor:   ledger.Actor{Kind: ledger.BySystem, ID: w.source},
		Entries: w.entries, Rows: w.rows,
	}
	if w.moved.profile {
		c.Rows = append(c.Rows, w.profile)
	}
	if w.moved.consents {
		c.Rows = append(c.Rows, w.consents)
	}
	return c
}
