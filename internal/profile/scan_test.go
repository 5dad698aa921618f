package profile

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzScanState looks for a text that the fast reader takes otherwise than
// encoding/json does.
func FuzzScanState(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"c":{}}`, `{"c":{"name":[]}}`, ` {}`, `{"x":1}`, `{"c":{"a":[{"s":"crm","v":"\u00e9\n","t":1,"p":true}]}}`,
		`{"c":{"a":[{"s":"crm","o":"inferred","r":-5,"e":"x","h":"y"},{"s":"subject"}]},"p":{"a":{"e":"x","v":"","t":3}},"u":{"a":{"b":{"s":"subject"},"t":0}}}`,
		`{"c":{"a":[{"s":"a"},]}}`, `{"c":{"a":[{"t":01}]}}`, `{"c":{"a":[{"p":false}]}}`, `{"c":{"a":null}}`, `{"c":{"a\ud800":[]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fast, ok := scanState(text)
		if !ok {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%q is read as %+v and is no JSON", text, fast)
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
	s := State{
		Claims: map[string][]Claim{
			"name": {{Value: "愛子 <\"\n\u2028>", Source: "crm", Origin: Inferred, At: moment(5), Recorded: moment(-7), Entry: "e", Proved: true, How: "h"}},
			"none": {},
		},
		Proposals: map[string]Proposal{"name": {ID: "e", At: moment(5)}},
		Sharings:  map[string]Sharing{"kawara/name": {Given: true, At: moment(5), Until: moment(9)}, "kawara/none": {At: moment(6)}},
		Undos:     map[string]Memory{"name": {Before: &Claim{Source: SourceSubject, Origin: Provided}, At: moment(5)}},
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
