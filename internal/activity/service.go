package activity

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Service takes activity in, and lets people remove it. It is safe for
// concurrent use.
type Service struct {
	store  Store
	schema func() Schema
	clock  clock.Clock
}

// NewService returns a Service. schema is asked at every call.
func NewService(s Store, schema func() Schema, c clock.Clock) *Service {
	return &Service{store: s, schema: schema, clock: c}
}

// An Item is one thing that a system tells of.
type Item struct {
	Event  string
	Kind   string
	At     time.Time
	Values map[string]string // as the system writes them
}

// A Taking is what one system tells of one person.
type Taking struct {
	Subject id.Subject
	System  string
	Brand   string // where it happened; "" when it is not said
	Cause   string // id of the import, or ""
	// May tells which kinds the system may tell of; what it may not is answered
	// as what is not declared.
	May   func(*Kind) bool
	Items []Item
}

// An Outcome says what became of an item.
type Outcome struct {
	Result Result
	Reason Reason          // why it was refused
	Denied decision.Reason // for NoBasis: what stands against it
	Fields []errs.Field    // for Unreadable: where
}

// A Result is a sort of outcome.
type Result string

// The results.
const (
	Taken   Result = "recorded"
	Known   Result = "known" // the event was told of before
	Refused Result = "refused"
)

// A Reason is why an item is refused.
type Reason string

// The reasons.
const (
	NoBasis     Reason = "no_basis"     // no purpose that uses it is allowed now
	UnknownKind Reason = "unknown_kind" // is not declared, or not this system's
	NoEvent     Reason = "no_event"     // has no id, or one that is too long
	Future      Reason = "future"       // has not happened yet
	TooOld      Reason = "too_old"      // would be deleted at once
	Unreadable  Reason = "invalid"      // has values that its kind does not have
)

// MaxEvent is the longest that an event's id may be, in bytes.
const MaxEvent = 200

// slack is how far a system's clock may run ahead of ours.
const slack = 5 * time.Minute

// Take records what a system tells of. Each item is answered by itself: those
// that can be taken are, in one change.
func (s *Service) Take(ctx context.Context, t Taking) ([]Outcome, error) {
	var outcomes []Outcome
	err := ledger.Retry(func() error {
		facts, err := s.store.Facts(ctx, t.Subject)
		if err != nil {
			return err
		}
		var fresh []Observation
		if outcomes, fresh, err = s.weigh(ctx, &t, facts); err != nil || len(fresh) == 0 {
			return err
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: t.Subject, Base: facts.Version, At: s.clock.Now(), Brand: t.Brand, Cause: t.Cause,
			Actor:   ledger.Actor{Kind: ledger.BySystem, ID: t.System},
			Entries: []ledger.Draft{Entry(t.System, fresh)},
			Rows:    Rows(fresh),
		})
		return err
	})
	return outcomes, err
}

// Entry tells of observations that a system brought.
func Entry(system string, fresh []Observation) ledger.Draft {
	t := Trace{Source: system, Counts: map[string]int{}}
	for i := range fresh {
		t.Counts[fresh[i].Kind]++
	}
	return ledger.Draft{Kind: Recorded, Payload: t}
}

// Rows are observations as rows of a change.
func Rows(fresh []Observation) []any {
	rows := make([]any, len(fresh))
	for i := range fresh {
		rows[i] = fresh[i]
	}
	return rows
}

// weigh decides what becomes of each item, and returns the new ones.
func (s *Service) weigh(ctx context.Context, t *Taking, facts decision.Facts) ([]Outcome, []Observation, error) {
	events := make([]string, len(t.Items))
	for i := range t.Items {
		events[i] = t.Items[i].Event
	}
	known, err := s.store.KnownEvents(ctx, t.Subject, t.System, events)
	if err != nil {
		return nil, nil, err
	}
	schema, now := s.schema(), s.clock.Now()
	outcomes := make([]Outcome, len(t.Items))
	var fresh []Observation
	for i := range t.Items {
		item := &t.Items[i]
		o, outcome := Weigh(schema, facts, t, item, now)
		if outcome.Result == Taken && known[item.Event] {
			outcome = Outcome{Result: Known}
		}
		if outcomes[i] = outcome; outcome.Result == Taken {
			known[item.Event] = true
			fresh = append(fresh, o)
		}
	}
	return outcomes, fresh, nil
}

// Weigh decides what becomes of one item by what is known of the person, apart
// from whether it was told of before. It is a pure function but for the id of
// the observation.
func Weigh(declared Kinds, facts decision.Facts, t *Taking, item *Item, now time.Time) (Observation, Outcome) {
	refuse := func(r Reason) (Observation, Outcome) { return Observation{}, Outcome{Result: Refused, Reason: r} }
	k, ok := declared.Activity(item.Kind)
	switch {
	case !ok, k.Retired, t.May != nil && !t.May(k):
		return refuse(UnknownKind)
	case item.Event == "" || len(item.Event) > MaxEvent:
		return refuse(NoEvent)
	case item.At.IsZero() || item.At.After(now.Add(slack)):
		return refuse(Future)
	case !now.Before(item.At.Add(k.Keep)):
		return refuse(TooOld)
	}
	if verdict := Basis(facts, k, declared.AllPurposes(), t.Brand, now); !verdict.Allow {
		return Observation{}, Outcome{Result: Refused, Reason: NoBasis, Denied: verdict.Reasons[0]}
	}
	values, err := k.Canonical(item.Values)
	if err != nil {
		var e *errs.Error
		errors.As(err, &e)
		return Observation{}, Outcome{Result: Refused, Reason: Unreadable, Fields: e.Fields}
	}
	at := item.At.UTC().Truncate(time.Microsecond)
	return Observation{
		ID: id.New(), Subject: t.Subject, Kind: k.Name, Source: t.System, Event: item.Event, Brand: t.Brand,
		At: at, Recorded: now, Expires: at.Add(k.Keep), Values: values,
	}, Outcome{Result: Taken}
}

// Who is a person who changes what is theirs, and where.
type Who struct {
	Subject id.Subject
	Actor   ledger.Actor
	Brand   string
}

// Remove removes one observation. It is errs.NotFound for one that is not the
// person's, and errs.Forbidden where its kind does not leave that to them.
func (s *Service) Remove(ctx context.Context, who Who, observation string) error {
	now := s.clock.Now()
	list, err := s.store.Activities(ctx, who.Subject, Page{ID: observation, Now: now, Limit: 1})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errs.New(errs.NotFound, "")
	}
	o := &list[0]
	if k, ok := s.schema().Activity(o.Kind); !ok || !k.Removable {
		return errs.New(errs.Forbidden, "error.activity_stays")
	}
	_, err = s.store.Commit(ctx, ledger.Change{
		Subject: who.Subject, Base: ledger.AnyVersion, At: now, Actor: who.Actor, Brand: who.Brand,
		Entries: []ledger.Draft{{Kind: Removed, Payload: Trace{Kind: o.Kind, Source: o.Source, At: o.At}}},
		Rows:    []any{Removal{o.ID}},
	})
	return err
}

// Switch stops a rule for a person, or lets it work again. A rule that stops
// takes its value with it.
func (s *Service) Switch(ctx context.Context, who Who, rule string, on bool) error {
	schema := s.schema()
	r, ok := ruleOf(schema, rule)
	if !ok {
		return errs.New(errs.NotFound, "")
	}
	return ledger.Retry(func() error {
		facts, err := s.store.Facts(ctx, who.Subject)
		if err != nil {
			return err
		}
		state, err := s.store.ActivityState(ctx, who.Subject)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		next, changed := state.with(rule, on, now)
		if !changed {
			return nil
		}
		c := ledger.Change{
			Subject: who.Subject, Base: facts.Version, At: now, Actor: who.Actor, Brand: who.Brand,
			Entries: []ledger.Draft{{Kind: SwitchedOff, Payload: Trace{Rule: rule}}}, Rows: []any{next},
		}
		if on {
			c.Entries[0].Kind = SwitchedOn
		}
		wanted := ""
		if on {
			if wanted, err = s.says(ctx, schema, facts, who.Subject, r, now); err != nil {
				return err
			}
		}
		profileNext, step := settle(schema, facts.Profile, r, wanted, now)
		if !step.Empty() {
			c.Entries, c.Rows = append(c.Entries, step.Entry()), append(c.Rows, profileNext)
		}
		_, err = s.store.Commit(ctx, c)
		return err
	})
}

// With is what two records of one person say together: a rule that is off for
// one is off.
func (s State) With(o State) State {
	if len(o.Off) == 0 {
		return s
	}
	all := State{Off: map[string]time.Time{}}
	for _, off := range []map[string]time.Time{s.Off, o.Off} {
		for rule, since := range off {
			if had, ok := all.Off[rule]; !ok || since.Before(had) {
				all.Off[rule] = since
			}
		}
	}
	return all
}

func (s State) with(rule string, on bool, now time.Time) (State, bool) {
	if _, off := s.Off[rule]; off != on {
		return s, false
	}
	next := State{Off: map[string]time.Time{}}
	for name, since := range s.Off {
		next.Off[name] = since
	}
	if on {
		delete(next.Off, rule)
	} else {
		next.Off[rule] = now
	}
	return next, true
}

func ruleOf(schema Schema, name string) (*Rule, bool) {
	rules := schema.InferenceRules()
	for i := range rules {
		if rules[i].Name == name && !rules[i].Retired {
			return &rules[i], true
		}
	}
	return nil, false
}
