package profile_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

func held(claims ...profile.Claim) profile.State {
	s := profile.State{}
	for _, c := range claims {
		s, _, _ = profile.Observe(s, newField(profile.TypeText), c, ranks)
	}
	return s
}

func mustCorrect(t *testing.T, s profile.State, f *profile.Field, value string, at time.Time) profile.State {
	t.Helper()
	next, step, err := profile.Correct(s, f, value, ranks, at)
	if err != nil || step.Empty() {
		t.Fatalf("Correct(%q) = %+v, %v; want a step", value, step, err)
	}
	return next
}

func wantStep(t *testing.T, got, want profile.Step) {
	t.Helper()
	if got.ID == "" && want.Kind != "" {
		t.Errorf("step has no id")
	}
	if diff := cmp.Diff(got, want, cmpopts.IgnoreFields(profile.Step{}, "ID")); diff != "" {
		t.Errorf("step is different (-got +want):\n%s", diff)
	}
}

func wantValue(t *testing.T, s profile.State, f *profile.Field, want string) {
	t.Helper()
	if got := s.Value(f, ranks); got != want {
		t.Errorf("value = %q, want %q", got, want)
	}
}

func TestCorrect(t *testing.T) {
	free := newField(profile.TypeText)
	t.Run("counts at once", func(t *testing.T) {
		next, step, err := profile.Correct(held(system("crm", "old", 1)), free, "new", ranks, day(2))
		if err != nil {
			t.Fatal(err)
		}
		wantStep(t, step, profile.Step{Kind: profile.Corrected, Field: "field", Old: "old", New: "new", Said: "new", Source: profile.SourceSubject, Origin: profile.Provided})
		wantValue(t, next, free, "new")
		if c, _ := next.Of("field", profile.SourceSubject); c.Entry != step.ID {
			t.Errorf("claim names entry %q, want %q", c.Entry, step.ID)
		}
	})
	t.Run("what counts already is no change", func(t *testing.T) {
		_, step, err := profile.Correct(held(system("crm", "old", 1)), free, " old ", ranks, day(2))
		if err != nil || !step.Empty() {
			t.Errorf("Correct() = %+v, %v; want no step", step, err)
		}
	})
	t.Run("an empty value takes away", func(t *testing.T) {
		next, step, err := profile.Correct(held(system("crm", "old", 1)), free, "", ranks, day(2))
		if err != nil {
			t.Fatal(err)
		}
		wantStep(t, step, profile.Step{Kind: profile.Corrected, Field: "field", Old: "old", Source: profile.SourceSubject, Origin: profile.Provided})
		wantValue(t, next, free, "")
	})
	t.Run("taking away nothing is no change", func(t *testing.T) {
		_, step, err := profile.Correct(profile.State{}, free, "", ranks, day(2))
		if err != nil || !step.Empty() {
			t.Errorf("Correct() = %+v, %v; want no step", step, err)
		}
	})
}

func TestCorrectRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*profile.Field)
		value  string
		kind   errs.Kind
		id     string
	}{
		{"a locked field", func(f *profile.Field) { f.Edit = profile.Locked }, "a", errs.Forbidden, "error.field_locked"},
		{"a field that says nothing about edits", func(f *profile.Field) { f.Edit = "" }, "a", errs.Forbidden, "error.field_locked"},
		{"a retired field", func(f *profile.Field) { f.Retired = true }, "a", errs.Gone, "error.field_retired"},
		{"a value of another form", func(f *profile.Field) { f.Type = profile.TypeDate }, "a", errs.Invalid, "error.not_a_date"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newField(profile.TypeText)
			tt.change(f)
			before := held(system("crm", "old", 1))
			after, step, err := profile.Correct(before, f, tt.value, ranks, day(2))
			if !errors.Is(err, tt.kind) || messageID(err) != tt.id {
				t.Errorf("Correct() error = %v, want %s %s", err, tt.kind, tt.id)
			}
			if !step.Empty() || !cmp.Equal(after, before) {
				t.Errorf("a refused correction changed something: %+v", step)
			}
		})
	}
}

func TestUndo(t *testing.T) {
	f := newField(profile.TypeText)
	t.Run("restores the person's value before", func(t *testing.T) {
		s := mustCorrect(t, held(system("crm", "old", 1)), f, "first", day(2))
		s = mustCorrect(t, s, f, "second", day(3))
		next, step, err := profile.Undo(s, f, ranks, day(3).Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		wantStep(t, step, profile.Step{Kind: profile.Undone, Field: "field", Old: "second", New: "first", Said: "first", Source: profile.SourceSubject, Origin: profile.Provided})
		wantValue(t, next, f, "first")
		if _, _, err := profile.Undo(next, f, ranks, day(3).Add(time.Hour)); messageID(err) != "error.nothing_to_undo" {
			t.Errorf("second Undo() error = %v, want nothing to undo", err)
		}
	})
	t.Run("of the first correction lets the systems count again", func(t *testing.T) {
		s := mustCorrect(t, held(system("crm", "old", 1)), f, "first", day(2))
		next, _, err := profile.Undo(s, f, ranks, day(2).Add(profile.UndoWindow))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(next, held(system("crm", "old", 1)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("state is different from before (-got +want):\n%s", diff)
		}
	})
	t.Run("is over after a day", func(t *testing.T) {
		s := mustCorrect(t, profile.State{}, f, "first", day(2))
		at := day(2).Add(profile.UndoWindow + time.Microsecond)
		if _, _, err := profile.Undo(s, f, ranks, at); !errors.Is(err, errs.Gone) || messageID(err) != "error.undo_over" {
			t.Errorf("Undo() error = %v, want Gone", err)
		}
		if s.Undoable("field", at) || !s.Undoable("field", day(2)) {
			t.Errorf("Undoable does not agree with Undo")
		}
	})
	t.Run("with nothing to undo", func(t *testing.T) {
		if _, _, err := profile.Undo(held(system("crm", "old", 1)), f, ranks, day(2)); !errors.Is(err, errs.NotFound) {
			t.Errorf("Undo() error = %v, want NotFound", err)
		}
	})
	t.Run("of a locked field", func(t *testing.T) {
		s := mustCorrect(t, profile.State{}, f, "first", day(2))
		locked := newField(profile.TypeText)
		locked.Edit = profile.Locked
		if _, _, err := profile.Undo(s, locked, ranks, day(2)); !errors.Is(err, errs.Forbidden) {
			t.Errorf("Undo() error = %v, want Forbidden", err)
		}
	})
}

func TestProposal(t *testing.T) {
	f := newField(profile.TypeText)
	f.Edit = profile.Approval
	s, proposed, err := profile.Correct(held(system("crm", "old", 1)), f, "new", ranks, day(2))
	if err != nil {
		t.Fatal(err)
	}
	wantStep(t, proposed, profile.Step{Kind: profile.Proposed, Field: "field", Old: "old", New: "old", Said: "new", Source: profile.SourceSubject, Origin: profile.Provided})
	wantValue(t, s, f, "old")

	t.Run("approved", func(t *testing.T) {
		next, step, err := profile.Approve(s, f, proposed.ID, ranks, day(5))
		if err != nil {
			t.Fatal(err)
		}
		wantStep(t, step, profile.Step{Kind: profile.Approved, Field: "field", Old: "old", New: "new", Said: "new", Source: profile.SourceSubject, Origin: profile.Provided})
		if c, _ := next.Of("field", profile.SourceSubject); !c.At.Equal(day(2)) || !c.Recorded.Equal(day(5)) {
			t.Errorf("claim was said %v and recorded %v, want day 2 and day 5", c.At, c.Recorded)
		}
		if _, _, err := profile.Approve(next, f, proposed.ID, ranks, day(5)); !errors.Is(err, errs.NotFound) {
			t.Errorf("second Approve() error = %v, want NotFound", err)
		}
		if next.Undoable("field", day(5)) {
			t.Errorf("what staff approved can be undone")
		}
	})
	t.Run("rejected", func(t *testing.T) {
		next, step, err := profile.Reject(s, f, proposed.ID, ranks)
		if err != nil {
			t.Fatal(err)
		}
		wantStep(t, step, profile.Step{Kind: profile.Rejected, Field: "field", Old: "old", New: "old", Said: "new", Source: profile.SourceSubject, Origin: profile.Provided})
		wantValue(t, next, f, "old")
		if len(next.Proposals) != 0 {
			t.Errorf("the proposal still waits")
		}
	})
	for name, tt := range map[string]struct {
		value string
		want  ledger.Kind
	}{
		"settled as proposed":     {"new", profile.Approved},
		"settled as another":      {"third", profile.Approved},
		"settled as what counted": {"old", profile.Rejected},
	} {
		// What counted already left the proposal waiting.
		t.Run(name, func(t *testing.T) {
			next, step, err := profile.Settle(s, f, tt.value, ranks, day(5))
			if err != nil || step.Kind != tt.want || len(next.Proposals) != 0 {
				t.Errorf("got %s with %v, %v, want %s", step.Kind, next.Proposals, err, tt.want)
			}
			wantValue(t, next, f, tt.value)
		})
	}
	t.Run("replaced before it was decided", func(t *testing.T) {
		newer := mustCorrect(t, s, f, "newer", day(3))
		if _, _, err := profile.Approve(newer, f, proposed.ID, ranks, day(5)); !errors.Is(err, errs.Conflict) {
			t.Errorf("Approve() error = %v, want Conflict", err)
		}
		if _, _, err := profile.Reject(newer, f, proposed.ID, ranks); !errors.Is(err, errs.Conflict) {
			t.Errorf("Reject() error = %v, want Conflict", err)
		}
	})
	t.Run("made again is no change", func(t *testing.T) {
		if _, step, err := profile.Correct(s, f, "new", ranks, day(3)); err != nil || !step.Empty() {
			t.Errorf("Correct() = %+v, %v; want no step", step, err)
		}
	})
	for name, takeBack := range map[string]func() (profile.State, profile.Step, error){
		"taken back by undo":                    func() (profile.State, profile.Step, error) { return profile.Undo(s, f, ranks, day(30)) },
		"taken back by asking for what is held": func() (profile.State, profile.Step, error) { return profile.Correct(s, f, "old", ranks, day(3)) },
	} {
		t.Run(name, func(t *testing.T) {
			next, step, err := takeBack()
			if err != nil {
				t.Fatal(err)
			}
			wantStep(t, step, profile.Step{Kind: profile.Retracted, Field: "field", Old: "old", New: "old", Said: "new", Source: profile.SourceSubject, Origin: profile.Provided})
			if len(next.Proposals) != 0 {
				t.Errorf("the proposal still waits")
			}
		})
	}
}

// Whatever happens to a field, a correction counts and its undo brings back
// what counted before, and neither touches the state it was given.
func TestCorrectThenUndoIsNothing(t *testing.T) {
	f := newField(profile.TypeText)
	rapid.Check(t, func(t *rapid.T) {
		s := profile.State{}
		for range rapid.IntRange(0, 6).Draw(t, "claims") {
			source := rapid.SampledFrom([]string{"crm", "club"}).Draw(t, "source")
			s, _, _ = profile.Observe(s, f, drawClaim(t, source), ranks)
		}
		if rapid.Bool().Draw(t, "corrected before") {
			s, _, _ = profile.Correct(s, f, rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "first"), ranks, day(10))
		}
		before, err := s.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		value := rapid.SampledFrom([]string{"", "a", "b", "x"}).Draw(t, "value")
		next, step, err := profile.Correct(s, f, value, ranks, day(11))
		if err != nil {
			t.Fatal(err)
		}
		if got := next.Value(f, ranks); got != value {
			t.Fatalf("value after correction = %q, want %q", got, value)
		}
		if step.Empty() {
			return
		}
		undone, _, err := profile.Undo(next, f, ranks, day(11))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := undone.Value(f, ranks), s.Value(f, ranks); got != want {
			t.Fatalf("value after undo = %q, want %q", got, want)
		}
		if after, _ := s.MarshalJSON(); string(after) != string(before) {
			t.Fatalf("the state that was decided on changed:\n%s\n%s", before, after)
		}
	})
}
