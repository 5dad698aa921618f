package consent

import (
	"context"
	"time"

	"livingprofile/internal/errs"
)

// A Wanted is all that a person wants to get in one scope. A topic that it does
// not name stays as it is.
type Wanted struct {
	Topics map[string]bool // by Slot
	Arrangement
	Pause time.Time
}

// Replace sets all that is wished in scope, if the subject is still at version
// base: who read an older state would otherwise turn on again what the person
// has turned off since. Then it is errs.Conflict. It says whether anything is
// different.
func (s *Service) Replace(ctx context.Context, w Wisher, scope string, base int64, to Wanted) (changed bool, err error) {
	at := s.clock.Now()
	catalogue := s.catalogue()
	now, err := s.store.Standings(ctx, w.Subject)
	if err != nil {
		return false, err
	}
	if now.Version != base {
		return false, errs.New(errs.Conflict, "error.conflict")
	}
	was := now.Preferences.Scoped(scope).current(at)
	next := now.Preferences.With(scope, was).replace(scope, to)
	if err := next.Scoped(scope).Check(catalogue.AllTopics(), catalogue.AllChannels(), at); err != nil {
		return false, err
	}
	entry, err := s.commitWishes(ctx, w, now, was, next, scope, at)
	return entry != "", err
}

func (p Preferences) replace(scope string, to Wanted) Preferences {
	next := p.Choose(scope, to.Topics).Arrange(scope, to.Arrangement)
	wishes := next.Scoped(scope)
	wishes.Pause = to.Pause
	return next.With(scope, wishes)
}
