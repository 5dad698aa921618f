package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"livingprofile/handlers/api"
	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

// A described is the document that a site serves, with its schemas.
type described struct {
	text     []byte
	doc      map[string]any
	mu       sync.Mutex
	compiler *jsonschema.Compiler
}

const documentURL = "https://api.example/openapi.json"

func describe(t testing.TB, s *testkit.Site) *described {
	t.Helper()
	a := s.Client(t).Get("/api/v1/openapi.json")
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("got %d as %s", a.Status, a.Header.Get("Content-Type"))
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	d := &described{text: []byte(a.Body), doc: doc.(map[string]any), compiler: jsonschema.NewCompiler()}
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource(documentURL, doc); err != nil {
		t.Fatal(err)
	}
	return d
}

// at walks into the document, through references.
func (d *described) at(node any, path ...string) any {
	for _, part := range path {
		m, ok := node.(map[string]any)
		if !ok {
			return nil
		}
		if ref, ok := m["$ref"].(string); ok {
			m, _ = d.at(d.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(map[string]any)
		}
		node = m[part]
	}
	return node
}

// operation finds what describes a request; false for one that is of no
// operation.
func (d *described) operation(method, path string) (template string, ok bool) {
	path, _, _ = strings.Cut(path, "?")
	rest := strings.TrimPrefix(path, "/api/v1")
	for template := range d.doc["paths"].(map[string]any) {
		have, want := strings.Split(rest, "/"), strings.Split(template, "/")
		fits := len(have) == len(want)
		for i := 0; fits && i < len(want); i++ {
			fits = have[i] == want[i] || strings.HasPrefix(want[i], "{")
		}
		if fits && d.at(d.doc, "paths", template, strings.ToLower(method)) != nil {
			return template, true
		}
	}
	return "", false
}

// What stands for letters in a JSON pointer (RFC 6901), and in an address that ends
// with one.
var (
	inPointer  = strings.NewReplacer("~", "~0", "/", "~1")
	inFragment = strings.NewReplacer("{", "%7B", "}", "%7D")
)

// check holds a body to what is described under path in the document.
func (d *described) check(body any, path ...string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	pointer := ""
	var node any = d.doc
	for _, part := range path {
		if m, ok := node.(map[string]any); ok {
			if ref, ok := m["$ref"].(string); ok {
				pointer = strings.TrimPrefix(ref, "#")
			}
		}
		node = d.at(node, part)
		pointer += "/" + inPointer.Replace(part)
	}
	schema, err := d.compiler.Compile(documentURL + "#" + inFragment.Replace(pointer))
	if err != nil {
		return err
	}
	return schema.Validate(body)
}

// holds fails unless an answer is described, and as it is described.
func (d *described) holds(t testing.TB, method, path string, a *testkit.Answer) {
	t.Helper()
	template, ok := d.operation(method, path)
	if !ok || a.Status == http.StatusMethodNotAllowed {
		return
	}
	if a.Status == http.StatusNoContent {
		if d.at(d.doc, "paths", template, strings.ToLower(method), "responses", "204") == nil || a.Body != "" {
			t.Errorf("%s %s answers with nothing, which is not described: %.200s", method, template, a.Body)
		}
		return
	}
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	status := http.StatusText(a.Status)
	code := []string{"paths", template, strings.ToLower(method), "responses", jsonNumber(a.Status)}
	if d.at(d.doc, append(slices.Clone(code), "content", kind)...) == nil {
		t.Errorf("%s %s answers %d %s as %q, which is not described: %.200s", method, template, a.Status, status, kind, a.Body)
		return
	}
	var body any = a.Body // as it is, where it is no JSON
	if strings.HasSuffix(kind, "json") {
		var err error
		if body, err = jsonschema.UnmarshalJSON(strings.NewReader(a.Body)); err != nil {
			t.Errorf("%s %s: %v", method, template, err)
			return
		}
	}
	if err := d.check(body, append(code, "content", kind, "schema")...); err != nil {
		t.Errorf("%s %s answers %d other than described: %v\n%s", method, template, a.Status, err, a.Body)
	}
}

func jsonNumber(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

// TestDescriptionIsTheSurface compares the document with the routes.
func TestDescriptionIsTheSurface(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	routes := map[string]authz.Permission{}
	for _, r := range k.Server.Routes() {
		if r.Path == api.AcknowledgementsPath {
			routes["post /endpoints/{system}/{endpoint}/acknowledgements"] = "webhook-signature"
		}
		if e, ok := authz.Lookup(r.Permission); ok && e.Holder == authz.System && !strings.HasPrefix(r.Path, "/scim/") && !strings.HasPrefix(r.Path, "/opendsr/") {
			path := strings.NewReplacer(":subject", "{subject}", ":import", "{import}", ":audience", "{audience}", ":send", "{send}").Replace(strings.TrimPrefix(r.Path, "/api/v1"))
			routes[strings.ToLower(r.Method)+" "+path] = r.Permission
		}
	}
	seen := map[any]bool{}
	for path, methods := range k.described.doc["paths"].(map[string]any) {
		for method, op := range methods.(map[string]any) {
			p, ok := routes[method+" "+path]
			if !ok {
				t.Errorf("%s %s is described and not there", method, path)
				continue
			}
			delete(routes, method+" "+path)
			text, _ := k.described.at(op, "description").(string)
			if !strings.Contains(text, "`"+string(p)+"`") {
				t.Errorf("%s %s does not say that it needs %s", method, path, p)
			}
			name := k.described.at(op, "operationId")
			if seen[name] {
				t.Errorf("two operations are called %v", name)
			}
			seen[name] = true
		}
	}
	for route := range routes {
		t.Errorf("%s is there and not described", route)
	}
	problems := k.described.doc["x-problems"].(map[string]any)
	page := k.Client(t).Page("/api/v1/docs")
	for status := 400; status < 600; status++ {
		name := api.ProblemName(status)
		if name == "" {
			continue
		}
		if problems[name] == nil || !strings.Contains(page, `id="problem-`+name+`"`) {
			t.Errorf("the problem %s is described nowhere", name)
		}
		delete(problems, name)
	}
	for name := range problems {
		t.Errorf("the problem %s is described and does not exist", name)
	}
	for name := range seen {
		if !strings.Contains(page, `id="`+name.(string)+`"`) {
			t.Errorf("the reference has nothing about %s", name)
		}
	}
}

// lintersEnv names the folder where .ci/setup puts the linters of OpenAPI.
const lintersEnv = "LIVINGPROFILE_OPENAPI_LINTERS"

// TestLint has two linters that know nothing of each other read the document.
func TestLint(t *testing.T) {
	folder := os.Getenv(lintersEnv)
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); folder == "" || err != nil {
		testkit.Missing(t, "linters of OpenAPI", fmt.Errorf("%s names no folder with them: run make setup, and tests by make", lintersEnv))
	}
	dir := t.TempDir()
	file, rules := filepath.Join(dir, "openapi.json"), filepath.Join(dir, "rules.yaml")
	if err := os.WriteFile(file, newKit(t, testkit.OnSQLite).described.text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, []byte(`extends: ["spectral:oas"]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range [][]string{
		{"redocly", "lint", "--max-problems=1000", file},
		{"spectral", "lint", "--fail-severity=hint", "-r", rules, file},
	} {
		var out bytes.Buffer
		cmd := exec.CommandContext(t.Context(), filepath.Join(folder, "node_modules", ".bin", line[0]), line[1:]...)
		cmd.Env = append(os.Environ(), "REDOCLY_TELEMETRY=off", "CI=1")
		cmd.Stdout, cmd.Stderr, cmd.Dir = &out, &out, dir
		// redocly ends well with warnings, and counts them on a line.
		if err := cmd.Run(); err != nil || strings.Contains(out.String(), "You have ") {
			t.Errorf("%s: %v\n%s", line[0], err, out.String())
		}
	}
}
