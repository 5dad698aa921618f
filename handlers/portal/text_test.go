package portal

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
)

func TestFormatValue(t *testing.T) {
	choices := []profile.Choice{
		{Value: "a", Label: map[string]string{"en": "First", "ja": "一つめ"}},
		{Value: "b", Label: map[string]string{"en": "Second", "ja": "二つめ"}},
	}
	for _, test := range []struct {
		kind           profile.Type
		value          string
		en, ja, arabic string
	}{
		{profile.TypeDate, "1990-05-04", "4 May 1990", "1990年5月4日", "4 مايو 1990"},
		{profile.TypeDate, "soon", "soon", "soon", "soon"},
		{profile.TypeNumber, "1934500.25", "1,934,500.25", "1,934,500.25", "1,934,500.25"},
		{profile.TypeNumber, "-0.5", "-0.5", "-0.5", "-0.5"},
		{profile.TypeNumber, "123456789012345678901234", "123456789012345678901234", "123456789012345678901234", "123456789012345678901234"},
		{profile.TypeYesNo, "yes", "Yes", "はい", "نعم"},
		{profile.TypeYesNo, "no", "No", "いいえ", "لا"},
		{profile.TypeChoice, "b", "Second", "二つめ", "Second"},
		{profile.TypeChoice, "gone", "gone", "gone", "gone"},
		{profile.TypeChoices, "a\nb", "First and Second", "一つめ、二つめ", "First وSecond"},
		{profile.TypeCountry, "JP", "Japan", "日本", "اليابان"},
		{profile.TypeCountry, "??", "??", "??", "??"},
		{profile.TypePhone, "+81755550123", "+81 75-555-0123", "+81 75-555-0123", "+81 75-555-0123"},
		{profile.TypeLines, "1\n2", "1\n2", "1\n2", "1\n2"},
		{profile.TypeDate, "", "", "", ""},
	} {
		f := &profile.Field{Type: test.kind, Choices: choices}
		for locale, want := range map[string]string{"en": test.en, "ja": test.ja, "ar": test.arabic} {
			s := newSight(t, declared(t), "hibiki", locale, nil)
			if got := s.format(f, test.value); got != want {
				t.Errorf("%s %q in %s: got %q, want %q", test.kind, test.value, locale, got, want)
			}
		}
	}
}

func TestCountries_are_all_there_in_order(t *testing.T) {
	list := countries("en")
	if len(list) < 240 || len(list) > 260 {
		t.Errorf("got %d countries", len(list))
	}
	names := map[string]string{}
	for _, o := range list {
		if names[o.Label] != "" {
			t.Errorf("%s and %s are both %q", names[o.Label], o.Value, o.Label)
		}
		names[o.Label] = o.Value
	}
	if got, want := list[0].Label, "Afghanistan"; got != want {
		t.Errorf("got %q first, want %q", got, want)
	}
	if names["Japan"] != "JP" || names["Åland Islands"] != "AX" {
		t.Error("Japan or Åland is missing")
	}
}

func TestNameOrder(t *testing.T) {
	for locale, want := range map[string]string{"en": "given-name", "ar": "given-name", "ja": "family-name"} {
		s := newSight(t, declared(t), "hibiki", locale, nil)
		if got := s.dataPage(nil).Groups[0].Items[0].ID; got != want {
			t.Errorf("%s: got %s first, want %s", locale, got, want)
		}
	}
}

func TestEvent(t *testing.T) {
	step := func(kind ledger.Kind, s profile.Step) (ledger.Kind, any) {
		s.Kind = kind
		return kind, s.Entry().Payload
	}
	payload := func(kind ledger.Kind, p any) (ledger.Kind, any) { return kind, p }
	for _, test := range []struct {
		name   string
		entry  func() (ledger.Kind, any)
		text   string
		detail string
	}{
		{"a_yes", func() (ledger.Kind, any) { return payload("consent.given", consent.Trace{Purpose: "reviews"}) }, "Said yes to “Show my reviews with my first name”", ""},
		{
			"a_no_to_a_parent", func() (ledger.Kind, any) {
				return payload("consent.refused", consent.Trace{Purpose: "newsletter", Via: "marketing"})
			},
			"Said no to “Send me the newsletter”", "Follows your answer to “Write to me about new things”.",
		},
		{"a_purpose_of_long_ago", func() (ledger.Kind, any) { return payload("consent.expired", consent.Trace{Purpose: "gone"}) }, "The yes to “gone” ran out", ""},
		{"a_correction", func() (ledger.Kind, any) {
			return step(profile.Corrected, profile.Step{Field: "birthday", Old: "1990-05-04", New: "1990-05-14"})
		}, "Corrected “Birthday” from “4 May 1990” to “14 May 1990”", ""},
		{"a_first_value", func() (ledger.Kind, any) {
			return step(profile.Corrected, profile.Step{Field: "given-name", New: "Aiko"})
		}, "Wrote “Aiko” for “Given name”", ""},
		{"an_emptied_value", func() (ledger.Kind, any) {
			return step(profile.Corrected, profile.Step{Field: "given-name", Old: "Aiko"})
		}, "Emptied “Given name”, which was “Aiko”", ""},
		{"a_value_of_a_system", func() (ledger.Kind, any) {
			return step(profile.Imported, profile.Step{Field: "given-name", New: "Aiko", Said: "Aika", Source: "shop"})
		}, "Took over “Aika” for “Given name” from our web shop", ""},
		{"a_value_that_a_system_dropped", func() (ledger.Kind, any) {
			return step(profile.Imported, profile.Step{Field: "given-name", Old: "Aiko", Source: "shop"})
		}, "our web shop no longer has “Given name”", ""},
		{"several_values", func() (ledger.Kind, any) {
			return profile.Imported, profile.Trace{Steps: []profile.Step{{Field: "given-name", Source: "shop"}, {Field: "family-name", Source: "shop"}}}
		}, "2 values arrived from our web shop", "Given name and Family name"},
		{"a_wish", func() (ledger.Kind, any) {
			return payload(consent.PreferenceChanged, consent.WishTrace{
				Scope: "hibiki", Was: &consent.Wishes{Topics: map[string]bool{"events/email": true}},
				Is: &consent.Wishes{Preferred: "sms", Budget: &consent.Budget{Count: 2, Per: "week"}, Quiet: &consent.Quiet{From: 1260, To: 480, Zone: "UTC"}},
			})
		}, "What you get was changed", "“Concerts and events near me” no longer comes · best by Text message · at most: 2 times a week · nothing between 21:00 and 08:00 (UTC) · at Hibiki Instruments only"},
		{"a_language", func() (ledger.Kind, any) {
			return payload(consent.PreferenceChanged, consent.WishTrace{Language: "ja"})
		}, "What you get was changed", "messages in 日本語"},
		{"an_identifier", func() (ledger.Kind, any) {
			return payload(identity.IdentifierAdded, identity.Trace{Kind: identity.Customer, Scope: "shop", Value: "K-1"})
		}, "Added “K-1” under “Customer number, our web shop”", ""},
		{"a_system_that_read", func() (ledger.Kind, any) {
			return payload(decision.Read, decision.Reader{System: "crm"})
		}, "Read what is held about you", "This line comes once a day, however often it was read."},
		{"a_session_ended_elsewhere", func() (ledger.Kind, any) {
			return payload("session.ended", map[string]string{"why": "ended-elsewhere"})
		}, "Signed out", "from another device of yours"},
		{"a_kind_of_the_future", func() (ledger.Kind, any) { return "request.fulfilled", nil }, "Something was recorded that this page has no words for yet (request.fulfilled)", ""},
		{"a_status_of_the_future", func() (ledger.Kind, any) { return payload("consent.renounced", consent.Trace{}) }, "Something was recorded that this page has no words for yet (consent.renounced)", ""},
		{"a_payload_that_cannot_be_read", func() (ledger.Kind, any) { return "attribute.corrected", 1 }, "Something was recorded that this page has no words for yet (attribute.corrected)", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			kind, p := test.entry()
			h := ledger.Happening{Entry: ledger.Entry{ID: "e", Kind: kind, At: noon, Brand: "hibiki"}}
			if p != nil {
				var err error
				if h.Payload, err = json.Marshal(p); err != nil {
					t.Fatal(err)
				}
			}
			item := newSight(t, declared(t), "hibiki", "en", nil).event(&h)
			if item.Text != test.text || item.Detail != test.detail {
				t.Errorf("got %q, %q; want %q, %q", item.Text, item.Detail, test.text, test.detail)
			}
			if got, want := item.Receipt != "", strings.HasPrefix(string(kind), "consent.") && kind != "consent.renounced"; got != want {
				t.Errorf("got a receipt: %t, want %t", got, want)
			}
		})
	}
}

func TestNoticePage(t *testing.T) {
	org := declared(t)
	v := must(org.Purpose("reviews"))
	older := *v
	older.Words.Sentence = map[string]string{"en": "Your reviews stay."}
	older.From = noon.AddDate(-2, 0, 0)
	newer := *v
	newer.Number = 2
	next := *org
	next.Older = map[consent.PurposeID][]consent.PurposeVersion{"reviews": {older}}
	next.Purposes = nil
	for _, p := range org.Purposes {
		if p.Purpose == "reviews" {
			p = newer
		}
		next.Purposes = append(next.Purposes, p)
	}
	s := newSight(t, organisation.New(next), "hibiki", "en", func(s *sight) {
		s.facts.Consents = consent.State{consent.Key{Purpose: "reviews"}: {Status: consent.Given, Version: 1}}
	})
	for _, item := range s.noticesPage(view.Answerer{}).Notices {
		if got, want := item.Newer, item.Version == 2; got != want {
			t.Errorf("%s: got newer %t, want %t", item.Title, got, want)
		}
	}
	now := s.noticePage(must(s.org.Purpose("reviews")), "en")
	if len(now.Diff) == 0 || !now.Until.IsZero() || len(now.Versions) != 2 || !now.Versions[0].Current {
		t.Errorf("got %+v, want the newest of two with what changed", now)
	}
	then := s.noticePage(must(s.org.PurposeVersion("reviews", 1)), "en")
	if len(then.Diff) != 0 || !then.Until.Equal(newer.From) || then.Versions[0].Current {
		t.Errorf("got %+v, want the first, which was replaced", then)
	}
}

func TestTexts_are_those_of_the_declaration(t *testing.T) {
	var kept texts
	org := declared(t)
	v := must(org.Purpose("reviews"))
	for _, locale := range []string{"en", "ja", "en"} {
		if got, want := kept.of(org, v, locale).notice, v.Notice(locale).Hash; got != want {
			t.Errorf("%s: got %s, want %s", locale, got, want)
		}
	}
	other := declared(t)
	changed := must(other.Purpose("reviews"))
	changed.Words.Question = map[string]string{"en": "Another question"}
	if got, want := kept.of(other, changed, "en").title, "Another question"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if kept.current.Load().org != other {
		t.Error("the words of the declaration before are still kept")
	}
}

func TestWhoPage(t *testing.T) {
	s := newSight(t, declared(t), "hibiki", "en", func(s *sight) {
		s.facts = decision.Facts{Profile: profile.State{Claims: map[string][]profile.Claim{
			"given-name": {{Value: "Aiko", Source: "shop", Origin: profile.Provided, Recorded: noon}},
			"company":    {{Value: "", Source: "shop", Recorded: noon.Add(time.Hour)}},
		}}}
	})
	page := s.whoPage()
	for _, item := range append(page.Systems, page.Recipients...) {
		switch item.ID {
		case "shop":
			if diff := cmp.Diff(item.Holds, []string{"Given name"}); diff != "" || item.Last != "Given name" || !item.LastAt.Equal(noon) {
				t.Errorf("shop: got %v, %q at %s", item.Holds, item.Last, item.LastAt)
			}
			if len(item.May) != 3 || item.May[0].Purpose.Href != "/hibiki/allow/orders" {
				t.Errorf("shop: got %+v, want what three purposes need", item.May)
			}
		case "newsletter":
			if len(item.May) != 0 {
				t.Errorf("newsletter: got %+v without a yes, want nothing", item.May)
			}
		case "delivery":
			if diff := cmp.Diff(item.Holds, []string{"Given name"}); diff != "" {
				t.Errorf("delivery: got %v, want what it may have", item.Holds)
			}
		case "payments":
			if item.Country != "Singapore" {
				t.Errorf("payments: got %q", item.Country)
			}
		}
	}
	if len(page.Systems) == 0 || len(page.Recipients) != 3 {
		t.Errorf("got %d systems and %d recipients", len(page.Systems), len(page.Recipients))
	}
}
