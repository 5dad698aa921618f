package audience

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// The kinds of ledger entry about audiences.
const (
	Created   ledger.Kind = "audience.created"
	Changed   ledger.Kind = "audience.changed"
	Dropped   ledger.Kind = "audience.removed"
	Previewed ledger.Kind = "audience.previewed" // somebody looked at a few of the people
	Exported  ledger.Kind = "audience.exported"
)

// An Audience is a saved condition. It is a row of a ledger.Change.
type Audience struct {
	ID      string
	Name    string
	Brand   string // where the purpose is asked; "" for all
	Purpose consent.PurposeID
	Channel string // by which people are to be reached; "" when they are not
	Where   Expr
	Give    []string // fields that an export has
	At      time.Time
	By      ledger.Actor
	// Version counts what was saved, from 1. Changed and Changer tell of the
	// last one; they are zero before there is a second.
	Version int
	Changed time.Time
	Changer ledger.Actor
}

// A Revision is the row that replaces an audience by its next version: the
// store refuses it with errs.Conflict where another is next.
type Revision struct{ Audience }

// A Removal is the row that removes an audience.
type Removal struct{ Audience string }

// A Trace is the payload of an entry about an audience.
type Trace struct {
	Audience string            `json:"audience"`
	Purpose  consent.PurposeID `json:"purpose"`
	Version  int               `json:"version,omitempty"`
	Format   string            `json:"format,omitempty"`
	Shown    int               `json:"shown,omitempty"`
	Endpoint string            `json:"endpoint,omitempty"`
	Back     bool              `json:"back,omitempty"`
}

// A Person is one of all people, as a walk over them comes by. Facts are
// without the profile, which Profile opens.
type Person struct {
	Subject id.Subject
	// Again says that this is another record of somebody whom the oldest of their
	// joined records stands for.
	Again   bool
	Facts   decision.Facts
	Profile func() (profile.State, error)
}

// A Store keeps audiences and walks over people.
type Store interface {
	// Audiences returns all audiences, the newest first.
	Audiences(ctx context.Context) ([]Audience, error)
	// Crowd returns the active records after after, up to limit of them, by lane
	// and id, and where the next page begins; "" after the last.
	Crowd(ctx context.Context, after string, limit int) (page []Person, next string, err error)
	// Activities returns a page of a subject's observations.
	Activities(ctx context.Context, subject id.Subject, p activity.Page) ([]activity.Observation, error)
	// Handed keeps of those of subjects who are active that they were handed out.
	Handed(ctx context.Context, h Handout, to []id.Subject) error
	// Commit writes a change whole or not at all.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Service saves audiences and asks them. It is safe for concurrent use.
type Service struct {
	store  Store
	schema func() Schema
	clock  clock.Clock
}

// NewService returns a Service. schema is asked at every call.
func NewService(s Store, schema func() Schema, c clock.Clock) *Service {
	return &Service{store: s, schema: schema, clock: c}
}

// Create saves an audience; the errors are those of Check.
func (s *Service) Create(ctx context.Context, a Audience, by ledger.Actor) (Audience, error) {
	a, err := Check(s.schema(), a)
	if err != nil {
		return a, err
	}
	a.ID, a.At, a.By, a.Version = id.New(), s.clock.Now(), by, 1
	return a, s.note(ctx, &a, Created, by, Trace{}, a)
}

// Change saves what was is to be from now on, as its next version. The errors
// are those of Check, and Conflict where somebody has changed it since was. What
// makes no difference is no version.
func (s *Service) Change(ctx context.Context, was *Audience, to Audience, by ledger.Actor) (Audience, error) {
	to.ID, to.At, to.By, to.Version, to.Changed, to.Changer = was.ID, was.At, was.By, was.Version, was.Changed, was.Changer
	to, err := Check(s.schema(), to)
	if err != nil || same(was, &to) {
		return to, err
	}
	to.Version, to.Changed, to.Changer = was.Version+1, s.clock.Now(), by
	return to, s.note(ctx, &to, Changed, by, Trace{}, Revision{to})
}

func same(a, b *Audience) bool {
	return a.Name == b.Name && a.Brand == b.Brand && a.Purpose == b.Purpose && a.Channel == b.Channel &&
		slices.Equal(a.Give, b.Give) && reflect.DeepEqual(a.Where, b.Where)
}

// Remove forgets an audience.
func (s *Service) Remove(ctx context.Context, a *Audience, by ledger.Actor) error {
	return s.note(ctx, a, Dropped, by, Trace{}, Removal{a.ID})
}

// Note writes down that somebody looks at people of an audience, before they
// do.
func (s *Service) Note(ctx context.Context, a *Audience, kind ledger.Kind, by ledger.Actor, t Trace) error {
	return s.note(ctx, a, kind, by, t)
}

func (s *Service) note(ctx context.Context, a *Audience, kind ledger.Kind, by ledger.Actor, t Trace, rows ...any) error {
	_, err := s.store.Commit(ctx, s.change(a, kind, by, t, rows...))
	return err
}

func (s *Service) change(a *Audience, kind ledger.Kind, by ledger.Actor, t Trace, rows ...any) ledger.Change {
	t.Audience, t.Purpose, t.Version = a.ID, a.Purpose, a.Version
	return ledger.Change{
		At: s.clock.Now(), Actor: by, Brand: a.Brand, Entries: []ledger.Draft{{Kind: kind, Payload: t}}, Rows: rows,
	}
}

// All returns all audiences, the newest first.
func (s *Service) All(ctx context.Context) ([]Audience, error) { return s.store.Audiences(ctx) }

// Find returns an audience, or errs.NotFound.
func (s *Service) Find(ctx context.Context, audience string) (Audience, error) {
	all, err := s.store.Audiences(ctx)
	if err != nil {
		return Audience{}, err
	}
	i := slices.IndexFunc(all, func(a Audience) bool { return a.ID == audience })
	if i < 0 {
		return Audience{}, errs.New(errs.NotFound, "")
	}
	return all[i], nil
}

// A Count says how many people an audience has, and how many were left out
// without a look at what is held of them, by reason.
type Count struct {
	People  int // asked about
	Members int
	Others  int // of whom the condition does not hold
	LeftOut map[decision.Reason]int
}

func newCount() Count { return Count{LeftOut: map[decision.Reason]int{}} }

// A Member is one of the people of an audience, with what may be given.
type Member struct {
	Subject id.Subject
	Values  map[string]string // of the fields of Give, by name
}

// pageOfPeople is how many people are held at a time.
const pageOfPeople = 200

// maxSeen bounds how much activity of one person is looked at, newest first.
const maxSeen = 20_000

// ErrEnough ends a Run early without an error.
var ErrEnough = errors.New("enough")

// Run asks an audience about everybody, and calls visit for each of its people,
// one after the other. It holds one page of people in memory, however many
// there are. An audience that the declaration no longer allows is
// errs.Conflict.
func (s *Service) Run(ctx context.Context, a *Audience, visit func(Member) error) (Count, error) {
	return s.run(ctx, a, visit, func() error { return nil })
}

// run is Run that says when a page is over.
func (s *Service) run(ctx context.Context, a *Audience, visit func(Member) error, over func() error) (Count, error) {
	n := newCount()
	schema := s.schema()
	v, err := usable(schema, a)
	if err != nil {
		return n, err
	}
	r := &run{Service: s, schema: schema, audience: a, purpose: v, kinds: a.Where.Kinds(), fields: a.Where.Fields()}
	for after := ""; ; {
		page, next, err := s.store.Crowd(ctx, after, pageOfPeople)
		if err != nil {
			return n, err
		}
		for i := range page {
			if err := r.ask(ctx, &page[i], &n, visit); errors.Is(err, ErrEnough) {
				return n, nil
			} else if err != nil {
				return n, err
			}
		}
		if err := over(); err != nil {
			return n, err
		}
		if after = next; after == "" {
			return n, nil
		}
	}
}

// Glance counts an audience if that takes no longer than within; false where it
// does.
func (s *Service) Glance(ctx context.Context, a *Audience, within time.Duration) (Count, bool, error) {
	timed, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	n, err := s.Run(timed, a, nil)
	if err != nil && ctx.Err() == nil && timed.Err() != nil {
		return n, false, nil
	}
	return n, true, err
}

// A run is one asking of everybody.
type run struct {
	*Service
	schema   Schema
	audience *Audience
	purpose  *consent.PurposeVersion
	kinds    []string
	fields   []string
}

func (r *run) ask(ctx context.Context, p *Person, n *Count, visit func(Member) error) error {
	if p.Again {
		return nil
	}
	now := r.clock.Now()
	n.People++
	if why := r.denied(p.Facts, now); why != "" {
		n.LeftOut[why]++
		return nil
	}
	sight := Sight{Facts: p.Facts, Brand: r.audience.Brand, Now: now}
	var err error
	if sight.Facts.Profile, err = p.Profile(); err != nil {
		return err
	}
	// Only the profile says who is a child. It was not opened for those who may
	// not be looked at anyway.
	if why := r.denied(sight.Facts, now); why != "" {
		n.LeftOut[why]++
		return nil
	}
	if len(r.kinds) > 0 {
		sight.Seen, err = r.store.Activities(ctx, p.Subject, activity.Page{Kinds: r.kinds, Now: now, Limit: maxSeen})
		if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
			n.People-- // erased meanwhile
			return nil
		}
		if err != nil {
			return err
		}
	}
	if !r.audience.Where.Holds(r.schema, &sight) {
		n.Others++
		return nil
	}
	n.Members++
	if visit == nil {
		return nil
	}
	return visit(Member{p.Subject, r.values(&sight)})
}

// denied is why a person may not be looked at for the purpose now; "" when they
// may.
func (r *run) denied(f decision.Facts, now time.Time) decision.Reason {
	verdict := decision.May(f, decision.Question{Purpose: r.purpose, Brand: r.audience.Brand, Channel: r.audience.Channel, At: now})
	if !verdict.Allow {
		return verdict.Reasons[0]
	}
	if r.purpose.Basis == consent.PublicInterest {
		return ""
	}
	for _, name := range r.fields {
		if field, ok := r.schema.Field(name); ok {
			if _, frozen := f.Freezes.Field(field.Name, field.Category); frozen {
				return decision.Restricted
			}
		}
	}
	for _, name := range r.kinds {
		if k, ok := r.schema.Activity(name); ok {
			if _, frozen := f.Freezes.Field(k.Name, k.Category); frozen {
				return decision.Restricted
			}
		}
	}
	return ""
}

// values are those of the fields to give that may be disclosed for the purpose.
func (r *run) values(s *Sight) map[string]string {
	values := make(map[string]string, len(r.audience.Give))
	recipient := decision.Recipient{Brand: r.audience.Brand, Purposes: []*consent.PurposeVersion{r.purpose}}
	for _, name := range r.audience.Give {
		f, ok := r.schema.Field(name)
		if !ok || !decision.Disclose(s.Facts, f, recipient, s.Now).Allow {
			continue
		}
		if value := s.Facts.Profile.Value(f, r.schema.Rank); value != "" {
			values[name] = value
		}
	}
	return values
}
