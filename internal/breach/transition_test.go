package breach_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/breach"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

var (
	now     = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	member  = ledger.Actor{Kind: ledger.ByStaff, ID: "m"}
	program = ledger.Actor{Kind: ledger.ByProgram, ID: "breach"}
	facts   = breach.Facts{Brand: "b", Title: "t", What: "w", Data: []string{"contact"}, NoticedAt: now.Add(-time.Hour)}
)

func begun() breach.Breach {
	return breach.Breach{
		ID: "x", Facts: facts, State: breach.Open, AuthorityDue: now.Add(71 * time.Hour), FinalDue: now.AddDate(0, 0, 29),
		Steps: []breach.Step{{Move: breach.Begin}},
	}
}

// act is one that has all that its move needs.
func act(b breach.Breach, m breach.Move) breach.Act {
	a := breach.Act{
		Move: m, At: now, Actor: member, Note: "because", Seen: len(b.Steps), Facts: facts, Tell: true, When: now,
		Letters: map[string]string{"en": "w", "ja": "w"}, Languages: []string{"en", "ja"}, People: 1,
	}
	if m == breach.Found || m == breach.Told {
		a.Actor = program
	}
	return a
}

// after makes moves that must be allowed.
func after(t *testing.T, b breach.Breach, moves ...breach.Move) breach.Breach {
	t.Helper()
	for _, m := range moves {
		next, _, err := b.With(act(b, m))
		if err != nil {
			t.Fatalf("%s: %v", m, err)
		}
		b = next
	}
	return b
}

// TestTable writes down once more from which state each move leads where, and
// tries every pair.
func TestTable(t *testing.T) {
	want := map[string]breach.State{
		"open amend": breach.Open, "open find": breach.Searching, "searching found": breach.Open, "open name": breach.Open,
		"open decide-authority": breach.Open, "open report": breach.Open, "open decide-people": breach.Open, "open write": breach.Open,
		"open report-final": breach.Open,
		"open tell":         breach.Telling, "telling told": breach.Open, "open close": breach.Closed, "closed reopen": breach.Open,
	}
	for _, from := range []breach.State{breach.Open, breach.Searching, breach.Telling, breach.Closed} {
		for _, line := range breach.Transitions() {
			b := after(t, begun(), breach.DecideAuthority, breach.Report, breach.ReportFinal, breach.DecidePeople, breach.Write, breach.Tell, breach.Told)
			b.State = from
			got, _, err := b.With(act(b, line.Move))
			to, leads := want[fmt.Sprintf("%s %s", from, line.Move)]
			if leads != (err == nil) || leads && got.State != to || !leads && errs.KindOf(err) != errs.Conflict {
				t.Errorf("%s from %s: got %s, %v; want %q", line.Move, from, got.State, err, to)
			}
			other := act(b, line.Move)
			if other.Actor.Kind = ledger.BySystem; leads {
				if _, _, err := b.With(other); errs.KindOf(err) != errs.Forbidden {
					t.Errorf("%s by a system: got %v", line.Move, err)
				}
			}
		}
	}
}

func TestRefused(t *testing.T) {
	open := begun()
	decided := after(t, open, breach.DecideAuthority, breach.DecidePeople)
	told := after(t, decided, breach.Report, breach.Write, breach.Tell, breach.Told)
	once := told // under a law that wants one report
	once.FinalDue = time.Time{}
	for name, tt := range map[string]struct {
		from   breach.Breach
		move   breach.Move
		change func(*breach.Act)
		want   errs.Kind
	}{
		"without a reason":                        {open, breach.DecidePeople, func(a *breach.Act) { a.Note = "" }, errs.Invalid},
		"on a form that others overtook":          {decided, breach.Write, func(a *breach.Act) { a.Seen-- }, errs.Conflict},
		"reported before it is decided":           {open, breach.Report, nil, errs.Conflict},
		"reported before it was noticed":          {decided, breach.Report, func(a *breach.Act) { a.When = now.Add(-2 * time.Hour) }, errs.Invalid},
		"reported in the future":                  {decided, breach.Report, func(a *breach.Act) { a.When = now.Add(time.Hour) }, errs.Invalid},
		"told before it is decided":               {open, breach.Tell, nil, errs.Conflict},
		"told without words":                      {decided, breach.Tell, nil, errs.Conflict},
		"told to nobody":                          {told, breach.Tell, func(a *breach.Act) { a.People = 0 }, errs.Conflict},
		"not to tell whom it was told":            {told, breach.DecidePeople, func(a *breach.Act) { a.Tell = false }, errs.Conflict},
		"not to tell an authority that was":       {told, breach.DecideAuthority, func(a *breach.Act) { a.Tell = false }, errs.Conflict},
		"closed undecided":                        {open, breach.Close, nil, errs.Conflict},
		"closed with somebody to tell":            {decided, breach.Close, nil, errs.Conflict},
		"closed before the final report":          {told, breach.Close, nil, errs.Conflict},
		"the final report before the first":       {decided, breach.ReportFinal, nil, errs.Conflict},
		"a final report that nobody wants":        {once, breach.ReportFinal, nil, errs.Conflict},
		"the final report dated before the first": {told, breach.ReportFinal, func(a *breach.Act) { a.When = now.Add(-time.Minute) }, errs.Invalid},
		"noticed in the future":                   {open, breach.Amend, func(a *breach.Act) { a.Facts.NoticedAt = now.Add(time.Hour) }, errs.Invalid},
		"an unknown move":                         {open, "erase", nil, errs.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			a := act(tt.from, tt.move)
			if tt.change != nil {
				tt.change(&a)
			}
			if _, _, err := tt.from.With(a); errs.KindOf(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	after(t, told, breach.ReportFinal, breach.Close, breach.Reopen)
	after(t, once, breach.Close)
}

// TestClock: a limit presses until it is met, or decided that nothing is told.
func TestClock(t *testing.T) {
	b := begun()
	for at, want := range map[time.Time]breach.Stage{
		now: breach.Running, b.AuthorityDue.Add(-time.Hour): breach.Near, b.AuthorityDue.Add(time.Second): breach.Over,
	} {
		if got := b.Stage(at); got != want {
			t.Errorf("at %v: got stage %d, want %d", at, got, want)
		}
	}
	b.PeopleDue = b.AuthorityDue.Add(-time.Hour)
	if got := b.Due(); !got.Equal(b.PeopleDue) {
		t.Errorf("of two: got %v, want the earlier", got)
	}
	reported := after(t, b, breach.DecideAuthority, breach.Report)
	if got := reported.Due(); !got.Equal(b.PeopleDue) {
		t.Errorf("reported: got %v", got)
	}
	no := act(reported, breach.DecidePeople)
	no.Tell = false
	rest, _, err := reported.With(no)
	if err != nil || !rest.Due().Equal(b.FinalDue) {
		t.Errorf("without the final report: got %v, %v", rest.Due(), err)
	}
	quiet, _, err := rest.With(act(rest, breach.ReportFinal))
	if err != nil || !quiet.Due().IsZero() || quiet.Stage(now) != breach.Quiet {
		t.Errorf("decided: got %v, %v", quiet.Due(), err)
	}
}

// TestHistory: whatever is tried, a breach closes only with both matters settled,
// and each move that was made is a step.
func TestHistory(t *testing.T) {
	moves := []breach.Move{}
	for _, line := range breach.Transitions() {
		moves = append(moves, line.Move)
	}
	rapid.Check(t, func(t *rapid.T) {
		b := begun()
		for _, m := range rapid.SliceOfN(rapid.SampledFrom(moves), 1, 30).Draw(t, "moves") {
			a := act(b, m)
			a.Tell = rapid.Bool().Draw(t, "tell")
			next, _, err := b.With(a)
			if err != nil {
				continue
			}
			if len(next.Steps) != len(b.Steps)+1 || !slices.Equal(next.Steps[:len(b.Steps)], b.Steps) {
				t.Fatalf("%s: the log is %+v", m, next.Steps)
			}
			b = next
			settled := func(c breach.Choice, done time.Time) bool { return c.Made() && (!c.Tell || !done.IsZero()) }
			if b.State == breach.Closed && !(settled(b.Authority, b.ReportedAt) && settled(b.Authority, b.FinalAt) && settled(b.People, b.ToldAt)) {
				t.Fatalf("closed unsettled: %+v", b)
			}
		}
	})
}
