package identity_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

func bears(source string, kind identity.Kind, scope, value string, verified, vouched bool) identity.Identifier {
	i := identity.Identifier{Kind: kind, Scope: scope, Value: value, Source: source}
	if verified {
		i.VerifiedAt = noon
	}
	if vouched {
		i.VouchedAt = noon
	}
	return i
}

func side(subject id.Subject, name string, all ...identity.Identifier) identity.Side {
	s := identity.Side{Subject: subject, Identifiers: all}
	if name != "" {
		s.Names = []string{name}
	}
	return s
}

// What two records have in common joins them, or waits for staff, or is
// nothing. An unproved address alone never joins.
func TestCompare(t *testing.T) {
	t.Parallel()
	const mail, phone = identity.Email, identity.Phone
	none := []identity.Rule(nil)
	for name, tt := range map[string]struct {
		a, b identity.Side
		want []identity.Rule
	}{
		"nothing_in_common": {
			side("a", "hana", bears("shop", mail, "", "a@x.jp", true, false)),
			side("b", "hana", bears("crm", mail, "", "b@x.jp", true, false)), none,
		},
		"the_same_name_alone_is_nothing": {side("a", "hana"), side("b", "hana"), none},
		"both_have_proved_an_address": {
			side("a", "", bears("subject", mail, "", "a@x.jp", true, false)),
			side("b", "", bears("shop", mail, "", "a@x.jp", false, true)),
			[]identity.Rule{identity.SameProof},
		},
		"both_have_proved_a_phone": {
			side("a", "", bears("subject", phone, "", "+811", true, false)),
			side("b", "", bears("shop", phone, "", "+811", false, true)),
			[]identity.Rule{identity.SameProof},
		},
		"one_has_proved_an_address": {
			side("a", "", bears("subject", mail, "", "a@x.jp", true, false)),
			side("b", "", bears("shop", mail, "", "a@x.jp", false, false)),
			[]identity.Rule{identity.SameAlone},
		},
		"one_has_proved_it_and_the_names_are_alike": {
			side("a", "hana", bears("subject", mail, "", "a@x.jp", true, false)),
			side("b", "hana", bears("shop", mail, "", "a@x.jp", false, false)),
			[]identity.Rule{identity.SameName},
		},
		"nobody_has_proved_it_and_the_names_are_alike": {
			side("a", "hana", bears("crm", mail, "", "a@x.jp", false, false)),
			side("b", "hana", bears("shop", mail, "", "a@x.jp", false, false)),
			[]identity.Rule{identity.SameName},
		},
		"an_address_of_two_names": {
			side("a", "hana", bears("crm", mail, "", "a@x.jp", false, false)),
			side("b", "ken", bears("shop", mail, "", "a@x.jp", false, false)),
			[]identity.Rule{identity.SameAlone},
		},
		"a_phone_and_a_name_are_not_enough": {
			side("a", "hana", bears("crm", phone, "", "+811", false, false)),
			side("b", "hana", bears("shop", phone, "", "+811", false, false)),
			[]identity.Rule{identity.SameAlone},
		},
		"the_number_of_a_system": {
			side("a", "", bears("shop", identity.Customer, "shop", "17", true, false)),
			side("b", "", bears("crm", identity.Customer, "shop", "17", false, true)),
			[]identity.Rule{identity.SameNumber},
		},
		"the_same_number_of_two_systems": {
			side("a", "", bears("shop", identity.Customer, "shop", "17", true, false)),
			side("b", "", bears("crm", identity.Customer, "crm", "17", true, false)), none,
		},
		"the_strongest_comes_first": {
			side("a", "hana", bears("crm", mail, "", "a@x.jp", false, false), bears("crm", phone, "", "+811", true, false)),
			side("b", "hana", bears("shop", phone, "", "+811", false, true), bears("shop", mail, "", "a@x.jp", false, false)),
			[]identity.Rule{identity.SameProof, identity.SameName},
		},
	} {
		rules := func(all []identity.Evidence) (r []identity.Rule) {
			for _, e := range all {
				r = append(r, e.Rule)
			}
			return r
		}
		got := identity.Compare(tt.a, tt.b)
		if d := cmp.Diff(rules(got), tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
		if d := cmp.Diff(identity.Compare(tt.b, tt.a), got); d != "" {
			t.Errorf("%s: it makes a difference which is which:\n%s", name, d)
		}
	}
}

func TestWeigh(t *testing.T) {
	t.Parallel()
	proof := identity.Evidence{Rule: identity.SameProof, Kind: identity.Email, Value: "a@x.jp"}
	named := identity.Evidence{Rule: identity.SameName, Kind: identity.Email, Value: "a@x.jp"}
	alone := identity.Evidence{Rule: identity.SameAlone, Kind: identity.Email, Value: "a@x.jp"}
	other := identity.Evidence{Rule: identity.SameAlone, Kind: identity.Phone, Value: "+811"}
	joined := identity.Join{State: identity.Joined, Evidence: []identity.Evidence{named}}
	for name, tt := range map[string]struct {
		before  identity.Join
		found   []identity.Evidence
		want    identity.JoinState
		changed bool
	}{
		"nothing":                                {identity.Join{}, nil, "", false},
		"enough_joins":                           {identity.Join{}, []identity.Evidence{named}, identity.Joined, true},
		"too_little_waits":                       {identity.Join{}, []identity.Evidence{alone}, identity.Waiting, true},
		"the_same_again_is_no_news":              {identity.Join{State: identity.Waiting, Evidence: []identity.Evidence{alone}}, []identity.Evidence{alone}, identity.Waiting, false},
		"what_waits_is_joined_by_more":           {identity.Join{State: identity.Waiting, Evidence: []identity.Evidence{alone}}, []identity.Evidence{proof}, identity.Joined, true},
		"joined_stays_joined":                    {joined, nil, identity.Joined, false},
		"apart_stays_apart_by_the_same":          {joined.Part(ledger.BySubject, "", noon), []identity.Evidence{named}, identity.Apart, false},
		"apart_stays_apart_by_less":              {joined.Part(ledger.BySubject, "", noon), []identity.Evidence{other}, identity.Apart, false},
		"apart_waits_for_staff_by_more":          {joined.Part(ledger.BySubject, "", noon), []identity.Evidence{proof}, identity.Waiting, true},
		"apart_without_evidence_is_not_forgiven": {joined.Part(ledger.ByStaff, "", noon), nil, identity.Apart, false},
	} {
		got, changed := identity.Weigh(tt.before, tt.found)
		if got.State != tt.want || changed != tt.changed {
			t.Errorf("%s: got %q (%v), want %q (%v)", name, got.State, changed, tt.want, tt.changed)
		}
	}
}

// A fact is that a subject bears an identifier or has a name.
type fact struct {
	subject    id.Subject
	identifier identity.Identifier // of no kind for a name
	name       string
}

// outcome is which of the subjects are in which circle, and which pairs wait,
// when facts arrive in an order and each pair is weighed after each.
func outcome(facts []fact) map[string]string {
	sides := map[id.Subject]identity.Side{}
	joins := map[[2]id.Subject]identity.Join{}
	for _, f := range facts {
		s := sides[f.subject]
		s.Subject = f.subject
		if f.name != "" {
			s.Names = append(slices.Clone(s.Names), f.name)
		} else {
			s.Identifiers = append(slices.Clone(s.Identifiers), f.identifier)
		}
		sides[f.subject] = s
		for _, a := range slices.Sorted(maps.Keys(sides)) {
			for _, b := range slices.Sorted(maps.Keys(sides)) {
				if a < b {
					j := joins[[2]id.Subject{a, b}]
					j.Older, j.Newer = a, b
					joins[[2]id.Subject{a, b}], _ = identity.Weigh(j, identity.Compare(sides[a], sides[b]))
				}
			}
		}
	}
	told := map[string]string{}
	var pairs []identity.Join
	for p, j := range joins {
		if j.State != "" {
			told[string(p[0]+"-"+p[1])] = string(j.State)
		}
		pairs = append(pairs, j)
	}
	for member, circle := range identity.Circles(slices.Collect(maps.Keys(sides)), pairs) {
		told[string(member)] = string(circle)
	}
	return told
}

// Whatever arrives first, the same records end up joined.
func TestJoining_does_not_depend_on_the_order_of_arrival(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) fact {
			f := fact{subject: rapid.SampledFrom([]id.Subject{"a", "b", "c", "d"}).Draw(t, "subject")}
			if rapid.IntRange(0, 3).Draw(t, "sort") == 0 {
				f.name = rapid.SampledFrom([]string{"hana", "ken"}).Draw(t, "name")
				return f
			}
			f.identifier = bears(
				rapid.SampledFrom([]string{"shop", "crm"}).Draw(t, "source"),
				rapid.SampledFrom([]identity.Kind{identity.Email, identity.Phone}).Draw(t, "kind"), "",
				rapid.SampledFrom([]string{"1", "2"}).Draw(t, "value"),
				rapid.Bool().Draw(t, "verified"), rapid.Bool().Draw(t, "vouched"))
			return f
		}), 1, 12).Draw(t, "facts")
		want := outcome(facts)
		seed := rapid.Uint64().Draw(t, "seed")
		shuffled := slices.Clone(facts)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if d := cmp.Diff(outcome(shuffled), want); d != "" {
			t.Fatalf("in another order (-got +want):\n%s", d)
		}
	})
}

// Circles are the same whatever order pairs come in, and who is taken out of
// one is alone.
func TestCircles(t *testing.T) {
	t.Parallel()
	link := func(a, b id.Subject, s identity.JoinState) identity.Join {
		return identity.Join{Older: a, Newer: b, State: s, DecidedAt: time.Time{}}
	}
	all := []id.Subject{"a", "b", "c", "d"}
	for name, tt := range map[string]struct {
		pairs []identity.Join
		want  map[id.Subject]id.Subject
	}{
		"nobody": {nil, map[id.Subject]id.Subject{"a": "", "b": "", "c": "", "d": ""}},
		"two":    {[]identity.Join{link("b", "c", identity.Joined)}, map[id.Subject]id.Subject{"a": "", "b": "b", "c": "b", "d": ""}},
		"a_chain": {
			[]identity.Join{link("c", "d", identity.Joined), link("b", "c", identity.Joined)},
			map[id.Subject]id.Subject{"a": "", "b": "b", "c": "b", "d": "b"},
		},
		"what_waits_or_is_apart_joins_nobody": {
			[]identity.Join{link("a", "b", identity.Waiting), link("b", "c", identity.Apart)},
			map[id.Subject]id.Subject{"a": "", "b": "", "c": "", "d": ""},
		},
		"a_stranger_is_left_out": {[]identity.Join{link("a", "z", identity.Joined)}, map[id.Subject]id.Subject{"a": "", "b": "", "c": "", "d": ""}},
	} {
		if d := cmp.Diff(identity.Circles(all, tt.pairs), tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
		slices.Reverse(tt.pairs)
		if d := cmp.Diff(identity.Circles(all, tt.pairs), tt.want); d != "" {
			t.Errorf("%s, backwards (-got +want):\n%s", name, d)
		}
	}
}

// Nothing but the word of staff brings together who was kept apart.
func TestReunited(t *testing.T) {
	t.Parallel()
	link := func(a, b id.Subject, s identity.JoinState, by ledger.ActorKind) identity.Join {
		return identity.Join{ID: string(a + b), Older: a, Newer: b, State: s, By: by}
	}
	all := []id.Subject{"a", "b", "c", "d"}
	apart := link("a", "b", identity.Apart, ledger.BySubject)
	by := func(k ledger.ActorKind) []identity.Join { return []identity.Join{link("b", "c", identity.Joined, k)} }
	ac, bd := link("a", "c", identity.Joined, ledger.ByProgram), link("b", "d", identity.Joined, ledger.ByProgram)
	for name, tt := range map[string]struct {
		before, joins []identity.Join
		want          bool
	}{
		"by_a_third":               {[]identity.Join{apart, ac}, by(ledger.ByProgram), true},
		"by_staff":                 {[]identity.Join{apart, ac}, by(ledger.ByStaff), false},
		"somebody_else":            {[]identity.Join{apart}, by(ledger.ByProgram), false},
		"staff_had_said_so_before": {[]identity.Join{apart, ac, by(ledger.ByStaff)[0]}, []identity.Join{bd}, false},
		"parted_but_held_by_a_third": {
			[]identity.Join{link("a", "b", identity.Joined, ledger.ByProgram), ac, by(ledger.ByProgram)[0]},
			[]identity.Join{apart},
			true,
		},
		"parted":             {[]identity.Join{link("a", "b", identity.Joined, ledger.ByProgram)}, []identity.Join{apart}, false},
		"what_waits_is_none": {[]identity.Join{link("a", "b", identity.Waiting, ""), ac}, by(ledger.ByProgram), false},
	} {
		pairs := slices.DeleteFunc(slices.Clone(tt.before), func(j identity.Join) bool { return j.ID == tt.joins[0].ID })
		pairs = append(pairs, tt.joins...)
		before, after := identity.Circles(all, tt.before), identity.Circles(all, pairs)
		if got := identity.Reunited(tt.joins, pairs, before, after); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// TestSince: a pair of two that were one already is no newer joining.
func TestSince(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	link := func(a, b id.Subject, hours int) identity.Join {
		return identity.Join{Older: a, Newer: b, State: identity.Joined, DecidedAt: at.Add(time.Duration(hours) * time.Hour)}
	}
	for name, tt := range map[string]struct {
		pairs []identity.Join
		hours int
	}{
		"two":                      {[]identity.Join{link("a", "b", 1)}, 1},
		"a_third_comes":            {[]identity.Join{link("a", "b", 1), link("b", "c", 2)}, 2},
		"what_was_one_already":     {[]identity.Join{link("a", "b", 1), link("b", "c", 2), link("a", "c", 3)}, 2},
		"two_circles_become_one":   {[]identity.Join{link("a", "b", 1), link("c", "d", 1), link("b", "c", 5)}, 5},
		"and_are_joined_again":     {[]identity.Join{link("a", "b", 1), link("c", "d", 1), link("b", "c", 5), link("a", "d", 6)}, 5},
		"the_order_does_not_count": {[]identity.Join{link("a", "d", 6), link("b", "c", 5), link("a", "b", 1), link("c", "d", 1)}, 5},
	} {
		if got, want := identity.Since(tt.pairs), at.Add(time.Duration(tt.hours)*time.Hour); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if got := identity.Since(nil); !got.IsZero() {
		t.Errorf("nobody: got %v", got)
	}
}
