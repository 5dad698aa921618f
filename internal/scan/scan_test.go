package scan_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/scan"
)

// A form has one value of each sort that is read.
type form struct {
	Text string   `json:"t,omitempty"`
	Int  int64    `json:"i,omitempty"`
	True bool     `json:"b,omitempty"`
	List []string `json:"l,omitempty"`
}

func read(text string) (f form, ok bool) {
	s := scan.New(text)
	s.Object(func(key string) {
		switch key {
		case "t":
			f.Text = s.Text()
		case "i":
			f.Int = s.Int()
		case "b":
			f.True = s.True()
		case "l":
			f.List = []string{}
			s.Array(func() { f.List = append(f.List, s.Text()) })
		default:
			s.Fail()
		}
	})
	return f, s.Done()
}

func TestReadsWhatIsWritten(t *testing.T) {
	for _, want := range []form{
		{},
		{Text: "愛子 <\"\\\n\u2028>", Int: -7, True: true, List: []string{"", "a", "b"}},
		{Int: 1<<63 - 1},
		{Int: -1 << 63},
	} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := read(string(text))
		if diff := cmp.Diff(got, want); diff != "" || !ok {
			t.Errorf("%s: ok %v (-got +want):\n%s", text, ok, diff)
		}
	}
}

// Every text here is either no JSON or not the form that is written.
func TestFails(t *testing.T) {
	for _, text := range []string{
		"", "{", "}", "null", "[]", " {}", "{} ", "{}{}", `{"t"}`, `{"t":}`, `{"t":"}`, `{"t":"a\"}`, `{"t":"\x"}`, "{\"t\":\"\n\"}",
		"{\"t\":\"\xff\"}", `{"t":"a",}`, `{,"t":"a"}`, `{"t":"a""i":1}`, `{"i":}`, `{"i":-}`, `{"i":01}`, `{"i":-0}`, `{"i":-01}`,
		`{"i":1.5}`, `{"i":1e3}`, `{"i":9223372036854775808}`, `{"b":false}`, `{"b":tru}`, `{"l":null}`, `{"l":["a",]}`, `{"l":[,"a"]}`,
		`{"l":["a" ,"b"]}`, `{"l":["a"`, `{"other":1}`, `{"T":"a"}`,
	} {
		if got, ok := read(text); ok {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func TestAfterAFailure(t *testing.T) {
	for _, text := range []string{`"a\`, `"a`, "", "-"} {
		s := scan.New(text)
		s.Text()
		s.Object(func(key string) { t.Errorf("%q: a member %q", text, key) })
		s.Array(func() { t.Errorf("%q: an item", text) })
		if got := s.Text(); got != "" {
			t.Errorf("%q: text %q", text, got)
		}
		if got := s.Int(); got != 0 {
			t.Errorf("%q: number %d", text, got)
		}
		if s.True() || s.Done() {
			t.Errorf("%q: something was read", text)
		}
	}
}

// FuzzScanner looks for a text that is taken otherwise than encoding/json
// takes it.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{`{}`, `{"t":"\u00e9\n","i":-5,"b":true,"l":["a","b"]}`, `{"i":01}`, `{"l":[]}`, `{"t":"\ud800"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fast, ok := read(text)
		if !ok {
			return
		}
		var slow form
		if err := json.Unmarshal([]byte(text), &slow); err != nil {
			t.Fatalf("%q is read as %+v, and by encoding/json not: %v", text, fast, err)
		}
		if diff := cmp.Diff(fast, slow); diff != "" {
			t.Errorf("%q is read otherwise than by encoding/json (-fast +slow):\n%s", text, diff)
		}
	})
}

// FuzzAppendText looks for a text that is written otherwise than encoding/json
// writes it.
func FuzzAppendText(f *testing.F) {
	for _, seed := range []string{"", "given", "愛子", "a\"b", `a\b`, "<&>", "\n\x00\x7f", "\u2028", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(scan.AppendText([]byte("x"), text)); got != "x"+string(want) {
			t.Errorf("got %s, want x%s", got, want)
		}
	})
}
