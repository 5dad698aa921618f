package connector_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/connector"
)

func TestParse_built_in(t *testing.T) {
	t.Parallel()
	for _, name := range connector.Names() {
		text, ok := connector.Source(name)
		if !ok {
			t.Fatalf("no %s", name)
		}
		f, err := connector.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Name != name || f.About == "" {
			t.Errorf("%s: got %q, %q", name, f.Name, f.About)
		}
	}
}

const small = `name: x
kind: http
push:
  update: {request: "PUT /a/{id}"}
  erase: {request: "DELETE /a/{id}"}
`

func TestParse_faults(t *testing.T) {
	t.Parallel()
	if _, err := connector.Parse([]byte(small)); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ text, want string }{
		"empty":            {"", "line 1: is empty"},
		"no YAML":          {"a: [", "line 1: did not find expected node content"},
		"unknown key":      {small + "pus: 1\n", "line 6: pus is not known here"},
		"unknown kind":     {strings.Replace(small, "http", "carrier-pigeon", 1), "line 2: kind: should be one of [http webhook scim folder]"},
		"neither":          {"name: x\nkind: http\n", "line 1: has neither push nor pull"},
		"no erase":         {strings.Replace(small, "erase", "allow", 1), "line 3: push: has no erase, so an erased person would stay there"},
		"no method":        {strings.Replace(small, "PUT /a", "/a", 1), `line 4: push.update.request: "/a/{id}" should be a method and a path, as in GET /contacts/{id}`},
		"a stray value":    {strings.Replace(small, "DELETE /a/{id}", "DELETE /a/{topic}", 1), "line 5: push.erase: {topic} is not known here; there are subject, version, type, time, email, phone, fields, permissions, erased, number, address, id"},
		"a stray filter":   {strings.Replace(small, "DELETE /a/{id}", "DELETE /a/{id|rot}", 1), `line 5: push.erase: "rot" is no filter`},
		"address in a URL": {strings.Replace(small, "DELETE /a/{id}", "DELETE /a/{email}", 1), "line 5: push.erase.request: {email} stands in an address; only its sha256 may"},
		"header":           {small + "authentication: {kind: header, header: x api}\n", `line 6: authentication.header: "x api" is no header, as in X-Api-Key`},
		"files asked for":  {"name: x\nkind: folder\npull:\n  request: GET /a\n  map: {id: a, email: b}\n", "line 3: pull: a folder is asked nothing: it has only a map"},
		"a row of nobody":  {"name: x\nkind: folder\npush:\n  row: [{column: a, value: \"{erased}\"}]\n", "line 4: push.row: has no {subject}"},
		"a column of one":  {"name: x\nkind: folder\npush:\n  row: [{column: a, value: \"{subject}{erased}{allowed}\"}]\n", "line 4: push.row: {allowed} is not known here; there are subject, version, type, time, email, phone, erased, number"},
		"too large":        {strings.Repeat("#", 65<<10), "is larger than 64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := connector.Parse([]byte(tt.text))
			if err == nil {
				t.Fatal("it is taken")
			}
			if diff := cmp.Diff(err.Error(), tt.want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range connector.Names() {
		text, _ := connector.Source(name)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if file, err := connector.Parse(text); (file == nil) == (err == nil) {
			t.Errorf("got %v, %v", file, err)
		}
	})
}
