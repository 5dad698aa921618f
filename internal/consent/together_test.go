package consent

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestTogether: whatever the records of one person say, a no stands until they
// say yes after it and after the joining, and a word alone gives way to
// whatever else is known. The order of the records makes no difference, and one
// by itself is what it is.
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
				if own.Status.No() && st.Status.Valid() && !(st.outranks(own) && st.At.After(joined)) {
					t.Fatalf("%v: joining made a yes of a no: %+v", k, st)
				}
				if own.decided() && st.ProofBy == ByWord {
					t.Fatalf("%v: a word counts beside %+v", k, own)
				}
			}
		}
	})
}

// TestTogether_waits: a no that became a first yes is not a reason for an older yes
// of another record to count.
func TestTogether_waits(t *testing.T) {
	t.Parallel()
	k := Key{"news", ""}
	at := func(hours int, s Status) State {
		return State{k: {Record: "r", Version: 1, Status: s, At: noon.Add(time.Duration(hours) * time.Hour), ProofBy: BySession}}
	}
	for name, tt := range map[string]struct {
		a, b State
		want Status
	}{
		"the yes is older": {at(-2, Given), at(-1, Requested), Requested},
		"the yes is newer": {at(-1, Given), at(-2, Requested), Given},
	} {
		if got := Together(noon.Add(-3*time.Hour), tt.a, tt.b)[k].Status; got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

// TestPreferences_Together: what the records of one person wish lets nothing come
// that any of them stops, and shows what one of them says. The order of the
// records makes no difference, one by itself is what it is, and what the person
// says at all of them is what counts then.
func TestPreferences_Together(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawWishes(t, "a"), drawWishes(t, "b"), drawWishes(t, "c")
		all, again := a.Together(b, c), a.Together(c, b)
		other := c.Together(b, a)
		if alone := a.Together(); !cmp.Equal(alone, a) {
			t.Fatalf("alone it is not what it was:\n%s", cmp.Diff(alone, a))
		}
		all.Joined, again.Joined = nil, nil
		if diff := cmp.Diff(all, again); diff != "" {
			t.Fatalf("in another order:\n%s", diff)
		}
		each := []Preferences{a, b, c}
		for _, brand := range []string{"", "hibiki", "otowa", "new"} {
			w, seen := all.Of(brand), other.Of(brand)
			if w.Preferred, seen.Preferred = "", ""; !cmp.Equal(w, seen) {
				t.Fatalf("read from another record:\n%s", cmp.Diff(w, seen))
			}
			on, off := map[string]bool{}, map[string]bool{}
			strictest := false
			for _, one := range each {
				own := one.Of(brand)
				for slot, is := range own.Topics {
					on[slot], off[slot] = on[slot] || is, off[slot] || !is
				}
				if w.Pause.Before(own.Pause) {
					t.Fatalf("%q: a pause until %v ends at %v", brand, own.Pause, w.Pause)
				}
				if own.Budget != nil && own.Budget.Count > 0 && (w.Budget == nil || w.Budget.aMonth() > own.Budget.aMonth()) {
					t.Fatalf("%q: %+v is shown for %+v", brand, w.Budget, own.Budget)
				}
				strictest = strictest || equal(w.Budget, own.Budget)
			}
			if !strictest {
				t.Fatalf("%q: nobody said %+v", brand, w.Budget)
			}
			for _, slot := range []string{"a/email", "a/sms"} {
				if w.Topics[slot] != (on[slot] && !off[slot]) {
					t.Fatalf("%q: %s is %t; on %t, off %t", brand, slot, w.Topics[slot], on[slot], off[slot])
				}
			}
		}
		scope := rapid.SampledFrom([]string{"", "hibiki"}).Draw(t, "scope")
		to := Wanted{Topics: map[string]bool{"a/email": rapid.Bool().Draw(t, "wanted")}, Arrangement: Arrangement{Budget: drawBudget(t, "wanted")}}
		for i := range each {
			each[i] = each[i].replace(scope, to)
		}
		said := each[0].Together(each[1:]...)
		if w := said.Of(scope); w.Topics["a/email"] != to.Topics["a/email"] || len(said.Beside(scope, w)) > 0 || w.Budget.aMonthOrMore() != to.Budget.aMonthOrMore() {
			t.Fatalf("after %+v in %q: %+v beside %+v", to, scope, w, said.Beside(scope, w))
		}
	})
}

// aMonthOrMore is aMonth, where nil is no limit.
func (b *Budget) aMonthOrMore() int {
	if b == nil {
		b = &Budget{}
	}
	return b.aMonth()
}

func drawBudget(t *rapid.T, of string) *Budget {
	return rapid.SampledFrom([]*Budget{nil, {Per: "month"}, {Count: 1, Per: "week"}, {Count: 2, Per: "month"}, {Count: 9, Per: "month"}}).Draw(t, of+" budget")
}

func drawWishes(t *rapid.T, of string) Preferences {
	wishes := func(scope string) Wishes {
		w := Wishes{Budget: drawBudget(t, of+scope), Preferred: rapid.SampledFrom([]string{"", "email", "post"}).Draw(t, of+scope+" by")}
		for _, slot := range []string{"a/email", "a/sms"} {
			if rapid.Bool().Draw(t, of+scope+" says "+slot) {
				w.Topics = maps.Clone(w.Topics)
				if w.Topics == nil {
					w.Topics = map[string]bool{}
				}
				w.Topics[slot] = rapid.Bool().Draw(t, of+scope+" "+slot)
			}
		}
		if days := rapid.IntRange(0, 3).Draw(t, of+scope+" pause"); days > 0 {
			w.Pause = noon.AddDate(0, 0, days)
		}
		return w
	}
	p := Preferences{All: wishes(""), Language: rapid.SampledFrom([]string{"", "en", "ja"}).Draw(t, of+" language")}
	for _, brand := range []string{"hibiki", "otowa"} {
		if rapid.Bool().Draw(t, of+" at "+brand) {
			p = p.With(brand, wishes(brand))
		}
	}
	return p
}

// What was never said at a record differs from nothing: an import makes such.
func TestDifferOfASilentRecord(t *testing.T) {
	said := Preferences{All: Wishes{Quiet: &Quiet{From: 1, To: 9}, Budget: &Budget{Count: 2, Per: "week"}}}
	if said.Together(Preferences{}).Differ("", time.Now()) {
		t.Error("a silent record differs")
	}
	other := Preferences{All: Wishes{Budget: &Budget{Count: 1, Per: "week"}}}
	if !said.Together(other).Differ("", time.Now()) {
		t.Error("another budget does not differ")
	}
}
