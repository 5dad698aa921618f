package automated

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Store keeps automated decisions. store.Together is one.
type Store interface {
	// Humans returns for which kinds a subject wants a human, and the version
	// that the answer is of. errs.NotFound or errs.Gone for nobody.
	Humans(ctx context.Context, subject id.Subject) (Humans, int64, error)
	// Circle returns the subjects that are joined with one, itself among them.
	Circle(ctx context.Context, subject id.Subject) ([]id.Subject, error)
	// AutomatedDecisions returns a person's decisions, of all their records, the
	// newest first.
	AutomatedDecisions(ctx context.Context, subject id.Subject, p Page) ([]Decision, error)
	// Commit writes a change whole or not at all; errs.Conflict when the
	// subject is no longer at the change's Base.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Schema knows what is declared.
type Schema interface {
	// AutomatedKind returns the kind called name, a retired one too.
	AutomatedKind(name string) (*Kind, bool)
	// Languages are those in which people read.
	Languages() []string
}

// A Service registers decisions and lets people and reviewers answer them. It
// is safe for concurrent use.
type Service struct {
	store  Store
	schema func() Schema
	clock  clock.Clock
}

// NewService returns a Service. schema is asked at every call.
func NewService(s Store, schema func() Schema, c clock.Clock) *Service {
	return &Service{s, schema, c}
}

const (
	// MaxEvent is the longest that a system's id of a decision may be, in bytes.
	MaxEvent = 200
	// maxWords bounds the words of one language, in bytes.
	maxWords = 2000
	// slack is how far a system's clock may run ahead of ours.
	slack = 5 * time.Minute
)

// A Telling is a decision as its system tells of it.
type Telling struct {
	Subject id.Subject
	System  string
	Brand   string
	Event   string
	Kind    string
	At      time.Time
	Outcome i18n.Text
	Logic   i18n.Text
	Effect  i18n.Text
	Fields  []string
}

// Register keeps a decision, or finds the one that was told of before, which
// known says. A decision that was made although the person had asked for a
// human is kept too, for they must learn of it: it is marked so.
func (s *Service) Register(ctx context.Context, t Telling) (d Decision, known bool, err error) {
	now := s.clock.Now()
	k, err := check(s.schema(), &t, now)
	if err != nil {
		return d, false, err
	}
	err = ledger.Retry(func() error {
		humans, version, err := s.humans(ctx, t.Subject)
		if err != nil {
			return err
		}
		before, err := s.store.AutomatedDecisions(ctx, t.Subject, Page{System: t.System, Event: t.Event, Now: now, Limit: 1})
		if err != nil {
			return err
		}
		if known = len(before) > 0; known {
			d = before[0]
			return nil
		}
		at := t.At.UTC().Truncate(time.Microsecond)
		d = Decision{
			ID: id.New(), Subject: t.Subject, Kind: t.Kind, System: t.System, Event: t.Event, Brand: t.Brand,
			At: at, Recorded: now, Expires: at.Add(k.Keep),
			Outcome: t.Outcome, Logic: t.Logic, Effect: t.Effect, Fields: t.Fields, Against: humans.Wanted(t.Kind),
		}
		trace := d.trace()
		trace.Against = d.Against
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: t.Subject, Base: version, At: now, Brand: t.Brand, Actor: ledger.Actor{Kind: ledger.BySystem, ID: t.System},
			Entries: []ledger.Draft{{Kind: Registered, Payload: trace}}, Rows: []any{d},
		})
		return err
	})
	return d, known, err
}

// humans is what any record of a person says, and the version of this one.
func (s *Service) humans(ctx context.Context, subject id.Subject) (Humans, int64, error) {
	own, version, err := s.store.Humans(ctx, subject)
	if err != nil {
		return own, version, err
	}
	circle, err := s.store.Circle(ctx, subject)
	for _, one := range circle {
		theirs, _, err := s.store.Humans(ctx, one)
		if err == nil {
			own = own.Together(theirs)
		} else if !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound) {
			return own, version, err
		}
	}
	return own, version, err
}

// check tells whether a decision is whole. A kind that is another system's is
// answered as one that is not declared.
func check(schema Schema, t *Telling, now time.Time) (*Kind, error) {
	k, ok := schema.AutomatedKind(t.Kind)
	if !ok || k.System != t.System || !k.On(t.Brand) {
		return nil, errs.InvalidFields(errs.At("kind", "error.not_a_choice"))
	}
	var bad []errs.Field
	switch {
	case t.Event == "":
		bad = append(bad, errs.At("event", "error.required"))
	case len(t.Event) > MaxEvent:
		bad = append(bad, errs.At("event", "error.too_long", "max", MaxEvent))
	}
	if t.At.IsZero() || t.At.After(now.Add(slack)) || !now.Before(t.At.Add(k.Keep)) {
		bad = append(bad, errs.At("at", "error.out_of_range"))
	}
	for _, one := range []struct {
		name string
		text i18n.Text
	}{{"outcome", t.Outcome}, {"logic", t.Logic}, {"effect", t.Effect}} {
		bad = append(bad, words(one.name, one.text, schema.Languages())...)
	}
	for _, f := range t.Fields {
		if !slices.Contains(k.Fields, f) {
			bad = append(bad, errs.At("fields", "error.not_a_choice"))
			break
		}
	}
	return k, errs.InvalidFields(bad...)
}

// words refuses what nobody could read, or what has no end.
func words(name string, t i18n.Text, languages []string) []errs.Field {
	var bad []errs.Field
	if len(t) == 0 {
		return []errs.Field{errs.At(name, "error.required")}
	}
	for tag, text := range t {
		switch {
		case !slices.Contains(languages, tag):
			bad = append(bad, errs.At(name+"."+tag, "error.unknown_member"))
		case strings.TrimSpace(text) == "":
			bad = append(bad, errs.At(name+"."+tag, "error.required"))
		case len(text) > maxWords:
			bad = append(bad, errs.At(name+"."+tag, "error.too_long", "max", maxWords))
		}
	}
	return bad
}

// Who is a person who answers, and where.
type Who struct {
	Subject id.Subject
	Actor   ledger.Actor
	Brand   string
}

// as is the same person or member, about another record of the person.
func (w Who) as(record id.Subject) Who {
	w.Subject = record
	if w.Actor.Kind == ledger.BySubject {
		w.Actor = ledger.Self(record)
	}
	return w
}

// Find returns one decision, in whichever of the person's records it is;
// errs.NotFound for one that is not theirs.
func (s *Service) Find(ctx context.Context, subject id.Subject, decision string) (Decision, error) {
	if !id.Valid(decision) {
		return Decision{}, errs.New(errs.NotFound, "")
	}
	list, err := s.store.AutomatedDecisions(ctx, subject, Page{ID: decision, Now: s.clock.Now(), Limit: 1})
	if err != nil {
		return Decision{}, err
	}
	if len(list) == 0 {
		return Decision{}, errs.New(errs.NotFound, "")
	}
	return list[0], nil
}

// Say writes the person's own view beside a decision, in place of an earlier
// one; "" takes it back.
func (s *Service) Say(ctx context.Context, who Who, decision, text string) error {
	if text = strings.TrimSpace(text); len(text) > maxWords {
		return errs.InvalidFields(errs.At("text", "error.too_long", "max", maxWords))
	}
	return s.settle(ctx, who, decision, func(d *Decision, now time.Time) ledger.Draft {
		d.Statement = Statement{Text: text, At: now}
		if text == "" {
			d.Statement = Statement{}
		}
		t := d.trace()
		t.Text = text
		return ledger.Draft{Kind: Stated, Payload: t}
	})
}

// Deciding returns what writes what a human decided instead, to commit with the
// end of the request on the same version of the subject; errs.Conflict when
// there is another by now. reasons are for the person. What is in another
// record of the person's is written there at once: a change is about one record.
func (s *Service) Deciding(ctx context.Context, who Who, version int64, decision, outcome, reasons string) (ledger.Change, error) {
	outcome, reasons = strings.TrimSpace(outcome), strings.TrimSpace(reasons)
	var bad []errs.Field
	for _, one := range []struct{ name, text string }{{"outcome", outcome}, {"note", reasons}} {
		switch {
		case one.text == "":
			bad = append(bad, errs.At(one.name, "error.required"))
		case len(one.text) > maxWords:
			bad = append(bad, errs.At(one.name, "error.too_long", "max", maxWords))
		}
	}
	if len(bad) > 0 {
		return ledger.Change{}, errs.InvalidFields(bad...)
	}
	write := func(d *Decision, now time.Time) ledger.Draft {
		d.Review = Review{Outcome: outcome, Reasons: reasons, Member: who.Actor.ID, At: now}
		t := d.trace()
		t.Outcome = outcome
		return ledger.Draft{Kind: Reviewed, Payload: t}
	}
	d, err := s.Find(ctx, who.Subject, decision)
	switch {
	case err != nil:
		return ledger.Change{}, err
	case d.Subject != who.Subject:
		return ledger.Change{}, s.settle(ctx, who, decision, write)
	}
	c, err := s.settled(ctx, who, decision, write)
	if err == nil && c.Base != version {
		err = errs.Conflict
	}
	return ledger.Change{Entries: c.Entries, Rows: c.Rows}, err
}

func (s *Service) settle(ctx context.Context, who Who, decision string, write func(*Decision, time.Time) ledger.Draft) error {
	d, err := s.Find(ctx, who.Subject, decision)
	if err != nil {
		return err
	}
	who = who.as(d.Subject)
	return ledger.Retry(func() error {
		c, err := s.settled(ctx, who, decision, write)
		if err == nil {
			_, err = s.store.Commit(ctx, c)
		}
		return err
	})
}

// settled is the change that write makes to a decision of who's record.
func (s *Service) settled(ctx context.Context, who Who, decision string, write func(*Decision, time.Time) ledger.Draft) (ledger.Change, error) {
	_, version, err := s.store.Humans(ctx, who.Subject)
	if err != nil {
		return ledger.Change{}, err
	}
	d, err := s.Find(ctx, who.Subject, decision)
	if err != nil {
		return ledger.Change{}, err
	}
	now := s.clock.Now()
	entry := write(&d, now)
	return ledger.Change{
		Subject: who.Subject, Base: version, At: now, Actor: who.Actor, Brand: who.Brand,
		Entries: []ledger.Draft{entry}, Rows: []any{Settled{d}},
	}, nil
}

// Want says, for each record of the person, that they want a human for all
// decisions of a kind, or lets the machine decide again. It is errs.Forbidden for a kind that is not theirs
// to refuse.
func (s *Service) Want(ctx context.Context, who Who, kind string, human bool) error {
	k, ok := s.schema().AutomatedKind(kind)
	if !ok {
		return errs.New(errs.NotFound, "")
	}
	if human && (!k.Refusable || k.Retired) {
		return errs.New(errs.Forbidden, "error.decision_stays")
	}
	circle, err := s.store.Circle(ctx, who.Subject)
	if err != nil {
		return err
	}
	for _, one := range circle {
		err := s.want(ctx, who.as(one), k, human)
		if err != nil && (one == who.Subject || !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound)) {
			return err
		}
	}
	return nil
}

func (s *Service) want(ctx context.Context, who Who, k *Kind, human bool) error {
	return ledger.Retry(func() error {
		humans, version, err := s.store.Humans(ctx, who.Subject)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		next, changed := humans.with(k.Name, human, now)
		if !changed {
			return nil
		}
		entry := ledger.Draft{Kind: Allowed, Payload: Trace{Kind: k.Name, System: k.System}}
		if human {
			entry.Kind = Refused
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: who.Subject, Base: version, At: now, Actor: who.Actor, Brand: who.Brand,
			Entries: []ledger.Draft{entry}, Rows: []any{next},
		})
		return err
	})
}
