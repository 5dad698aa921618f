package automated

import (
	"maps"
	"slices"
	"time"

	"livingprofile/internal/i18n"
)

// A Kind is one sort of decision that a system makes by itself.
type Kind struct {
	Name      string
	System    string        // that makes it
	Purpose   string        // that it is made for
	Fields    []string      // of the profile, that it may be made from
	Brands    []string      // where it is made; empty for all
	Keep      time.Duration // after which a decision is deleted
	Refusable bool          // the person may want a human for all of them
	Retired   bool

	Label i18n.Text
	Help  i18n.Text
}

// On tells whether decisions of the kind are made on a brand.
func (k *Kind) On(brand string) bool {
	return !k.Retired && (brand == "" || len(k.Brands) == 0 || slices.Contains(k.Brands, brand))
}

// Humans are the kinds that a person wants decided by a human, with the time
// since when. It is a row of a ledger.Change, and is not changed.
type Humans map[string]time.Time

// Wanted tells whether a human is wanted for a kind.
func (h Humans) Wanted(kind string) bool { return !h[kind].IsZero() }

// with returns h with or without a kind, and whether that is another.
func (h Humans) with(kind string, wanted bool, now time.Time) (Humans, bool) {
	if h.Wanted(kind) == wanted {
		return h, false
	}
	next := maps.Clone(h)
	if next == nil {
		next = Humans{}
	}
	if wanted {
		next[kind] = now
	} else {
		delete(next, kind)
	}
	return next, true
}

// Together returns what any of several records of one person says: a human is
// wanted where one of them says so.
func (h Humans) Together(others ...Humans) Humans {
	all := maps.Clone(h)
	for _, o := range others {
		for kind, since := range o {
			if all == nil {
				all = Humans{}
			}
			if had, ok := all[kind]; !ok || since.Before(had) {
				all[kind] = since
			}
		}
	}
	return all
}
