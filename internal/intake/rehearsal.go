package intake

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

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
	beside      []id.Subject    // with whom they would be joined
	joined      time.Time       // when the last of them was
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
	p := r.person(subject)
	if p == nil {
		return r.store.Facts(ctx, subject)
	}
	f := p.facts
	for _, one := range r.circle(subject)[1:] {
		other := r.person(one)
		f.Others = append(slices.Clip(f.Others), other.facts.Others...)
		f.Others = append(f.Others, other.facts)
		f.Others[len(f.Others)-1].Others = nil
		f.Joined = later(f.Joined, later(other.joined, other.facts.Joined))
	}
	return f, nil
}

// circle returns who would be read as one with a subject, itself first.
func (r *Rehearsal) circle(subject id.Subject) []id.Subject {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := []id.Subject{subject}
	for i := 0; i < len(all); i++ {
		if p := r.people[all[i]]; p != nil {
			for _, one := range p.beside {
				if !slices.Contains(all, one) {
					all = append(all, one)
				}
			}
		}
	}
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Held implements MergeStore. What is kept has what is beside it.
func (r *Rehearsal) Held(ctx context.Context, subject id.Subject) (decision.Facts, error) {
	if r.person(subject) != nil {
		return r.Facts(ctx, subject)
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
	known := map[string]bool{}
	for _, one := range r.circle(subject) {
		some, err := r.store.KnownEvents(ctx, one, source, events)
		if err != nil {
			return nil, err
		}
		maps.Copy(known, some)
		if p := r.person(one); p != nil {
			for _, event := range events {
				known[event] = known[event] || p.events[event]
			}
		}
	}
	return known, nil
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
	s, err := r.step(ctx, c)
	if err != nil {
		return nil, err
	}
	return nil, r.keep(s)
}

// Introduce keeps what a change would write of a new record, and that it would be
// joined with a known one.
func (r *Rehearsal) Introduce(ctx context.Context, known, fresh identity.Side, c ledger.Change) error {
	j, _ := identity.Weigh(identity.Join{Older: known.Subject, Newer: fresh.Subject}, identity.Compare(known, fresh))
	if j.State != identity.Joined {
		_, err := r.Commit(ctx, c)
		return err
	}
	told := ledger.Change{Subject: known.Subject, Base: known.Version, Entries: []ledger.Draft{{Kind: identity.SubjectMerged}}}
	was, err := r.step(ctx, told)
	if err != nil {
		return err
	}
	is, err := r.step(ctx, c)
	if err != nil {
		return err
	}
	was.now.beside, was.now.joined = append(slices.Clip(was.now.beside), fresh.Subject), c.At
	is.now.beside, is.now.joined = []id.Subject{known.Subject}, c.At
	return r.keep(was, is)
}

// A step is what a subject would be, after what was kept of them.
type step struct {
	subject     id.Subject
	before, now *rehearsed
}

// step returns what a change makes of its subject.
func (r *Rehearsal) step(ctx context.Context, c ledger.Change) (step, error) {
	s := step{subject: c.Subject, before: r.person(c.Subject), now: &rehearsed{}}
	var err error
	switch {
	case s.before != nil:
		*s.now = *s.before
		s.now.events, s.now.identifiers = maps.Clone(s.before.events), slices.Clone(s.before.identifiers)
	case c.Base != 0:
		if s.now.facts, err = r.store.Facts(ctx, c.Subject); err != nil {
			return s, err
		}
		if s.now.identifiers, err = r.store.Identifiers(ctx, c.Subject); err != nil {
			return s, err
		}
	}
	if c.Base != s.now.facts.Version {
		return s, errs.Conflict
	}
	s.now.facts.Version += int64(len(c.Entries))
	for _, row := range c.Rows {
		if err := s.now.write(&c, row); err != nil {
			return s, err
		}
	}
	return s, nil
}

// keep keeps all steps; errs.Conflict, and none of them, where another was first.
func (r *Rehearsal) keep(steps ...step) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range steps {
		if r.people[s.subject] != s.before {
			return errs.Conflict
		}
		if r.most > 0 && s.before == nil && len(r.people) >= r.most {
			return ErrEnough
		}
	}
	for _, s := range steps {
		r.people[s.subject] = s.now
		for i := range s.now.identifiers {
			m := markOf(&s.now.identifiers[i])
			if !slices.Contains(r.bearers[m], s.subject) {
				r.bearers[m] = append(r.bearers[m], s.subject)
			}
		}
	}
	return nil
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
