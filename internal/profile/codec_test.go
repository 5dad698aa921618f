package profile_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"livingprofile/internal/profile"
)

// The bytes are a promise: they lie sealed in databases.
func TestStateJSON(t *testing.T) {
	before := own("Kobe", 1)
	s := profile.State{
		Claims: map[string][]profile.Claim{
			"town": {
				with(system("crm", "Osaka", 1), func(c *profile.Claim) { c.Proved, c.Origin, c.How = true, profile.Inferred, "by post code" }),
				own("", 2),
			},
			"name": {with(system("crm", "愛子", 1), undated)},
		},
		Proposals: map[string]profile.Proposal{"name": {ID: "entry", Value: "Aiko", At: day(3)}},
		Undos:     map[string]profile.Memory{"town": {Before: &before, At: day(2)}, "name": {At: day(2)}},
	}
	got, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"c":{"name":[{"v":"愛子","s":"crm","r":1774000800000000,"e":"crm"}],` +
		`"town":[{"v":"Osaka","s":"crm","o":"inferred","t":1772359200000000,"r":1774000800000000,"e":"crm","p":true,"h":"by post code"},` +
		`{"s":"subject","t":1772445600000000,"r":1772445600000000,"e":"own"}]},` +
		`"p":{"name":{"e":"entry","v":"Aiko","t":1772532000000000}},` +
		`"u":{"name":{"t":1772445600000000},"town":{"b":{"v":"Kobe","s":"subject","t":1772359200000000,"r":1772359200000000,"e":"own"},"t":1772445600000000}}}`
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("form is different (-got +want):\n%s", diff)
	}
	var back profile.State
	if err := json.Unmarshal(got, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(back, s); diff != "" {
		t.Errorf("state is different after a round trip (-got +want):\n%s", diff)
	}
}

func TestStateJSONOfNothing(t *testing.T) {
	got, err := json.Marshal(profile.State{})
	if err != nil || string(got) != "{}" {
		t.Errorf("Marshal() = %s, %v; want {}", got, err)
	}
	var s profile.State
	if err := json.Unmarshal([]byte(`{"c":{"a":3}}`), &s); err == nil {
		t.Errorf("Unmarshal() of another form gives no error")
	}
}

func TestStateSurvivesARoundTrip(t *testing.T) {
	f := newField(profile.TypeText)
	rapid.Check(t, func(t *rapid.T) {
		s := profile.State{}
		for range rapid.IntRange(0, 6).Draw(t, "claims") {
			s, _, _ = profile.Observe(s, f, drawClaim(t, rapid.SampledFrom([]string{"crm", "club"}).Draw(t, "source")), ranks)
		}
		if rapid.Bool().Draw(t, "corrected") {
			s, _, _ = profile.Correct(s, f, rapid.String().Draw(t, "value"), ranks, day(10))
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back profile.State
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(back, s, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("state is different after a round trip (-got +want):\n%s", diff)
		}
	})
}

// BenchmarkDecodeState opens a profile of forty fields, as each page does.
func BenchmarkDecodeState(b *testing.B) {
	s := profile.State{Claims: map[string][]profile.Claim{}}
	for i := range 40 {
		c := system("crm", "a value of middling length", 1)
		c.Entry = "0hkq2v9m5s7r1c3t8d4g6j0b2n"
		s.Claims[fmt.Sprintf("field_%d", i)] = []profile.Claim{c}
	}
	data, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var back profile.State
		if err := back.UnmarshalJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}
