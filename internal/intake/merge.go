package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

// A MergeStore is what merging reads and writes.
type MergeStore interface {
	// Holders returns the active subjects that bear a normalised identifier,
	// the one that has proved it first.
	Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error)
	// Held reads what is held of an active subject itself; errs.NotFound or
	// errs.Gone when there is none any more.
	Held(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Facts is Held, with what is held of those joined with it as its Others.
	Facts(ctx context.Context, subject id.Subject) (decision.Facts, error)
	// Identifiers returns a subject's identifiers.
	Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
	// ErasedAmong returns which of identifiers belonged to somebody who was
	// erased, by their place in the list.
	ErasedAmong(ctx context.Context, identifiers []identity.Identifier) (map[int]bool, error)
	// KnownEvents returns which activities of a person a source has told of at
	// any of their joined records, removed ones too, by its own id of them.
	KnownEvents(ctx context.Context, subject id.Subject, source string, events []string) (map[string]bool, error)
	// Commit writes a change whole or not at all; errs.Conflict when the
	// subject moved or another has proved an identifier.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Merger is the Sink that brings items into the records that they are of, or
// makes new ones.
//
// An item is of a known record on this evidence alone, the strongest first:
//
//  1. a number that the same system gave;
//  2. for a record without a number: that this source had the same record
//     before, by its address and name.
//
// An identifier that both have proved, or an e-mail address together with a
// name, joins two records by a link (identity.Joiner), which the person can take
// apart. An unverified address alone may be a typing mistake, or a family's.
// Items of one batch know each other on the same evidence, and their order makes
// no difference to what is written.
type Merger struct {
	store        MergeStore
	organisation *organisation.Organisation
	clock        clock.Clock
	source       string
	cause        string
	limits       *Limits
	prepare      func(context.Context, ...id.Subject) error
	introduce    func(ctx context.Context, known, fresh identity.Side, c ledger.Change) error
}

// NewMerger returns a Merger for one import of source. cause is its id.
func NewMerger(s MergeStore, o *organisation.Organisation, c clock.Clock, source, cause string) *Merger {
	return &Merger{
		store: s, organisation: o, clock: c, source: source, cause: cause,
		prepare: func(context.Context, ...id.Subject) error { return nil },
		introduce: func(ctx context.Context, _, _ identity.Side, c ledger.Change) error {
			_, err := s.Commit(ctx, c)
			return err
		},
	}
}

// Introduce has f write a new record that is to be joined with a known one, both
// in one; errs.Conflict when the known one is not at its version any more. Without
// it such a record is written alone, and joined by whoever looks behind the ledger.
func (m *Merger) Introduce(f func(ctx context.Context, known, fresh identity.Side, c ledger.Change) error) {
	m.introduce = f
}

// Prepare has f called with all new subjects of a batch before the first of
// them is written, so that what each of them needs can be made at once.
func (m *Merger) Prepare(f func(context.Context, ...id.Subject) error) { m.prepare = f }

// Limit keeps to the limits of a key.
func (m *Merger) Limit(l *Limits) { m.limits = l }

// parallel is how many people are written at the same time; the store commits
// them together.
const parallel = 256

// A person is the items of one batch about one subject.
type person struct {
	subject id.Subject
	fresh   bool
	items   []*Item // in the order of the file
	places  []int   // of the items in the batch
	// near is with whom a fresh one will be joined, "" for nobody known; met says
	// that it is so with another of the batch.
	near id.Subject
	met  bool
	// What was read of the subject, or of the near one, when it was found; it may
	// be out of date, and then the change conflicts. Nil for nothing.
	facts   *decision.Facts
	holders map[mark][]identity.Holder
	// taken are identifiers that another person of the batch proves, and which.
	taken map[mark]id.Subject
}

// Apply merges a batch.
func (m *Merger) Apply(ctx context.Context, items []Item) ([]Outcome, error) {
	r := newResolver(m)
	people, err := r.resolve(ctx, items)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(items))
	if people, err = m.living(ctx, people, outcomes); err != nil {
		return nil, err
	}
	var fresh []id.Subject
	for _, p := range people {
		if p.fresh {
			fresh = append(fresh, p.subject)
		}
	}
	if len(fresh) > 0 {
		if err := m.prepare(ctx, fresh...); err != nil {
			return nil, err
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, near := range apart(people) {
		g.Go(func() error {
			for _, p := range near {
				told, err := m.merge(ctx, p)
				if err != nil {
					return err
				}
				// No two people have an item in common.
				for i, place := range p.places {
					outcomes[place] = told[i]
				}
			}
			return nil
		})
	}
	return outcomes, g.Wait()
}

// apart groups people by the known record that they write to: of those that write
// to one at once, all but the first would decide again. That record comes first
// and new ones by their age, so that whom a new one is like does not hang on the
// order of the file.
func apart(people []*person) [][]*person {
	var groups [][]*person
	place := map[id.Subject]int{}
	for _, p := range people {
		known := cmp.Or(p.near, p.subject)
		if _, is := place[known]; !is {
			place[known] = len(groups)
			groups = append(groups, nil)
		}
		groups[place[known]] = append(groups[place[known]], p)
	}
	for _, group := range groups {
		slices.SortFunc(group, func(a, b *person) int {
			return cmp.Or(trueFirst(!a.fresh, !b.fresh), cmp.Compare(a.subject, b.subject))
		})
	}
	return groups
}

// living leaves out the people whom nobody knows and whose identifier somebody
// bore who was erased: their items are refused, for an import does not bring
// anybody back (Art. 17(1) GDPR). Somebody who came back by themselves is known,
// and theirs are taken.
func (m *Merger) living(ctx context.Context, people []*person, outcomes []Outcome) ([]*person, error) {
	var all []identity.Identifier
	var owner []*person
	for _, p := range people {
		if !p.fresh || p.near != "" {
			continue
		}
		for _, item := range p.items {
			for _, i := range item.Identifiers {
				all, owner = append(all, i), append(owner, p)
			}
		}
	}
	if len(all) == 0 {
		return people, nil
	}
	found, err := m.store.ErasedAmong(ctx, all)
	if err != nil || len(found) == 0 {
		return people, err
	}
	gone := map[*person]bool{}
	for place := range found {
		gone[owner[place]] = true
	}
	var living []*person
	for _, p := range people {
		if !gone[p] {
			living = append(living, p)
			continue
		}
		for _, place := range p.places {
			outcomes[place] = Outcome{Result: Rejected, Reason: "intake.subject_gone"}
		}
	}
	return living, nil
}

// merge writes all items about one person in one change. What the person, or
// anybody else, changes meanwhile is not lost: then it decides again.
func (m *Merger) merge(ctx context.Context, p *person) ([]Outcome, error) {
	var told []Outcome
	err := ledger.Retry(func() error {
		w, err := m.weave(ctx, p)
		if err != nil {
			return err
		}
		told = w.outcomes()
		c := w.change()
		if c.Empty() {
			return nil
		}
		if w.near.Subject != "" {
			err = m.introduce(ctx, w.near, w.side(), c)
		} else {
			_, err = m.store.Commit(ctx, c)
		}
		p.facts, p.holders = nil, nil
		if p.fresh && errors.Is(err, errs.Conflict) {
			// Another import was first with somebody whom it knows by the same
			// number or proof.
			return errors.Join(err, m.again(ctx, p))
		}
		return err
	})
	switch {
	case errors.Is(err, errs.Gone), errors.Is(err, errs.NotFound):
		// Erased while the file was read: nothing brings the person back.
		return slices.Repeat([]Outcome{{Result: Rejected, Reason: "intake.subject_gone"}}, len(p.items)), nil
	case errors.Is(err, errs.Conflict):
		return slices.Repeat([]Outcome{{Result: Rejected, Reason: "intake.contested"}}, len(p.items)), nil
	case err != nil:
		return nil, err
	}
	return told, nil
}

// again looks whether a number of a new record is known by now, and if not with
// whom it will be joined. What the batch has written since makes no difference.
func (m *Merger) again(ctx context.Context, p *person) error {
	r := newResolver(m)
	found, err := best(ctx, p.items, r.byNumber)
	if err == nil && found.subject == "" && p.near == "" {
		p.near, err = r.near(ctx, p.items)
	}
	if err != nil || found.subject == "" {
		return err
	}
	p.subject, p.fresh, p.near = found.subject, false, ""
	return nil
}
