package profile

import (
	"testing"
	"time"
)

type aging struct{}

func (aging) Field(name string) (*Field, bool) {
	return &Field{Name: name, Type: TypeText}, name != "gone"
}
func (aging) Rank(string) int { return 1 }

func TestExpire(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	keep := func(f *Field) time.Duration {
		if f.Name == "ever" {
			return 0
		}
		return 10 * day
	}
	claim := func(source string, ago time.Duration) Claim {
		return Claim{Value: source, Source: source, Origin: Observed, At: now.Add(-ago), Recorded: now, Seq: 7}
	}
	own := Claim{Value: "mine", Source: SourceSubject, Origin: Provided, At: now.Add(-20 * day), Recorded: now.Add(-20 * day)}
	s := State{Claims: map[string][]Claim{
		"city": {claim("crm", 10*day), claim("shop", 4*day)},
		"ever": {claim("crm", 999*day)},
		"gone": {claim("crm", 999*day)},
		"name": {claim("crm", 2*day), own},
	}}
	next, steps, due := Expire(s, aging{}, keep, now)
	if len(steps) != 2 || steps[0].Field != "city" || steps[0].Source != "crm" || steps[1].Field != "name" || steps[1].Source != SourceSubject {
		t.Fatalf("steps: got %+v", steps)
	}
	if steps[1].Old != "mine" || steps[1].New != "crm" {
		t.Errorf("what counts: from %q to %q", steps[1].Old, steps[1].New)
	}
	if want := now.Add(6 * day); !due.Equal(want) {
		t.Errorf("due: got %v, want %v", due, want)
	}
	if c, _ := next.Of("city", "crm"); c.Value != "" || c.Entry != steps[0].ID {
		t.Errorf("what ended: got %+v", c)
	}
	if _, still := next.Of("name", SourceSubject); still {
		t.Error("the person's own word is still there")
	}
	if c, _ := s.Of("city", "crm"); c.Value != "crm" {
		t.Error("the state that was given has changed")
	}
	f, _ := aging{}.Field("city")
	if _, _, effect := Observe(next, f, claim("crm", 10*day), aging{}.Rank); effect != Older {
		t.Errorf("the same old word again: got %s", effect)
	}
	if _, _, effect := Observe(next, f, Claim{Value: "new", Source: "crm", Origin: Observed, At: now.Add(time.Hour), Recorded: now.Add(2 * time.Hour), Seq: 8}, aging{}.Rank); effect != Changes {
		t.Errorf("a new word: got %s", effect)
	}
	if again, steps, _ := Expire(next, aging{}, keep, now); len(steps) != 0 || len(again.Claims) != len(next.Claims) {
		t.Errorf("once more: got %+v", steps)
	}
}
