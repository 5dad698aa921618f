package rights

import (
	"errors"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

func member(name string) ledger.Actor { return ledger.Actor{Kind: ledger.ByStaff, ID: name} }

// after makes moves one after the other, each an hour later.
func after(t *testing.T, r Request, acts ...Act) Request {
	t.Helper()
	for i, a := range acts {
		a.At = received.Add(time.Duration(i+1) * time.Hour)
		if a.Note == "" {
			a.Note = "because"
		}
		next, _, err := r.With(a)
		if err != nil {
			t.Fatalf("%s: %v", a.Move, err)
		}
		r = next
	}
	return r
}

// TestAccept_of_an_erasure_takes_two is S28: nobody erases somebody alone.
func TestAccept_of_an_erasure_takes_two(t *testing.T) {
	t.Parallel()
	r := after(t, request(t, Erasure), Act{Move: Acknowledge, Actor: program})
	accept := func(r Request, who string) error {
		_, _, err := r.With(Act{Move: Accept, Actor: member(who), At: received.Add(9 * time.Hour)})
		return err
	}
	if err := accept(r, "mika"); !errors.Is(err, errs.Conflict) {
		t.Errorf("alone: got %v, want a conflict", err)
	}
	r = after(t, r, Act{Move: Propose, Actor: member("mika")})
	if err := accept(r, "mika"); !errors.Is(err, errs.Forbidden) {
		t.Errorf("their own proposal: got %v, want a refusal", err)
	}
	if err := accept(after(t, r, Act{Move: Write, Actor: member("mika")}), "sam"); err != nil {
		t.Errorf("by another, after a letter: got %v", err)
	}
	moved := after(t, r, Act{Move: Ask, Actor: member("sam")}, Act{Move: Answer, Actor: ledger.Self("somebody")})
	if err := accept(moved, "sam"); !errors.Is(err, errs.Conflict) {
		t.Errorf("after the person said something else: got %v, want a new proposal", err)
	}
	if _, _, err := r.With(Act{Move: Accept, Actor: program}); err != nil {
		t.Errorf("by the program, with the person's own proof: got %v", err)
	}
}

// TestWith_own_request: nobody answers what they ask for themselves.
func TestWith_own_request(t *testing.T) {
	t.Parallel()
	r := after(t, request(t, Complaint), Act{Move: Acknowledge, Actor: program})
	for _, tr := range Transitions() {
		_, _, err := r.With(Act{Move: tr.Move, Actor: member("mika"), Note: "n", Ground: groundFor(tr.Move), At: received.Add(time.Hour), Self: true})
		if !errors.Is(err, errs.Forbidden) {
			t.Errorf("%s: got %v, want a refusal", tr.Move, err)
		}
	}
}

// TestWith_overtaken: a form that does not show the last step decides nothing.
func TestWith_overtaken(t *testing.T) {
	t.Parallel()
	r := after(t, request(t, Complaint), Act{Move: Acknowledge, Actor: program})
	seen := len(r.Steps)
	r = after(t, r, Act{Move: Write, Actor: member("sam")})
	act := Act{Move: Accept, Actor: member("mika"), At: received.Add(9 * time.Hour), Seen: seen}
	if _, _, err := r.With(act); !errors.Is(err, ErrOvertaken) {
		t.Errorf("got %v, want %v", err, ErrOvertaken)
	}
	act.Seen++
	if _, _, err := r.With(act); err != nil {
		t.Errorf("having seen all: got %v", err)
	}
}

// TestHold: what a law wants kept is not erased, whoever says so.
func TestHold(t *testing.T) {
	t.Parallel()
	r := after(t, request(t, Erasure), Act{Move: Acknowledge, Actor: program}, Act{Move: Accept, Actor: program}, Act{Move: Hold, Actor: member("mika")})
	if _, _, err := r.With(Act{Move: Fulfil, Actor: program, At: received.Add(9 * time.Hour)}); !errors.Is(err, errs.Conflict) {
		t.Errorf("erased while held: got %v, want a conflict", err)
	}
	if _, _, err := r.With(Act{Move: Hold, Actor: member("mika"), Note: "n"}); !errors.Is(err, errs.Conflict) {
		t.Errorf("held twice: got %v, want a conflict", err)
	}
	r = after(t, r, Act{Move: Release, Actor: member("sam")}, Act{Move: Fulfil, Actor: program})
	if r.State != Fulfilled {
		t.Errorf("after the hold: got %s", r.State)
	}
}

// TestUpheld: an objection that staff found right keeps its purpose frozen, one
// that was refused does not, and the person may take it back.
func TestUpheld(t *testing.T) {
	t.Parallel()
	r := after(t, request(t, Objection), Act{Move: Acknowledge, Actor: program}, Act{Move: Accept, Actor: member("mika")})
	upheld := after(t, r, Act{Move: Fulfil, Actor: member("mika")})
	if !upheld.frozen() {
		t.Error("what was objected to is used again")
	}
	lifted := after(t, upheld, Act{Move: Lift, Actor: ledger.Self("somebody")})
	if lifted.frozen() {
		t.Error("taken back, and still frozen")
	}
	stopped := after(t, r, Act{Move: Fulfil, Actor: program})
	if stopped.frozen() {
		t.Error("direct marketing that ended is frozen as well")
	}
	if r, _, err := request(t, Objection).With(Act{Move: Lift, Actor: ledger.Self("somebody")}); err == nil {
		t.Errorf("an open one was lifted: %s", r.State)
	}
}

// TestNew_received: the clock of a letter runs from the day it came in.
func TestNew_received(t *testing.T) {
	t.Parallel()
	f := Filing{
		Subject: "somebody", Actor: member("mika"), Kind: Access, Zone: time.UTC, Pack: pack(t, "EU", "DE"),
		At: received, Received: received.AddDate(0, 0, -3),
	}
	r, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 4, 9, 23, 59, 59, 999999000, time.UTC); !r.DueAt.Equal(want) {
		t.Errorf("due %v, want %v", r.DueAt, want)
	}
	if r.Proof.Member != "mika" {
		t.Errorf("taken by %q", r.Proof.Member)
	}
	for _, days := range []int{1, -400} {
		f.Received = received.AddDate(0, 0, days)
		if _, err := New(f); !errors.Is(err, errs.Invalid) {
			t.Errorf("received %d days from now: got %v", days, err)
		}
	}
}

// TestThaw: what staff have decided stays frozen until the person was told, and
// what the person ends themselves does not.
func TestThaw(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kind Kind
		act  Act
		told bool
	}{
		"a value that was corrected":      {Rectification, Act{Move: Fulfil, Actor: member("mika")}, true},
		"a value that stands":             {Rectification, Act{Move: Fail, Actor: member("mika")}, true},
		"an objection that is upheld":     {Objection, Act{Move: Fulfil, Actor: member("mika")}, false},
		"marketing that ended":            {Objection, Act{Move: Fulfil, Actor: program}, false},
		"a correction that is taken back": {Rectification, Act{Move: Cancel, Actor: ledger.Self("somebody")}, false},
		"what froze nothing":              {Complaint, Act{Move: Fulfil, Actor: member("mika")}, false},
	} {
		r := after(t, request(t, tt.kind), Act{Move: Acknowledge, Actor: program}, Act{Move: Accept, Actor: member("mika")}, tt.act)
		want := time.Time{}
		if tt.told {
			want = r.ClosedAt.Add(Forewarning)
		}
		if !r.ThawAt.Equal(want) || tt.told && !r.frozen() {
			t.Errorf("%s: thaws at %v, want %v", name, r.ThawAt, want)
		}
	}
	r := after(t, request(t, Objection), Act{Move: Acknowledge, Actor: program}, Act{Move: Reject, Actor: member("mika"), Ground: "compelling"})
	thaw := func(by ledger.Actor, at time.Time) (Request, error) {
		next, _, err := r.With(Act{Move: Thaw, Actor: by, At: at})
		return next, err
	}
	if _, err := thaw(program, r.ThawAt.Add(-time.Microsecond)); !errors.Is(err, errs.Conflict) {
		t.Errorf("before its time: got %v, want a conflict", err)
	}
	for name, by := range map[string]ledger.Actor{"the program": program, "the person": ledger.Self("somebody")} {
		at := r.ThawAt
		if by != program {
			at = r.ClosedAt
		}
		if next, err := thaw(by, at); err != nil || next.frozen() || next.State != Rejected {
			t.Errorf("by %s: got %v, frozen %v, %s", name, err, next.frozen(), next.State)
		}
	}
	again := after(t, r, Act{Move: Reopen, Actor: ledger.Self("somebody")})
	if !again.ThawAt.IsZero() || !again.frozen() {
		t.Errorf("asked again: thaws at %v, frozen %v", again.ThawAt, again.frozen())
	}
}

// TestAppeal: where the law has it a refusal is decided anew, by another member.
func TestAppeal(t *testing.T) {
	t.Parallel()
	refused := func() Request {
		return after(t, request(t, Complaint), Act{Move: Acknowledge, Actor: program}, Act{Move: Reject, Actor: member("mika"), Ground: "unfounded"})
	}
	appeal := func(r Request, at time.Time) (Request, error) {
		next, _, err := r.With(Act{Move: Appeal, Actor: ledger.Self("somebody"), Note: "No.", At: at})
		return next, err
	}
	if r := refused(); !r.AppealBy().IsZero() {
		t.Errorf("a law without appeal: until %v", r.AppealBy())
	} else if _, err := appeal(r, received.AddDate(0, 0, 1)); !errors.Is(err, errs.Conflict) {
		t.Errorf("a law without appeal: got %v, want a conflict", err)
	}
	r := refused()
	r.Rule.Appeal = Limit{N: 45, Unit: Days}
	last := r.AppealBy()
	if want := time.Date(2026, 4, 26, 23, 59, 59, 999999000, time.UTC); !last.Equal(want) && !last.Equal(want.AddDate(0, 0, 1)) {
		t.Errorf("until %v, want %v", last, want)
	}
	if _, err := appeal(r, last.Add(time.Microsecond)); !errors.Is(err, errs.Conflict) {
		t.Errorf("too late: got %v, want a conflict", err)
	}
	r, err := appeal(r, last)
	if err != nil || r.State != Initiated || !r.DueAt.After(last) {
		t.Fatalf("in time: %s, due %v, %v", r.State, r.DueAt, err)
	}
	// The law may limit the answer to an appeal by itself; there is no more of it.
	timed := refused()
	timed.Rule.Appeal, timed.Rule.AppealAnswer, timed.Rule.Extend = Limit{N: 60, Unit: Days}, Limit{N: 45, Unit: Days}, Limit{N: 45, Unit: Days}
	asked := timed.ClosedAt.AddDate(0, 0, 10)
	if timed, err = appeal(timed, asked); err != nil {
		t.Fatal(err)
	}
	if want := endOf(dayOf(asked, timed.running().Zone).AddDate(0, 0, 45), timed.running().Zone); timed.Rule.Rolls && timed.DueAt.Before(want) || !timed.Rule.Rolls && !timed.DueAt.Equal(want) {
		t.Errorf("an appeal is due %v, want %v", timed.DueAt, want)
	}
	timed = after(t, timed, Act{Move: Acknowledge, Actor: program, At: asked})
	if _, _, err := timed.With(Act{Move: Delay, Actor: member("sam"), Note: "n", At: asked}); !errors.Is(err, errs.Invalid) {
		t.Errorf("an appeal was extended: %v", err)
	}
	at := last.Add(time.Hour)
	decide := func(r Request, who string, move Move) (Request, error) {
		next, _, err := r.With(Act{Move: move, Actor: member(who), Ground: groundFor(move), Note: "n", At: at})
		return next, err
	}
	r, _, err = r.With(Act{Move: Acknowledge, Actor: program, At: at})
	if err != nil {
		t.Fatal(err)
	}
	for _, move := range []Move{Accept, Reject} {
		if _, err := decide(r, "mika", move); !errors.Is(err, errs.Forbidden) {
			t.Errorf("%s by who refused: got %v, want a refusal", move, err)
		}
		if _, err := decide(r, "sam", move); err != nil {
			t.Errorf("%s by another: got %v", move, err)
		}
	}
	if r, err = decide(r, "sam", Reject); err != nil || !r.AppealBy().IsZero() {
		t.Errorf("refused again: %v, another appeal until %v", err, r.AppealBy())
	}
}
