package consent

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTogether: whatever the records of one person say, a no that they said
// themselves stands until they say yes after it and after the joining, and takes
// proof to be undone until then. The order of the records makes no difference,
// and one by itself is what it is.
func TestTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		theirs := drawRecords(t)
		for i := range theirs {
			theirs[i].ID += "-b"
		}
		a, b := Fold(drawRecords(t)), Fold(theirs)
		joined := noon.Add(time.Duration(rapid.IntRange(-72, 72).Draw(t, "joined")) * time.Hour)
		all, again, alone := Together(joined, a, b), Together(joined, b, a), Together(joined, a)
		for k, st := range all {
			if again[k] != st {
				t.Fatalf("%v: %+v, and the other way round %+v", k, st, again[k])
			}
			if _, has := a[k]; has && alone[k] != a[k] {
				t.Fatalf("%v alone: %+v, not %+v", k, alone[k], a[k])
			}
			for _, s := range []State{a, b} {
				own := s.Of(k.Purpose, k.Scope)
				if own.Status.No() && st.Status.Valid() && !(st.At.After(own.At) && st.At.After(joined)) {
					t.Fatalf("%v: joining made a yes of a no: %+v", k, st)
				}
				said := s[k].said()
				if said.No && !st.said().No && !yesAfter(k, said, joined, a, b) {
					t.Fatalf("%v: their no of %v is lost in %+v", k, said, st)
				}
			}
		}
	})
}

// yesAfter tells whether the person said yes after a no of theirs and after the
// joining.
func yesAfter(k Key, no Said, joined time.Time, states ...State) bool {
	for _, s := range states {
		for _, key := range []Key{k, {k.Purpose, ""}} {
			if yes := s[key].said(); !yes.No && no.before(yes) && yes.At.After(joined) {
				return true
			}
		}
	}
	return false
}
