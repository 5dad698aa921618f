package breach

import (
	"context"
	"errors"
	"slices"
	"strings"
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

// A Notice is what one person is told.
type Notice struct {
	Locale string
	Text   string
	Mail   any // the job that sends it; nil without a proved address
}

// Rows of a ledger.Change beside Breach.
type (
	// Named puts people on the list of a breach; who is on it stays once.
	Named struct {
		Breach   ID
		Subjects []id.Subject
	}
	// Dropped takes somebody off the list who is there no more.
	Dropped struct {
		Breach  ID
		Subject id.Subject
	}
	// Reached notes that the change's subject was told, and how. It is
	// errs.Conflict when they were told before.
	Reached struct {
		Breach ID
		Way    Way
	}
)

// A Way is how somebody was told.
type Way string

// The ways.
const (
	ByMail  Way = "mail"
	Silent  Way = "history" // without a proved address
	Already Way = "already" // by another of their records
)

// NoticeGiven is the entry, in a person's history, of a notice to them.
const NoticeGiven ledger.Kind = "breach.notice_given"

// A Trace is the payload of an entry about a breach. Of a person's it has what
// they were told, else how many people.
type Trace struct {
	Breach ID     `json:"breach"`
	Number string `json:"number"`
	Note   string `json:"note,omitempty"`
	Tell   bool   `json:"tell,omitempty"`
	Count  int    `json:"count,omitempty"`
	Text   string `json:"text,omitempty"`
	Mailed bool   `json:"mailed,omitempty"`
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
	b.AuthorityDue, b.PeopleDue = pack.BreachDue(b.NoticedAt, zone)
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
// identifiers; unknown is how many of these nobody bears.
func (s *Service) Name(ctx context.Context, which ID, a Act, people []id.Subject) (Breach, error) {
	b, err := s.store.Breach(ctx, which)
	if err != nil {
		return b, err
	}
	if len(people) == 0 {
		return b, errs.InvalidFields(errs.At("people", "breach.error.unknown"))
	}
	a.Move, a.At, a.Count = Name, s.clock.Now(), len(people)
	return s.move(ctx, b, a, Named{b.ID, people})
}

// program is the actor of what the program does about breaches.
func program() ledger.Actor { return ledger.Actor{Kind: ledger.ByProgram, ID: "breach"} }

// Work goes on with what the program has to do: finding people, and telling
// them. What is cut off by the end of ctx is gone on with in another turn, from
// the last page of people, or from who was not told. What fails of one breach
// keeps no other waiting.
func (s *Service) Work(ctx context.Context) error {
	all, err := s.store.Breaches(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, b := range all {
		switch b.State {
		case Searching:
			err = s.search(ctx, b)
		case Telling:
			err = s.tell(ctx, b)
		default:
			continue
		}
		if !errors.Is(err, errs.Conflict) { // another process is at it
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (s *Service) search(ctx context.Context, b Breach) error {
	for {
		found, next, err := s.crowd.Whom(ctx, b.Search.Where, b.Search.After)
		if err != nil {
			return err
		}
		row := Named{b.ID, found}
		if next == "" {
			return s.found(ctx, b, row)
		}
		b.Search.After = next
		// How far it is alone: what it comes to has an entry at the end.
		_, err = s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: program(), Rows: []any{b, row}})
		if err != nil {
			return err
		}
		b.Version++
	}
}

// found ends a search, with how many people there are in all.
func (s *Service) found(ctx context.Context, b Breach, last Named) error {
	if _, err := s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: program(), Rows: []any{last}}); err != nil {
		return err
	}
	n, err := s.store.Affected(ctx, b.ID)
	if err != nil {
		return err
	}
	_, err = s.move(ctx, b, Act{Move: Found, At: s.clock.Now(), Actor: program(), Count: n.People})
	return err
}

// untold is how many people are held at a time.
const untold = 200

// tell gives everybody on the list their notice. One after the other: two
// records of one person must not be told at the same time.
func (s *Service) tell(ctx context.Context, b Breach) error {
	for {
		page, err := s.store.Untold(ctx, b.ID, untold)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			n, err := s.store.Affected(ctx, b.ID)
			if err != nil {
				return err
			}
			_, err = s.move(ctx, b, Act{Move: Told, At: s.clock.Now(), Actor: program(), Count: n.Mailed + n.Silent})
			return err
		}
		for _, subject := range page {
			if err := s.tellOne(ctx, &b, subject); err != nil {
				return err
			}
		}
	}
}

// tellOne gives one person their notice. That they were told, the entry of it
// and the mail are one change, so it is done once whatever is cut off.
func (s *Service) tellOne(ctx context.Context, b *Breach, subject id.Subject) error {
	circle, err := s.store.Circle(ctx, subject)
	if err != nil {
		return err
	}
	already, err := s.store.Reached(ctx, b.ID, circle)
	if err != nil {
		return err
	}
	c := ledger.Change{Subject: subject, Base: ledger.AnyVersion, At: s.clock.Now(), Actor: program(), Brand: b.Brand, Cause: string(b.ID)}
	if already {
		c.Rows = []any{Reached{b.ID, Already}}
	} else {
		err = s.write(ctx, &c, b)
	}
	if err == nil {
		_, err = s.store.Commit(ctx, c)
	}
	switch errs.KindOf(err) {
	case errs.Conflict: // told by another process meanwhile
		return nil
	case errs.Gone, errs.NotFound: // erased since they were found
		_, err = s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: program(), Rows: []any{Dropped{b.ID, subject}}})
	}
	return err
}

func (s *Service) write(ctx context.Context, c *ledger.Change, b *Breach) error {
	n, err := s.desk.Notice(ctx, b, c.Subject)
	if err != nil {
		return err
	}
	way := Silent
	if n.Mail != nil {
		way = ByMail
		c.Rows = append(c.Rows, n.Mail)
	}
	c.Rows = append(c.Rows, Reached{b.ID, way})
	c.Entries = []ledger.Draft{{Kind: NoticeGiven, Payload: Trace{
		Breach: b.ID, Number: b.Number, Text: n.Text, Mailed: n.Mail != nil,
	}}}
	return nil
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

// LetterOf is the notice in a language, or in the first that it is written in.
func (b *Breach) LetterOf(locale string, languages []string) (string, string) {
	if text := strings.TrimSpace(b.Letters[locale]); text != "" {
		return locale, text
	}
	for _, l := range languages {
		if text := strings.TrimSpace(b.Letters[l]); text != "" {
			return l, text
		}
	}
	return "", ""
}
