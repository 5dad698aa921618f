package inbound

import (
	"bytes"
	"context"
	"errors"
	"maps"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// A Store is what the door reads and writes.
type Store interface {
	// Facts returns all that is held of a subject; errs.NotFound or errs.Gone
	// when there is none any more.
	Facts(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Identifiers returns a subject's identifiers, oldest first.
	Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
	// Holders returns the active subjects that bear a normalised identifier.
	Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error)
	// SeenEvents returns what became of those events of a system that were seen.
	SeenEvents(ctx context.Context, system string, events [][32]byte) (map[[32]byte]Seen, error)
	// KnownEvents returns which activities a system has told of, removed ones
	// too, by its own id of them.
	KnownEvents(ctx context.Context, subject id.Subject, system string, events []string) (map[string]bool, error)
	// Happening returns the entry of an id about a subject; errs.NotFound when
	// there is none.
	Happening(ctx context.Context, subject id.Subject, entry string) (ledger.Happening, error)
	// Commit writes a change whole or not at all; errs.Conflict when the
	// subject moved, or an event was seen meanwhile.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
	// ConflictsOf returns the conflicts of a subject, and of those joined with it,
	// that wait, oldest first.
	ConflictsOf(ctx context.Context, subject id.Subject) ([]Conflict, error)
	// CommitAll writes several changes, of different subjects, in one
	// transaction.
	CommitAll(ctx context.Context, all []ledger.Change) error
}

// A Blinder makes keyed digests. It is a part of keyring.Keyring.
type Blinder interface {
	Blind(kind, scope, normalised string) [32]byte
}

// A Service is the door. It is safe for concurrent use.
type Service struct {
	store     Store
	blind     Names
	catalogue func() Catalogue
	clock     clock.Clock
	observe   func(Way, Result, string)
	circle    func(context.Context, id.Subject) ([]id.Subject, error)
}

// NewService returns the door. catalogue is asked at every call.
func NewService(s Store, b Names, catalogue func() Catalogue, c clock.Clock) *Service {
	alone := func(_ context.Context, subject id.Subject) ([]id.Subject, error) { return []id.Subject{subject}, nil }
	return &Service{store: s, blind: b, catalogue: catalogue, clock: c, circle: alone}
}

// A Sender is who tells something.
type Sender struct {
	System string
	Brand  string // where it happened; "" for no brand's site
	Cause  string // id of the hook or pull that brought it; "" for none
	Way    Way
	Places []string // where it is kept what of a Batch was refused
}

// parallel is how many people are decided on at the same time; the store
// commits them together.
const parallel = 64

// Take decides on items and writes what they lead to, person by person. Items
// without a Subject are left alone. An error is the door's own, and says nothing
// about those items that were taken: send all of them again.
func (s *Service) Take(ctx context.Context, from Sender, items []Item) ([]Outcome, error) {
	outcomes := make([]Outcome, len(items))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, places := range people(items) {
		g.Go(func() error {
			err := ledger.Retry(func() error {
				c, err := s.prepare(ctx, from, items, places, outcomes, map[[32]byte]Seen{})
				if err != nil || c.Empty() {
					return err
				}
				_, err = s.store.Commit(ctx, c)
				return err
			})
			return absent(err, places, outcomes)
		})
	}
	return outcomes, g.Wait()
}

// TakeWith is Take in one transaction, together with what also writes beside
// the outcomes: either all of it is there, or nothing. An id that another item
// has is refused: the one that comes first has it.
func (s *Service) TakeWith(ctx context.Context, from Sender, items []Item, also func([]Outcome) ledger.Change) ([]Outcome, error) {
	outcomes := make([]Outcome, len(items))
	err := ledger.Retry(func() error {
		var all []ledger.Change
		marked := map[[32]byte]Seen{}
		for _, places := range people(items) {
			c, err := s.prepare(ctx, from, items, places, outcomes, marked)
			if err = absent(err, places, outcomes); err != nil {
				return err
			}
			if !c.Empty() {
				all = append(all, c)
			}
		}
		return s.store.CommitAll(ctx, append(all, also(outcomes)))
	})
	return outcomes, err
}

// people returns the places of the items of each person, in their order.
func people(items []Item) [][]int {
	var all [][]int
	at := map[id.Subject]int{}
	for i := range items {
		subject := items[i].Subject
		if subject == "" {
			continue
		}
		n, known := at[subject]
		if !known {
			n = len(all)
			at[subject], all = n, append(all, nil)
		}
		all[n] = append(all[n], i)
	}
	return all
}

// absent makes outcomes of the errors that are about one person.
func absent(err error, places []int, outcomes []Outcome) error {
	var o Outcome
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errs.NotFound), errors.Is(err, errs.Gone):
		o = Outcome{Result: Refused, Reason: NoSubject, Err: errs.New(errs.NotFound, "error.no_subject")}
	case errors.Is(err, errs.Conflict):
		o = Outcome{Result: Refused, Reason: Contested, Err: err}
	default:
		return err
	}
	for _, i := range places {
		outcomes[i] = o
	}
	return nil
}

// prepare decides on the items of one person, and returns the change. marked are
// the events that are written in the same transaction; it adds its own.
func (s *Service) prepare(ctx context.Context, from Sender, items []Item, places []int, outcomes []Outcome, marked map[[32]byte]Seen) (ledger.Change, error) {
	now, catalogue := s.clock.Now(), s.catalogue()
	k := &known{subject: items[places[0]].Subject, brand: from.Brand}
	var err error
	if k.facts, err = s.store.Facts(ctx, k.subject); err != nil {
		return ledger.Change{}, err
	}
	if k.identifiers, err = s.store.Identifiers(ctx, k.subject); err != nil {
		return ledger.Change{}, err
	}
	k.holders = func(i identity.Identifier) ([]identity.Holder, error) {
		return s.store.Holders(ctx, i.Kind, i.Scope, i.Value)
	}
	if k.events, err = s.events(ctx, k.subject, from.System, items, places); err != nil {
		return ledger.Change{}, err
	}
	seen, err := s.seen(ctx, from.System, items, places)
	if err != nil {
		return ledger.Change{}, err
	}
	maps.Copy(seen, marked)
	for _, i := range places {
		item := &items[i]
		event := s.event(from.System, item.ID)
		if before, had := seen[event]; had && item.ID != "" {
			outcomes[i] = repeated(before, item)
			continue
		}
		o, err := s.one(ctx, k, catalogue, from.System, item)
		if err != nil {
			return ledger.Change{}, err
		}
		outcomes[i] = o
		if item.ID == "" || o.Result == Refused {
			continue // a refusal changed nothing, and may be none tomorrow
		}
		mark := Seen{System: from.System, Event: event, Print: item.Print, Result: o.Result, Reason: o.Reason, At: now}
		seen[event], marked[event] = mark, mark
		k.rows = append(k.rows, mark)
	}
	return k.change(from.System, from.Brand, from.Cause, now), nil
}

// one decides on an item that was not seen.
func (s *Service) one(ctx context.Context, k *known, c Catalogue, system string, item *Item) (Outcome, error) {
	if is, err := s.echo(ctx, k, c, item); err != nil || is {
		return Outcome{Result: Unchanged, Reason: Echo, After: k.facts.Whole()}, err
	}
	return k.decide(c, system, item, s.clock.Now())
}

// repeated is the outcome of an item whose id was seen.
func repeated(before Seen, item *Item) Outcome {
	if !bytes.Equal(before.Print, item.Print) {
		return Outcome{Result: Refused, Reason: Reused}
	}
	return Outcome{Result: before.Result, Reason: before.Reason, Repeated: true}
}

func (s *Service) seen(ctx context.Context, system string, items []Item, places []int) (map[[32]byte]Seen, error) {
	var events [][32]byte
	for _, i := range places {
		if items[i].ID != "" {
			events = append(events, s.event(system, items[i].ID))
		}
	}
	if len(events) == 0 {
		return map[[32]byte]Seen{}, nil
	}
	return s.store.SeenEvents(ctx, system, events)
}

// events returns which of the activities that items tell of are known.
func (s *Service) events(ctx context.Context, subject id.Subject, system string, items []Item, places []int) (map[string]bool, error) {
	var all []string
	for _, i := range places {
		if items[i].Activity != nil {
			all = append(all, items[i].Activity.Event)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	return s.store.KnownEvents(ctx, subject, system, all)
}

// event is the digest of a source's id, which may be somebody's name.
func (s *Service) event(system, name string) [32]byte {
	return s.blind.Blind("inbound", system, name)
}
