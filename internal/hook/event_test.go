package hook_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
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

func at(purpose, scope string) consent.Trace {
	return consent.Trace{Purpose: consent.PurposeID(purpose), Scope: scope}
}

func pause(was, is time.Time) consent.WishTrace {
	return consent.WishTrace{Was: &consent.Wishes{Pause: was}, Is: &consent.Wishes{Pause: is}}
}

func group(endpoint string) hook.GroupTrace {
	return hook.GroupTrace{Audience: "a", Endpoint: endpoint, Purpose: "newsletter"}
}

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
	asking := func(events ...string) hook.Target { return only(func(e *hook.Endpoint) { e.Events = events }) }
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
		"a birthday, to who asks for decisions": {born(asking("consent")), happening(t, "attribute.corrected", step("birthday", "a", "b")), true},
		"a birthday, to who asks for wishes":    {born(asking("preference")), happening(t, "attribute.corrected", step("birthday", "a", "b")), true},
		"a claim that changed nothing":          {letters, happening(t, "attribute.imported", step("email", "a", "a")), false},
		"its own news about a value":            {letters, byLetters, false},
		"its own news about a decision":         {letters, noByLetters, true},
		"a wish":                                {letters, happening(t, consent.PreferenceChanged, nil), true},
		"a stop":                                {letters, happening(t, consent.MarketingStopped, nil), true},
		"a sign-in":                             {letters, happening(t, "session.started", nil), false},
		"a new address to sign in with":         {letters, happening(t, "identifier.added", nil), false},
		"what concerns nobody":                  {letters, nobody, false},
		"an erasure":                            {letters, happening(t, hook.Erased, nil), true},
		"an erasure, whatever it asked for":     {asking("attribute"), happening(t, hook.Erased, nil), true},
		"a no, whatever it asked for":           {asking("attribute"), happening(t, "consent.withdrawn", about("newsletter")), true},
		"a no of others":                        {asking("attribute"), happening(t, "consent.withdrawn", about("orders")), false},
		"a freeze, whatever it asked for":       {asking("attribute"), happening(t, "restriction.started", nil), true},
		"a human's review":                      {letters, happening(t, automated.Reviewed, automated.Trace{System: "letters"}), true},
		"a human wanted":                        {letters, happening(t, automated.Refused, automated.Trace{System: "letters"}), true},
		"a review of another's decision":        {letters, happening(t, automated.Reviewed, automated.Trace{System: "shop"}), false},
		"a decision that it told of itself":     {letters, happening(t, automated.Registered, automated.Trace{System: "letters"}), false},
		"the person's own view of one":          {letters, happening(t, automated.Stated, automated.Trace{System: "letters"}), false},
		"a request, which is ours":              {letters, happening(t, "request.fulfilled", nil), false},
		"a family it did not ask for":           {asking("attribute"), happening(t, "consent.given", about("newsletter")), false},
		"a kind it asked for":                   {asking("consent.given"), happening(t, "consent.given", about("newsletter")), true},
		"another kind of the family":            {asking("consent.given"), happening(t, "consent.renewed", about("newsletter")), false},
		"a kind among families":                 {asking("preference", "attribute.imported"), happening(t, "attribute.imported", step("email", "a", "b")), true},
		"another kind of values":                {asking("preference", "attribute.imported"), happening(t, "attribute.corrected", step("email", "a", "b")), false},
		"an erasure, to who asks for a kind":    {asking("consent.given"), happening(t, hook.Erased, nil), true},
		"a value that is gone":                  {asking("consent"), happening(t, "attribute.corrected", step("email", "a", "")), true},
		"a value of others that is gone":        {asking("consent"), happening(t, "attribute.corrected", step("birthday", "a", "")), false},
		"a pause":                               {asking("attribute"), happening(t, consent.PreferenceChanged, pause(noon, noon.Add(time.Hour))), true},
		"the end of a pause":                    {asking("attribute"), happening(t, consent.PreferenceChanged, pause(noon, time.Time{})), false},
		"other wishes":                          {asking("attribute"), happening(t, consent.PreferenceChanged, nil), false},
		"records that are joined":               {asking("attribute"), happening(t, identity.SubjectMerged, nil), true},
		"records that are taken apart":          {asking("attribute"), happening(t, identity.SubjectSeparated, nil), true},
		"a human wanted, whatever it asked for": {asking("attribute"), happening(t, automated.Refused, automated.Trace{System: "letters"}), true},
		"a human wanted no more":                {asking("attribute"), happening(t, automated.Allowed, automated.Trace{System: "letters"}), false},
		"somebody who left":                     {asking("attribute"), happening(t, hook.GroupLeft, group("letters/main")), true},
		"somebody who left elsewhere":           {asking("attribute"), happening(t, hook.GroupLeft, group("shop/main")), false},
		"somebody who joined":                   {asking("audience.joined"), happening(t, hook.GroupJoined, group("letters/main")), true},
		"somebody who joined, not asked for":    {asking("audience.left"), happening(t, hook.GroupJoined, group("letters/main")), false},
		"a decision for a brand of others":      {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, "consent.given", at("newsletter", "hibiki")), false},
		"a no for a brand of others":            {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, "consent.withdrawn", at("newsletter", "hibiki")), false},
		"a decision for its brand":              {only(func(e *hook.Endpoint) { e.Brands = []string{"hibiki"} }), happening(t, "consent.given", at("newsletter", "hibiki")), true},
		"a decision elsewhere for its brand":    {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, "consent.given", at("newsletter", "kawara")), true},
		"a decision elsewhere for all brands":   {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, "consent.withdrawn", about("newsletter")), true},
		"a value corrected elsewhere":           {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, "attribute.corrected", step("email", "a", "b")), true},
		"records taken apart elsewhere":         {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, identity.SubjectSeparated, nil), true},
		"a wish for a brand of others":          {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, consent.PreferenceChanged, consent.WishTrace{Scope: "hibiki"}), false},
		"a wish elsewhere for all brands":       {only(func(e *hook.Endpoint) { e.Brands = []string{"kawara"} }), happening(t, consent.MarketingStopped, consent.WishTrace{}), true},
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

// Whatever single kind an endpoint asks for, it is told of each status that ends
// a yes, for every body says what may be done; and of a yes only if it asked.
func TestWants_whatever_ends_a_yes(t *testing.T) {
	for _, name := range append(hook.Families(), hook.Kinds()...) {
		target := hook.NewTarget("letters", hook.Endpoint{Name: "main", Events: []string{name}}, []string{"newsletter"}, []string{"email"})
		for _, status := range consent.Statuses {
			kind := ledger.Kind("consent." + string(status))
			e := hook.Read(happening(t, kind, about("newsletter")))
			if got, want := target.Wants(&e), !status.Valid() || name == "consent" || name == string(kind); got != want {
				t.Errorf("%s, to who asks for %s: got %t, want %t", kind, name, got, want)
			}
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
