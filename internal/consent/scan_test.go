package consent

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// FuzzScanState looks for a text that the fast reader takes otherwise than
// encoding/json does.
func FuzzScanState(f *testing.F) {
	for _, seed := range []string{
		`[]`, `[{}]`, ` []`, `null`, `[{"p":"a","r":"x","v":1,"s":"given","a":5,"f":"session"}]`,
		`[{"p":"a","b":"x","r":"y","v":-2,"s":"\u00e9","a":5,"u":6,"f":"rule","o":"x","w":"b"},{"p":"a"}]`,
		`[{"p":"a"},]`, `[{"v":01}]`, `[{"v":1.5}]`, `[{"x":1}]`, `[null]`, `[{"p":"a"},{"p":"a"}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fast, ok := scanState(text)
		if !ok {
			return
		}
		var slow State
		if err := slow.unmarshal([]byte(text)); err != nil {
			t.Fatalf("%q is read as %+v, and by encoding/json not: %v", text, fast, err)
		}
		if diff := cmp.Diff(fast, slow); diff != "" {
			t.Errorf("%q is read otherwise than by encoding/json (-fast +slow):\n%s", text, diff)
		}
	})
}

// What MarshalJSON writes must take the fast way, or it is of no use.
func TestScanStateReadsWhatIsWritten(t *testing.T) {
	at := time.Date(2026, time.March, 12, 10, 2, 0, 5000, time.UTC)
	s := State{
		{"newsletter", ""}:       {Record: "r1", Version: 2, Status: Given, At: at, Until: at.AddDate(1, 0, 0), ProofBy: BySession, Brand: "hibiki"},
		{"newsletter", "hibiki"}: {Record: "r2", Version: 1, Status: Withdrawn, At: at, ProofBy: ByImport, Via: "marketing"},
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := scanState(string(text))
	if !ok {
		t.Fatalf("%s is not read", text)
	}
	if diff := cmp.Diff(got, s); diff != "" {
		t.Errorf("state is different (-got +want):\n%s", diff)
	}
}

// A state is written as encoding/json writes a list of standings: programs of
// other versions read it by that form.
func TestStateIsWrittenAsJSON(t *testing.T) {
	at := time.Date(2026, time.March, 12, 10, 2, 0, 5000, time.UTC)
	all := []standing{
		{Purpose: "a<b", Record: "r\"1", At: micros(at)},
		{Purpose: "newsletter", Record: "r1", Version: 2, Status: Given, At: micros(at), Until: micros(at) + 1, ProofBy: BySession, Brand: "hibiki"},
		{Purpose: "newsletter", Scope: "愛", Record: "r2", Version: -1, Status: Withdrawn, ProofBy: ByImport, Via: "marketing"},
	}
	for n := range len(all) + 1 {
		want, err := json.Marshal(all[:n])
		if err != nil {
			t.Fatal(err)
		}
		s := State{}
		for i := range all[:n] {
			all[i].addTo(s)
		}
		got, err := s.MarshalJSON()
		if err != nil || string(got) != string(want) {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}
