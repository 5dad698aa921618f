package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// verifiersEnv names the folder where .ci/setup puts two packages that verify
// Standard Webhooks.
const verifiersEnv = "LIVINGPROFILE_WEBHOOK_VERIFIERS"

// A signed is one hook as a receiver gets it, and whether it is to be believed.
type signed struct {
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"`
	name    string
	want    string
}

// TestVerifiers: two packages of others accept every kind of event in both
// envelopes, through a rotation, whatever is in a body, and nothing else.
func TestVerifiers(t *testing.T) {
	t.Parallel()
	folder := os.Getenv(verifiersEnv)
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "svix")); folder == "" || err != nil {
		testkit.Missing(t, "verifiers of webhooks", fmt.Errorf("%s names no folder with them: run make setup, and tests by make", verifiersEnv))
	}
	all := everyKind(t)
	var lines bytes.Buffer
	for _, s := range all {
		if err := json.NewEncoder(&lines).Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "verify.cjs"))
	cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
	cmd.Stdin = &lines
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(said) != len(all) {
		t.Fatalf("got %d answers to %d hooks", len(said), len(all))
	}
	for i, s := range all {
		var got map[string]string
		if err := json.Unmarshal([]byte(said[i]), &got); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"standardwebhooks", "svix"} {
			if got[name] != s.want {
				t.Errorf("%s, %s: got %q, want %q", s.name, name, got[name], s.want)
			}
		}
	}
}

// toldKinds are those of all kinds of entry that the code declares that an endpoint
// may be told of. Each may be asked for by itself, but for those that everybody
// is told and those that change no value.
func toldKinds(t *testing.T) []ledger.Kind {
	t.Helper()
	all := declaredKinds(t)
	for _, s := range consent.Statuses {
		all = append(all, ledger.Kind("consent."+string(s))) // as consent.Decide makes them
	}
	wanting := hook.Target{ID: "crm/main", System: "crm", Endpoint: hook.Endpoint{Purposes: []string{"p"}, Fields: []string{"f"}}}
	families := map[string]bool{}
	var told []ledger.Kind
	for _, k := range all {
		e := hook.Event{Subject: "x", Kind: k, Purpose: "p", Endpoint: wanting.ID, Fields: []string{"f"}, System: wanting.System}
		if wanting.Wants(&e) && !slices.Contains(told, k) {
			told = append(told, k)
			family, _, _ := strings.Cut(string(k), ".")
			families[family] = true
		}
	}
	single := []ledger.Kind{
		rights.RestrictionStarted, rights.RestrictionEnded, profile.Proposed, profile.Retracted, profile.Rejected, profile.Confirmed,
	}
	for _, k := range hook.Kinds() {
		single = append(single, ledger.Kind(k))
	}
	slices.Sort(single)
	slices.Sort(told)
	if diff := cmp.Diff(single, told); diff != "" {
		t.Errorf("what may be asked for by itself: (-want +got)\n%s", diff)
	}
	for _, f := range append(hook.Families(), "marketing", "restriction") {
		if !families[f] {
			t.Errorf("no kind of %s was found in the code", f)
		}
	}
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "hooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	for f := range families {
		if !bytes.Contains(doc, []byte("`"+f+".")) {
			t.Errorf("docs/hooks.md names no kind of %s", f)
		}
	}
	return told
}

// declaredKinds are the constants of type ledger.Kind of the whole tree.
func declaredKinds(t *testing.T) []ledger.Kind {
	t.Helper()
	var all []ledger.Kind
	err := filepath.WalkDir(filepath.Join("..", "..", "internal"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, is := n.(*ast.ValueSpec)
			if !is {
				return true
			}
			of, is := v.Type.(*ast.SelectorExpr)
			if !is || of.Sel.Name != "Kind" || fmt.Sprint(of.X) != "ledger" {
				return true
			}
			for _, one := range v.Values {
				lit, is := one.(*ast.BasicLit)
				if !is {
					t.Errorf("%s declares a kind that is no text", name)
					continue
				}
				kind, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Error(err)
				}
				all = append(all, ledger.Kind(kind))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// everyKind are hooks of every kind that anybody is told, and some that nobody
// should believe.
func everyKind(t *testing.T) []signed {
	t.Helper()
	kinds := append(toldKinds(t), "endpoint.ping")
	older, newer, stranger := hook.NewSecret(), hook.NewSecret(), hook.NewSecret()
	now := time.Now()
	var all []signed
	add := func(name string, secret hook.Secret, headers map[string]string, body []byte, want string) {
		lower := map[string]string{}
		for k, v := range headers {
			lower[strings.ToLower(k)] = v
		}
		all = append(all, signed{secret.String(), lower, body, name, want})
	}
	for _, kind := range kinds {
		for _, envelope := range []hook.Envelope{hook.Plain, hook.CloudEvents} {
			m := hook.Message{Type: string(kind), Timestamp: now, Data: hook.Content{
				Subject: "v80svo8q5l3g2r9a1k4d7t6b0c", Version: 42, KnownAs: []string{"№ 4711"}, Permissions: []hook.Permission{},
				Fields: map[string]string{"name": "佐藤 愛子\r\nأيكو 🎻", "note": "a\r\nb\u2028c\u0000<&>"},
			}}
			event := id.New()
			body, media, err := m.Write(envelope, "https://privacy.example.com", event)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprint(kind, " ", envelope)
			yes := "yes " + string(kind)
			rotating := hook.Headers([]hook.Secret{newer, older}, event, now, media, body)
			add(name+", the newer secret", newer, rotating, body, yes)
			add(name+", the older secret", older, rotating, body, yes)
			add(name+", afterwards", newer, hook.Headers([]hook.Secret{newer}, event, now, media, body), body, yes)
			add(name+", the older secret afterwards", older, hook.Headers([]hook.Secret{newer}, event, now, media, body), body, "no")
			add(name+", beside a key of a pair", newer, hook.Headers([]hook.Secret{hook.NewPair(), newer}, event, now, media, body), body, yes)
			add(name+", a stranger's secret", stranger, rotating, body, "no")
			add(name+", another body", newer, rotating, bytes.Replace(body, []byte("42"), []byte("43"), 1), "no")
			add(name+", another time", newer, hook.Headers([]hook.Secret{newer}, event, now.Add(-time.Hour), media, body), body, "no")
		}
	}
	lines := []byte("{\r\n  \"type\": \"lines\",\r\n  \"data\": \"道\"\r\n}\r\n")
	add("CR LF between members", newer, hook.Headers([]hook.Secret{newer}, "e", now, "application/json", lines), lines, "yes lines")
	return all
}
