package inbound

import (
	"testing"
	"time"

	"livingprofile/internal/profile"
)

// TestContradicts: a person is asked once about what a system says later than
// they did and otherwise; their own word counts meanwhile.
func TestContradicts(t *testing.T) {
	t.Parallel()
	phone, _ := shop{}.Field("phone")
	for name, tt := range map[string]struct {
		before, after []word // the person's word
		want          int
	}{
		"later":             {nil, []word{claimed("shop", "phone", "2", time.Hour, 0)}, 1},
		"a higher system":   {nil, []word{claimed("till", "phone", "2", time.Hour, 0)}, 1},
		"the same value":    {nil, []word{claimed("shop", "phone", "1", time.Hour, 0)}, 0},
		"nothing any more":  {nil, []word{claimed("shop", "phone", "", time.Hour, 0)}, 0},
		"earlier":           {nil, []word{claimed("shop", "phone", "2", 9*time.Hour, 0)}, 0},
		"what it has said":  {[]word{claimed("shop", "phone", "2", 9*time.Hour, 0)}, []word{claimed("shop", "phone", "2", time.Hour, 0)}, 0},
		"again and again":   {nil, []word{claimed("shop", "phone", "2", 2*time.Hour, 0), claimed("shop", "phone", "2", time.Hour, 0)}, 1},
		"of somebody's own": {nil, []word{{"shop", Item{Attributes: map[string]profile.Claim{"phone": {Value: "2", At: noon.Add(-time.Hour), Proved: true}}}}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := somebody()
			k.hear(t, tt.before...)
			var err error
			k.facts.Profile, _, err = profile.Correct(k.facts.Profile, phone, "1", shop{}.Rank, noon.Add(-4*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			k.hear(t, tt.after...)
			if len(k.conflicts) != tt.want {
				t.Fatalf("got %d conflicts, want %d", len(k.conflicts), tt.want)
			}
			if tt.want == 0 {
				return
			}
			c := &k.conflicts[0]
			if got := k.facts.Profile.Value(phone, shop{}.Rank); got != "1" || c.Asks != AsksSubject || c.Theirs.Value != "2" {
				t.Errorf("got %q and %+v", got, c)
			}
			if !c.Stands(k.facts, shop{}.Field, shop{}.Rank) {
				t.Error("it does not stand")
			}
			answered := k.facts
			answered.Profile, _, _ = profile.Correct(k.facts.Profile, phone, "3", shop{}.Rank, noon)
			if c.Stands(answered, shop{}.Field, shop{}.Rank) {
				t.Error("it stands after the person has spoken")
			}
		})
	}
}
