package consent

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var slots = []string{"events/email", "events/sms", "offers/email"}

// After choosing, what holds on the brand is what was chosen, whatever was
// there before, and the other brands are as they were.
func TestChoose_is_what_holds_then(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.MapOf(rapid.SampledFrom(slots), rapid.Bool())
		before := Preferences{
			All:    Wishes{Topics: some.Draw(t, "all")},
			Brands: map[string]Wishes{"a": {Topics: some.Draw(t, "a")}, "b": {Topics: some.Draw(t, "b")}},
		}
		picks := some.Draw(t, "picks")
		kept := Preferences{All: before.All.clone(), Brands: map[string]Wishes{"a": before.Brands["a"].clone(), "b": before.Brands["b"].clone()}}
		after := before.Choose("a", picks)
		for _, slot := range slots {
			want, picked := picks[slot]
			if !picked {
				want = before.Of("a").Topics[slot]
			}
			if got := after.Of("a").Topics[slot]; got != want {
				t.Fatalf("%s: got %t, want %t", slot, got, want)
			}
			if got, want := after.Of("b").Topics[slot], before.Of("b").Topics[slot]; got != want {
				t.Fatalf("%s of the other brand: got %t, want %t", slot, got, want)
			}
			if own, said := after.Brands["a"].Topics[slot]; picked && said && own == after.All.Topics[slot] {
				t.Fatalf("%s: said again for the brand although it is the same for all", slot)
			}
		}
		if diff := cmp.Diff(before, kept); diff != "" {
			t.Fatalf("the preferences it was asked about were changed:\n%s", diff)
		}
	})
}

func TestChoose_for_all_says_no_off_that_nobody_asked_for(t *testing.T) {
	p := Preferences{}.Choose("", map[string]bool{"events/email": true, "offers/email": false})
	if got, want := slices.Collect(maps.Keys(p.All.Topics)), []string{"events/email"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if p = p.Choose("", map[string]bool{"events/email": false}); p.All.Topics["events/email"] {
		t.Error("it is still on")
	}
}

func TestArrange(t *testing.T) {
	all := Wishes{
		Preferred: "email", Budget: &Budget{Count: 2, Per: "week"}, Quiet: &Quiet{From: 1260, To: 480, Zone: "Asia/Tokyo"},
	}
	same := Arrangement{Preferred: "email", Budget: &Budget{Count: 2, Per: "week"}, Quiet: &Quiet{From: 1260, To: 480, Zone: "Asia/Tokyo"}}
	for _, test := range []struct {
		name  string
		scope string
		a     Arrangement
		want  Wishes // said in scope
	}{
		{"everywhere_it_is_said_as_it_is", "", same, all},
		{"nothing_everywhere_is_nothing", "", Arrangement{}, Wishes{}},
		{"the_same_on_a_brand_is_not_said_again", "a", same, Wishes{}},
		{"none_on_a_brand_is_said", "a", Arrangement{}, Wishes{Preferred: AnyChannel, Budget: &Budget{Per: "month"}, Quiet: &Quiet{Zone: "Asia/Tokyo"}}},
		{"another_on_a_brand_is_said", "a", Arrangement{Preferred: "sms", Budget: same.Budget, Quiet: same.Quiet}, Wishes{Preferred: "sms"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := Preferences{All: all}.Arrange(test.scope, test.a)
			if diff := cmp.Diff(p.Scoped(test.scope), test.want); diff != "" {
				t.Errorf("got other than wanted:\n%s", diff)
			}
		})
	}
	p := Preferences{Language: "en"}.Arrange("", Arrangement{Language: "ja"})
	if got, want := p.Language, "ja"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := p.Arrange("", Arrangement{}).Language, "ja"; got != want {
		t.Errorf("got %q, want %q kept", got, want)
	}
}

func TestRestore_turns_on_what_was_on_and_nothing_else(t *testing.T) {
	before := Preferences{
		All:    Wishes{Topics: map[string]bool{"events/email": true, "offers/email": true}},
		Brands: map[string]Wishes{"a": {Topics: map[string]bool{"events/sms": true}}},
	}
	stopped := WishTrace{Was: &before.All, Brands: before.Brands}
	off := before.StopTopics("", []Topic{{Name: "events", Channels: []string{"email", "sms"}}, {Name: "offers", Channels: []string{"email"}}})
	got := off.restore(stopped, []string{"events/email", "events/sms"})
	if w := got.All.Topics; !w["events/email"] || w["events/sms"] || w["offers/email"] {
		t.Errorf("got %v for all", w)
	}
	if w := got.Brands["a"].Topics; !w["events/sms"] || w["events/email"] {
		t.Errorf("got %v for the brand", w)
	}
}
