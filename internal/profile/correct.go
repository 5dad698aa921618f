package profile

import (
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// Correct returns what the person's wish to have value makes of s: a
// correction at once, or a proposal where staff decide. An empty value takes
// the value away; any other has to be canonical. Wishing for what counts
// already changes nothing but takes back a proposal that waits.
//
// The errors are Forbidden for a locked field, Gone for a retired one, and
// those of Canonical.
func Correct(s State, f *Field, value string, rank Rank, at time.Time) (State, Step, error) {
	return correct(s, f, value, s.Value(f, rank), rank, at)
}

// correct is Correct where current is what the person sees now: of several
// records that are joined, s is only one.
func correct(s State, f *Field, value, current string, rank Rank, at time.Time) (State, Step, error) {
	switch {
	case f.Retired:
		return s, Step{}, errs.New(errs.Gone, "error.field_retired")
	case f.Edit != Free && f.Edit != Approval:
		return s, Step{}, errs.New(errs.Forbidden, "error.field_locked")
	}
	if value != "" {
		canonical, err := Canonical(f, value, "")
		if err != nil {
			return s, Step{}, err
		}
		value = canonical
	}
	proposal, waits := s.Proposals[f.Name]
	switch {
	case waits && proposal.Value == value:
		return s, Step{}, nil
	case waits && current == value:
		return retract(s, f, rank)
	case current == value:
		return s, Step{}, nil
	}

	step := ownStep(f, current, value)
	next := s.clone()
	if f.Edit == Approval {
		step.Kind, step.New = Proposed, current
		next.Proposals[f.Name] = Proposal{ID: step.ID, Value: value, At: at}
		return next, step, nil
	}
	step.Kind = Corrected
	memory := Memory{At: at}
	if own, ok := s.Of(f.Name, SourceSubject); ok {
		memory.Before = &own
	}
	next.forget(at)
	next.Undos[f.Name] = memory
	delete(next.Proposals, f.Name)
	next.put(f.Name, ownClaim(step, value, at, at))
	step.New = next.Value(f, rank)
	return next, step, nil
}

// Undo takes the person's last correction of f back, or the proposal that
// waits. The errors are NotFound when there is neither, Gone when the
// correction is older than UndoWindow, and Forbidden for a locked field.
func Undo(s State, f *Field, rank Rank, at time.Time) (State, Step, error) {
	if f.Edit == Locked {
		return s, Step{}, errs.New(errs.Forbidden, "error.field_locked")
	}
	if _, waits := s.Proposals[f.Name]; waits {
		return retract(s, f, rank)
	}
	memory, ok := s.Undos[f.Name]
	switch {
	case !ok:
		return s, Step{}, errs.New(errs.NotFound, "error.nothing_to_undo")
	case !s.Undoable(f.Name, at):
		return s, Step{}, errs.New(errs.Gone, "error.undo_over")
	}
	next := s.clone()
	delete(next.Undos, f.Name)
	if memory.Before != nil {
		next.put(f.Name, *memory.Before)
	} else {
		next.drop(f.Name, SourceSubject)
	}
	after := next.Value(f, rank)
	step := ownStep(f, s.Value(f, rank), after)
	step.Kind = Undone
	return next, step, nil
}

// Approve makes the proposal for f the person's own claim. It cannot be undone
// by the person, who may propose again. The errors are NotFound when nothing
// waits, and Conflict when another proposal than the one with id proposal does.
func Approve(s State, f *Field, proposal string, rank Rank, at time.Time) (State, Step, error) {
	p, err := s.proposal(f, proposal)
	if err != nil {
		return s, Step{}, err
	}
	next := s.clone()
	delete(next.Proposals, f.Name)
	delete(next.Undos, f.Name)
	step := ownStep(f, s.Value(f, rank), p.Value)
	step.Kind = Approved
	own := ownClaim(step, p.Value, p.At, at)
	own.Via, step.Via = p.Via, p.Via
	next.put(f.Name, own)
	step.New = next.Value(f, rank)
	return next, step, nil
}

// Settle makes value, which is canonical, the person's own claim, whoever may
// edit the field: they contested it, and staff found them right (Art. 16 GDPR).
// A proposal that waits is over with it: approved, if it is that value. It is
// Gone for a retired field. A value that counts already is not claimed again.
func Settle(s State, f *Field, value string, rank Rank, at time.Time) (State, Step, error) {
	if f.Retired {
		return s, Step{}, errs.New(errs.Gone, "error.field_retired")
	}
	p, waits := s.Proposals[f.Name]
	switch {
	case waits && p.Value == value:
		return Approve(s, f, p.ID, rank, at)
	case waits && s.Value(f, rank) == value:
		return Reject(s, f, p.ID, rank)
	case s.Value(f, rank) == value:
		return s, Step{}, nil
	}
	next := s.clone()
	delete(next.Proposals, f.Name)
	delete(next.Undos, f.Name)
	step := ownStep(f, s.Value(f, rank), value)
	step.Kind = Approved
	next.put(f.Name, ownClaim(step, value, at, at))
	step.New = next.Value(f, rank)
	return next, step, nil
}

// Reject ends the proposal for f without changing what counts. The errors are
// those of Approve.
func Reject(s State, f *Field, proposal string, rank Rank) (State, Step, error) {
	p, err := s.proposal(f, proposal)
	if err != nil {
		return s, Step{}, err
	}
	next, step, err := retract(s, f, rank)
	step.Kind, step.Said = Rejected, p.Value
	return next, step, err
}

func (s State) proposal(f *Field, proposal string) (Proposal, error) {
	p, ok := s.Proposals[f.Name]
	switch {
	case !ok:
		return Proposal{}, errs.New(errs.NotFound, "error.no_proposal")
	case p.ID != proposal:
		return Proposal{}, errs.New(errs.Conflict, "error.proposal_replaced")
	}
	return p, nil
}

func retract(s State, f *Field, rank Rank) (State, Step, error) {
	next := s.clone()
	delete(next.Proposals, f.Name)
	current := s.Value(f, rank)
	step := ownStep(f, current, current)
	step.Kind, step.Said = Retracted, s.Proposals[f.Name].Value
	return next, step, nil
}

// forget drops memories that can no longer be used.
func (s State) forget(at time.Time) {
	for field, m := range s.Undos {
		if at.After(m.At.Add(UndoWindow)) {
			delete(s.Undos, field)
		}
	}
}

// ownStep returns a step by the person, without its kind, that says what it
// makes count.
func ownStep(f *Field, before, after string) Step {
	return Step{
		ID: id.New(), Field: f.Name, Old: before, New: after, Said: after,
		Source: SourceSubject, Origin: Provided,
	}
}

func ownClaim(step Step, value string, said, recorded time.Time) Claim {
	return Claim{
		Value: value, Source: SourceSubject, Origin: Provided,
		At: said, Recorded: recorded, Entry: step.ID,
	}
}
