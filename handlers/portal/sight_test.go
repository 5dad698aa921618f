package portal

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/internal/organisation"
)

// noon is when the pages of the tables are looked at: 21:00 in Tokyo.
var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

// declared is the demo's organisation, declared a year before noon.
func declared(t *testing.T) *organisation.Organisation {
	t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	return organisation.Diff(nil, draft, noon.AddDate(-1, 0, 0)).Next
}

// newSight is a sight of nobody, which set may fill.
func newSight(t *testing.T, org *organisation.Organisation, brand, locale string, set func(*sight)) *sight {
	t.Helper()
	b, ok := org.Brand(brand)
	if !ok {
		t.Fatalf("no brand %q", brand)
	}
	zone, err := time.LoadLocation(b.Zone)
	if err != nil {
		t.Fatal(err)
	}
	s := &sight{
		ctx: i18n.With(t.Context(), i18ntest.Words(t).Localizer(locale).In(zone)), locale: locale,
		org: org, brand: b, base: "/" + brand, now: noon, texts: &texts{},
	}
	if set != nil {
		set(s)
	}
	return s
}

// quoted finds the ids of messages in a source.
var quoted = regexp.MustCompile(`"((?:portal|page|event|basis|status|proof|actor|error|ui)\.[a-z_.]+[a-z])"`)

func TestEvery_word_is_there(t *testing.T) {
	b := i18ntest.Words(t)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(source), -1) {
			found++
			if !b.Has(m[1]) {
				t.Errorf("%s: no words for %s", file, m[1])
			}
		}
	}
	if found < 100 {
		t.Errorf("got %d ids, which is too few to be all of them", found)
	}
}
