package audience

import (
	"context"
	"errors"

	"livingprofile/internal/activity"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// CheckWhere brings a condition into its canonical form that is asked for no
// purpose of the organisation's but by a duty of law, as who is affected by a
// breach. The error is Invalid, as that of Check.
func CheckWhere(schema Schema, where Expr) (Expr, error) {
	c := &checker{schema: schema, a: &Audience{Where: where}, free: true}
	c.expr("where", &c.a.Where, 1)
	return c.a.Where, errs.InvalidFields(c.bad...)
}

// Whom returns those of a page of people of whom a checked condition holds, and
// where the next page begins; "" after the last; everybody without a condition. No
// consent is asked: it is for duties of law alone.
func (s *Service) Whom(ctx context.Context, where *Expr, after string) ([]id.Subject, string, error) {
	page, next, err := s.store.Crowd(ctx, after, pageOfPeople)
	if err != nil {
		return nil, "", err
	}
	var found []id.Subject
	if where == nil {
		for i := range page {
			if !page[i].Again {
				found = append(found, page[i].Subject)
			}
		}
		return found, next, nil
	}
	kinds := where.Kinds()
	for i := range page {
		p := &page[i]
		if p.Again {
			continue
		}
		sight := Sight{Facts: p.Facts, Now: s.clock.Now()}
		if sight.Facts.Profile, err = p.Profile(); err != nil {
			return nil, "", err
		}
		if len(kinds) > 0 {
			sight.Seen, err = s.store.Activities(ctx, p.Subject, activity.Page{Kinds: kinds, Now: sight.Now, Limit: maxSeen})
			if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
				continue // erased meanwhile
			}
			if err != nil {
				return nil, "", err
			}
		}
		if where.Holds(s.schema(), &sight) {
			found = append(found, p.Subject)
		}
	}
	return found, next, nil
}
