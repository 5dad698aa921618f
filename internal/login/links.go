package login

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/secret"
)

// Store is what Links needs.
type Store interface {
	LinkStore
	SessionStore
	FrameStore
}

// A Directory knows which subject an address proves. It is filled by identity.
type Directory interface {
	// Holder returns the active subject of whom address, normalised, is a
	// verified identifier; errs.NotFound if there is none.
	Holder(ctx context.Context, address string) (Account, error)

	// MayRegister tells whether people may make a profile at brand themselves.
	MayRegister(ctx context.Context, brand string) (bool, error)

	// Register makes a subject whose verified identifier address is, or returns
	// the one there is: of parallel calls for one address all return the same.
	// errs.Forbidden if the brand does not let people register.
	Register(ctx context.Context, r Registration) (id.Subject, error)
}

// An Account is what login needs to know of a subject.
type Account struct {
	Subject id.Subject
	Locale  string // the subject's language, or ""
}

// A Registration is a person nobody knew who has proved an address.
type Registration struct {
	Brand   string
	Address string // normalised
	Locale  string // of the page where the link was asked for
	At      time.Time
}

// Links is sign-in and confirmation by mail. It is safe for concurrent use.
type Links struct {
	store     Store
	keys      Keys
	directory Directory
	clock     clock.Clock
	set       Settings
	wake      func()
}

// NewLinks returns the service over store. wake is called after a mail was
// enqueued here; nil means nobody.
func NewLinks(store Store, keys Keys, d Directory, c clock.Clock, set Settings, wake func()) *Links {
	if wake == nil {
		wake = func() {}
	}
	return &Links{store: store, keys: keys, directory: d, clock: c, set: set.withDefaults(), wake: wake}
}

// A Question asks for a link.
type Question struct {
	Purpose Purpose
	Brand   string
	Address string     // as typed, for SignIn and Register; else from our own rows
	Locale  string     // of the page
	Binding string     // what the browser's cookie says, or ""
	Network netip.Addr // where the request comes from
	// Subject and Session are who is signed in: both for FreshProof, the
	// subject at least for ConfirmAddress.
	Subject   id.Subject
	Session   SessionID
	Reference string // what is confirmed, for the two confirmations
	Details   Details
}

// Asked is what the browser that asked gets.
type Asked struct {
	Attempt   AttemptID
	Code      string // to show, and nowhere else: it is never in the mail
	Binding   string // for the cookie, which lives as long as ExpiresAt
	ExpiresAt time.Time
}

// Ask makes a link, and enqueues the job that mails it. It does not look whether
// anybody has the address. errs.Invalid names the field "address"; errs.TooMany
// has the argument "until".
func (l *Links) Ask(ctx context.Context, q Question) (Asked, error) {
	p, err := l.Prepare(ctx, q)
	if err != nil {
		return Asked{}, err
	}
	if err := l.store.SaveAttempt(ctx, p.Attempt, p.Mail); err != nil {
		return Asked{}, fmt.Errorf("save attempt: %w", err)
	}
	l.wake()
	return p.Asked, nil
}

// A Prepared link is counted and ready, and has yet to be written: Attempt and
// Mail are rows for the change of whoever needs the link, so that the two
// commit together.
type Prepared struct {
	Asked   Asked
	Attempt Attempt
	Mail    job.Job
}

// Prepare does what Ask does, up to writing the link and its mail.
func (l *Links) Prepare(ctx context.Context, q Question) (Prepared, error) {
	if !q.valid() {
		return Prepared{}, errs.New(errs.Invalid, "error.invalid")
	}
	address, err := normalise(q.Address)
	if err != nil {
		return Prepared{}, err
	}
	now := l.clock.Now()
	until, err := l.store.Spend(ctx, asks(l.keys, l.set, q, address), now)
	if err != nil {
		return Prepared{}, fmt.Errorf("count asks: %w", err)
	}
	if !until.IsZero() {
		return Prepared{}, tooMany(until, now)
	}
	return l.make(q, address, now)
}

func (l *Links) make(q Question, address string, now time.Time) (Prepared, error) {
	asked := Asked{
		Attempt: AttemptID(id.New()), Code: secret.Code(CodeDigits), Binding: q.Binding,
		ExpiresAt: now.Add(l.set.LinkLife),
	}
	// One secret for one browser, so that links asked for in two tabs both
	// work. Whatever else the cookie says is replaced.
	if !ValidToken(asked.Binding) {
		asked.Binding = secret.Token()
	}
	token := secret.Token()
	index := l.keys.Blind(string(identity.Email), "", address)
	a := Attempt{
		ID: asked.Attempt, Purpose: q.Purpose, Brand: q.Brand,
		Token:   l.keys.Digest(linkDomain, []byte(token)),
		Binding: l.keys.Digest(bindingDomain, []byte(asked.Binding)),
		Code:    codeDigest(l.keys, token, asked.Code),
		Address: address, Index: index[:],
		Subject: q.Subject, Session: q.Session, Reference: q.Reference, Locale: q.Locale,
		CreatedAt: now, ExpiresAt: asked.ExpiresAt,
	}
	mail, err := job.New(JobKind, q.Subject, order{
		Token: token, Purpose: q.Purpose, Brand: q.Brand, Address: address,
		Subject: q.Subject, Locale: q.Locale, AskedAt: now, ExpiresAt: asked.ExpiresAt, Details: q.Details,
	}, now)
	if err != nil {
		return Prepared{}, err
	}
	mail.Priority = job.Urgent
	return Prepared{asked, a, mail}, nil
}

// A View is what the page behind a link shows before anything is spent. It does
// not name the person: scanners see it too.
type View struct {
	Purpose     Purpose
	Brand       string
	SameBrowser bool   // else the code is asked for
	Registers   bool   // nobody has the address yet: going on makes a profile
	Reference   string // what is confirmed
	TriesLeft   int
	ExpiresAt   time.Time
}

// Open looks at a link and changes nothing. errs.Gone for one that is spent,
// expired or unknown.
func (l *Links) Open(ctx context.Context, token, binding string) (View, error) {
	a, err := l.attempt(ctx, token)
	if err != nil {
		return View{}, err
	}
	if err := a.Usable(l.clock.Now()); err != nil {
		return View{}, err
	}
	v := View{
		Purpose: a.Purpose, Brand: a.Brand, SameBrowser: l.bound(a, binding),
		TriesLeft: max(0, CodeTries-a.Tries), ExpiresAt: a.ExpiresAt, Reference: a.Reference,
	}
	if a.Purpose == SignIn || a.Purpose == Register {
		account, err := l.holder(ctx, a)
		if err != nil {
			return View{}, err
		}
		v.Registers = account.Subject == ""
	}
	return v, nil
}

func (l *Links) attempt(ctx context.Context, token string) (Attempt, error) {
	unknown := errs.New(errs.Gone, "error.link_expired")
	if !ValidToken(token) {
		return Attempt{}, unknown
	}
	a, err := l.store.Attempt(ctx, l.keys.Digest(linkDomain, []byte(token)))
	if errors.Is(err, errs.NotFound) {
		return Attempt{}, unknown
	}
	if err != nil {
		return Attempt{}, fmt.Errorf("find attempt: %w", err)
	}
	return a, nil
}

// bound tells whether binding is the secret of the browser that asked.
func (l *Links) bound(a Attempt, binding string) bool {
	return same(l.keys.Digest(bindingDomain, []byte(binding)), a.Binding)
}

// normalise returns the address in the form in which identity keeps it; an
// Invalid error names the field.
func normalise(address string) (string, error) {
	normal, err := identity.Normalise(identity.Email, address, "")
	if e := (*errs.Error)(nil); errors.As(err, &e) {
		return "", errs.InvalidFields(errs.Field{Path: "address", ID: e.ID, Args: e.Args})
	}
	return normal, err
}
