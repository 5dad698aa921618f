package inbound

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A Ruling is what a staff member decides between two systems.
type Ruling struct {
	Subject  id.Subject
	Conflict string // as it was shown; another word since has another id
	Took     Took
	Reason   string
	By       ledger.Actor
}

// maxReason is how long a reason may be, in characters.
const maxReason = 300

// Rule has the word of one of two systems count from now on, and ends the
// conflict, in one change. The word goes through the same rules as if its system
// had just said it again: a purpose that allows no more to hold it refuses it.
//
// It is errs.Invalid without a side or a reason, and errs.Conflict when the
// conflict is not the one that was shown any more: somebody decided, or a system
// said something else since.
func (s *Service) Rule(ctx context.Context, r Ruling) error {
	r.Reason = strings.TrimSpace(r.Reason)
	switch {
	case r.Took != TookOurs && r.Took != TookTheirs:
		return errs.InvalidFields(errs.At("took", "error.not_a_choice"))
	case r.Reason == "":
		return errs.InvalidFields(errs.At("reason", "error.required"))
	case utf8.RuneCountInString(r.Reason) > maxReason:
		return errs.InvalidFields(errs.At("reason", "error.too_long", "max", maxReason))
	}
	return ledger.Retry(func() error {
		all, err := s.store.ConflictsOf(ctx, r.Subject)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(c Conflict) bool { return c.ID == r.Conflict && c.Subject == r.Subject && c.Asks == AsksStaff })
		if i < 0 {
			return moved()
		}
		facts, err := s.store.Facts(ctx, r.Subject)
		if err != nil {
			return err
		}
		change, err := ruled(&all[i], facts, s.catalogue(), r, s.clock.Now())
		if err != nil {
			return err
		}
		_, err = s.store.Commit(ctx, change)
		return err
	})
}

// Stands tells whether a conflict is one still beside what is held.
func (s *Service) Stands(c *Conflict, f decision.Facts) bool {
	catalogue := s.catalogue()
	return c.Stands(f, catalogue.Field, catalogue.Rank)
}

func moved() error { return errs.New(errs.Conflict, "error.conflict_moved") }

// ruled is the change that a ruling leads to.
func ruled(c *Conflict, facts decision.Facts, all Catalogue, r Ruling, now time.Time) (ledger.Change, error) {
	if c.About != AboutField || !c.Stands(facts, all.Field, all.Rank) {
		return ledger.Change{}, moved()
	}
	side := c.Ours
	if r.Took == TookTheirs {
		side = c.Theirs
	}
	claims := facts.Profile.Claims[c.Name]
	i := slices.IndexFunc(claims, func(one profile.Claim) bool { return one.Source == side.Source && one.Value == side.Value })
	if i < 0 {
		return ledger.Change{}, moved()
	}
	again := claims[i]
	again.At, again.Entry = now, ""
	k := &known{subject: c.Subject, facts: facts}
	if o := k.claim(all, side.Source, &Item{Attributes: map[string]profile.Claim{c.Name: again}}, now); o.Result != Applied {
		return ledger.Change{}, errs.New(errs.Conflict, "error.value_not_held")
	}
	done := *c
	done.Settled = now
	k.entries = append(k.entries, ledger.Draft{Kind: ConflictSettled, Payload: Trace{
		Conflict: c.ID, About: c.About, Name: c.Name, System: c.System, Took: r.Took, Note: r.Reason,
	}})
	k.rows = append(k.rows, done)
	change := k.change(side.Source, "", c.ID, now)
	change.Actor = r.By
	return change, nil
}
