package testkit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// A source is one Go file that is part of the program or of what tests share.
type source struct {
	name string // path from the root
	file *ast.File
}

// sources returns every Go file but tests; generated ones are among them.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	walk(t, func(name string) {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(name)), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			return
		}
		all = append(all, source{name, file})
	})
	if len(all) < 200 {
		t.Fatalf("got %d files, which is too few to be all of them", len(all))
	}
	return all
}

// A border says who may import what begins with a path.
type border struct {
	imports string
	allowed []string // folders
}

// borders are those that architecture.md draws.
var borders = [...]border{
	{"github.com/labstack/echo", []string{"handlers"}},
	{"github.com/gorilla/", []string{"handlers"}},
	{"github.com/a-h/templ", []string{"views", "handlers"}},
	{"html/template", []string{"cmd/newsletter", "cmd/storefront", "cmd/crm", "cmd/gateway"}},
	{"database/sql", []string{"store"}},
	{"github.com/jackc/pgx", []string{"store"}},
	{"modernc.org/sqlite", []string{"store"}},
	{"github.com/pressly/goose", []string{"store"}},
	{"net/http", []string{"handlers", "static", "cmd", "internal/outbound"}},
	{"github.com/alecthomas/kong", []string{"cmd", "internal/config"}},
	{"livingprofile/handlers", []string{"cmd", "handlers"}},
	{"livingprofile/store", []string{"cmd", "store"}},
	{"livingprofile/views", []string{"handlers", "views", "cmd/wire"}},
	{"livingprofile/static", []string{"handlers", "views"}},
	{"livingprofile/locales", []string{"cmd/livingprofile", "cmd/wire", "internal/i18n/i18ntest"}},
	{"livingprofile/cmd/wire", []string{"cmd/livingprofile"}},
}

// known are what a page may know besides ready values: words, their errors, and
// paper.
var known = [...]string{"i18n", "errs", "pdf"}

// outside are what looks at the product from behind, or goes without it.
var outside = [...]string{"internal/testkit", "cmd/bench"}

// The import rules hold (invariant 4).
func TestImportRules(t *testing.T) {
	crossed := map[string]bool{}
	for _, s := range sources(t) {
		if slices.ContainsFunc(outside[:], func(folder string) bool { return within(s.name, folder) }) {
			continue
		}
		for _, i := range s.file.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range borders {
				if !strings.HasPrefix(imported, b.imports) {
					continue
				}
				crossed[b.imports] = true
				if !slices.ContainsFunc(b.allowed, func(folder string) bool { return within(s.name, folder) }) {
					t.Errorf("%s imports %s, which only %v may", s.name, imported, b.allowed)
				}
			}
			if within(s.name, "views") && strings.HasPrefix(imported, "livingprofile/internal/") &&
				!slices.Contains(known[:], strings.TrimPrefix(imported, "livingprofile/internal/")) {
				t.Errorf("%s imports %s: a page knows ready values only", s.name, imported)
			}
		}
	}
	for _, b := range borders {
		if b.allowed != nil && !crossed[b.imports] {
			t.Errorf("nobody imports %s any more: the rule guards nothing", b.imports)
		}
	}
}

// doors are who may connect to somewhere: the one door out, and the mail of a
// server that the operator's flags name. The others are not the product.
var doors = [...]string{
	"internal/outbound/", "internal/mail/smtp.go", "internal/testkit/", "cmd/bench/", "cmd/vendors/", "cmd/crm/", "cmd/gateway/", "cmd/newsletter/", "cmd/storefront/",
}

// connecting are the ways that the library has to connect, or to have something
// connected.
var connecting = regexp.MustCompile(`^((net|tls)\.(Dial|Resolver$)|http\.(Get|Head|Post|PostForm|Client|DefaultClient|Transport|DefaultTransport)$)`)

// What the product fetches or sends goes through the one door, where addresses
// are checked (S06).
func TestOneDoorOut(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		by := slices.IndexFunc(doors[:], func(d string) bool { return strings.HasPrefix(s.name, d) })
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, ok := sel.X.(*ast.Ident)
			if !ok || !connecting.MatchString(from.Name+"."+sel.Sel.Name) {
				return true
			}
			if by < 0 {
				t.Errorf("%s uses %s.%s: connections go through internal/outbound", s.name, from.Name, sel.Sel.Name)
			} else {
				used[doors[by]] = true
			}
			return true
		})
	}
	for _, d := range doors[:2] {
		if !used[d] {
			t.Errorf("%s connects to nothing: the rule guards nothing", d)
		}
	}
}

func within(name, folder string) bool { return strings.HasPrefix(name, folder+"/") }

// The map of packages has every package and no other.
func TestMapOfPackages(t *testing.T) {
	doc := document{"docs/architecture.md", read(t, "docs/architecture.md")}
	got := map[string]bool{}
	for _, cells := range rows(section(t, doc, "## The packages")) {
		for _, name := range names(cells[0]) {
			got[name] = true
		}
	}
	want := map[string]bool{}
	walk(t, func(name string) {
		if path.Ext(name) == ".go" {
			want[path.Dir(name)] = true
		}
	})
	compare(t, "the map of packages", got, want)
}

// The README's layout names folders that are there.
func TestReadmeLayout(t *testing.T) {
	d := document{"README.md", read(t, "README.md")}
	all := blocks(section(t, d, "## How it is laid out"), "")
	if len(all) != 1 || strings.Count(all[0], "\n") != 8 {
		t.Fatalf("got %q, want one block of eight lines", all)
	}
	for line := range strings.Lines(all[0]) {
		folder := strings.Fields(line)[0]
		if info, err := os.Stat(filepath.Join(root, folder)); err != nil || !info.IsDir() {
			t.Errorf("there is no folder %s", folder)
		}
	}
}

// never are words that the glossary has another for. Of names with several
// meanings only those are listed that have no right one here.
var never = [...]string{
	"admin", "ticket", "purge", "wipe", "dedupe", "tenant", "user", "granted",
	"impl", "manager", "helper", "util", "utils", "dsr",
}

// rightly are names with such a word that is right: the machine's user, a role,
// and a standard.
var rightly = [...]string{"asUser", "BrandManager", "OpenDSR"}

// No name in the code is a word that the glossary avoids. What a browser calls
// itself is another exception, for HTTP calls it so.
func TestGlossaryWordsInCode(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			for _, name := range declared(n) {
				if slices.Contains(rightly[:], name) {
					continue
				}
				list := words(name)
				for i, w := range list {
					if w == "user" && i+1 < len(list) && list[i+1] == "agent" {
						continue
					}
					if slices.Contains(never[:], w) {
						t.Errorf("%s: %s says %q: see docs/glossary.md", s.name, name, w)
					}
				}
			}
			return true
		})
	}
	for name, columns := range schema(t) {
		list := strings.Split(name, "_")
		for c := range columns {
			if c != "user_agent" {
				list = append(list, strings.Split(c, "_")...)
			}
		}
		for _, w := range list {
			if slices.Contains(never[:], w) || slices.Contains(never[:], strings.TrimSuffix(w, "s")) {
				t.Errorf("the table %s says %q: see docs/glossary.md", name, w)
			}
		}
	}
}

// declared returns the names that n gives to something.
func declared(n ast.Node) []string {
	var idents []*ast.Ident
	switch n := n.(type) {
	case *ast.FuncDecl:
		idents = []*ast.Ident{n.Name}
	case *ast.TypeSpec:
		idents = []*ast.Ident{n.Name}
	case *ast.ValueSpec:
		idents = n.Names
	case *ast.Field:
		idents = n.Names
	case *ast.File:
		idents = []*ast.Ident{n.Name}
	}
	var all []string
	for _, i := range idents {
		all = append(all, i.Name)
	}
	return all
}

// words cuts a Go name where a capital begins a word, in lower case.
func words(name string) []string {
	var all []string
	begin := 0
	letters := []rune(name)
	for i := 1; i <= len(letters); i++ {
		if i == len(letters) || unicode.IsUpper(letters[i]) && (unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])) {
			all = append(all, strings.ToLower(string(letters[begin:i])))
			begin = i
		}
	}
	return all
}
