package consent

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// Together returns what one person wishes of whom others are records too, as it
// is read from the record that has p. On each brand a topic is on where some
// record has it on and none has it off, the longest pause counts, and every
// budget and all quiet hours hold; the strictest of them stands in the result.
// Joining by itself loosens nothing, and what stops stands until the person says
// otherwise, which is said for every record.
//
// Language and channel stop nothing: they are those of p, or else of another.
// For the rest the order of the records makes no difference.
func (p Preferences) Together(others ...Preferences) Preferences {
	if len(others) == 0 {
		return p
	}
	each := append([]Preferences{p}, others...)
	all := Preferences{All: wishesTogether("", each), Joined: each}
	languages := make([]string, len(each))
	for i, one := range each {
		languages[i] = one.Language
		all.Heard = all.Heard.with(one.Heard)
		for brand := range one.Brands {
			if _, done := all.Brands[brand]; !done {
				w := wishesTogether(brand, each)
				w.follow(all.All)
				if !w.Pause.After(all.All.Pause) {
					w.Pause = time.Time{}
				}
				all = all.With(brand, w)
			}
		}
	}
	all.Language = named(languages)
	return all
}

// named returns the first of words, or else the first by the alphabet that says
// anything.
func named(words []string) string {
	if words[0] != "" {
		return words[0]
	}
	slices.Sort(words)
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// wishesTogether are the wishes that hold in scope by all records.
func wishesTogether(scope string, each []Preferences) Wishes {
	all, preferred := Wishes{}, make([]string, len(each))
	for i := range each {
		w := each[i].Of(scope)
		for slot, on := range w.Topics {
			if all.Topics == nil {
				all.Topics = map[string]bool{}
			}
			had, said := all.Topics[slot]
			all.Topics[slot] = on && (had || !said)
		}
		if w.Pause.After(all.Pause) {
			all.Pause = w.Pause
		}
		preferred[i] = w.Preferred
		all.Budget, all.Quiet = stricter(all.Budget, w.Budget), longer(all.Quiet, w.Quiet)
	}
	all.Preferred = named(preferred)
	return all
}

// stricter returns the budget that lets less come in the long run.
func stricter(a, b *Budget) *Budget {
	if a == nil || b != nil && (b.aMonth() < a.aMonth() || b.aMonth() == a.aMonth() && b.Per < a.Per) {
		return b
	}
	return a
}

// aMonth is how much comes in seven months of 31 days.
func (b *Budget) aMonth() int {
	const most = 1 << 30
	switch {
	case b.Count <= 0:
		return most // no limit
	case b.Per == "week":
		return b.Count * 31
	}
	return b.Count * 7
}

// longer returns the quiet hours that are longer.
func longer(a, b *Quiet) *Quiet {
	if a == nil || b != nil && cmp.Or(b.minutes()-a.minutes(), cmp.Compare(a.Zone, b.Zone), a.From-b.From) > 0 {
		return b
	}
	return a
}

func (q *Quiet) minutes() int {
	const day = 24 * 60
	return (q.To - q.From + day) % day
}

// Differ tells whether one of the records that p was read from stops on brand at
// now what another lets come. A record says nothing by what was never said at it,
// as one that a system made.
func (p Preferences) Differ(brand string, now time.Time) bool {
	for i := range p.Joined {
		w := p.Joined[i].Of(brand).current(now)
		for j := range p.Joined {
			o := p.Joined[j].Of(brand).current(now)
			for slot, on := range w.Topics {
				if other, said := o.Topics[slot]; on && said && !other {
					return true
				}
			}
			if unlike(w.Budget, o.Budget) || unlike(w.Quiet, o.Quiet) || !w.Pause.IsZero() && !o.Pause.IsZero() && !w.Pause.Equal(o.Pause) {
				return true
			}
		}
	}
	return false
}

// unlike tells whether two records say different things.
func unlike[T comparable](a, b *T) bool { return a != nil && b != nil && *a != *b }

// limits are those of w that stop anything.
func (w Wishes) limits() Wishes {
	only := Wishes{Pause: w.Pause}
	if w.Budget != nil && w.Budget.Count > 0 {
		only.Budget = w.Budget
	}
	if w.Quiet != nil && w.Quiet.minutes() > 0 {
		only.Quiet = w.Quiet
	}
	return only
}

// Beside are the budgets and quiet hours that hold on brand beside those which w
// has, in the order of the records; each is in wishes of its own.
func (p Preferences) Beside(brand string, w Wishes) []Wishes {
	var all []Wishes
	add := func(one Wishes) {
		if !slices.ContainsFunc(all, one.same) {
			all = append(all, one)
		}
	}
	for i := range p.Joined {
		one := p.Joined[i].Delivery(brand).limits()
		if one.Budget != nil && !equal(one.Budget, w.Budget) {
			add(Wishes{Budget: one.Budget})
		}
		if one.Quiet != nil && !equal(one.Quiet, w.Quiet) {
			add(Wishes{Quiet: one.Quiet})
		}
	}
	return all
}

// with returns when each signal was heard first, of h and o. Neither is changed.
func (h Heard) with(o Heard) Heard {
	all := maps.Clone(h)
	for signal, since := range o {
		if all == nil {
			all = Heard{}
		}
		if had, ok := all[signal]; !ok || since.Before(had) {
			all[signal] = since
		}
	}
	return all
}

// wished returns what the person wishes, by all records of theirs.
func (s *Service) wished(ctx context.Context, subject id.Subject) (Preferences, error) {
	own, err := s.store.Standings(ctx, subject)
	if err != nil || s.circle == nil {
		return own.Preferences, err
	}
	circle, err := s.circle(ctx, subject)
	if err != nil {
		return Preferences{}, err
	}
	var others []Preferences
	for _, one := range circle {
		if one == subject {
			continue
		}
		now, err := s.store.Standings(ctx, one)
		if errors.Is(err, errs.Gone) || errors.Is(err, errs.NotFound) {
			continue // erased in this moment
		}
		if err != nil {
			return Preferences{}, err
		}
		others = append(others, now.Preferences)
	}
	return own.Preferences.Together(others...), nil
}
