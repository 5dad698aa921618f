package identity

import (
	"context"
	"errors"
	"slices"
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
	// Happening returns an entry about a subject, opened; errs.NotFound for none.
	Happening(ctx context.Context, subject id.Subject, entry string) (ledger.Happening, error)
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
	ID     string `json:"id,omitempty"`  // of the identifier
	Was    string `json:"was,omitempty"` // id of the address that was the main one before
}

func (i *Identifier) trace() Trace {
	return Trace{Kind: i.Kind, Scope: i.Scope, Value: i.Value, Source: i.Source, ID: i.ID}
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
// The addresses that were proved until now are told.
func (s *Service) Prove(ctx context.Context, subject id.Subject, kind Kind, value string, w Where) error {
	return s.edit(ctx, subject, w, func(all []Identifier, at time.Time) (step, error) {
		var next step
		n := slices.IndexFunc(all, func(i Identifier) bool { return i.Kind == kind && i.Scope == "" && i.Value == value })
		switch {
		case n < 0:
			next.add(Identifier{
				ID: id.New(), Subject: subject, Kind: kind, Value: value, VerifiedAt: at,
				Source: SourceSubject, Main: kind == Email && !hasMain(all), CreatedAt: at,
			})
		case all[n].Verified():
			return next, nil
		default:
			next.verify(all[n])
			if kind == Email && !hasMain(all) {
				next.rows = append(next.rows, MadeMain{all[n].ID})
			}
		}
		return s.told(ctx, next, Notice{Subject: subject, What: AddressAdded, Where: w, At: at}, all, "")
	})
}

// Remove takes a contact address away. The last proved e-mail address stays:
// without it nobody could sign in or be told; and so does the one from which a
// change could be taken back, until the others are settled. Numbers that a
// system gave are not the person's to take away.
//
// When the address was proved, it is told, and the others are.
func (s *Service) Remove(ctx context.Context, subject id.Subject, identifier string, w Where) (Identifier, error) {
	var gone Identifier
	err := s.edit(ctx, subject, w, func(all []Identifier, at time.Time) (step, error) {
		i, err := find(all, identifier)
		if err != nil {
			return step{}, err
		}
		proved := 0
		for _, o := range all {
			if o.signsIn() {
				proved++
			}
		}
		switch {
		case i.Kind != Email && i.Kind != Phone:
			return step{}, errs.New(errs.Forbidden, "error.identifier_locked")
		case i.Main || i.signsIn() && proved == 1:
			return step{}, errs.New(errs.Forbidden, "error.identifier_last")
		case !Stays(all, i.ID, at).IsZero():
			return step{}, errs.New(errs.Forbidden, "error.identifier_stays")
		}
		gone = i
		var next step
		if next.remove(i); !i.signsIn() {
			return next, nil
		}
		return s.told(ctx, next, Notice{Subject: subject, What: AddressGone, Where: w, At: at}, all, i.ID)
	})
	return gone, err
}

// MakeMain makes a proved e-mail address the one that mail goes to, and tells
// every proved one.
func (s *Service) MakeMain(ctx context.Context, subject id.Subject, identifier string, w Where) error {
	return s.edit(ctx, subject, w, func(all []Identifier, at time.Time) (step, error) {
		i, err := find(all, identifier)
		if err != nil {
			return step{}, err
		}
		switch {
		case !i.signsIn():
			return step{}, errs.New(errs.Forbidden, "error.identifier_unproved")
		case i.Main:
			return step{}, nil
		}
		var next step
		next.main(i, mainOf(all).ID)
		return s.told(ctx, next, Notice{Subject: subject, What: AddressMain, Where: w, At: at}, all, i.ID)
	})
}

// told is next, with the notices about its entry.
func (s *Service) told(ctx context.Context, next step, n Notice, all []Identifier, about string) (step, error) {
	next.entries[0].ID = id.New()
	rows, err := s.tell(ctx, n, all, about, next.entries[0].ID)
	next.rows = append(next.rows, rows...)
	return next, err
}

// mainOf returns the address that mail goes to, the zero Identifier for none.
func mainOf(all []Identifier) Identifier {
	var main Identifier
	for _, i := range all {
		if i.signsIn() && (i.Main || main.ID == "") {
			main = i
		}
	}
	return main
}

// edit loads, decides and commits; an empty step changes nothing.
func (s *Service) edit(ctx context.Context, subject id.Subject, w Where, decide func([]Identifier, time.Time) (step, error)) error {
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
		next, err := decide(all, at)
		if err != nil || next.empty() {
			return err
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: subject, Base: now.Version, At: at, Actor: ledger.Self(subject), Brand: w.Brand,
			Entries: next.entries, Rows: next.rows,
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
	return s.email(ctx, subject, mainOf)
}

// ProofEmail returns the address to which a proof goes of who the subject is,
// before anything is released or changed for good: never one that came within
// Settling, while there is an older one. errs.NotFound as MainEmail.
func (s *Service) ProofEmail(ctx context.Context, subject id.Subject) (string, error) {
	at := s.clock.Now()
	return s.email(ctx, subject, func(all []Identifier) Identifier { return trusted(all, at) })
}

func (s *Service) email(ctx context.Context, subject id.Subject, of func([]Identifier) Identifier) (string, error) {
	var address string
	_, err := s.First(ctx, subject, func(_ id.Subject, bears []Identifier) (bool, error) {
		address = of(bears).Value
		return address != "", nil
	})
	if errors.Is(err, errs.NotFound) {
		return "", errs.New(errs.NotFound, "error.no_address")
	}
	return address, err
}
