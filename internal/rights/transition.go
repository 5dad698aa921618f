package rights

import (
	"slices"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// A Move takes a request from one state to the next.
type Move string

// The moves.
const (
	Acknowledge Move = "acknowledge" // "we have it", with number and due date
	Ask         Move = "ask"         // for what only the person can give
	Answer      Move = "answer"      // the person gave it
	Accept      Move = "accept"
	Reject      Move = "reject" // on a ground of the law pack, with its letter
	Delay       Move = "delay"  // extend the limit, with the reason
	Fulfil      Move = "fulfil"
	Fail        Move = "fail"
	Cancel      Move = "cancel"
	Reopen      Move = "reopen"
	Lift        Move = "lift" // end a restriction that is in force

	// These leave the state as it is.

	Propose Move = "propose" // that a request be accepted which takes two to accept
	Hold    Move = "hold"    // keep what would be erased, for as long as a law says so
	Release Move = "release" // end a hold
	Assign  Move = "assign"  // to a staff member, or to nobody
	Write   Move = "write"   // to the person
	Reply   Move = "reply"   // of the person, whenever they like
	Revoke  Move = "revoke"  // the mandate of who asked in the person's name
	Prove   Move = "prove"   // say how it became known who asks
	Appeal  Move = "appeal"  // against a refusal
	Thaw    Move = "thaw"    // end the freeze of what is decided
)

// A Transition is one line of the state machine.
type Transition struct {
	Move Move
	From []State
	To   State // "" leaves it as it is
	By   []ledger.ActorKind
	// Entry is what it appends to the ledger.
	Entry ledger.Kind
	// Message names the letter that is sent to the person; "" for none, since
	// nobody needs a letter about what they just did themselves.
	Message string
	// Reason says that the move needs words to the person.
	Reason bool
}

// The kinds of ledger entry about requests.
const (
	RequestInitiated ledger.Kind = "request.initiated"
	RequestCancelled ledger.Kind = "request.cancelled"
	RequestFulfilled ledger.Kind = "request.fulfilled"
	// RestrictionLifted tells that data may be used again.
	RestrictionLifted ledger.Kind = "request.lifted"
)

// Transitions returns the whole state machine, the same for every kind of
// request. What is not in it cannot happen.
func Transitions() []Transition {
	var (
		program = []ledger.ActorKind{ledger.ByProgram, ledger.ByStaff}
		staff   = []ledger.ActorKind{ledger.ByStaff}
		subject = []ledger.ActorKind{ledger.BySubject}
		passer  = []ledger.ActorKind{ledger.BySubject, ledger.BySystem}
		open    = []State{Initiated, Acknowledged, RequiresAction, Accepted, Delayed}
		decided = []State{Accepted, Delayed}
		waiting = []State{Acknowledged, RequiresAction, Delayed}
		all     = append(slices.Clone(open), Fulfilled, Rejected, Unfulfilled, Cancelled)
		held    = []State{Acknowledged, RequiresAction, Accepted, Delayed}
	)
	return []Transition{
		{Acknowledge, []State{Initiated}, Acknowledged, program, "request.acknowledged", "acknowledged", false},
		{Ask, []State{Acknowledged, Accepted, Delayed}, RequiresAction, staff, "request.action_required", "requires_action", true},
		{Answer, []State{RequiresAction}, Acknowledged, subject, "request.action_performed", "", true},
		{Accept, waiting, Accepted, program, "request.accepted", "", false},
		{Reject, waiting, Rejected, staff, "request.rejected", "rejected", true},
		{Delay, []State{Acknowledged, RequiresAction, Accepted}, Delayed, staff, "request.delayed", "delayed", true},
		{Fulfil, decided, Fulfilled, program, RequestFulfilled, "fulfilled", false},
		{Fail, decided, Unfulfilled, program, "request.unfulfilled", "unfulfilled", true},
		{Cancel, open, Cancelled, passer, RequestCancelled, "cancelled", false},
		{Lift, []State{Fulfilled}, Cancelled, subject, RestrictionLifted, "", false},
		{Reopen, []State{Cancelled, Rejected, Unfulfilled}, Initiated, subject, "request.reopened", "", false},
		{Appeal, []State{Rejected}, Initiated, subject, "request.appealed", "", true},
		{Propose, waiting, "", staff, "request.proposed", "", true},
		{Hold, held, "", staff, "request.held", "held", true},
		{Release, held, "", staff, "request.released", "released", true},
		{Assign, open, "", staff, "request.assigned", "", false},
		{Write, open, "", staff, "request.written", "written", true},
		{Reply, open, "", subject, "request.replied", "", true},
		{Prove, held, "", staff, "request.proved", "", false},
		{Thaw, []State{Fulfilled, Rejected, Unfulfilled}, "", []ledger.ActorKind{ledger.ByProgram, ledger.BySubject}, RestrictionLifted, "", false},
		{Revoke, all, "", subject, "request.mandate_revoked", "", false},
	}
}

// A Step is one move that was made, as the person and the auditor read it.
type Step struct {
	At     time.Time        `json:"at"`
	Move   Move             `json:"move"`
	State  State            `json:"state"`
	By     ledger.ActorKind `json:"by"`
	Ground string           `json:"ground,omitempty"` // code in the law pack, of a rejection
	Note   string           `json:"note,omitempty"`   // words to or from the person
	Member string           `json:"member,omitempty"` // of the staff, who made it
	To     string           `json:"to,omitempty"`     // whom it was assigned to
	Files  int              `json:"files,omitempty"`  // how many came with it
}

// Inner tells whether the step is between staff members and not for the person
// to read: who works on it, and what is not decided yet.
func (s *Step) Inner() bool { return s.Move == Assign || s.Move == Propose }

// An Act is a move that somebody wants to make.
type Act struct {
	Move   Move
	At     time.Time
	Actor  ledger.Actor
	Ground string
	Note   string
	Fresh  bool // the person has just proved who they are
	// Self says that the staff member who acts is the person: nobody answers
	// their own request.
	Self bool
	// Seen is how many steps the form showed that the act was made on; 0 for one
	// that does not depend on any.
	Seen int
	// Fields are those that Hold keeps; none for all that is held.
	Fields []string
	To     string // member whom Assign gives the request to; "" for nobody
	// Value is what staff who fulfil found: of a correction the value as it was
	// typed, of an automated decision what holds instead.
	Value string
	// Proof is the session in which a person reopens, or what Prove records: its
	// method, one of ByHand, and when.
	Proof Proof
	// Files come with the words of a message.
	Files []Attachment
}

// maxNote bounds the words of one step, in bytes.
const maxNote = 4000

// With returns r after a, and the line of the table that a followed. r is not
// changed.
//
// The errors are Conflict when r is in a state from which the move does not
// lead, Forbidden for an actor who may not make it, and Invalid for a missing
// reason, an unknown ground, or an extension that the law does not give or
// that comes too late. A form that others' steps have overtaken is ErrOvertaken.
func (r Request) With(a Act) (Request, Transition, error) {
	t, ok := transition(a.Move)
	a.Note = strings.TrimSpace(a.Note)
	switch {
	case !ok:
		return r, t, errs.New(errs.Invalid, "error.not_a_choice")
	case !slices.Contains(t.By, a.Actor.Kind):
		return r, t, errs.New(errs.Forbidden, "error.forbidden")
	case a.Actor.Kind == ledger.BySubject && a.Actor.ID != string(r.Subject):
		return r, t, errs.New(errs.NotFound, "rights.error.no_request")
	case a.Actor.Kind == ledger.BySystem && !r.PassedOnBy(a.Actor.ID):
		return r, t, errs.New(errs.NotFound, "rights.error.no_request")
	case a.Self:
		return r, t, errs.New(errs.Forbidden, "request.error.own")
	case a.Seen > 0 && a.Seen != len(r.Steps):
		return r, t, ErrOvertaken
	case !slices.Contains(t.From, r.State):
		return r, t, errs.New(errs.Conflict, "rights.error.moved_on")
	case t.Reason && a.Note == "" && a.Ground == "":
		return r, t, errs.InvalidFields(errs.At("note", "error.required"))
	case len(a.Note) > maxNote:
		return r, t, errs.InvalidFields(errs.At("note", "error.too_long", "max", maxNote))
	}
	if err := r.allows(a); err != nil {
		return r, t, err
	}
	_, freezes := r.freezes()
	was := freezes && r.frozen()
	if t.To != "" {
		r.State = t.To
	}
	step := Step{At: a.At, Move: a.Move, State: r.State, By: a.Actor.Kind, Ground: a.Ground, Note: a.Note, To: a.To, Files: len(a.Files)}
	if a.Actor.Kind == ledger.ByStaff {
		step.Member = a.Actor.ID
	}
	r.Steps = append(slices.Clone(r.Steps), step)
	if t.To != "" {
		r.clock(a)
	}
	r.keep(a)
	if was && !r.frozen() && a.Actor.Kind == ledger.ByStaff {
		r.ThawAt = a.At.Add(Forewarning)
	}
	return r, t, nil
}

// allows checks what a move needs beyond the table.
func (r *Request) allows(a Act) error {
	switch {
	case a.Move == Answer, a.Move == Reply, a.Move == Write:
		return r.mayAttach(a.Actor.Kind, len(a.Files))
	case len(a.Files) > 0:
		return errs.New(errs.Invalid, "error.bad_form")
	}
	switch a.Move {
	case Accept, Reject, Fulfil, Fail, Propose:
		if a.Actor.Kind == ledger.ByStaff && r.refusedBy(a.Actor.ID) {
			return errs.New(errs.Forbidden, "request.error.own_refusal")
		}
	}
	switch a.Move {
	case Appeal:
		if last := r.AppealBy(); last.IsZero() || a.At.After(last) {
			return errs.New(errs.Conflict, "rights.error.appeal_over")
		}
	case Fulfil:
		// Nobody may say that somebody was erased: it is done, or it is not.
		if r.Kind.Runs() && a.Actor.Kind != ledger.ByProgram {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
		if r.Held {
			return errs.New(errs.Conflict, "request.error.held")
		}
		// What was weighed, and how (Art. 21(1) GDPR).
		if r.Kind == Objection && a.Actor.Kind == ledger.ByStaff && a.Note == "" {
			return errs.InvalidFields(errs.At("note", "request.error.weighed"))
		}
		return r.proved()
	case Reopen:
		if r.Kind.Grave() && !a.Fresh {
			return errs.New(errs.Stale, "error.proof_needed")
		}
	case Thaw:
		if r.ThawAt.IsZero() || a.Actor.Kind == ledger.ByProgram && a.At.Before(r.ThawAt) {
			return errs.New(errs.Conflict, "rights.error.moved_on")
		}
	case Lift:
		if r.Kind != Restriction && !r.Upheld() {
			return errs.New(errs.Conflict, "rights.error.moved_on")
		}
	case Accept:
		if err := r.proved(); err != nil {
			return err
		}
		return r.second(a)
	case Prove:
		switch {
		case r.Proof.Method != NoProof:
			return errs.New(errs.Conflict, "rights.error.moved_on")
		case !slices.Contains(ByHand[:], a.Proof.Method):
			return errs.InvalidFields(errs.At("proof", "error.not_a_choice"))
		}
		return checkProved(a.Proof.At, a.At)
	case Hold, Release:
		if r.Kind != Erasure || r.holding() == (a.Move == Hold) {
			return errs.New(errs.Conflict, "rights.error.moved_on")
		}
	case Revoke:
		if r.Proof.Agent == "" || !r.Proof.RevokedAt.IsZero() {
			return errs.New(errs.Conflict, "rights.error.moved_on")
		}
	case Propose:
		if !r.Kind.TakesTwo() {
			return errs.New(errs.Conflict, "rights.error.moved_on")
		}
		return r.proved()
	case Reject:
		switch {
		case !slices.Contains(r.Rule.Grounds, a.Ground):
			return errs.InvalidFields(errs.At("ground", "rights.error.no_ground"))
		case a.Note == "" && r.Kind == Objection:
			return errs.InvalidFields(errs.At("note", "request.error.weighed"))
		case a.Note == "" && slices.Contains(r.Rule.Explained, a.Ground):
			return errs.InvalidFields(errs.At("note", "request.error.explain"))
		}
	case Delay:
		switch {
		case r.Rule.Extend.None() || r.appeal() >= 0 && !r.Rule.AppealAnswer.None():
			return errs.New(errs.Invalid, "rights.error.no_extension")
		case r.Extended:
			return errs.New(errs.Invalid, "rights.error.extended_before")
		case a.At.After(r.resumed(a.At).DueAt):
			// The person must be told within the limit that is being extended
			// (Art. 12(3) GDPR).
			return errs.New(errs.Invalid, "rights.error.extension_late")
		}
	}
	return nil
}

// clock does to the clock what the move does to it.
func (r *Request) clock(a Act) {
	switch a.Move {
	case Ask:
		if r.Rule.Pauses {
			r.Pauses = append(slices.Clone(r.Pauses), Pause{From: a.At})
		}
	case Delay:
		r.Extended = true
	case Reopen, Appeal:
		// Whoever asks again is answered as if for the first time.
		r.ReceivedAt, r.Extended, r.Pauses, r.ActAt = a.At, false, nil, time.Time{}
	}
	if a.Move != Ask {
		*r = r.resumed(a.At)
	}
	r.ClosedAt = time.Time{}
	if !r.State.Open() {
		r.ClosedAt, r.ActAt = a.At, time.Time{}
	}
	r.DueAt = r.Rule.Due(r.running())
}

// resumed returns r with its clock running again from a time.
func (r Request) resumed(at time.Time) Request {
	if r.Paused() {
		r.Pauses = slices.Clone(r.Pauses)
		r.Pauses[len(r.Pauses)-1].To = at
		r.DueAt = r.Rule.Due(r.running())
	}
	return r
}

// proved refuses to grant what may be granted only to who is known.
func (r *Request) proved() error {
	if r.Unproved() {
		return errs.InvalidFields(errs.At("move", "request.error.no_proof"))
	}
	return nil
}

func transition(m Move) (Transition, bool) {
	for _, t := range Transitions() {
		if t.Move == m {
			return t, true
		}
	}
	return Transition{}, false
}
