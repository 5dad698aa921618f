package rights

import (
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// ErrOvertaken refuses an act that was made on a form which does not show what
// has happened since.
var ErrOvertaken error = errs.New(errs.Conflict, "request.error.overtaken")

// TakesTwo tells whether two staff members are needed to accept a request of
// the kind by hand: what it destroys cannot be brought back (security.md, S28).
// What the person has asked for themselves, with a fresh proof, takes nobody.
func (k Kind) TakesTwo() bool { return k == Erasure }

// Proposer returns the staff member whose proposal to accept r stands, and
// whether there is one. It stands until the request moves to another state.
func (r *Request) Proposer() (string, bool) {
	for i := len(r.Steps) - 1; i >= 0 && r.Steps[i].State == r.State; i-- {
		if r.Steps[i].Move == Propose {
			return r.Steps[i].Member, true
		}
	}
	return "", false
}

// second refuses the acceptance by one where it takes two.
func (r *Request) second(a Act) error {
	if a.Actor.Kind != ledger.ByStaff || !r.Kind.TakesTwo() {
		return nil
	}
	switch first, ok := r.Proposer(); {
	case !ok:
		return errs.New(errs.Conflict, "request.error.two_needed")
	case first == a.Actor.ID:
		return errs.New(errs.Forbidden, "request.error.own_proposal")
	}
	return nil
}

// keep notes what a move says beside the state.
func (r *Request) keep(a Act) {
	switch a.Move {
	case Assign:
		r.Assignee = a.To
	case Hold:
		r.Held, r.HeldFields = len(a.Fields) == 0, a.Fields
	case Revoke:
		r.Proof.RevokedAt = a.At
	case Prove:
		r.Proof.Method, r.Proof.At = a.Proof.Method, a.Proof.At
		r.DueAt = r.Rule.Due(r.running())
	case Reopen:
		if a.Proof.Method != "" {
			// Now the person asks themselves; under which mandate it began stays.
			a.Proof.Agent, a.Proof.Mandate, a.Proof.RevokedAt = r.Proof.Agent, r.Proof.Mandate, r.Proof.RevokedAt
			r.Proof = a.Proof
		}
		r.Held, r.HeldFields, r.ThawAt = false, nil, time.Time{}
	case Thaw, Appeal:
		r.ThawAt = time.Time{}
	case Release:
		r.Held, r.HeldFields = false, nil
	}
}

// appeal is the place of the step in which the person appealed; -1 for none.
func (r *Request) appeal() int {
	return slices.IndexFunc(r.Steps, func(s Step) bool { return s.Move == Appeal })
}

// AppealBy is until when the person may appeal against the refusal; zero where
// the law has no appeal, nothing is refused, or they have appealed before.
func (r *Request) AppealBy() time.Time {
	if r.State != Rejected || r.appeal() >= 0 {
		return time.Time{}
	}
	return r.Rule.AppealBy(r.ClosedAt, r.running().Zone)
}

// Refusal is the ground on which r is refused; "" where it is not.
func (r *Request) Refusal() string {
	for i := len(r.Steps) - 1; i >= 0 && r.State == Rejected; i-- {
		if r.Steps[i].Move == Reject {
			return r.Steps[i].Ground
		}
	}
	return ""
}

// refusedBy tells whether a member made the refusal that the person appealed
// against: another has to decide then.
func (r *Request) refusedBy(member string) bool {
	for i := r.appeal() - 1; i >= 0; i-- {
		if r.Steps[i].Move == Reject {
			return r.Steps[i].Member == member
		}
	}
	return false
}

// holding tells whether a hold keeps anything.
func (r *Request) holding() bool { return r.Held || len(r.HeldFields) > 0 }

// Upheld tells whether staff weighed an objection and found for the person:
// what was objected to stays frozen (Art. 21(1) GDPR). An objection to direct
// marketing needs no weighing and ends the consent instead.
func (r *Request) Upheld() bool {
	if r.Kind != Objection || r.State != Fulfilled {
		return false
	}
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if r.Steps[i].Move == Fulfil {
			return r.Steps[i].By == ledger.ByStaff
		}
	}
	return false
}

// settles are the moves that come before a on r: staff who say that something
// is done have accepted it, and what an agent asked for ends with the mandate.
func (r *Request) settles(a Act) []Move {
	if a.Move == Revoke && r.State.Open() {
		return []Move{Cancel}
	}
	if a.Move != Fulfil || a.Actor.Kind != ledger.ByStaff || r.Kind.Runs() {
		return nil
	}
	switch r.State {
	case Acknowledged, RequiresAction:
		return []Move{Accept}
	}
	return nil
}

// After returns r after a and the moves that come before it, and the letter
// that would be sent; r is not changed. It is With as Service.Move makes it.
func (r Request) After(a Act) (Request, string, error) {
	for _, first := range r.settles(a) {
		next, _, err := r.With(Act{Move: first, At: a.At, Actor: a.Actor, Self: a.Self, Seen: a.Seen})
		if err != nil {
			return r, "", err
		}
		r, a.Seen = next, 0
	}
	next, t, err := r.With(a)
	return next, t.Message, err
}
