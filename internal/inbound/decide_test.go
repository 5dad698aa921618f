package inbound

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

var noon = time.Date(2026, time.March, 12, 12, 0, 0, 0, time.UTC)

const person = "06h00000000000000000000000"

// A shop declares two purposes, one of them with another under it, and two
// fields; crm and shop rank alike, till above them.
type shop struct{}

func (shop) Purpose(p consent.PurposeID) (*consent.PurposeVersion, bool) {
	v := &consent.PurposeVersion{Purpose: p, Number: 1, Basis: consent.Consent}
	if p == "offers" {
		v.Parent = "news"
	}
	return v, slices.Contains([]consent.PurposeID{"news", "offers", "ads"}, p)
}

func (s shop) Children(p consent.PurposeID) []*consent.PurposeVersion {
	if child, _ := s.Purpose("offers"); p == child.Parent {
		return []*consent.PurposeVersion{child}
	}
	return nil
}
func (shop) AllPurposes() []*consent.PurposeVersion { return nil }
func (shop) AllTopics() []consent.Topic             { return nil }
func (shop) AllChannels() []consent.Channel         { return nil }

func (shop) Activity(name string) (*activity.Kind, bool) {
	return &activity.Kind{Name: name, Keep: 24 * time.Hour}, name == "walk"
}

func (shop) Field(name string) (*profile.Field, bool) {
	return &profile.Field{Name: name, Type: profile.TypeText, Edit: profile.Free}, name == "phone" || name == "city"
}

func (shop) Rank(source string) int {
	if source == "till" {
		return 1
	}
	return 2
}

// A word is an item with who says it.
type word struct {
	system string
	item   Item
}

func (k *known) hear(t interface{ Fatal(...any) }, words ...word) {
	k.holders = func(identity.Identifier) ([]identity.Holder, error) { return nil, nil }
	for _, w := range words {
		if _, err := k.decide(shop{}, w.system, &w.item, noon); err != nil {
			t.Fatal(err)
		}
	}
}

func somebody(own ...consent.Record) *known {
	return &known{subject: person, facts: decision.Facts{Consents: consent.Fold(own)}}
}

func ownWord(id string, status consent.Status, ago time.Duration) consent.Record {
	return consent.Record{
		ID: consent.RecordID(id), Subject: person, Purpose: "news", Version: 1, Status: status, At: noon.Add(-ago),
		Proof: consent.Proof{Kind: consent.BySession},
	}
}

func said(system string, status consent.Status, ago time.Duration, proof string) word {
	r := consent.Report{System: system, Purpose: "news", Status: status, At: noon.Add(-ago), Proof: proof}
	return word{system, Item{Report: &r}}
}

func claimed(system, field, value string, ago time.Duration, seq int64) word {
	return word{system, Item{ID: "1", Attributes: map[string]profile.Claim{field: {Value: value, Origin: profile.Provided, At: noon.Add(-ago), Seq: seq}}}}
}

// outcome is what counts of a state: what may be done, since when, and which
// values count, by whom. Ids and moments of recording are left out, and what
// tells two words of the same moment apart.
func (k *known) outcome() string {
	text := ""
	for _, purpose := range []consent.PurposeID{"news", "ads"} {
		st := k.facts.Consents.Of(purpose, "")
		text += fmt.Sprint(purpose, " ", st.Status.Valid(), st.Status.No(), st.At.Truncate(time.Second), "; ")
	}
	for _, name := range k.facts.Profile.Fields() {
		for _, c := range k.facts.Profile.Claims[name] {
			text += fmt.Sprint("; ", name, " ", c.Source, " ", c.Value, " ", c.At, " ", c.Seq)
		}
		f, _ := shop{}.Field(name)
		text += " = " + k.facts.Profile.Value(f, shop{}.Rank)
	}
	return text
}

// asked is the newest yes about a purpose that the person is asked about.
func (k *known) asked(purpose consent.PurposeID) (newest time.Time) {
	for i := range k.conflicts {
		c := &k.conflicts[i]
		if c.Name == string(purpose) && c.Theirs.At.After(newest) && c.Stands(k.facts, shop{}.Field, shop{}.Rank) {
			newest = c.Theirs.At
		}
	}
	return newest
}

func drawWord(t *rapid.T) word {
	system := rapid.SampledFrom([]string{"crm", "shop", "till"}).Draw(t, "system")
	ago := time.Duration(rapid.IntRange(0, 12).Draw(t, "ago")) * time.Hour
	if rapid.Bool().Draw(t, "value") {
		return claimed(system, rapid.SampledFrom([]string{"phone", "city"}).Draw(t, "field"),
			rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "says"), ago, int64(rapid.IntRange(0, 3).Draw(t, "seq")))
	}
	w := said(system, rapid.SampledFrom([]consent.Status{consent.Given, consent.Given, consent.Refused, consent.Revoked}).Draw(t, "status"), ago,
		rapid.SampledFrom([]string{"", "form 7"}).Draw(t, "proof"))
	w.item.Report.Purpose = rapid.SampledFrom([]consent.PurposeID{"news", "ads"}).Draw(t, "purpose")
	return w
}

func drawOwn(t *rapid.T) []consent.Record {
	var own []consent.Record
	for i := range rapid.IntRange(0, 2).Draw(t, "own words") {
		status := rapid.SampledFrom([]consent.Status{consent.Given, consent.Withdrawn}).Draw(t, "own")
		own = append(own, ownWord(fmt.Sprint("r", i), status, time.Duration(rapid.IntRange(0, 12).Draw(t, "own ago"))*time.Hour+30*time.Minute))
	}
	return own
}

// TestOrder: any order and duplication of the same words ends in the same
// state.
func TestOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		own, words := drawOwn(t), rapid.SliceOfN(rapid.Custom(drawWord), 1, 7).Draw(t, "words")
		one, other := somebody(own...), somebody(own...)
		one.hear(t, words...)
		again := rapid.Permutation(append(slices.Clone(words), words...)).Draw(t, "again")
		other.hear(t, again...)
		if got, want := other.outcome(), one.outcome(); got != want {
			t.Fatalf("another order ends in\n%s, not\n%s", got, want)
		}
		for _, purpose := range []consent.PurposeID{"news", "ads"} {
			// What is told beside a yes that stands asks nobody.
			proved := slices.ContainsFunc(own, func(r consent.Record) bool { return r.Purpose == purpose && r.Status == consent.Given }) ||
				slices.ContainsFunc(words, func(w word) bool {
					r := w.item.Report
					return r != nil && r.Purpose == purpose && r.Status == consent.Given && r.Proof != ""
				})
			if got, want := other.asked(purpose), one.asked(purpose); !proved && !got.Equal(want) {
				t.Fatalf("about %s another order asks of %v, not %v", purpose, got, want)
			}
		}
	})
}

// drawDecision draws what a system says of a decision, with a time or without,
// for all brands or one.
func drawDecision(t *rapid.T) word {
	w := drawWord(t)
	for w.item.Report == nil {
		w = drawWord(t)
	}
	r := w.item.Report
	r.Purpose = rapid.SampledFrom([]consent.PurposeID{"news", "offers", "ads"}).Draw(t, "about")
	r.Scope = rapid.SampledFrom([]string{"", "hibiki"}).Draw(t, "scope")
	if rapid.Bool().Draw(t, "untimed") {
		r.At = time.Time{}
	}
	return w
}

// TestNoIsKept: a withdrawal is never undone by what is older or unproved,
// whoever told of it, wherever it counts, and whatever is said before, between
// and after.
func TestNoIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ago := time.Duration(rapid.IntRange(1, 12).Draw(t, "no")) * time.Hour
		no := noon.Add(-ago)
		// What may undo it is another matter; a choice about the child itself may
		// be older than the parent's no, which leaves such choices alone.
		undoes := func(r *consent.Report) bool {
			return r.Status == consent.Given && r.Proof != "" && (r.At.After(no) || r.Purpose == "offers" && !r.At.IsZero())
		}
		k, scope, ended := somebody(), "", []consent.PurposeID{"news"}
		by := rapid.SampledFrom([]string{"person", "system", "brand", "parent"}).Draw(t, "by")
		switch by {
		case "person":
			k = somebody(ownWord("r", consent.Withdrawn, ago))
		case "parent":
			child := ownWord("c", consent.Given, ago+time.Hour)
			child.Purpose, child.Via = "offers", "news"
			k, ended = somebody(ownWord("p", consent.Given, ago+time.Hour), child), []consent.PurposeID{"news", "offers"}
		case "brand":
			scope = "hibiki"
		}
		hear := func(label string) (heard []word) {
			for _, w := range rapid.SliceOfN(rapid.Custom(drawDecision), 0, 6).Draw(t, label) {
				if !undoes(w.item.Report) {
					heard = append(heard, w)
				}
			}
			return heard
		}
		k.hear(t, hear("before")...)
		if by != "person" {
			w := said("crm", consent.Refused, ago, "")
			w.item.Report.Scope = scope
			k.hear(t, w)
		}
		after := hear("after")
		for i := range len(after) + 1 {
			for _, purpose := range ended {
				for _, brand := range []string{scope, "hibiki"} {
					if st := k.facts.Consents.Of(purpose, brand); st.Status.Valid() {
						t.Fatalf("%s may go on for %q after %d words: %+v", purpose, brand, i, st)
					}
				}
			}
			if i < len(after) {
				k.hear(t, after[i])
			}
		}
	})
}

func TestDecide(t *testing.T) {
	t.Parallel()
	no := ownWord("r", consent.Withdrawn, 10*time.Hour)
	for name, tt := range map[string]struct {
		own    []consent.Record
		before []word
		word   word
		result Result
		reason string
		raises Asked
	}{
		"a_yes_where_nothing_was_said":                           {nil, nil, said("crm", consent.Given, time.Hour, ""), Applied, "", ""},
		"a_proved_yes_after_a_no":                                {[]consent.Record{no}, nil, said("crm", consent.Given, time.Hour, "form"), Applied, "", ""},
		"a_proved_yes_before_a_no":                               {[]consent.Record{no}, nil, said("crm", consent.Given, 11*time.Hour, "form"), Unchanged, Known, ""},
		"an_unproved_yes_after_a_no_is_asked":                    {[]consent.Record{no}, nil, said("crm", consent.Given, time.Hour, ""), Waiting, Unproved, AsksSubject},
		"nor_when_a_system_said_no_between":                      {[]consent.Record{no}, []word{said("shop", consent.Refused, 5*time.Hour, "")}, said("crm", consent.Given, time.Hour, ""), Waiting, Unproved, AsksSubject},
		"an_unproved_yes_after_a_systems_no_is_asked":            {nil, []word{said("shop", consent.Refused, 5*time.Hour, "")}, said("crm", consent.Given, time.Hour, ""), Waiting, Unproved, AsksSubject},
		"a_proved_yes_after_a_systems_no":                        {nil, []word{said("shop", consent.Refused, 5*time.Hour, "")}, said("shop", consent.Given, time.Hour, "opened the link"), Applied, "", ""},
		"an_older_no_of_a_system_after_an_unproved_yes_is_asked": {nil, []word{said("crm", consent.Given, time.Hour, "")}, said("shop", consent.Refused, 5*time.Hour, ""), Applied, "", AsksSubject},
		"an_older_no_of_a_system_after_a_proved_yes":             {nil, []word{said("crm", consent.Given, time.Hour, "form")}, said("shop", consent.Refused, 5*time.Hour, ""), Unchanged, Known, ""},
		"an_untimed_yes_after_a_systems_no":                      {nil, []word{said("shop", consent.Refused, 5*time.Hour, "")}, word{"crm", Item{Report: &consent.Report{System: "crm", Purpose: "news", Status: consent.Given, Proof: "form"}}}, Unchanged, Known, ""},
		"an_unproved_yes_beside_the_persons_own":                 {[]consent.Record{ownWord("r", consent.Given, 10*time.Hour)}, nil, said("crm", consent.Given, time.Hour, ""), Unchanged, Known, ""},
		"a_no_after_a_yes":                                       {[]consent.Record{ownWord("r", consent.Given, time.Hour)}, nil, word{"crm", Item{Report: &consent.Report{System: "crm", Purpose: "news", Status: consent.Refused}}}, Applied, "", ""},
		"an_unknown_purpose":                                     {nil, nil, word{"crm", Item{Report: &consent.Report{System: "crm", Purpose: "shoes", Status: consent.Refused}}}, Refused, NotYours, ""},
		"a_value":                                                {nil, nil, claimed("crm", "phone", "1", time.Hour, 0), Applied, "", ""},
		"the_same_value":                                         {nil, []word{claimed("crm", "phone", "1", time.Hour, 0)}, claimed("crm", "phone", "1", time.Hour, 0), Unchanged, Known, ""},
		"a_lower_number_says_it_is_older":                        {nil, []word{claimed("crm", "phone", "1", 9*time.Hour, 2)}, claimed("crm", "phone", "2", time.Hour, 1), Unchanged, Known, ""},
		"another_systems_newer_value":                            {nil, []word{claimed("shop", "phone", "1", 2*time.Hour, 0)}, claimed("crm", "phone", "2", time.Hour, 0), Applied, "", ""},
		"another_systems_value_of_the_same_moment":               {nil, []word{claimed("shop", "phone", "1", time.Hour, 0)}, claimed("crm", "phone", "2", time.Hour, 0), Waiting, SameRank, AsksStaff},
		"a_better_systems_value_of_the_same_moment":              {nil, []word{claimed("till", "phone", "1", time.Hour, 0)}, claimed("crm", "phone", "2", time.Hour, 0), Applied, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := somebody(tt.own...)
			k.hear(t, tt.before...)
			k.conflicts = nil
			o, err := k.decide(shop{}, tt.word.system, &tt.word.item, noon)
			if err != nil {
				t.Fatal(err)
			}
			var raises Asked
			for _, c := range k.conflicts {
				raises = c.Asks
				if !c.Stands(k.facts, shop{}.Field, shop{}.Rank) {
					t.Errorf("what was raised stands no more: %+v", c)
				}
			}
			if diff := cmp.Diff([]any{o.Result, o.Reason, raises}, []any{tt.result, tt.reason, tt.raises}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Works lets every system tell of everything.
func (shop) Works(string) []string { return nil }
