package breach

import (
	"context"
	"slices"
	"time"

	"livingprofile/internal/audience"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// A Store keeps breaches. *store.DB is one.
type Store interface {
	// Breaches returns all breaches, the latest opened first.
	Breaches(ctx context.Context) ([]Breach, error)
	// Breach returns one; errs.NotFound for none.
	Breach(ctx context.Context, b ID) (Breach, error)
	// Affected counts the people of a breach.
	Affected(ctx context.Context, b ID) (Affected, error)
	// Untold returns some of those who were not told yet.
	Untold(ctx context.Context, b ID, limit int) ([]id.Subject, error)
	// Reached tells whether any of subjects was told of a breach.
	Reached(ctx context.Context, b ID, subjects []id.Subject) (bool, error)
	// Circle returns all records of the person of one.
	Circle(ctx context.Context, subject id.Subject) ([]id.Subject, error)
	// Commit writes a change whole or not at all.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Crowd finds people. *audience.Service is one.
type Crowd interface {
	// Whom returns those of a page of people of whom a condition holds, nil for
	// everybody, and where the next page begins; "" after the last.
	Whom(ctx context.Context, where *audience.Expr, after string) ([]id.Subject, string, error)
}

// A Desk is what breaches need of the organisation.
type Desk interface {
	// Law returns the law pack and the zone of a brand; false for no brand.
	Law(brand string, at time.Time) (*rights.Pack, *time.Location, bool)
	// Languages are those that people of a brand are told in.
	Languages(brand string) []string
	// Notice writes what one person is told. errs.Gone for one who was erased.
	Notice(ctx context.Context, b *Breach, subject id.Subject) (Notice, error)
}

// A Service moves breaches. It is safe for concurrent use.
type Service struct {
	store Store
	crowd Crowd
	desk  Desk
	clock clock.Clock
}

// NewService returns a Service.
func NewService(s Store, c Crowd, d Desk, now clock.Clock) *Service { return &Service{s, c, d, now} }

// All returns the breaches, as they need somebody.
func (s *Service) All(ctx context.Context) ([]Breach, error) {
	all, err := s.store.Breaches(ctx)
	Sort(all)
	return all, err
}

// Find returns a breach and counts its people; errs.NotFound for none.
func (s *Service) Find(ctx context.Context, b ID) (Breach, Affected, error) {
	if !id.Valid(string(b)) {
		return Breach{}, Affected{}, errs.New(errs.NotFound, "")
	}
	one, err := s.store.Breach(ctx, b)
	if err != nil {
		return one, Affected{}, err
	}
	n, err := s.store.Affected(ctx, b)
	return one, n, err
}

// Open opens a breach: from then on the clock of the brand's law runs, since it
// was noticed. The error is Invalid by field.
func (s *Service) Open(ctx context.Context, f Facts, by ledger.Actor) (Breach, error) {
	now := s.clock.Now()
	if err := f.check(now); err != nil {
		return Breach{}, err
	}
	own := id.New()
	b := Breach{
		ID: ID(own), Number: number(own), Facts: f, State: Open, OpenedAt: now,
		Steps: []Step{{At: now, Move: Begin, Member: by.ID, Note: f.What}},
	}
	if err := s.limit(&b, now); err != nil {
		return b, err
	}
	return b, s.commit(ctx, &b, Opened, by, Trace{Note: f.Title})
}

// limit sets the limits of b by the law of its brand.
func (s *Service) limit(b *Breach, now time.Time) error {
	pack, zone, ok := s.desk.Law(b.Brand, now)
	if !ok {
		return errs.InvalidFields(errs.At("brand", "error.not_a_choice"))
	}
	b.Pack = pack.Edition()
	b.Goal = pack.Breach.Goal
	b.AuthorityDue, b.PeopleDue, b.FinalDue = pack.BreachDue(b.NoticedAt, zone)
	return nil
}

// Move makes a move for a member. The errors are those of Breach.With.
func (s *Service) Move(ctx context.Context, which ID, a Act) (Breach, error) {
	b, n, err := s.Find(ctx, which)
	if err != nil {
		return b, err
	}
	a.At, a.People, a.Languages = s.clock.Now(), n.Waits, s.desk.Languages(b.Brand)
	if a.Move == Tell {
		a.Count = n.Waits
	}
	return s.move(ctx, b, a)
}

func (s *Service) move(ctx context.Context, b Breach, a Act, rows ...any) (Breach, error) {
	next, t, err := b.With(a)
	if err != nil {
		return b, err
	}
	if next.Brand != b.Brand || !next.NoticedAt.Equal(b.NoticedAt) {
		if err := s.limit(&next, a.At); err != nil {
			return b, err
		}
	}
	if !next.Due().Equal(b.Due()) { // staff are told of the stages of another limit anew
		next.Warned = min(next.Warned, Running)
	}
	return next, s.commit(ctx, &next, t.Entry, a.Actor, Trace{Note: a.Note, Tell: a.Tell, Count: a.Count}, rows...)
}

func (s *Service) commit(ctx context.Context, b *Breach, kind ledger.Kind, by ledger.Actor, t Trace, rows ...any) error {
	t.Breach, t.Number = b.ID, b.Number
	_, err := s.store.Commit(ctx, ledger.Change{
		At: s.clock.Now(), Actor: by, Brand: b.Brand, Entries: []ledger.Draft{{Kind: kind, Payload: t}}, Rows: append([]any{*b}, rows...),
	})
	return err
}

// Name puts people on the list of a breach, whom somebody found by their
// identifiers. Of joined records the oldest is named, as in an audience.
func (s *Service) Name(ctx context.Context, which ID, a Act, people []id.Subject) (Breach, error) {
	b, err := s.store.Breach(ctx, which)
	if err != nil {
		return b, err
	}
	if len(people) == 0 {
		return b, errs.InvalidFields(errs.At("people", "breach.error.unknown"))
	}
	var oldest []id.Subject
	for _, one := range people {
		circle, err := s.store.Circle(ctx, one)
		if err != nil {
			return b, err
		}
		if first := slices.Min(circle); !slices.Contains(oldest, first) {
			oldest = append(oldest, first)
		}
	}
	people = oldest
	a.Move, a.At, a.Count = Name, s.clock.Now(), len(people)
	return s.move(ctx, b, a, Named{b.ID, people})
}

// Pressing returns the breaches of which staff are to be told now, each at its
// new stage.
func (s *Service) Pressing(ctx context.Context, now time.Time) ([]Breach, error) {
	all, err := s.store.Breaches(ctx)
	all = slices.DeleteFunc(all, func(b Breach) bool { return b.Stage(now) <= b.Warned })
	for i := range all {
		all[i].Warned = all[i].Stage(now)
	}
	return all, err
}
