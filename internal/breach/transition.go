package breach

import (
	"maps"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// A State is how far a breach is.
type State string

// The states.
const (
	Open      State = "open"
	Searching State = "searching" // the program looks for affected people
	Telling   State = "telling"   // the program sends notices
	Closed    State = "closed"
)

// A Move takes a breach from one state to the next.
type Move string

// The moves.
const (
	Begin           Move = "begin"
	Amend           Move = "amend"
	Find            Move = "find"
	Found           Move = "found"
	Name            Move = "name" // people by their identifiers
	DecideAuthority Move = "decide-authority"
	Report          Move = "report"       // the authority was told
	ReportFinal     Move = "report-final" // it had the final report
	DecidePeople    Move = "decide-people"
	Write           Move = "write" // the words of the notice
	Tell            Move = "tell"
	Told            Move = "told"
	Close           Move = "close"
	Reopen          Move = "reopen"
)

// A Transition is one line of the state machine.
type Transition struct {
	Move  Move
	From  State
	To    State
	By    ledger.ActorKind
	Entry ledger.Kind
	// Reason says that the move needs words.
	Reason bool
}

// Opened is the entry of a breach that was opened.
const Opened ledger.Kind = "breach.opened"

// Transitions returns the whole state machine. What is not in it cannot happen.
func Transitions() []Transition {
	const staff, program = ledger.ByStaff, ledger.ByProgram
	return []Transition{
		{Amend, Open, Open, staff, "breach.amended", true},
		{Find, Open, Searching, staff, "breach.search_asked", false},
		{Found, Searching, Open, program, "breach.people_found", false},
		{Name, Open, Open, staff, "breach.people_named", false},
		{DecideAuthority, Open, Open, staff, "breach.authority_decided", true},
		{Report, Open, Open, staff, "breach.authority_told", true},
		{ReportFinal, Open, Open, staff, "breach.final_report_sent", true},
		{DecidePeople, Open, Open, staff, "breach.people_decided", true},
		{Write, Open, Open, staff, "breach.notice_written", false},
		{Tell, Open, Telling, staff, "breach.notice_asked", false},
		{Told, Telling, Open, program, "breach.people_told", false},
		{Close, Open, Closed, staff, "breach.closed", false},
		{Reopen, Closed, Open, staff, "breach.reopened", true},
	}
}

func transition(m Move) (Transition, bool) {
	all := Transitions()
	i := slices.IndexFunc(all, func(t Transition) bool { return t.Move == m })
	if i < 0 {
		return Transition{}, false
	}
	return all[i], true
}

// An Act is a move that somebody wants to make.
type Act struct {
	Move  Move
	At    time.Time
	Actor ledger.Actor
	Note  string
	// Seen is how many steps the form showed; 0 for an act of the program.
	Seen    int
	Facts   Facts             // of Amend
	Tell    bool              // of a decision
	When    time.Time         // of Report and ReportFinal
	Search  Search            // of Find
	Letters map[string]string // of Write
	Count   int               // of people, for the log
	// Languages are those that a notice needs, and People how many there are to
	// tell, for Tell.
	Languages []string
	People    int
}

// With returns b after a, and the line of the table that a followed. b is not
// changed. The errors are Conflict when b is in a state from which the move does
// not lead, or others have moved it since, Forbidden for another actor, and
// Invalid by field.
func (b Breach) With(a Act) (Breach, Transition, error) {
	t, ok := transition(a.Move)
	switch {
	case !ok:
		return b, t, errs.New(errs.Invalid, "error.not_a_choice")
	case t.By != a.Actor.Kind:
		return b, t, errs.New(errs.Forbidden, "error.forbidden")
	case t.From != b.State, t.By == ledger.ByStaff && a.Seen != len(b.Steps):
		return b, t, errs.New(errs.Conflict, "breach.error.moved_on")
	case t.Reason && a.Note == "":
		return b, t, errs.InvalidFields(errs.At("note", "error.required"))
	case len(a.Note) > maxWords:
		return b, t, errs.InvalidFields(errs.At("note", "error.too_long", "max", maxWords))
	}
	if err := b.allows(a); err != nil {
		return b, t, err
	}
	b.apply(a)
	b.State = t.To
	step := Step{At: a.At, Move: a.Move, Note: a.Note, Tell: a.Tell, Count: a.Count}
	if a.Actor.Kind == ledger.ByStaff {
		step.Member = a.Actor.ID
	}
	b.Steps = append(slices.Clone(b.Steps), step)
	return b, t, nil
}

// allows checks what a move needs beyond the table.
func (b *Breach) allows(a Act) error {
	conflict := func(no bool, id string) error {
		if no {
			return errs.New(errs.Conflict, id)
		}
		return nil
	}
	switch a.Move {
	case Amend:
		return a.Facts.check(a.At)
	case DecideAuthority:
		return conflict(!a.Tell && !b.ReportedAt.IsZero(), "breach.error.told")
	case DecidePeople:
		return conflict(!a.Tell && !b.ToldAt.IsZero(), "breach.error.told")
	case Report:
		if a.When.IsZero() || a.When.After(a.At) || a.When.Before(b.NoticedAt) {
			return errs.InvalidFields(errs.At("when", "breach.error.when"))
		}
		return conflict(!b.Authority.Tell, "breach.error.undecided")
	case ReportFinal:
		if a.When.IsZero() || a.When.After(a.At) || a.When.Before(b.ReportedAt) {
			return errs.InvalidFields(errs.At("when", "breach.error.when_final"))
		}
		return conflict(b.FinalDue.IsZero() || b.ReportedAt.IsZero(), "breach.error.unreported")
	case Write:
		for _, text := range a.Letters {
			if len(text) > maxWords {
				return errs.InvalidFields(errs.At("letter", "error.too_long", "max", maxWords))
			}
		}
	case Tell:
		switch {
		case !b.People.Tell:
			return errs.New(errs.Conflict, "breach.error.undecided")
		case len(b.missing(a.Languages)) > 0:
			return errs.New(errs.Conflict, "breach.error.unwritten")
		case a.People == 0:
			return errs.New(errs.Conflict, "breach.error.nobody")
		}
	case Close:
		// Arts. 33(1) and 34(1) GDPR: told, or decided with reasons not to.
		undone := func(c Choice, done time.Time) bool { return !c.Made() || c.Tell && done.IsZero() }
		final := !b.FinalDue.IsZero() && undone(b.Authority, b.FinalAt)
		return conflict(undone(b.Authority, b.ReportedAt) || final || undone(b.People, b.ToldAt), "breach.error.undone")
	}
	return nil
}

func (b *Breach) apply(a Act) {
	switch a.Move {
	case Amend:
		b.Facts = a.Facts
	case Find:
		b.Search = a.Search
	case Found:
		b.Search = Search{}
	case DecideAuthority:
		b.Authority = Choice{a.At, a.Tell, a.Note}
	case DecidePeople:
		b.People = Choice{a.At, a.Tell, a.Note}
	case Report:
		b.ReportedAt = a.When
	case ReportFinal:
		b.FinalAt = a.When
	case Write:
		b.Letters = maps.Clone(a.Letters)
	case Told:
		b.ToldAt = a.At
	case Close:
		b.ClosedAt = a.At
	case Reopen:
		b.ClosedAt = time.Time{}
	}
}
