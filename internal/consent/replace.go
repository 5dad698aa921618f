package consent

import (
	"context"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// A Wanted is all that a person wants to get in one scope. A topic that it does
// not name stays as it is.
type Wanted struct {
	Topics map[string]bool // by Slot
	Arrangement
	Pause time.Time
	// KeepManner leaves arrangement and pause as they are.
	KeepManner bool
}

// Replace sets all that is wished in scope, if the subject is still at version
// base: who read an older state would otherwise turn on again what the person
// has turned off since. Then it is errs.Conflict. It says whether anything is
// different. It is done for every record of the person.
func (s *Service) Replace(ctx context.Context, w Wisher, scope string, base int64, to Wanted) (changed bool, err error) {
	now, err := s.store.Standings(ctx, w.Subject)
	if err != nil {
		return false, err
	}
	if now.Version != base {
		return false, errs.New(errs.Conflict, "error.conflict")
	}
	err = s.each(ctx, w.Subject, func(subject id.Subject) error {
		one := w
		one.Subject = subject
		var entry string
		var err error
		if subject == w.Subject {
			entry, err = s.replaceFor(ctx, one, now, scope, to)
		} else {
			entry, err = s.wishFor(ctx, one, scope, func(p Preferences) Preferences { return p.replace(scope, to) })
		}
		changed = changed || entry != ""
		return err
	})
	return changed, err
}

// replaceFor is Replace for the record that is at now, and not decided again.
func (s *Service) replaceFor(ctx context.Context, w Wisher, now Standings, scope string, to Wanted) (entry string, err error) {
	at, catalogue := s.clock.Now(), s.catalogue()
	was := now.Preferences.Scoped(scope).current(at)
	next := now.Preferences.With(scope, was).replace(scope, to)
	if err := next.Scoped(scope).Check(catalogue.AllTopics(), catalogue.AllChannels(), at); err != nil {
		return "", err
	}
	return s.commitWishes(ctx, w, now, was, next, scope, at)
}

func (p Preferences) replace(scope string, to Wanted) Preferences {
	next := p.Choose(scope, to.Topics)
	if to.KeepManner {
		return next
	}
	next = next.Arrange(scope, to.Arrangement)
	wishes := next.Scoped(scope)
	wishes.Pause = to.Pause
	return next.With(scope, wishes)
}
