package identity

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Store keeps subjects and their identifiers.
type Store interface {
	// Subject returns a subject, an erased one too.
	Subject(ctx context.Context, subject id.Subject) (Subject, error)
	// Identifiers returns a subject's identifiers, oldest first.
	Identifiers(ctx context.Context, subject id.Subject) ([]Identifier, error)
	// Holders returns the active subjects that bear a normalised identifier,
	// the one that has proved it first.
	Holders(ctx context.Context, kind Kind, scope, value string) ([]Holder, error)
	// Circle returns the subjects that are joined with one, itself among them.
	Circle(ctx context.Context, subject id.Subject) ([]id.Subject, error)
	// Commit writes a change whole or not at all; errs.Conflict also when an
	// identifier is proved by another subject.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// The kinds of ledger entry about identity.
const (
	SubjectCreated     ledger.Kind = "subject.created"
	IdentifierAdded    ledger.Kind = "identifier.added"
	IdentifierVerified ledger.Kind = "identifier.verified"
	IdentifierVouched  ledger.Kind = "identifier.vouched" // proved by a source, though another bears it with proof
	IdentifierRemoved  ledger.Kind = "identifier.removed"
	IdentifierMain     ledger.Kind = "identifier.made_main"
)

// A Trace is the sealed payload of an entry about an identifier.
type Trace struct {
	Kind   Kind   `json:"kind"`
	Scope  string `json:"scope,omitempty"`
	Value  string `json:"value"`
	Source string `json:"source,omitempty"`
}

func (i *Identifier) trace() Trace {
	return Trace{Kind: i.Kind, Scope: i.Scope, Value: i.Value, Source: i.Source}
}

// Entry returns the ledger draft that tells what happened to i.
func (i *Identifier) Entry(kind ledger.Kind) ledger.Draft {
	return ledger.Draft{Kind: kind, Payload: i.trace()}
}

// A Service makes subjects and changes how they are known. It is safe for
// concurrent use.
type Service struct {
	store  Store
	teller Teller
	clock  clock.Clock
}

// NewService returns a Service. Without a teller nobody is told.
func NewService(s Store, t Teller, c clock.Clock) *Service {
	return &Service{store: s, teller: t, clock: c}
}

// A Where is the page on which somebody changes how they are known.
type Where struct {
	Brand  string
	Locale string
}

// What an address is told.
const (
	AddressAdded   = "added"   // another address was proved
	AddressRemoved = "removed" // it was removed itself
	AddressMain    = "main"    // another became the one that mail goes to
)

// A Teller prepares what a contact address is told after a change of sign-in
// data (ASVS 6.3.7): rows of background work that commit with the change.
type Teller interface {
	AddressChanged(subject id.Subject, address, what string, w Where, at time.Time) (rows []any, err error)
}

// SourceSubject is the source of what a person told us themselves.
const SourceSubject = "subject"

// New returns a change that makes a subject who bears identifiers. The first
// verified e-mail address becomes the main one. The caller may add to the
// change before it is committed.
func New(identifiers []Identifier, actor ledger.Actor, at time.Time) ledger.Change {
	subject := id.Subject(id.New())
	if actor.Kind == ledger.BySubject {
		actor = ledger.Self(subject)
	}
	c := ledger.Change{
		Subject: subject, At: at, Actor: actor,
		Entries: []ledger.Draft{{Kind: SubjectCreated}},
	}
	main := false
	for _, i := range identifiers {
		i.Subject, i.CreatedAt = subject, at
		if i.ID == "" {
			i.ID = id.New()
		}
		if i.Kind == Email && i.Verified() && !main {
			i.Main, main = true, true
		}
		c.Rows = append(c.Rows, i)
		c.Entries = append(c.Entries, i.Entry(IdentifierAdded))
	}
	return c
}

// Register makes a subject who has just proved an e-mail address. When the
// address was proved by another in the same moment, that subject is returned:
// both are who has the mailbox.
func (s *Service) Register(ctx context.Context, email, brand string) (id.Subject, error) {
	at := s.clock.Now()
	c := New([]Identifier{{Kind: Email, Value: email, VerifiedAt: at, Source: SourceSubject}}, ledger.Actor{Kind: ledger.BySubject}, at)
	c.Brand = brand
	_, err := s.store.Commit(ctx, c)
	if errors.Is(err, errs.Conflict) {
		return s.ByEmail(ctx, email)
	}
	if err != nil {
		return "", err
	}
	return c.Subject, nil
}

// ByEmail returns the subject whom an address signs in: the one that has
// proved it, or the only one that bears it, or the oldest of those that do when
// they are joined. It is errs.NotFound when there is none, and when several
// bear it and none has proved it: then nobody can tell whose it is, and nobody
// is let in by guess.
func (s *Service) ByEmail(ctx context.Context, email string) (id.Subject, error) {
	holders, err := s.store.Holders(ctx, Email, "", email)
	if err != nil {
		return "", err
	}
	return OneOf(ctx, Named(holders), s.store.Circle)
}

// OneOf is the function OneOf, by what is joined at this moment.
func (s *Service) OneOf(ctx context.Context, subjects []id.Subject) (id.Subject, error) {
	return OneOf(ctx, subjects, s.store.Circle)
}

// First returns the first of the records that are joined with one, itself before
// the others, for which is holds by what that record itself bears. It is
// errs.NotFound for none.
func (s *Service) First(ctx context.Context, subject id.Subject, is func(id.Subject, []Identifier) (bool, error)) (id.Subject, error) {
	circle, err := s.store.Circle(ctx, subject)
	if err != nil {
		return "", err
	}
	for _, one := range append([]id.Subject{subject}, circle...) {
		bears, err := s.store.Identifiers(ctx, one)
		found := false
		if err == nil {
			found, err = is(one, bears)
		}
		switch {
		case errors.Is(err, errs.Gone), errors.Is(err, errs.NotFound):
		case err != nil:
			return "", err
		case found:
			return one, nil
		}
	}
	return "", errs.NotFound
}

// Named returns whom an identifier names of those who bear it: the one who has
// proved it, else all.
func Named(holders []Holder) []id.Subject {
	var all []id.Subject
	for _, h := range holders {
		all = append(all, h.Subject)
		if !h.VerifiedAt.IsZero() {
			return all[:1]
		}
	}
	return all
}

// Prove marks the subject's identifier as proved, or adds it as proved when
// the subject does not bear it yet. It is Conflict when another has proved it.
//
// The address that mail went to until now is told.
func (s *Service) Prove(ctx context.Context, subject id.Subject, kind Kind, value string, w Where) error {
	return s.edit(ctx, subject, w, func(all []Identifier, at time.Time) (ledger.Draft, []any, error) {
		told, err := s.tell(subject, mainOf(all), AddressAdded, w, at)
		if err != nil {
			return ledger.Draft{}, nil, err
		}
		for _, i := range all {
			if i.Kind != kind || i.Scope != "" || i.Value != value {
				continue
			}
			if i.Verified() {
				return ledger.Draft{}, nil, nil
			}
			rows := append(told, Verified{i.ID})
			if kind == Email && !hasMain(all) {
				rows = append(rows, MadeMain{i.ID})
			}
			return i.Entry(IdentifierVerified), rows, nil
		}
		i := Identifier{
			ID: id.New(), Subject: subject, Kind: kind, Value: value, VerifiedAt: at,
			Source: SourceSubject, Main: kind == Email && !hasMain(all), CreatedAt: at,
		}
		return i.Entry(IdentifierAdded), append(told, i), nil
	})
}

// Remove takes a contact address away. The last proved e-mail address stays:
// without it nobody could sign in or be told. Numbers that a system gave are
// not the person's to take away.
//
// An address that was proved is told that it was removed.
func (s *Service) Remove(ctx context.Context, subject id.Subject, identifier string, w Where) (Identifier, error) {
	var gone Identifier
	err := s.edit(ctx, subject, w, func(all []Identifier, at time.Time) (ledger.Draft, []any, error) {
		i, err := find(all, identifier)
		if err != nil {
			return ledger.Draft{}, nil, err
		}
		proved := 0
		for _, o := range all {
			if o.Kind == Email && o.Verified() {
				proved++
			}
		}
		switch {
		case i.Kind != Email && i.Kind != Phone:
			return ledger.Draft{}, nil, errs.New(errs.Forbidden, "error.identifier_locked")
		case i.Main || i.Kind == Email && i.Verified() && proved == 1:
			return ledger.Draft{}, nil, errs.New(errs.Forbidden, "error.identifier_last")
		}
		gone = i
		told, err := s.tell(subject, i, AddressRemoved, w, at)
		return i.Entry(IdentifierRemoved), append(told, Removed{i.ID}), err
	})
	return gone, err
}

// MakeMain makes a proved e-mail address the one that mail goes to, and tells
// the one that it was before.
func (s *Service) MakeMain(ctx context.Context, subject id.Subject, identifier string, w Where) error {
	return s.edit(ctx, subject, w, func(all []Identifier, at time.Time) (ledger.Draft, []any, error) {
		i, err := find(all, identifier)
		if err != nil {
			return ledger.Draft{}, nil, err
		}
		switch {
		case i.Kind != Email || !i.Verified():
			return ledger.Draft{}, nil, errs.New(errs.Forbidden, "error.identifier_unproved")
		case i.Main:
			return ledger.Draft{}, nil, nil
		}
		told, err := s.tell(subject, mainOf(all), AddressMain, w, at)
		return i.Entry(IdentifierMain), append(told, MadeMain{i.ID}), err
	})
}

// tell prepares the notice to a proved address; none for any other.
func (s *Service) tell(subject id.Subject, i Identifier, what string, w Where, at time.Time) ([]any, error) {
	if s.teller == nil || i.Kind != Email || !i.Verified() {
		return nil, nil
	}
	return s.teller.AddressChanged(subject, i.Value, what, w, at)
}

// mainOf returns the address that mail goes to, the zero Identifier for none.
func mainOf(all []Identifier) Identifier {
	var main Identifier
	for _, i := range all {
		if i.Kind == Email && i.Verified() && (i.Main || main.ID == "") {
			main = i
		}
	}
	return main
}

// edit loads, decides and commits; a draft without kind changes nothing.
func (s *Service) edit(ctx context.Context, subject id.Subject, w Where, decide func([]Identifier, time.Time) (ledger.Draft, []any, error)) error {
	at := s.clock.Now()
	return ledger.Retry(func() error {
		now, err := s.store.Subject(ctx, subject)
		if err != nil {
			return err
		}
		all, err := s.store.Identifiers(ctx, subject)
		if err != nil {
			return err
		}
		draft, rows, err := decide(all, at)
		if err != nil || draft.Kind == "" {
			return err
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: subject, Base: now.Version, At: at, Actor: ledger.Self(subject), Brand: w.Brand,
			Entries: []ledger.Draft{draft}, Rows: rows,
		})
		return err
	})
}

func find(all []Identifier, identifier string) (Identifier, error) {
	for _, i := range all {
		if i.ID == identifier {
			return i, nil
		}
	}
	return Identifier{}, errs.New(errs.NotFound, "error.no_identifier")
}

func hasMain(all []Identifier) bool {
	for _, i := range all {
		if i.Main {
			return true
		}
	}
	return false
}

// MainEmail returns the address that a subject's mail goes to: the main one, or
// the first that is proved, there or at a record that is joined with it.
// errs.NotFound when none is.
func (s *Service) MainEmail(ctx context.Context, subject id.Subject) (string, error) {
	var address string
	_, err := s.First(ctx, subject, func(_ id.Subject, bears []Identifier) (bool, error) {
		address = mainOf(bears).Value
		return address != "", nil
	})
	if errors.Is(err, errs.NotFound) {
		return "", errs.New(errs.NotFound, "error.no_address")
	}
	return address, err
}
