package views_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/a-h/templ/parser/v2"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
)

// asked finds the message ids that are written out in a source.
var asked = regexp.MustCompile(`i18n\.T\(ctx, "([a-z0-9_.]+)"[,)]`)

func TestEveryWordIsThere(t *testing.T) {
	b := i18ntest.Words(t)
	for _, locale := range []string{"en", "ja", "ar"} {
		ctx := i18n.With(context.Background(), b.Localizer(locale))
		for _, file := range append(sources(t, "*.templ"), sources(t, "*.go")...) {
			for _, m := range asked.FindAllStringSubmatch(read(t, file), -1) {
				if got := i18n.T(ctx, m[1]); got == "⟦"+m[1]+"⟧" {
					t.Errorf("%s asks for %s, which has no words", file, m[1])
				}
			}
		}
	}
	for id := range b.Missing() {
		if !strings.Contains(id, " portal.") && !strings.Contains(id, " ui.") {
			continue
		}
		// An argument that was not given here is no gap.
		if strings.Count(id, " ") == 1 {
			t.Errorf("no words for %s", id)
		}
	}
}

func TestLanguagesAreComplete(t *testing.T) {
	for _, gap := range i18ntest.Words(t).Gaps() {
		if strings.Contains(gap, " portal.") || strings.Contains(gap, " ui.") {
			t.Error(gap)
		}
	}
}

func TestNoWordIsWrittenInAView(t *testing.T) {
	for _, file := range sources(t, "*.templ") {
		f, err := parser.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range f.Nodes {
			if c, ok := n.(*parser.HTMLTemplate); ok {
				literals(t, file, c.Children)
			}
		}
	}
}

// shown are the attributes whose values people read.
var shown = map[string]bool{"aria-label": true, "title": true, "alt": true, "placeholder": true}

func literals(t *testing.T, file string, nodes []parser.Node) {
	t.Helper()
	for _, n := range nodes {
		switch n := n.(type) {
		case *parser.Text:
			if strings.ContainsFunc(n.Value, unicode.IsLetter) {
				t.Errorf("%s:%d has the words %q", file, n.Range.From.Line+1, n.Value)
			}
		case *parser.Element:
			for _, a := range n.Attributes {
				if c, ok := a.(*parser.ConstantAttribute); ok && shown[fmt.Sprint(c.Key)] {
					t.Errorf("%s:%d has the words %q", file, n.NameRange.From.Line+1, c.Value)
				}
			}
		}
		if c, ok := n.(parser.CompositeNode); ok {
			literals(t, file, c.ChildNodes())
		}
	}
}

// sources are the files of this look; other views have their own tests.
func sources(t *testing.T, pattern string) []string {
	t.Helper()
	var files []string
	for _, dir := range []string{"layout", "ui", "portal"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if !strings.HasSuffix(f, "_templ.go") {
				files = append(files, f)
			}
		}
	}
	if len(files) == 0 {
		t.Fatalf("no %s found", pattern)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
