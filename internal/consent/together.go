package consent

import (
	"context"
	"errors"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// Together returns what stands for one person of whom states are records, which
// were joined at a time. The newest word counts, with one caution: where one
// record has a no and another a yes, the yes counts only when the person said
// it after both the no and the joining. Joining by itself loosens nothing, and
// neither does a first yes that waits for its second. The order of states makes no
// difference.
func Together(joined time.Time, states ...State) State {
	all := State{}
	for _, s := range states {
		for k := range s {
			if _, done := all[k]; !done {
				all[k] = weighed(k, joined, states)
			}
		}
	}
	return all
}

// weighed is what all records say together for one key. A record that says nothing
// for a brand of its own says there what it says for all brands.
func weighed(k Key, joined time.Time, states []State) Standing {
	var yes, no, rest *Standing
	for _, s := range states {
		st, ok := s[k]
		if !ok {
			if st, ok = s[Key{k.Purpose, ""}]; !ok {
				continue
			}
		}
		switch {
		case st.Status.Valid():
			yes = newer(yes, st)
		case st.Status.No():
			no = newer(no, st)
		default:
			rest = newer(rest, st)
		}
	}
	// What waits for its second yes may have been a no, and an older yes does not
	// count instead.
	waits := rest != nil && rest.Status == Requested && yes != nil && !yes.outranks(*rest)
	switch {
	case yes != nil && no == nil && rest != nil && (waits || yes.ProofBy == ByWord):
		return *rest // which is more than a word
	case yes != nil && (no == nil || yes.outranks(*no) && yes.At.After(joined)):
		return *yes
	case no != nil:
		return *no
	}
	return *rest
}

func newer(a *Standing, b Standing) *Standing {
	if a != nil && a.outranks(b) {
		return a
	}
	return &b
}

// JoinedBy has what a person says said for every record of theirs that is joined
// with the one they say it at: circle returns those, itself among them.
func (s *Service) JoinedBy(circle func(context.Context, id.Subject) ([]id.Subject, error)) {
	s.circle = circle
}

// each does something for every record of the person, for that of subject first:
// a no there holds for all of them at once. A repetition does what is missing.
func (s *Service) each(ctx context.Context, subject id.Subject, do func(id.Subject) error) error {
	if err := do(subject); err != nil || s.circle == nil {
		return err
	}
	all, err := s.circle(ctx, subject)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other == subject {
			continue
		}
		// One that is erased in this moment has nothing left to say.
		if err := do(other); err != nil && !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound) {
			return err
		}
	}
	return nil
}

// once asks for a second yes at the first record of the person that needs one:
// given there, it counts for the others (Confirmed).
func once(confirm Confirm) Confirm {
	if confirm == nil {
		return nil
	}
	at := map[PurposeID]id.Subject{}
	return func(ctx context.Context, r Record) ([]any, error) {
		if first, asked := at[r.Purpose]; asked && first != r.Subject {
			return nil, nil
		}
		rows, err := confirm(ctx, r)
		if err == nil {
			at[r.Purpose] = r.Subject
		}
		return rows, err
	}
}
