package profile_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"livingprofile/internal/profile"
)

func undated(c *profile.Claim) { c.At = time.Time{} }

func TestObserve(t *testing.T) {
	f := newField(profile.TypeText)
	tests := []struct {
		name   string
		before profile.State
		claim  profile.Claim
		effect profile.Effect
		want   string // the value that counts
	}{
		{"first", profile.State{}, system("crm", "a", 1), profile.Changes, "a"},
		{"the same again", held(system("crm", "a", 1)), system("crm", "a", 1), profile.Same, "a"},
		{"the same later", held(system("crm", "a", 1)), system("crm", "a", 2), profile.Confirms, "a"},
		{"the same, earlier", held(system("crm", "a", 2)), system("crm", "a", 1), profile.Older, "a"},
		{"another later", held(system("crm", "a", 1)), system("crm", "b", 2), profile.Changes, "b"},
		{"another, earlier", held(system("crm", "a", 2)), system("crm", "b", 1), profile.Older, "a"},
		{"the same without a time", held(system("crm", "a", 1)), with(system("crm", "a", 1), undated), profile.Same, "a"},
		{"another without a time", held(system("crm", "a", 1)), with(system("crm", "b", 1), undated), profile.Changes, "b"},
		{"nothing held any more", held(system("crm", "a", 1)), system("crm", "", 2), profile.Changes, ""},
		{"nothing held, and never was", profile.State{}, system("crm", "", 2), profile.Confirms, ""},
		{"another source of lower rank", held(system("crm", "a", 1)), system("club", "b", 2), profile.Changes, "a"},
		{"posing as the person", held(system("crm", "a", 1)), own("b", 9), profile.Foreign, "a"},
		{"from nobody", held(system("crm", "a", 1)), system("", "b", 9), profile.Foreign, "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			next, step, effect := profile.Observe(tt.before, f, tt.claim, ranks)
			if effect != tt.effect {
				t.Errorf("effect = %s, want %s", effect, tt.effect)
			}
			wantValue(t, next, f, tt.want)
			if changed := effect == profile.Changes || effect == profile.Confirms; changed == step.Empty() {
				t.Errorf("effect %s comes with step %+v", effect, step)
			}
		})
	}
}

func TestObserveTellsWhatWasSaidAndWhatCounts(t *testing.T) {
	f := newField(profile.TypeText)
	s := held(system("crm", "a", 1))
	_, step, _ := profile.Observe(s, f, system("club", "b", 2), ranks)
	wantStep(t, step, profile.Step{Kind: profile.Imported, Field: "field", Old: "a", New: "a", Said: "b", Source: "club", Origin: profile.Provided})
	if step.Moved() {
		t.Errorf("a claim that does not count moved the value")
	}
}

// A confirmation that lifts a claim over another one is news.
func TestConfirmationThatMovesTheValueIsAnImport(t *testing.T) {
	f := newField(profile.TypeText)
	s := held(system("shop", "a", 1), system("media", "b", 2))
	_, step, effect := profile.Observe(s, f, system("shop", "a", 3), ranks)
	if effect != profile.Confirms || step.Kind != profile.Imported || !step.Moved() {
		t.Errorf("Observe() = %+v, %s; want an import that moved the value", step, effect)
	}
}

func TestSystemsCannotOverruleThePersonWithoutProof(t *testing.T) {
	f := newField(profile.TypeText)
	s := mustCorrect(t, held(system("crm", "a", 1)), f, "mine", day(5))
	s, _, _ = profile.Observe(s, f, system("crm", "theirs", 9), ranks)
	wantValue(t, s, f, "mine")
	s, _, _ = profile.Observe(s, f, with(system("crm", "given there", 10), proved), ranks)
	wantValue(t, s, f, "given there")
}

func TestObserveAll(t *testing.T) {
	name, town := newField(profile.TypeText), newField(profile.TypeText)
	name.Name, town.Name = "name", "town"
	fields := func(n string) *profile.Field {
		return map[string]*profile.Field{"name": name, "town": town}[n]
	}
	claims := map[string]profile.Claim{}
	for field, value := range map[string]string{"town": "Kobe", "name": "Aiko", "shoe": "38"} {
		claims[field] = with(system("crm", value, 1), func(c *profile.Claim) { c.Entry = "" })
	}
	s, steps := profile.ObserveAll(profile.State{}, claims, fields, ranks)
	if got := []string{steps[0].Field, steps[1].Field}; len(steps) != 2 || got[0] != "name" || got[1] != "town" {
		t.Fatalf("steps = %+v, want name and town", steps)
	}
	if diff := cmp.Diff(s.Fields(), []string{"name", "town"}); diff != "" {
		t.Errorf("fields are different (-got +want):\n%s", diff)
	}
	draft := profile.Entry(steps...)
	for _, step := range steps {
		if c, _ := s.Of(step.Field, "crm"); c.Entry == "" || c.Entry != draft.ID {
			t.Errorf("claim about %s names entry %q, want %q", step.Field, c.Entry, draft.ID)
		}
	}
	again, steps := profile.ObserveAll(s, claims, fields, ranks)
	if len(steps) != 0 || !cmp.Equal(again, s) {
		t.Errorf("the same record again led to %+v", steps)
	}
}

// The promise that lets deliveries be late, repeated and out of order.
func TestSameClaimsLeadToTheSameState(t *testing.T) {
	f := newField(profile.TypeText)
	fold := func(claims []profile.Claim) profile.State {
		s := profile.State{}
		for _, c := range claims {
			s, _, _ = profile.Observe(s, f, c, ranks)
		}
		return s
	}
	rapid.Check(t, func(t *rapid.T) {
		var claims []profile.Claim
		for range rapid.IntRange(1, 8).Draw(t, "claims") {
			claims = append(claims, drawClaim(t, rapid.SampledFrom([]string{"crm", "club", "shop"}).Draw(t, "source")))
		}
		again := append([]profile.Claim(nil), claims...)
		for range rapid.IntRange(0, 5).Draw(t, "repeats") {
			again = append(again, rapid.SampledFrom(claims).Draw(t, "repeat"))
		}
		again = rapid.Permutation(again).Draw(t, "order")
		if diff := cmp.Diff(fold(again), fold(claims), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("state is different in another order (-got +want):\n%s", diff)
		}
	})
}
