package testkit

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// TestTree holds the whole tree to what architecture and conventions say of
// imports and of SQL.
func TestTree(t *testing.T) {
	t.Parallel()
	for _, broken := range brokenRules(t, os.DirFS("../..")) {
		t.Error(broken)
	}
}

// TestTree_can_fail breaks every rule in a tree of a few files.
func TestTree_can_fail(t *testing.T) {
	t.Parallel()
	imports := func(name string, paths ...string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("package " + name + "\nimport (\n\"" + strings.Join(paths, "\"\n\"") + "\"\n)\n")}
	}
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, tt := range map[string]struct {
		file string
		as   *fstest.MapFile
		want string
	}{
		"echo outside handlers":      {"internal/consent/a.go", imports("consent", "github.com/labstack/echo/v4"), "internal/consent imports github.com/labstack/echo/v4"},
		"SQL outside store":          {"cmd/x/a.go", imports("main", "database/sql"), "cmd/x imports database/sql"},
		"driver outside store":       {"handlers/portal/a.go", imports("portal", "github.com/jackc/pgx/v5/stdlib"), "handlers/portal imports github.com/jackc/pgx/v5/stdlib"},
		"HTML outside views":         {"internal/mail/a.go", imports("mail", "github.com/a-h/templ"), "internal/mail imports github.com/a-h/templ"},
		"HTML of the library":        {"handlers/web/a.go", imports("web", "html/template"), "handlers/web imports html/template"},
		"handlers import store":      {"handlers/portal/a.go", imports("portal", "livingprofile/store"), "handlers/portal imports livingprofile/store"},
		"store imports handlers":     {"store/a.go", imports("store", "livingprofile/handlers"), "store imports livingprofile/handlers"},
		"store imports views":        {"store/storetest/a.go", imports("storetest", "livingprofile/views/mail"), "store/storetest imports livingprofile/views/mail"},
		"views import handlers":      {"views/ui/a.go", imports("ui", "livingprofile/handlers/web"), "views/ui imports livingprofile/handlers/web"},
		"rules import store":         {"internal/rights/a.go", imports("rights", "livingprofile/store"), "internal/rights imports livingprofile/store"},
		"rules import views":         {"internal/mail/a.go", imports("mail", "livingprofile/views/mail"), "internal/mail imports livingprofile/views/mail"},
		"words import something":     {"locales/a.go", imports("locales", "livingprofile/internal/i18n"), "locales imports livingprofile/internal/i18n"},
		"lower imports upper":        {"internal/ledger/a.go", imports("ledger", "livingprofile/internal/consent"), "internal/ledger imports livingprofile/internal/consent"},
		"below imports a part above": {"internal/keyring/keytest/a.go", imports("keytest", "livingprofile/internal/login/logintest"), "internal/keyring/keytest imports livingprofile/internal/login/logintest"},
		"product imports test kit":   {"cmd/x/a.go", imports("main", "livingprofile/internal/testkit"), "cmd/x imports livingprofile/internal/testkit"},
		"outsider knows us":          {"cmd/newsletter/a.go", imports("newsletter", "livingprofile/internal/hook"), "cmd/newsletter imports livingprofile/internal/hook"},
		"package without a place":    {"internal/somewhere/a.go", imports("somewhere", "fmt"), "internal/somewhere has no place"},
		"HTTP server in the rules":   {"internal/hook/a.go", text("package hook\nvar s http.Server\n"), "internal/hook/a.go serves HTTP"},
		"ledger updated":             {"store/a.go", text("package store\nconst q = `\n\tUPDATE  ledger_entries\n\tset x = 1`\n"), "store/a.go: update ledger_entries"},
		"records updated":            {"store/migrations/1.sql", text("-- why\nupdate consent_records set x = 1;\n"), "store/migrations/1.sql: update consent_records"},
		"ledger deleted":             {"store/a.go", text("package store\nconst q = \"delete from ledger_entries\"\n"), "store/a.go: delete from ledger_entries"},
		"records deleted":            {"cmd/x/a.go", text("package main\nconst q = \"delete from\\tconsent_records\"\n"), "cmd/x/a.go: delete from consent_records"},
		"star selected":              {"store/a.go", text("package store\nconst q = `select\n* from x`\n"), "store/a.go: select *"},
		"table without a comment":    {"store/migrations/1.sql", text("-- why\n-- +goose Up\n\ncreate table x (\n"), "store/migrations/1.sql: table x has no comment"},
		"migration without a reason": {"store/migrations/1.sql", text("-- +goose Up\n"), "store/migrations/1.sql: says not why"},
		"test that sleeps":           {"store/a_test.go", text("package store\nfunc f() { time.Sleep(1) }\n"), "store/a_test.go sleeps"},
		"init function":              {"store/a.go", text("package store\nfunc init() {}\n"), "store/a.go has an init function"},
	} {
		if got := brokenRules(t, fstest.MapFS{tt.file: tt.as}); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, tt.want) }) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
	good := fstest.MapFS{
		"handlers/web/a.go":          imports("web", "github.com/labstack/echo/v4", "github.com/a-h/templ", "livingprofile/views/ui", "livingprofile/internal/consent"),
		"store/a.go":                 imports("store", "database/sql", "livingprofile/internal/decision", "github.com/jackc/pgx/v5"),
		"store/a_test.go":            text("package store\nconst q = `select * from kept; update ledger_entries set x = 1`\n"),
		"cmd/x/a.go":                 imports("main", "livingprofile/store", "livingprofile/handlers", "livingprofile/internal/demo"),
		"internal/decision/a.go":     imports("decision", "livingprofile/internal/consent", "livingprofile/internal/errs"),
		"store/migrations/1_x.sql":   text("-- Why: so.\n-- +goose Up\n\n-- A row is one x.\ncreate table x (\n"),
		"store/b.go":                 text("package store\nconst q = `select count(*) from ledger_entries`\n"),
		"testdata/src/handlers/x.go": imports("x", "database/sql"),
	}
	if got := brokenRules(t, good); len(got) != 0 {
		t.Errorf("good tree: got %q", got)
	}
}

// A rule says who alone may import what. Paths are from the root of the
// module, or of a module of others, and name what is below them too.
type rule struct {
	what []string
	by   []string
}

var importRules = [...]rule{
	{[]string{"github.com/labstack/echo", "github.com/gorilla"}, []string{"handlers", bareLibraries}},
	{
		[]string{"database/sql", "modernc.org/sqlite", "github.com/jackc/pgx", "github.com/pressly/goose"},
		[]string{"store", "internal/testkit", bareLibraries},
	},
	{[]string{"github.com/a-h/templ"}, []string{"views", "handlers", bareLibraries}},
	{[]string{"html/template"}, outsiders[:]},
	{[]string{"livingprofile/store"}, []string{"cmd", "store", "internal/testkit"}},
	{[]string{"livingprofile/handlers"}, []string{"cmd", "handlers", "internal/testkit"}},
	{[]string{"livingprofile/views"}, []string{"cmd", "handlers", "views", "internal/testkit"}},
	{[]string{"livingprofile/cmd"}, []string{"cmd", "internal/testkit"}},
	{[]string{"livingprofile/internal/testkit"}, []string{"internal/testkit"}},
	{[]string{"livingprofile/internal"}, []string{"cmd", "handlers", "views", "store", "internal"}},
}

// outsiders are programs of somebody else, for the demo: they share nothing with
// the product, and among each other what receives hooks.
var outsiders = [...]string{"cmd/newsletter", "cmd/storefront", "cmd/crm", "cmd/gateway", shared}

const shared = "cmd/receiver"

// bareLibraries measures what the libraries cost without the product.
const bareLibraries = "cmd/bench"

// layers are the packages under internal from the bottom up. None imports one
// that stands above it.
var layers = [...][]string{
	{"archive", "attachment", "errs", "clock", "config", "i18n", "id", "outbound", "pdf", "scan", "secret", "table", "turn", "workbook", "yamltext"},
	{"keyring"},
	{"ledger"},
	{"identity"},
	{"profile", "consent", "rights", "automated"},
	{"decision", "folder"},
	{"job", "mail", "hook", "activity", "retention", "pull", "scim", "transfer"},
	{"authz", "login", "brand", "once", "footer", "connector", "opendsr"},
	{"staff", "figures", "approval"},
	{"review"},
	{"organisation", "audience"},
	{"breach", "evidence", "receipt"},
	{"inbound", "intake", "demo", "register"},
}

// layerOf returns the place of a package's path under internal, or -1.
func layerOf(dir string) int {
	name, ok := strings.CutPrefix(dir, "internal/")
	if !ok {
		return -1
	}
	name, _, _ = strings.Cut(name, "/")
	return slices.IndexFunc(layers[:], func(l []string) bool { return slices.Contains(l, name) })
}

// deps.go keeps modules that are not imported yet; it goes with the last.
const holdsModules = "deps.go"

func brokenRules(t *testing.T, tree fs.FS) (broken []string) {
	t.Helper()
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == "testdata" || name == "node_modules" || name != "." && strings.HasPrefix(name, ".") {
				return fs.SkipDir
			}
			return nil
		}
		if ext := path.Ext(name); ext != ".go" && ext != ".sql" || file == holdsModules {
			return nil
		}
		text, err := fs.ReadFile(tree, file)
		if err != nil {
			return err
		}
		switch {
		case strings.HasSuffix(name, "_test.go"):
			broken = append(broken, testBreaks(file, string(text))...)
		case strings.HasSuffix(name, ".sql"):
			broken = append(broken, append(sqlBreaks(file, string(text)), migrationBreaks(file, string(text))...)...)
		default:
			broken = append(broken, append(sqlBreaks(file, string(text)), goBreaks(file, string(text))...)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return broken
}

var (
	serves  = regexp.MustCompile(`\bhttp\.(Server|Handler|HandlerFunc|ResponseWriter|Serve|ListenAndServe|NewServeMux)\b`)
	tables  = regexp.MustCompile(`(?m)^(.*)\ncreate table (\S+)`)
	forever = regexp.MustCompile(`\b(update|delete\s+from)\s+(consent_records|ledger_entries)\b`)
	star    = regexp.MustCompile(`\bselect\s+\*`)
)

func testBreaks(file, text string) []string {
	if strings.Contains(text, "time.Sleep(") && file != "internal/testkit/rules_test.go" {
		return []string{file + " sleeps: wait for what is awaited"}
	}
	return nil
}

// sqlBreaks finds what no statement of the product may do: a consent record and
// a ledger entry are never changed or deleted (invariant 1).
func sqlBreaks(file, text string) (broken []string) {
	text = strings.ToLower(strings.ReplaceAll(text, `\t`, " "))
	if strings.Contains(text, "consent_records") || strings.Contains(text, "ledger_entries") {
		for _, m := range forever.FindAllString(text, -1) {
			broken = append(broken, file+": "+strings.Join(strings.Fields(m), " "))
		}
	}
	if strings.Contains(text, "select") && star.MatchString(text) {
		broken = append(broken, file+": select *")
	}
	return broken
}

func migrationBreaks(file, text string) (broken []string) {
	if !strings.HasPrefix(text, "-- ") || strings.HasPrefix(text, "-- +goose") {
		broken = append(broken, file+": says not why")
	}
	for _, m := range tables.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[1], "-- ") || strings.HasPrefix(m[1], "-- +goose") {
			broken = append(broken, fmt.Sprintf("%s: table %s has no comment", file, m[2]))
		}
	}
	return broken
}

func goBreaks(file, text string) (broken []string) {
	dir := path.Dir(file)
	if strings.Contains(text, "\nfunc init()") {
		broken = append(broken, file+" has an init function")
	}
	rules := under(dir, "internal") && !under(dir, "internal/testkit")
	if rules && strings.Contains(text, "http.") && serves.MatchString(text) {
		broken = append(broken, file+" serves HTTP")
	}
	if rules && layerOf(dir) < 0 {
		broken = append(broken, dir+" has no place among the layers: give it one here and in the architecture")
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
	if err != nil {
		return append(broken, err.Error())
	}
	for _, i := range parsed.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return append(broken, err.Error())
		}
		if !mayImport(dir, imported) {
			broken = append(broken, fmt.Sprintf("%s imports %s", dir, imported))
		}
	}
	return broken
}

func mayImport(dir, imported string) bool {
	for _, r := range importRules {
		about := slices.ContainsFunc(r.what, func(what string) bool { return under(imported, what) })
		if about && !slices.ContainsFunc(r.by, func(by string) bool { return under(dir, by) }) {
			return false
		}
	}
	if slices.Contains(outsiders[:], dir) && under(imported, "livingprofile") {
		return imported == "livingprofile/"+shared
	}
	own, other := layerOf(dir), layerOf(strings.TrimPrefix(imported, "livingprofile/"))
	return own < 0 || other <= own
}

// under tells whether p is folder or in it.
func under(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }
