package portal

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// shown is what a row says beside its words.
type shown struct {
	Answer       ui.Answer
	State        ui.State
	Why, Unasked string
	Fixed        bool
	Reask        *view.Reask
}

func TestPurposeItem(t *testing.T) {
	const again = "Until you choose again, we do not do it."
	day := 24 * time.Hour
	org := declared(t)
	for _, test := range []struct {
		name    string
		purpose consent.PurposeID
		stands  consent.Standing
		pause   time.Time
		brand   bool // the standing is this brand's own
		change  func(*consent.PurposeVersion)
		want    shown
	}{
		{name: "not_asked", purpose: "reviews"},
		{
			name: "yes", purpose: "reviews", stands: consent.Standing{Status: consent.Given},
			want: shown{Answer: ui.Yes},
		},
		{
			name: "yes_for_a_time", purpose: "recommendations",
			stands: consent.Standing{Status: consent.Given, Until: noon.Add(30 * day)},
			want:   shown{Answer: ui.Yes, State: ui.Given, Why: "Your yes holds until 11 April 2026."},
		},
		{
			name: "yes_whose_time_is_over", purpose: "recommendations",
			stands: consent.Standing{Status: consent.Given, Until: noon.Add(-day)},
			want:   shown{State: ui.Waiting, Why: "Your yes ran out on 11 March 2026. We do not do it any more.", Unasked: again},
		},
		{
			name: "expiry_is_recorded", purpose: "recommendations", stands: consent.Standing{Status: consent.Expired, At: noon.Add(-2 * day)},
			want: shown{State: ui.Waiting, Why: "Your yes ran out on 10 March 2026. We do not do it any more.", Unasked: again},
		},
		{
			name: "yes_and_paused", purpose: "recommendations", stands: consent.Standing{Status: consent.Given}, pause: noon.Add(20 * day),
			want: shown{Answer: ui.Yes, State: ui.Paused, Why: "You said yes, and it is paused until 1 April 2026."},
		},
		{name: "no", purpose: "reviews", stands: consent.Standing{Status: consent.Refused}, want: shown{Answer: ui.No}},
		{name: "taken_back", purpose: "reviews", stands: consent.Standing{Status: consent.Withdrawn}, want: shown{Answer: ui.No}},
		{
			name: "ended_by_somebody_else", purpose: "reviews", stands: consent.Standing{Status: consent.Revoked},
			want: shown{State: ui.Refused, Why: "We ended this yes on your behalf. You can say yes again.", Unasked: again},
		},
		{
			name: "invalid", purpose: "reviews", stands: consent.Standing{Status: consent.Invalidated},
			want: shown{
				State: ui.Refused, Unasked: again,
				Why: "Your earlier yes was declared invalid, so we do not do it. You can say yes again.",
			},
		},
		{
			name: "put_off", purpose: "reviews", stands: consent.Standing{Status: consent.Deferred},
			want: shown{Unasked: "You put off the answer. Until you choose, we do not do it."},
		},
		{
			name: "waits_for_a_second_yes", purpose: "newsletter", stands: consent.Standing{Status: consent.Requested},
			want: shown{Answer: ui.Yes, State: ui.Waiting, Why: "Waiting for your second yes: open the e-mail we sent to me@mail.example."},
		},
		{
			name: "follows_its_parent", purpose: "newsletter", stands: consent.Standing{Status: consent.Refused, Via: "marketing"},
			want: shown{Answer: ui.No, Why: "Follows your answer to “Write to me about new things”."},
		},
		{
			name: "for_this_brand", purpose: "newsletter", stands: consent.Standing{Status: consent.Refused}, brand: true,
			want: shown{Answer: ui.No, Why: "This answer holds for Hibiki Instruments only."},
		},
		{
			name: "for_this_brand_and_no_other_has_it", purpose: "reviews", stands: consent.Standing{Status: consent.Refused}, brand: true,
			want: shown{Answer: ui.No},
		},
		{
			name: "done_unless_opposed", purpose: "fraud",
			want: shown{Unasked: "You have not said no, so we do this. You can say no at any time."},
		},
		{name: "opposed", purpose: "fraud", stands: consent.Standing{Status: consent.Refused}, want: shown{Answer: ui.No}},
		{name: "opposed_no_longer", purpose: "fraud", stands: consent.Standing{Status: consent.Given}, want: shown{Answer: ui.Yes}},
		{name: "no_choice", purpose: "orders", want: shown{Fixed: true}},
		{
			name: "words_changed", purpose: "reviews", stands: consent.Standing{Status: consent.Given, Version: 1},
			change: func(v *consent.PurposeVersion) { v.Number, v.ReaskBy = 2, noon.Add(20*day) },
			want:   shown{Answer: ui.Yes, Reask: &view.Reask{Until: noon.Add(20 * day)}},
		},
		{
			name: "words_changed_and_the_time_is_over", purpose: "reviews", stands: consent.Standing{Status: consent.Given, Version: 1},
			change: func(v *consent.PurposeVersion) { v.Number, v.ReaskBy = 2, noon.Add(-day) },
			want: shown{
				State: ui.Waiting, Why: "Your yes was to older words, and it ended on 11 March 2026.", Unasked: again,
				Reask: &view.Reask{Until: noon.Add(-day)},
			},
		},
		{
			name: "words_changed_a_little", purpose: "reviews", stands: consent.Standing{Status: consent.Given, Version: 1},
			change: func(v *consent.PurposeVersion) { v.Number = 2 },
			want:   shown{Answer: ui.Yes},
		},
		{
			name: "asked_no_longer", purpose: "reviews", stands: consent.Standing{Status: consent.Given},
			change: func(v *consent.PurposeVersion) { v.Retired = true },
			want:   shown{Fixed: true},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, ok := org.Purpose(test.purpose)
			if !ok {
				t.Fatalf("no purpose %q", test.purpose)
			}
			version := *v
			if test.change != nil {
				test.change(&version)
			}
			s := newSight(t, org, "hibiki", "en", func(s *sight) {
				s.mail = "me@mail.example"
				s.facts = decision.Facts{Preferences: consent.Preferences{All: consent.Wishes{Pause: test.pause}}}
				if test.stands.Status != "" {
					key := consent.Key{Purpose: test.purpose}
					if test.brand {
						key.Scope = "hibiki"
					}
					st := test.stands
					st.Record = "r"
					if st.Version == 0 {
						st.Version = 1
					}
					s.facts.Consents = consent.State{key: st}
				}
			})
			item := s.purposeItem(&version)
			got := shown{item.Answer, item.State, item.Why, item.Unasked, item.Fixed != "", item.Reask}
			if diff := cmp.Diff(got, test.want); diff != "" {
				t.Errorf("got other than wanted:\n%s", diff)
			}
			if got, want := item.Receipt != "", test.stands.Status != ""; got != want {
				t.Errorf("got a receipt: %t, want %t", got, want)
			}
		})
	}
}

func TestAllowPage_has_choices_first_and_each_purpose_once(t *testing.T) {
	for _, brand := range []string{"hibiki", "tsubame", "kawara"} {
		s := newSight(t, declared(t), brand, "en", nil)
		seen := map[string]int{}
		fixed := false
		for _, g := range s.allowPage().Groups {
			items := g.Items
			if g.Parent != nil {
				items = append([]view.PurposeItem{*g.Parent}, items...)
			}
			for _, item := range items {
				seen[item.ID]++
				if fixed = fixed || item.Fixed != ""; fixed && item.Fixed == "" {
					t.Errorf("%s: %s has a choice and stands below those without", brand, item.ID)
				}
				placed := s.purposeItem(must(s.org.Purpose(consent.PurposeID(item.ID))))
				if s.stand(&placed, must(s.org.Purpose(consent.PurposeID(item.ID))), false); placed.Level != item.Level {
					t.Errorf("%s: %s alone has level %d, on the page %d", brand, item.ID, placed.Level, item.Level)
				}
			}
		}
		for _, v := range s.org.PurposesOn(brand) {
			if seen[string(v.Purpose)] != 1 {
				t.Errorf("%s: got %s %d times, want once", brand, v.Purpose, seen[string(v.Purpose)])
			}
		}
	}
}

func must[T any](v T, ok bool) T {
	if !ok {
		panic("not there")
	}
	return v
}

func TestPlanNo(t *testing.T) {
	given := func(purposes ...consent.PurposeID) consent.State {
		state := consent.State{}
		for _, p := range purposes {
			state[consent.Key{Purpose: p}] = consent.Standing{Status: consent.Given, Version: 1}
		}
		return state
	}
	via := given("marketing", "newsletter")
	via[consent.Key{Purpose: "newsletter"}] = consent.Standing{Status: consent.Given, Version: 1, Via: "marketing"}
	for _, test := range []struct {
		name     string
		purpose  consent.PurposeID
		consents consent.State
		want     []string // what goes; nil for no plan
	}{
		{name: "without_a_yes_nothing_ends", purpose: "reviews"},
		{name: "without_a_choice_nothing_ends", purpose: "orders"},
		{name: "a_yes_ends", purpose: "reviews", consents: given("reviews"), want: []string{"We no longer do this: Show my reviews with my first name"}},
		{name: "what_nobody_opposed_ends", purpose: "fraud", want: []string{"We no longer do this: Check payments against fraud"}},
		{
			name: "topics_end_with_their_purpose", purpose: "newsletter", consents: given("newsletter"),
			want: []string{"We no longer do this: Send me the newsletter", "Concerts and events near me by E-mail"},
		},
		{
			name: "what_follows_a_parent_ends_with_it", purpose: "marketing", consents: via,
			want: []string{
				"We no longer do this: Write to me about new things", "We no longer do this: Send me the newsletter",
				"Concerts and events near me by E-mail",
			},
		},
		{
			name: "what_was_chosen_itself_stays", purpose: "marketing", consents: given("marketing", "newsletter"),
			want: []string{"We no longer do this: Write to me about new things"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSight(t, declared(t), "hibiki", "en", func(s *sight) {
				s.facts = decision.Facts{
					Profile: profile.State{}, Consents: test.consents,
					Preferences: consent.Preferences{All: consent.Wishes{Topics: map[string]bool{"events/email": true}}},
				}
			})
			var got []string
			if plan := s.planNo(must(s.org.Purpose(test.purpose))); plan != nil {
				for _, e := range plan.Goes {
					got = append(got, e.Text)
				}
			}
			if diff := cmp.Diff(got, test.want); diff != "" {
				t.Errorf("got other than wanted:\n%s", diff)
			}
		})
	}
}
