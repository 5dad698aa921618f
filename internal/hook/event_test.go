package hook_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

func happening(t testing.TB, kind ledger.Kind, payload any) *ledger.Happening {
	t.Helper()
	body, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	return &ledger.Happening{
		Entry: ledger.Entry{ID: "e", Lane: 3, Seq: 9, Subject: "s", Version: 4, Kind: kind, Brand: "hibiki", Actor: ledger.Self("s"), At: noon}, Payload: body,
	}
}

func about(purpose string) consent.Trace { return consent.Trace{Purpose: consent.PurposeID(purpose)} }

func step(field, old, now string) profile.Trace {
	return profile.Trace{Steps: []profile.Step{{Field: field, Old: old, New: now, Said: now, Source: "crm"}}}
}

// born is a target that is told when the date of birth changes.
func born(t hook.Target) hook.Target {
	t.Birthday = "birthday"
	return t
}

func TestWants(t *testing.T) {
	letters := hook.NewTarget("letters", hook.Endpoint{Name: "main"}, []string{"newsletter"}, []string{"email"})
	only := func(change func(*hook.Endpoint)) hook.Target {
		e := hook.Endpoint{Name: "main"}
		change(&e)
		return hook.NewTarget("letters", e, []string{"newsletter", "reviews"}, []string{"email", "city"})
	}
	byLetters := happening(t, "attribute.imported", step("email", "a", "b"))
	byLetters.Actor = ledger.Actor{Kind: ledger.BySystem, ID: "letters"}
	noByLetters := happening(t, "consent.withdrawn", about("newsletter"))
	noByLetters.Actor = byLetters.Actor
	nobody := happening(t, "consent.given", about("newsletter"))
	nobody.Subject = ""
	for name, tt := range map[string]struct {
		target hook.Target
		h      *ledger.Happening
		want   bool
	}{
		"a decision it works for":               {letters, happening(t, "consent.withdrawn", about("newsletter")), true},
		"a decision of others":                  {letters, happening(t, "consent.given", about("reviews")), false},
		"a value it may hold":                   {letters, happening(t, "attribute.corrected", step("email", "a", "b")), true},
		"a value of others":                     {letters, happening(t, "attribute.corrected", step("birthday", "a", "b")), false},
		"a birthday":                            {born(letters), happening(t, "attribute.corrected", step("birthday", "a", "b")), true},
		"a birthday, to who asks for decisions": {born(only(func(e *hook.Endpoint) { e.Events = []string{"consent"} })), happening(t, "attribute.corrected", step("birthday", "a", "b")), true},
		"a birthday, to who asks for wishes":    {born(only(func(e *hook.Endpoint) { e.Events = []string{"preference"} })), happening(t, "attribute.corrected", step("birthday", "a", "b")), false},
		"a claim that changed nothing":          {letters, happening(t, "attribute.imported", step("email", "a", "a")), false},
		"its own news about a value":            {letters, byLetters, false},
		"its own news about a decision":         {letters, noByLetters, true},
		"a wish":                                {letters, happening(t, consent.PreferenceChanged, nil), true},
		"a stop":                                {letters, happening(t, consent.MarketingStopped, nil), true},
		"a sign-in":                             {letters, happening(t, "session.started", nil), false},
		"a new address to sign in with":         {letters, happening(t, "identifier.added", nil), false},
		"what concerns nobody":                  {letters, nobody, false},
		"an erasure":                            {letters, happening(t, hook.Erased, nil), true},
		"an erasure, whatever it asked for":     {only(func(e *hook.Endpoint) { e.Events = []string{"attribute"} }), happening(t, hook.Erased, nil), true},
		"a freeze, whatever it asked for":       {only(func(e *hook.Endpoint) { e.Events = []string{"attribute"} }), happening(t, "restriction.started", nil), true},
		"a human's review":                      {letters, happening(t, automated.Reviewed, automated.Trace{System: "letters"}), true},
		"a human wanted":                        {letters, happening(t, automated.Refused, automated.Trace{System: "letters"}), true},
		"a review of another's decision":        {letters, happening(t, automated.Reviewed, automated.Trace{System: "shop"}), false},
		"a decision that it told of itself":     {letters, happening(t, automated.Registered, automated.Trace{System: "letters"}), false},
		"the person's own view of one":          {letters, happening(t, automated.Stated, automated.Trace{System: "letters"}), false},
		"a request, which is ours":              {letters, happening(t, "request.fulfilled", nil), false},
		"a family it did not ask for":           {only(func(e *hook.Endpoint) { e.Events = []string{"attribute"} }), happening(t, "consent.given", about("newsletter")), false},
		"a brand it did not ask for":            {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, "consent.given", about("newsletter")), false},
		"a brand it asked for":                  {only(func(e *hook.Endpoint) { e.Brands = []string{"hibiki"} }), happening(t, "consent.given", about("newsletter")), true},
		"a purpose it did not ask for":          {only(func(e *hook.Endpoint) { e.Purposes = []string{"reviews"} }), happening(t, "consent.given", about("newsletter")), false},
		"a field it did not ask for":            {only(func(e *hook.Endpoint) { e.Fields = []string{"city"} }), happening(t, "attribute.corrected", step("email", "a", "b")), false},
		"a purpose its system does not have":    {only(func(e *hook.Endpoint) { e.Purposes = []string{"orders"} }), happening(t, "consent.given", about("orders")), false},
	} {
		e := hook.Read(tt.h)
		if got := tt.target.Wants(&e); got != tt.want {
			t.Errorf("%s: got %t, want %t", name, got, tt.want)
		}
	}
}

// However entries are cut into stretches, the same deliveries come of them, one
// for each entry and endpoint that wants it.
func TestFanOut_does_not_depend_on_stretches(t *testing.T) {
	targets := []hook.Target{
		hook.NewTarget("letters", hook.Endpoint{Name: "main"}, []string{"newsletter"}, nil),
		hook.NewTarget("crm", hook.Endpoint{Name: "main"}, []string{"newsletter", "reviews"}, []string{"email"}),
	}
	rapid.Check(t, func(t *rapid.T) {
		var entries []ledger.Happening
		want := 0
		for i := range rapid.IntRange(0, 20).Draw(t, "entries") {
			purpose := rapid.SampledFrom([]string{"newsletter", "reviews", "orders"}).Draw(t, "purpose")
			want += map[string]int{"newsletter": 2, "reviews": 1}[purpose]
			body, _ := json.Marshal(about(purpose))
			entries = append(entries, ledger.Happening{Payload: body, Entry: ledger.Entry{
				ID: fmt.Sprint("e", i), Lane: 1, Seq: int64(i + 1), Kind: "consent.given", Subject: id.Subject(fmt.Sprint("s", i%3)),
			}})
		}
		at := rapid.IntRange(0, len(entries)).Draw(t, "cut")
		whole := hook.FanOut(targets, entries, noon)
		cut := append(hook.FanOut(targets, entries[:at], noon), hook.FanOut(targets, entries[at:], noon)...)
		if len(whole) != want || len(cut) != want {
			t.Fatalf("got %d and %d deliveries, want %d", len(whole), len(cut), want)
		}
		seen := map[string]bool{}
		for i := range cut {
			key := cut[i].Endpoint + cut[i].Entry
			if seen[key] || !cmp.Equal(whole[i], cut[i]) {
				t.Fatalf("got %v, want %v once", cut[i], whole[i])
			}
			seen[key] = true
		}
	})
}

func TestValidURL(t *testing.T) {
	for url, want := range map[string]bool{
		"https://crm.example.com/hooks": true, "https://crm.example.com:8443/": true,
		"http://127.0.0.1:9000/hooks": true, "http://[::1]:9000": true, "http://localhost:1/": true,
		"http://crm.example.com/hooks": false, "http://10.0.0.1/": false, "": false, "crm": false, "/hooks": false,
		"ftp://crm.example.com": false, "https://a:b@crm.example.com": false, "https://crm.example.com/#x": false,
	} {
		if got := hook.ValidURL(url); got != want {
			t.Errorf("%q: got %t, want %t", url, got, want)
		}
	}
}
