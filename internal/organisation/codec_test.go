package organisation_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/organisation"
)

var update = flag.Bool("update", false, "write the golden files")

func TestEncode_and_Decode_are_a_round_trip(t *testing.T) {
	o := change(t, small(t), without(t, with(t, small(t), "en: We write.", "en: We write often."))).Next
	data, err := organisation.Encode(o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := organisation.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, o, cmpopts.IgnoreUnexported(organisation.Organisation{})); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	again, err := organisation.Encode(got)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, data) {
		t.Error("the bytes are others")
	}
	if p := organisation.Diff(got, draft(t, without(t, with(t, small(t), "en: We write.", "en: We write often."))), tuesday); !p.Empty() {
		t.Errorf("what was decoded is not what was declared: %v", steps(p))
	}
}

// What installations have stored must stay readable: a renamed field of a Go
// struct would show here.
func TestEncode_gives_the_promised_bytes(t *testing.T) {
	got, err := organisation.Encode(applied(t, small(t)))
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/small.json"
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got)+"\n", string(want)); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestDecode_refuses(t *testing.T) {
	for name, data := range map[string]string{
		"nothing":        "",
		"no JSON":        "organisation",
		"no content":     `{"Format":1}`,
		"newer form":     `{"Format":2,"Organisation":{}}`,
		"unknown things": `{"Format":1,"Organisation":{"Revision":3,"Weather":"fine"}}`,
	} {
		if o, err := organisation.Decode([]byte(data)); err == nil {
			t.Errorf("%s: was accepted: %+v", name, o)
		} else if !strings.HasPrefix(err.Error(), "decode organisation: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
