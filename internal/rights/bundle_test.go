package rights

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// What a copy holds is what its schema says, full and empty, and the schema
// knows every file.
func TestCopyFollowsItsSchema(t *testing.T) {
	at := time.Date(2026, 3, 12, 10, 2, 0, 0, time.UTC)
	value := Value{
		Field: "skill-level", Label: "Level", Value: "=high", Source: "the shop", Origin: "inferred", At: at, How: "By hand.",
		Counts: true, Uses: []string{"ideas"}, Frozen: true,
	}
	section := []Section{{Name: "interests", Label: "Interests", Values: []Value{value, {Field: "x", Origin: "provided"}}}}
	full := Document{
		Number: "R-1", Kind: Access, MadeAt: at, Given: section, Inferred: section, Preferences: json.RawMessage(`{}`),
		Identifiers: []NamedValue{{Kind: "email", Value: "a@example.jp", Source: "shop", Verified: at}, {Kind: "customer", Scope: "shop", Value: "1"}},
		Consents:    []Decision{{Record: "r", Purpose: "ideas", Label: "May we?", Version: 1, Status: "given", At: at, Until: at, Brand: "b", Channel: "c"}},
		Receipts:    []File{{"receipts/r.json", map[string]string{"@id": "r"}}},
		Activities:  []Activity{{Kind: "order", Label: "An order", At: at, Source: "the shop", Until: at, Values: map[string]string{"items": "2"}}},
		Recipients:  []Recipient{{Name: "shop", Label: "the shop", Country: "JP", Fields: []string{"Level"}, Received: []Received{{at, "attribute.changed", []string{"Level"}}}}},
		Purposes:    []Purpose{{"ideas", "May we?", "consent", "A year."}},
		Attached:    []Attached{{"R-1", "tax.pdf", "application/pdf", 9, "subject", at}},
		History:     []Happened{{At: at, Kind: "consent.given", Actor: "subject", Brand: "b", Payload: json.RawMessage(`"x"`)}},
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(CopySchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("copy.json", schema); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, d := range []Document{full, {Kind: Access}, {Kind: Portability}} {
		for name, content := range unzip(t, &d) {
			if !strings.HasSuffix(name, ".json") || name == "schema.json" || name == "preferences.json" || strings.HasPrefix(name, "receipts/") {
				continue
			}
			part := definition(name)
			seen[part] = true
			one, err := compiler.Compile("copy.json#/$defs/" + part)
			if err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := one.Validate(v); err != nil {
				t.Errorf("%s: %v\n%s", name, err, content)
			}
		}
	}
	for part := range schema.(map[string]any)["$defs"].(map[string]any) {
		if !seen[part] && part != "time" {
			t.Errorf("no file is %s", part)
		}
	}
}

// definition is the part of the schema that describes a file.
func definition(name string) string {
	switch folder, _, found := strings.Cut(name, "/"); {
	case found && (folder == "given" || folder == "inferred"):
		return "section"
	case name == "consent.json":
		return "consents"
	}
	return strings.TrimSuffix(name, ".json")
}

func unzip(t *testing.T, d *Document) map[string][]byte {
	t.Helper()
	packed, err := d.Zip([]byte("<!doctype html>"), []byte("%PDF"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(in); err != nil {
			t.Fatal(err)
		}
		files[f.Name] = b.Bytes()
	}
	return files
}
