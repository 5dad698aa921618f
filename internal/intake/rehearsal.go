package intake

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A Rehearsal is a MergeStore that reads from another and keeps what is
// committed in memory, some kilobytes for each person, so that an import can be
// tried and decides what it would decide. It may be used by many goroutines.
type Rehearsal struct {
	store MergeStore
	most  int // people that are kept; 0 for any number

	mu      sync.Mutex
	people  map[id.Subject]*rehearsed
	bearers map[mark][]id.Subject // who bears an identifier since the beginning
}

// A rehearsed person is what would be held of them.
type rehearsed struct {
	facts       decision.Facts
	identifiers []identity.Identifier
	events      map[string]bool // activities that would be told of, of one source
}

// NewRehearsal returns a Rehearsal on s, which it only reads.
func NewRehearsal(s MergeStore) *Rehearsal {
	return &Rehearsal{store: s, people: map[id.Subject]*rehearsed{}, bearers: map[mark][]id.Subject{}}
}

// Bound has Commit return ErrEnough for whoever is one person too many.
func (r *Rehearsal) Bound(people int) { r.most = people }

func (r *Rehearsal) person(subject id.Subject) *rehearsed {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.people[subject]
}

// Facts implements MergeStore.
func (r *Rehearsal) Facts(ctx context.Context, subject id.Subject) (decision.Facts, error) {
	if p := r.person(subject); p != nil {
		return p.facts, nil
	}
	return r.store.Facts(ctx, subject)
}

// Held implements MergeStore. What is kept has what is beside it.
func (r *Rehearsal) Held(ctx context.Context, subject id.Subject) (decision.Facts, error) {
	if p := r.person(subject); p != nil {
		return p.facts, nil
	}
	return r.store.Held(ctx, subject)
}

// Identifiers implements MergeStore.
func (r *Rehearsal) Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	if p := r.person(subject); p != nil {
		return slices.Clone(p.identifiers), nil
	}
	return r.store.Identifiers(ctx, subject)
}

// ErasedAmong implements MergeStore: nobody is erased by an import.
func (r *Rehearsal) ErasedAmong(ctx context.Context, identifiers []identity.Identifier) (map[int]bool, error) {
	return r.store.ErasedAmong(ctx, identifiers)
}

// KnownEvents implements MergeStore.
func (r *Rehearsal) KnownEvents(ctx context.Context, subject id.Subject, source string, events []string) (map[string]bool, error) {
	known, err := r.store.KnownEvents(ctx, subject, source, events)
	if p := r.person(subject); err == nil && p != nil {
		for _, event := range events {
			if p.events[event] {
				known[event] = true
			}
		}
	}
	return known, err
}

// Holders implements MergeStore.
func (r *Rehearsal) Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error) {
	held, err := r.store.Holders(ctx, kind, scope, value)
	if err != nil {
		return nil, err
	}
	m := mark{kind, scope, value}
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []identity.Holder
	for _, h := range held {
		if r.people[h.Subject] == nil {
			all = append(all, h)
		}
	}
	for _, subject := range r.bearers[m] {
		for _, i := range r.people[subject].identifiers {
			if markOf(&i) == m {
				all = append(all, identity.Holder{Subject: subject, Identifier: i.ID, VerifiedAt: i.VerifiedAt})
			}
		}
	}
	// Ids grow with time, and so stand for it.
	slices.SortFunc(all, func(a, b identity.Holder) int {
		return cmp.Or(trueFirst(!a.VerifiedAt.IsZero(), !b.VerifiedAt.IsZero()), cmp.Compare(a.Identifier, b.Identifier))
	})
	return all, nil
}

// Commit keeps what a change would write.
func (r *Rehearsal) Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error) {
	p, err := r.before(ctx, c)
	if err != nil {
		return nil, err
	}
	if c.Base != p.facts.Version {
		return nil, errs.Conflict
	}
	p.facts.Version += int64(len(c.Entries))
	for _, row := range c.Rows {
		if err := p.write(&c, row); err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.most > 0 && r.people[c.Subject] == nil && len(r.people) >= r.most {
		return nil, ErrEnough
	}
	r.people[c.Subject] = p
	for i := range p.identifiers {
		m := markOf(&p.identifiers[i])
		if !slices.Contains(r.bearers[m], c.Subject) {
			r.bearers[m] = append(r.bearers[m], c.Subject)
		}
	}
	return nil, nil
}

// before returns a copy of what is held of the change's subject.
func (r *Rehearsal) before(ctx context.Context, c ledger.Change) (p *rehearsed, err error) {
	p = &rehearsed{}
	if c.Base == 0 && r.person(c.Subject) == nil {
		return p, nil
	}
	if before := r.person(c.Subject); before != nil {
		p.events = maps.Clone(before.events)
	}
	if p.facts, err = r.Facts(ctx, c.Subject); err != nil {
		return nil, err
	}
	p.identifiers, err = r.Identifiers(ctx, c.Subject)
	return p, err
}

func (p *rehearsed) write(c *ledger.Change, row any) error {
	switch row := row.(type) {
	case identity.Identifier:
		p.identifiers = append(p.identifiers, row)
	case identity.Verified:
		p.each(func(i *identity.Identifier) {
			if i.ID == row.Identifier {
				i.VerifiedAt = c.At
			}
		})
	case identity.Vouched:
		p.each(func(i *identity.Identifier) {
			if i.ID == row.Identifier {
				i.VouchedAt = c.At
			}
		})
	case identity.MadeMain:
		p.each(func(i *identity.Identifier) {
			if i.Kind == identity.Email {
				i.Main = i.ID == row.Identifier
			}
		})
	case profile.State:
		p.facts.Profile = row
	case consent.State:
		p.facts.Consents = row
	case consent.Record: // the state has it
	case activity.Observation:
		if p.events == nil {
			p.events = map[string]bool{}
		}
		p.events[row.Event] = true
	default:
		return fmt.Errorf("a rehearsal cannot keep %T", row)
	}
	return nil
}

func (p *rehearsed) each(f func(*identity.Identifier)) {
	for i := range p.identifiers {
		f(&p.identifiers[i])
	}
}
