package consent

import (
	"context"
	"time"
)

// AnyChannel as the preferred channel of a brand says that there is none,
// where one is preferred for all brands.
const AnyChannel = "any"

// An Arrangement is how and when a person wants to be reached. Its zero value
// limits nothing.
type Arrangement struct {
	Preferred string  // name of a channel; "" for no preference
	Budget    *Budget // nil for no limit
	Quiet     *Quiet  // nil for none
	Language  string  // "" leaves it as it is
}

// Choose turns topics on and off on channels, by Slot, in scope, and says
// whether anything is different then.
func (s *Service) Choose(ctx context.Context, w Wisher, scope string, picks map[string]bool) (changed bool, err error) {
	entry, err := s.wish(ctx, w, scope, func(p Preferences) Preferences { return p.Choose(scope, picks) })
	return entry != "", err
}

// TurnOff turns one topic off on one channel at a brand, and returns the entry
// that tells of it; "" when it was off.
func (s *Service) TurnOff(ctx context.Context, w Wisher, slot string) (entry string, err error) {
	return s.wish(ctx, w, w.Brand, func(p Preferences) Preferences {
		if !p.Of(w.Brand).Topics[slot] {
			return p
		}
		return p.Choose(w.Brand, map[string]bool{slot: false})
	})
}

// Arrange sets how and when the person is reached in scope, and says whether
// anything is different then.
func (s *Service) Arrange(ctx context.Context, w Wisher, scope string, a Arrangement) (changed bool, err error) {
	entry, err := s.wish(ctx, w, scope, func(p Preferences) Preferences { return p.Arrange(scope, a) })
	return entry != "", err
}

// Resume ends the pause that holds in scope. Where a brand has no pause of its
// own, that is the one for all brands; the result says which it was.
func (s *Service) Resume(ctx context.Context, w Wisher, scope string) (ended string, err error) {
	now, err := s.wished(ctx, w.Subject)
	if err != nil {
		return "", err
	}
	if !now.Scoped(scope).Pause.After(s.clock.Now()) {
		scope = ""
	}
	_, err = s.Wish(ctx, w, scope, func(w Wishes) Wishes {
		w.Pause = time.Time{}
		return w
	})
	return scope, err
}

// Choose returns p with slots turned on and off in scope. What a brand has in
// common with all brands is not said for the brand again: it goes on following
// what is said for all.
func (p Preferences) Choose(scope string, picks map[string]bool) Preferences {
	w := p.Scoped(scope).clone()
	if w.Topics == nil {
		w.Topics = map[string]bool{}
	}
	for slot, on := range picks {
		_, said := w.Topics[slot]
		switch {
		case scope != "" && p.All.Topics[slot] == on:
			delete(w.Topics, slot)
		case on || said || scope != "":
			w.Topics[slot] = on
		}
	}
	return p.With(scope, w)
}

// Arrange returns p with a for scope. As in Choose, what a brand has in common
// with all brands is not said again, and what it lacks is said as none.
func (p Preferences) Arrange(scope string, a Arrangement) Preferences {
	if a.Language != "" {
		p.Language = a.Language
	}
	w := p.Scoped(scope)
	w.Preferred, w.Budget, w.Quiet = a.Preferred, a.Budget, a.Quiet
	if scope != "" {
		w.follow(p.All)
	}
	return p.With(scope, w)
}

// follow leaves unsaid what all says too.
func (w *Wishes) follow(all Wishes) {
	switch w.Preferred {
	case all.Preferred:
		w.Preferred = ""
	case "":
		w.Preferred = AnyChannel
	}
	switch {
	case equal(w.Budget, all.Budget):
		w.Budget = nil
	case w.Budget == nil:
		w.Budget = &Budget{Per: "month"}
	}
	switch {
	case equal(w.Quiet, all.Quiet):
		w.Quiet = nil
	case w.Quiet == nil:
		w.Quiet = &Quiet{Zone: all.Quiet.Zone}
	}
}
