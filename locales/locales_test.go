package locales_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/i18n/i18ntest"
)

// Every language says everything that English says, with the same arguments
// and with all the plural forms of its grammar.
func TestLanguagesAreComplete(t *testing.T) {
	for _, gap := range i18ntest.Words(t).Gaps() {
		t.Error(gap)
	}
}

// named matches the ids that source code names: those shown at once, and the
// messages of public errors (see internal/errs), which are shown later.
var named = regexp.MustCompile(`i18n\.T\((?:ctx|[\w.]+\(\w*\)),\s*"([\w.]+)"\s*[,)]|"(error\.\w+)"`)

// An id that the product names has words.
func TestEveryIDHasWords(t *testing.T) {
	b := i18ntest.Words(t)
	found := 0
	for _, root := range []string{"cmd", "handlers", "internal", "store", "views"} {
		err := filepath.WalkDir(filepath.Join("..", root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isSource(path) {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range named.FindAllStringSubmatch(string(source), -1) {
				found++
				if id := m[1] + m[2]; !b.Has(id) {
					t.Errorf("%s: no words for %s", path, id)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 100 {
		t.Errorf("got %d ids, which is too few to be all of them", found)
	}
}

func isSource(path string) bool {
	if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
		return false
	}
	return strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".templ")
}
