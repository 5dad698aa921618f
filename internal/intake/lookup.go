package intake

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/identity"
)

// holders returns who bears an identifier, as it stood when the batch began, of
// those whom the key may know.
func (r *resolver) holders(ctx context.Context, m mark) ([]identity.Holder, error) {
	all, ok := r.seen[m]
	if !ok {
		var err error
		if all, err = r.store.Holders(ctx, m.kind, m.scope, m.value); err != nil {
			return nil, err
		}
		r.seen[m] = all
	}
	var known []identity.Holder
	for _, h := range all {
		may, err := r.knows(ctx, h.Subject)
		if err != nil {
			return nil, err
		}
		if may {
			known = append(known, h)
		}
	}
	return known, nil
}

// numbers finds whom the numbers of items name, and for each group the best of
// that. What the other items will be looked up by is read along.
func (r *resolver) numbers(ctx context.Context, items []Item, together [][]int) (numbered, best []match, err error) {
	var marks []mark
	for i := range items {
		marks = append(marks, numbersOf(&items[i])...)
	}
	if err := r.fetch(ctx, marks); err != nil {
		return nil, nil, err
	}
	numbered, best, marks = make([]match, len(items)), make([]match, len(together)), nil
	for g, group := range together {
		for _, i := range group {
			if numbered[i], err = r.byNumber(ctx, &items[i]); err != nil {
				return nil, nil, err
			}
			if numbered[i].better(best[g]) {
				best[g] = numbered[i]
			}
		}
		if best[g].subject == "" {
			for _, i := range group {
				marks = append(marks, addressesOf(&items[i])...)
			}
		}
	}
	return numbered, best, r.fetch(ctx, marks)
}

// numbersOf returns the numbers by which an item may be known.
func numbersOf(item *Item) (marks []mark) {
	for i := range item.Identifiers {
		if ident := &item.Identifiers[i]; own(ident.Kind) {
			marks = append(marks, markOf(ident))
		}
	}
	return marks
}

// addressesOf returns the addresses by which an item may be known.
func addressesOf(item *Item) (marks []mark) {
	name := nameOf(item)
	for i := range item.Identifiers {
		if ident := &item.Identifiers[i]; telling(ident, name) {
			marks = append(marks, markOf(ident))
		}
	}
	if address, ok := recordOf(item); ok {
		marks = append(marks, address)
	}
	return marks
}

// telling tells whether an address may say who an item with this name is about.
func telling(ident *identity.Identifier, name string) bool {
	return !own(ident.Kind) && (ident.Verified() || ident.Kind == identity.Email && name != "")
}

// fetchers is how many identifiers are looked up at the same time.
const fetchers = 8

// fetch looks up who bears identifiers, which costs less than one by one.
func (r *resolver) fetch(ctx context.Context, marks []mark) error {
	twice := map[mark]bool{}
	marks = slices.DeleteFunc(marks, func(m mark) bool {
		_, known := r.seen[m]
		known = known || twice[m]
		twice[m] = true
		return known
	})
	found := make([][]identity.Holder, len(marks))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(fetchers)
	for i, m := range marks {
		g.Go(func() (err error) {
			found[i], err = r.store.Holders(ctx, m.kind, m.scope, m.value)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, m := range marks {
		r.seen[m] = found[i]
	}
	return nil
}
