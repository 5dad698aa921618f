package consent

import (
	"context"
	"slices"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// TakeBack undoes "Stop all marketing" for one purpose: it records the yes that
// a is, and turns on again the topics of the purpose that stopped had turned
// off. A double opt-in is asked for again. It is done for every record of the
// person, and returns the records made, of a.Subject or of another where nothing
// changed there; none when the yes stands already.
//
// a is as for Decide, with Shown; its Answer is Yes whatever it says. The
// errors are those of Decide, and NotFound for a purpose that was not among
// those stopped.
func (s *Service) TakeBack(ctx context.Context, a Ask, stopped WishTrace) ([]Record, error) {
	catalogue := s.catalogue()
	v, ok := catalogue.Purpose(a.Purpose)
	switch {
	case !ok || !slices.Contains(stopped.Stopped, string(a.Purpose)):
		return nil, errs.New(errs.NotFound, "error.no_purpose")
	case !v.says(*a.Shown, a.Locale):
		return nil, shownConflict()
	}
	a.Confirm = once(a.Confirm)
	var made []Record
	err := s.each(ctx, a.Subject, func(subject id.Subject) error {
		one := a
		one.Subject = subject
		records, err := s.takeBack(ctx, one, v, stopped)
		if len(made) == 0 {
			made = records
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// takeBack is TakeBack at one record.
func (s *Service) takeBack(ctx context.Context, a Ask, v *PurposeVersion, stopped WishTrace) ([]Record, error) {
	catalogue, at := s.catalogue(), s.clock.Now()
	var records []Record
	err := ledger.Retry(func() error {
		now, err := s.store.Standings(ctx, a.Subject)
		if err != nil {
			return err
		}
		records, err = decideAll(now.State, []Decision{{
			Subject: a.Subject, Purpose: v, Answer: Yes, Scope: now.State.ScopeOf(a.Purpose, a.Brand), Locale: a.Locale,
			Proof: a.Proof, Brand: a.Brand, Channel: a.Channel,
			At: now.Preferences.Heard.after(at), Heard: now.Preferences.Heard,
		}})
		if err != nil {
			return err
		}
		was := now.Preferences.Scoped(stopped.Scope)
		next := now.Preferences.restore(stopped, slotsOf(catalogue, a.Purpose))
		is := next.Scoped(stopped.Scope)
		c := ledger.Change{
			Subject: a.Subject, Base: now.Version, At: at, Actor: a.Actor, Brand: a.Brand, Rows: []any{next},
		}
		if !was.same(is) {
			c.Entries = []ledger.Draft{{
				Kind: PreferenceChanged, Payload: WishTrace{Scope: stopped.Scope, Was: &was, Is: &is},
			}}
		}
		if len(records) == 0 && len(c.Entries) == 0 {
			return nil
		}
		return s.commit(ctx, c, now.State, records, a.Confirm)
	})
	if err != nil {
		return nil, err
	}
	return records, nil
}

// restore returns p with those of slots on again that were on before the stop,
// wherever they were.
func (p Preferences) restore(stopped WishTrace, slots []string) Preferences {
	if stopped.Was != nil {
		p = p.With(stopped.Scope, turnedOn(p.Scoped(stopped.Scope), *stopped.Was, slots))
	}
	for brand, before := range stopped.Brands {
		p = p.With(brand, turnedOn(p.Scoped(brand), before, slots))
	}
	return p
}

func turnedOn(w, before Wishes, slots []string) Wishes {
	w = w.clone()
	if w.Topics == nil {
		w.Topics = map[string]bool{}
	}
	for _, slot := range slots {
		if before.Topics[slot] {
			w.Topics[slot] = true
		}
	}
	return w
}

// slotsOf are the topics that come for a purpose, on each of their channels.
func slotsOf(c Catalogue, purpose PurposeID) []string {
	var slots []string
	for _, t := range c.AllTopics() {
		if t.Purpose != purpose {
			continue
		}
		for _, channel := range t.Channels {
			slots = append(slots, Slot(t.Name, channel))
		}
	}
	return slots
}
