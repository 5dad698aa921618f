package yamltext_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"livingprofile/internal/yamltext"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	type rule struct{ Field string }
	type file struct {
		Name  string
		Count int
		On    bool
		Rules []rule
	}
	for text, want := range map[string][]yamltext.Fault{
		"":                              {{Line: 1, Text: "is empty"}},
		"name: shop\ncolour: red":       {{Line: 2, Text: "colour is not known here"}},
		"rules: nothing":                {{Line: 1, Text: `is "nothing" where a list is wanted`}},
		"rules: [one]":                  {{Line: 1, Text: `is "one" where a set of keys with values is wanted`}},
		"name: [a]\ncount: x":           {{Line: 1, Text: "is a list where text is wanted"}, {Line: 2, Text: `is "x" where a number is wanted`}},
		"name: shop\non: {a: b}":        {{Line: 2, Text: "is a set of keys with values where true or false is wanted"}},
		"name: shop\n\tcolour: `red`\n": {{Line: 2, Text: "found a tab character that violates indentation"}},
	} {
		var f file
		d := yaml.NewDecoder(bytes.NewReader([]byte(text)))
		d.KnownFields(true)
		err := d.Decode(&f)
		if err == nil {
			t.Errorf("%q was read", text)
			continue
		}
		if diff := cmp.Diff(want, yamltext.Faults(err)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
