package handlers_test

import (
	"fmt"
	"testing"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

// TestJoinedGates: a no that was said at one record keeps values and activities
// out of the other, and has nothing worked out from what is there. A yes to all
// of them is worked out from all, and who is taken apart has their own again.
//
// Each record was asked by itself here, so that a no of before the joining was
// lost.
func TestJoinedGates(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			joinedGates(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e}))
		})
	}
}

func joinedGates(t *testing.T, s *testkit.Site) {
	const brand, purpose, system = "tsubame", "training-suggestions", "machines"
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	other := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: system}, nil)
	choose := func(subject id.Subject, a consent.Answer) {
		t.Helper()
		if _, err := s.Consent.Decide(ctx, consent.Ask{
			Subject: subject, Actor: ledger.Self(subject), Purpose: purpose, Answer: a, Locale: "en",
			Proof: consent.Proof{Kind: consent.BySession}, Brand: brand, Channel: "portal",
		}); err != nil {
			t.Fatal(err)
		}
	}
	field, _ := s.Current.Load().Field("usual-machine")
	made := func(subject id.Subject) string {
		t.Helper()
		if _, err := s.Activity.Infer(ctx); err != nil {
			t.Fatal(err)
		}
		held, err := s.DB.Held(ctx, subject)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := held.Profile.Of(field.Name, activity.SourceRule)
		return c.Value
	}
	train := func(machine string, events ...string) []activity.Outcome {
		t.Helper()
		var items []activity.Item
		for _, event := range events {
			items = append(items, activity.Item{
				Event: event, Kind: "training-session", At: s.Clock.Now(), Values: map[string]string{"machine": machine, "minutes": "40"},
			})
		}
		told, err := s.Activity.Take(ctx, activity.Taking{Subject: other, System: system, Brand: brand, Items: items})
		if err != nil {
			t.Fatal(err)
		}
		return told
	}
	choose(other, consent.Yes)
	alone := made(mine)
	there := "rowing"
	if alone == there {
		there = "bike"
	}
	var often []string // enough to outnumber what is at the other record
	for n := range 60 {
		often = append(often, fmt.Sprint(n))
	}
	for _, told := range train(there, often...) {
		if told.Result != activity.Taken {
			t.Fatalf("before they are joined: got %+v", told)
		}
	}
	if got := [2]string{made(mine), made(other)}; alone == "" || got != [2]string{alone, there} {
		t.Fatalf("before they are joined the rule says %q, not %q and %q", got, alone, there)
	}
	choose(mine, consent.No)
	joinByStaff(t, s, mine, other)

	tell := func(item inbound.Item) inbound.Outcome {
		t.Helper()
		item.Subject = other
		told, err := s.Door.Take(ctx, inbound.Sender{System: system}, []inbound.Item{item})
		if err != nil {
			t.Fatal(err)
		}
		return told[0]
	}
	goal := inbound.Item{Attributes: map[string]profile.Claim{"training-goal": {Value: "a marker", Origin: profile.Provided, At: s.Clock.Now()}}}
	if told := tell(goal); told.Withheld["training-goal"] != profile.AllRefused || len(told.Steps) > 0 {
		t.Errorf("a value: got %s, withheld %v", told.Result, told.Withheld)
	}
	if told := train(there, "after")[0]; told.Result != activity.Refused || told.Reason != activity.NoBasis {
		t.Errorf("an activity: got %+v", told)
	}
	says := consent.Report{System: system, Purpose: purpose, Status: consent.Given, At: s.Clock.Now(), Scope: brand}
	if told := tell(inbound.Item{Report: &says}); told.Result != inbound.Waiting || len(told.Records) > 0 {
		t.Errorf("a yes by a system's word: got %s", told.Result)
	}
	if got := [2]string{made(mine), made(other)}; got != [2]string{} {
		t.Errorf("after a no the rule says %q", got)
	}

	choose(mine, consent.Yes)
	if told := tell(goal); len(told.Withheld) > 0 {
		t.Errorf("a value after a yes: withheld %v", told.Withheld)
	}
	if told := train(there, "at last")[0]; told.Result != activity.Taken {
		t.Errorf("an activity after a yes: got %+v", told)
	}
	if got := [2]string{made(mine), made(other)}; got != [2]string{there, there} {
		t.Errorf("after a yes the rule says %q, want what all activities say", got)
	}
	who := activity.Who{Subject: other, Actor: ledger.Self(other), Brand: brand}
	for _, on := range []bool{false, true} {
		if err := s.Activity.Switch(ctx, who, "machine-used-most", on); err != nil {
			t.Fatal(err)
		}
		if got := made(mine); (got != "") != on {
			t.Errorf("switched %v at the other: the rule says %q", on, got)
		}
	}

	if err := s.Joiner.Separate(ctx, mine, joinOf(t, s, other).ID, brand); err != nil {
		t.Fatal(err)
	}
	if got := [2]string{made(mine), made(other)}; got != [2]string{alone, there} {
		t.Errorf("taken apart the rule says %q", got)
	}
}

// TestJoinedGuess: who did nothing is guessed at for as long as the records are
// one, and no longer.
func TestJoinedGuess(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	ctx := t.Context()
	mine := subjectOf(t, s, aiko)
	silent := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: aiko, Source: "media"}, nil)
	made := func(subject id.Subject) string {
		t.Helper()
		if _, err := s.Activity.Infer(ctx); err != nil {
			t.Fatal(err)
		}
		held, err := s.DB.Held(ctx, subject)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := held.Profile.Of("usual-machine", activity.SourceRule)
		return c.Value
	}
	if _, err := s.Consent.Decide(ctx, consent.Ask{
		Subject: mine, Actor: ledger.Self(mine), Purpose: "training-suggestions", Answer: consent.Yes, Locale: "en",
		Proof: consent.Proof{Kind: consent.BySession}, Brand: "tsubame", Channel: "portal",
	}); err != nil {
		t.Fatal(err)
	}
	joinByStaff(t, s, mine, silent)
	if got := made(silent); got == "" || got != made(mine) {
		t.Errorf("joined, the rule says %q, not %q", got, made(mine))
	}
	if err := s.Joiner.Separate(ctx, mine, joinOf(t, s, silent).ID, "tsubame"); err != nil {
		t.Fatal(err)
	}
	if got := made(silent); got != "" {
		t.Errorf("taken apart, one who did nothing is said to use %q", got)
	}
}
