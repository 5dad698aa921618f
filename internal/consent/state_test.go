package consent

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFold_does_not_depend_on_order_or_batches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		records := drawRecords(t)
		want := Fold(records)
		shuffled := rapid.Permutation(records).Draw(t, "order")
		if d := cmp.Diff(Fold(shuffled), want); d != "" {
			t.Fatalf("in another order (-got +want):\n%s", d)
		}
		one := State{}
		for _, r := range shuffled {
			one = one.With(r)
		}
		if d := cmp.Diff(one, want); d != "" {
			t.Fatalf("one by one (-got +want):\n%s", d)
		}
		again := Fold(append(append([]Record(nil), shuffled...), records...))
		if d := cmp.Diff(again, want); d != "" {
			t.Fatalf("each twice (-got +want):\n%s", d)
		}
	})
}

func TestFold_leaves_its_argument_alone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		records := drawRecords(t)
		before := append([]Record(nil), records...)
		Fold(records)
		if d := cmp.Diff(records, before); d != "" {
			t.Fatalf("records (-got +want):\n%s", d)
		}
	})
}

func TestState_With_leaves_the_old_state_alone(t *testing.T) {
	t.Parallel()
	old := State{{"news", ""}: stands(Given, 1)}
	next := old.With(Record{ID: "x", Purpose: "news", Status: Withdrawn, At: noon})
	if old.Of("news", "").Status != Given || next.Of("news", "").Status != Withdrawn {
		t.Errorf("old %s, next %s; want given and withdrawn", old.Of("news", "").Status, next.Of("news", "").Status)
	}
}

func TestState_Of(t *testing.T) {
	t.Parallel()
	all, own := stands(Given, 1), stands(Refused, 1)
	s := State{{"news", ""}: all, {"news", "hibiki"}: own, {"ads", "hibiki"}: own}
	for _, tt := range []struct {
		purpose PurposeID
		brand   string
		want    Standing
		scope   string
	}{
		{"news", "", all, ""},
		{"news", "hibiki", own, "hibiki"},
		{"news", "otowa", all, ""},
		{"ads", "hibiki", own, "hibiki"},
		{"ads", "otowa", Standing{Status: Unknown}, ""},
		{"ads", "", Standing{Status: Unknown}, ""},
		{"none", "hibiki", Standing{Status: Unknown}, ""},
	} {
		if got := s.Of(tt.purpose, tt.brand); got != tt.want {
			t.Errorf("%s on %q: got %+v, want %+v", tt.purpose, tt.brand, got, tt.want)
		}
		if got := s.ScopeOf(tt.purpose, tt.brand); got != tt.scope {
			t.Errorf("scope of %s on %q: got %q, want %q", tt.purpose, tt.brand, got, tt.scope)
		}
	}
}

func TestStanding_ValidAt(t *testing.T) {
	t.Parallel()
	for _, status := range append([]Status{Unknown, ""}, Statuses[:]...) {
		for until, inTime := range map[time.Time]bool{
			{}: true, noon.Add(time.Microsecond): true, noon: false, noon.Add(-time.Hour): false,
		} {
			want := inTime && (status == Given || status == Renewed)
			if got := (Standing{Status: status, Until: until}).ValidAt(noon); got != want {
				t.Errorf("%q until %v: got %v, want %v", status, until, got, want)
			}
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for _, s := range Statuses {
		valid := s == Given || s == Renewed
		no := s == Refused || s == Withdrawn || s == Revoked
		if s.Valid() != valid || s.No() != no {
			t.Errorf("%s: valid %v, no %v; want %v and %v", s, s.Valid(), s.No(), valid, no)
		}
	}
}

func TestState_reads_back_as_it_was_written(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Fold(drawRecords(t))
		written, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var read State
		if err := json.Unmarshal(written, &read); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(read, s); d != "" {
			t.Fatalf("state (-got +want):\n%s", d)
		}
		again, err := json.Marshal(read)
		if err != nil || string(again) != string(written) {
			t.Fatalf("equal states are written differently (%v):\n%s\n%s", err, again, written)
		}
	})
}

func TestState_is_written_as_it_always_was(t *testing.T) {
	t.Parallel()
	s := State{
		{"news", ""}: {
			Record: "r1", Version: 2, Status: Given, At: noon, Until: noon.Add(time.Hour), ProofBy: BySession, Brand: "hibiki", Via: "marketing",
		},
		{"news", "hibiki"}: {Record: "r2", Version: 1, Status: Refused, At: noon, ProofBy: ByImport},
		{"news", "kawara"}: {Record: "r3", Version: 1, Status: Given, At: noon, ProofBy: ByWord, Teller: "crm"},
	}
	want := fmt.Sprintf(`[{"p":"news","r":"r1","v":2,"s":"given","a":%d,"u":%d,"f":"session","o":"hibiki","w":"marketing"},`+
		`{"p":"news","b":"hibiki","r":"r2","v":1,"s":"refused","a":%d,"f":"import"},`+
		`{"p":"news","b":"kawara","r":"r3","v":1,"s":"given","a":%d,"f":"word","t":"crm"}]`,
		noon.UnixMicro(), noon.Add(time.Hour).UnixMicro(), noon.UnixMicro(), noon.UnixMicro())
	got, err := json.Marshal(s)
	if err != nil || string(got) != want {
		t.Errorf("got (%v)\n%s, want\n%s", err, got, want)
	}
	var damaged State
	if err := json.Unmarshal([]byte(`{"p":1}`), &damaged); err == nil {
		t.Error("what is no state is read as one")
	}
}

// TestRecord_Digest holds the digest to what ledgers in the world vouch for.
func TestRecord_Digest(t *testing.T) {
	t.Parallel()
	r := Record{
		ID: "r1", Subject: "s1", Purpose: "news", Version: 3, Scope: "hibiki", Notice: "n", Locale: "ja", Status: Given,
		At: noon, Until: noon.Add(time.Hour), Proof: Proof{Kind: BySession, Ref: "secret"}, Brand: "b", Channel: "portal", Via: "v",
	}
	const want = "aa2dc024f8e7393a7c73db73548c9935c8f902ea8ae2f55e66257935d0d55ba1"
	if got := r.Digest().String(); got != want {
		t.Errorf("digest: got %s, want %s", got, want)
	}
	before := r.Digest()
	for name, change := range map[string]func(*Record){
		"id": func(r *Record) { r.ID += "x" }, "subject": func(r *Record) { r.Subject += "x" },
		"purpose": func(r *Record) { r.Purpose += "x" }, "version": func(r *Record) { r.Version++ },
		"scope": func(r *Record) { r.Scope += "x" }, "notice": func(r *Record) { r.Notice += "x" },
		"locale": func(r *Record) { r.Locale += "x" }, "status": func(r *Record) { r.Status = Refused },
		"at": func(r *Record) { r.At = r.At.Add(time.Microsecond) }, "until": func(r *Record) { r.Until = time.Time{} },
		"proof": func(r *Record) { r.Proof.Kind = ByImport }, "brand": func(r *Record) { r.Brand += "x" },
		"channel": func(r *Record) { r.Channel += "x" }, "via": func(r *Record) { r.Via += "x" },
	} {
		c := r
		change(&c)
		if c.Digest() == before {
			t.Errorf("%s is not part of the digest", name)
		}
	}
	r.Proof.Ref = "erased"
	if r.Digest() != before {
		t.Error("the reference of the proof is part of the digest, and goes with the subject's key")
	}
}
