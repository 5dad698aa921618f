package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Due is a yes whose time may be over.
type Due struct {
	Subject id.Subject
	Key     Key
}

// An ExpiryStore finds what has to be looked at.
type ExpiryStore interface {
	// DueConsents returns at most limit keys of active subjects whose latest
	// record is a yes that ended at now or before.
	DueConsents(ctx context.Context, now time.Time, limit int) ([]Due, error)
}

// expireBatch is how many are found at a time.
const expireBatch = 200

// ExpireDue records every yes that is over as expired. It does not make them
// invalid, for they are since their time was up: it writes that down, so that
// the person's history and the other systems hear of it. It returns how many
// it recorded.
func (s *Service) ExpireDue(ctx context.Context, due ExpiryStore) (int, error) {
	total := 0
	for {
		found, err := due.DueConsents(ctx, s.clock.Now(), expireBatch)
		if err != nil {
			return total, fmt.Errorf("find consents that are over: %w", err)
		}
		recorded := 0
		for _, d := range found {
			done, err := s.expire(ctx, d)
			if err != nil {
				return total, err
			}
			if done {
				recorded++
			}
		}
		total += recorded
		// What was found and needed no record would be found again for ever.
		if recorded == 0 || len(found) < expireBatch {
			return total, nil
		}
	}
}

func (s *Service) expire(ctx context.Context, d Due) (done bool, err error) {
	err = ledger.Retry(func() error {
		done = false
		now, err := s.store.Standings(ctx, d.Subject)
		if err != nil {
			return err
		}
		r, over := Expire(d.Subject, d.Key, now.State[d.Key], s.clock.Now())
		if !over {
			return nil
		}
		done = true
		return s.commit(ctx, ledger.Change{
			Subject: d.Subject, Base: now.Version, At: r.At, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "consent.expire"},
		}, now.State, []Record{r}, nil)
	})
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
		return false, nil
	}
	return done, err
}
