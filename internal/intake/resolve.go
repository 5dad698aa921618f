package intake

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A resolver finds out who the items of one batch are about.
type resolver struct {
	*Merger
	read map[id.Subject]*decision.Facts
	seen map[mark][]identity.Holder
}

func newResolver(m *Merger) *resolver {
	return &resolver{m, map[id.Subject]*decision.Facts{}, map[mark][]identity.Holder{}}
}

// A match is a known subject and what speaks for it being the one; "" for none.
type match struct {
	subject  id.Subject
	evidence Evidence
	near     id.Subject // with whom somebody new will be joined; "" for nobody
}

// better tells whether a is stronger evidence than b. Of equal evidence for two
// subjects the older subject counts, so that the order of rows makes no
// difference.
func (a match) better(b match) bool {
	if a.subject == "" || b.subject == "" {
		return a.subject != ""
	}
	return cmp.Or(cmp.Compare(b.evidence.strength(), a.evidence.strength()), cmp.Compare(a.subject, b.subject)) < 0
}

// resolve returns the people that items are about, in the order of their first
// items.
//
// A number that is known says which record an item is of, whatever else the item
// says. The other items are put together with those of the same record, and one
// of them that is known makes all known.
func (r *resolver) resolve(ctx context.Context, items []Item) ([]*person, error) {
	together := groups(items)
	numbered, best, err := r.numbers(ctx, items, together)
	if err != nil {
		return nil, err
	}
	people := map[id.Subject]*person{}
	var order []*person
	for g, group := range together {
		found := best[g]
		for _, i := range group {
			who := numbered[i]
			if who.subject == "" && found.subject == "" {
				if found, err = r.orNew(ctx, items, group); err != nil {
					return nil, err
				}
			}
			if who.subject == "" {
				who = found
			}
			p, ok := people[who.subject]
			if !ok {
				p = &person{subject: who.subject, fresh: who.evidence == "", facts: r.read[who.subject], holders: r.seen}
				if p.fresh {
					p.near, p.facts = found.near, r.read[found.near]
				}
				people[p.subject] = p
				order = append(order, p)
			}
			p.items, p.places = append(p.items, &items[i]), append(p.places, i)
		}
	}
	date(order)
	share(order)
	meet(order)
	return order, nil
}

// date gives new records ids whose order, which stands for age, does not depend
// on that of the items.
func date(people []*person) {
	var fresh []*person
	keys := map[*person]string{}
	for _, p := range people {
		if p.fresh {
			fresh, keys[p] = append(fresh, p), p.key()
		}
	}
	slices.SortFunc(fresh, func(a, b *person) int { return cmp.Compare(keys[a], keys[b]) })
	for _, p := range fresh {
		p.subject = id.Subject(id.New())
	}
}

// key is what tells a new record from all others of its batch.
func (p *person) key() string {
	var all []string
	for _, item := range p.items {
		marks := numbersOf(item)
		if address, ok := recordOf(item); ok {
			marks = append(marks, address)
		}
		for _, m := range marks {
			all = append(all, strings.Join([]string{string(m.kind), m.scope, m.value, nameOf(item)}, "\x00"))
		}
	}
	return slices.Min(all)
}

// meet marks the new people who share evidence with others of the batch, all but
// the first of those that are new.
func meet(people []*person) {
	met := map[tie]bool{}
	for _, fresh := range []bool{false, true} {
		for _, p := range people {
			if p.fresh != fresh {
				continue
			}
			for _, item := range p.items {
				for _, t := range nearTies(item) {
					p.met = p.met || met[t]
				}
			}
			for _, item := range p.items {
				for _, t := range nearTies(item) {
					met[t] = true
				}
			}
		}
	}
}

// orNew returns whom the items of a group are about, somebody new when nobody
// known; then there is no evidence, but perhaps somebody near.
func (r *resolver) orNew(ctx context.Context, items []Item, group []int) (match, error) {
	members := make([]*Item, len(group))
	for i, place := range group {
		members[i] = &items[place]
	}
	found, err := r.known(ctx, members)
	if err == nil && found.subject == "" {
		found.subject = id.Subject(id.New())
		found.near, err = r.near(ctx, members)
	}
	return found, err
}

// share settles which of several people in a batch may prove an identifier:
// the one who is longest known.
func share(people []*person) {
	first := map[mark]*person{}
	each := func(f func(p *person, m mark)) {
		for _, p := range people {
			for _, item := range p.items {
				for i := range item.Identifiers {
					if ident := &item.Identifiers[i]; ident.Verified() {
						f(p, markOf(ident))
					}
				}
			}
		}
	}
	each(func(p *person, m mark) {
		if other, ok := first[m]; !ok || p.subject < other.subject {
			first[m] = p
		}
	})
	each(func(p *person, m mark) {
		if first[m] == p {
			return
		}
		if p.taken == nil {
			p.taken = map[mark]id.Subject{}
		}
		p.taken[m] = first[m].subject
	})
}

// known returns the subject that the items, which are of one record, are of.
func (r *resolver) known(ctx context.Context, items []*Item) (match, error) {
	found, err := best(ctx, items, r.byNumber)
	if err != nil || found.subject != "" {
		return found, err
	}
	return best(ctx, items, r.byRecord)
}

// near returns the known subject with whom a new record of items will be joined,
// "" for none.
func (r *resolver) near(ctx context.Context, items []*Item) (id.Subject, error) {
	found, err := best(ctx, items, r.byAddress)
	return found.subject, err
}

// best is the best that look finds for any of items.
func best(ctx context.Context, items []*Item, look func(context.Context, *Item) (match, error)) (match, error) {
	var best match
	for _, item := range items {
		m, err := look(ctx, item)
		if err != nil {
			return match{}, err
		}
		if m.better(best) {
			best = m
		}
	}
	return best, nil
}

// byNumber finds the subject that bears a number of the item.
func (r *resolver) byNumber(ctx context.Context, item *Item) (match, error) {
	var best match
	for i := range item.Identifiers {
		ident := &item.Identifiers[i]
		if !own(ident.Kind) {
			continue
		}
		holders, err := r.holders(ctx, markOf(ident))
		if err != nil {
			return match{}, err
		}
		for _, h := range holders {
			if m := (match{subject: h.Subject, evidence: ByNumber}); m.better(best) {
				best = m
			}
		}
	}
	return best, nil
}

// byAddress finds the subject that has proved an address that the item proves
// too, or bears an e-mail address and the name of the item.
func (r *resolver) byAddress(ctx context.Context, item *Item) (match, error) {
	var best match
	name := nameOf(item)
	for i := range item.Identifiers {
		ident := &item.Identifiers[i]
		if !telling(ident, name) {
			continue
		}
		holders, err := r.holders(ctx, markOf(ident))
		if err != nil {
			return match{}, err
		}
		if len(holders) >= identity.MostNear {
			continue
		}
		for _, h := range holders {
			m := match{subject: h.Subject, evidence: ByName}
			switch {
			case ident.Verified() && !h.VerifiedAt.IsZero():
				m.evidence = ByProof
			case ident.Kind != identity.Email || name == "":
				continue
			default:
				f, err := r.facts(ctx, h.Subject)
				if err != nil {
					return match{}, err
				}
				if f == nil || !slices.Contains(profile.Names(f.Profile), name) {
					continue
				}
			}
			if m.better(best) {
				best = m
			}
		}
	}
	return best, nil
}

// byRecord finds the subject that an earlier reading of the same record made.
// It is for records without a number, which a source tells apart by address
// and name.
func (r *resolver) byRecord(ctx context.Context, item *Item) (match, error) {
	var best match
	address, ok := recordOf(item)
	if !ok {
		return best, nil
	}
	holders, err := r.holders(ctx, address)
	if err != nil {
		return match{}, err
	}
	for _, h := range holders {
		m := match{subject: h.Subject, evidence: ByRecord}
		if !m.better(best) {
			continue
		}
		same, err := r.same(ctx, h.Subject, address, nameOf(item))
		if err != nil {
			return match{}, err
		}
		if same {
			best = m
		}
	}
	return best, nil
}

// same tells whether the source has given subject a record without a number
// that has this address and name.
func (r *resolver) same(ctx context.Context, subject id.Subject, address mark, name string) (bool, error) {
	f, err := r.facts(ctx, subject)
	if err != nil || f == nil || profile.NameBy(f.Profile, r.source) != name {
		return false, err
	}
	all, err := r.store.Identifiers(ctx, subject)
	if err != nil {
		return false, err
	}
	same := false
	for i := range all {
		ident := &all[i]
		switch {
		case ident.Source != r.source:
		case own(ident.Kind), ident.Kind == identity.Email && address.kind != identity.Email:
			return false, nil
		case markOf(ident) == address:
			same = true
		}
	}
	return same, nil
}

// facts returns what is held of a record itself, nil for one that is gone.
func (r *resolver) facts(ctx context.Context, subject id.Subject) (*decision.Facts, error) {
	if f, ok := r.read[subject]; ok {
		return f, nil
	}
	f, err := r.store.Held(ctx, subject)
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Gone:
		r.read[subject] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.read[subject] = &f
	return &f, nil
}
