package testkit_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
)

// The example of the declaration has neither problems nor warnings.
func TestDeclarationExampleIsComplete(t *testing.T) {
	draft, err := organisation.Parse("organisation.yaml", []byte(example(t, "docs/organisation.md", "yaml")))
	if err != nil {
		t.Fatal(err)
	}
	warnings, err := draft.Check()
	if err != nil {
		t.Error(err)
	}
	for _, w := range warnings {
		t.Error(w)
	}
}

// The reference of the declaration names the keys that are read, each in its
// place, and none besides.
func TestDeclarationKeys(t *testing.T) {
	source := read(t, "internal/organisation/parse.go") + read(t, "internal/organisation/pull.go") +
		read(t, "internal/organisation/activity.go") + read(t, "internal/organisation/peer.go") +
		read(t, "internal/organisation/connector.go") + read(t, "internal/organisation/automated.go") +
		read(t, "internal/organisation/duty.go")
	doc := document{"docs/organisation.md", read(t, "docs/organisation.md")}
	key := regexp.MustCompile(`\.(?:text|word|words|lines|list|flag|number|term|date|each|take)\("([a-z-]+)"`)
	for part, functions := range map[string][]string{
		"## At the top":  {"Parse", "readOrganisation"},
		"## A brand":     {"readBrand"},
		"## A system":    {"readSystem", "readPull", "readSCIM", "readConnector"},
		"## A connector": {"readLink", "every"},
		"## SCIM":        {"readPolicy"},
		"## A pull":      {"readFeed", "every"},
		"## An endpoint": {"readEndpoint"},
		"## A purpose":   {"readPurpose"},
		"## A topic":     {"readTopic"},
		"## A field":     {"readField", "readChoices"},
		"## An ask":      {"readAsk"},
		"## A rule":      {"readRule"},

		"## A duty":                {"readDuty"},
		"## An automated decision": {"readAutomated"},
	} {
		want, got := map[string]bool{}, map[string]bool{}
		for _, f := range functions {
			_, body, found := strings.Cut(source, "\nfunc "+f+"(")
			if !found {
				t.Fatalf("nothing has a function %s", f)
			}
			body, _, _ = strings.Cut(body, "\n}\n")
			for _, m := range key.FindAllStringSubmatch(body, -1) {
				want[m[1]] = true
			}
		}
		for _, cells := range rows(section(t, doc, part)) {
			for _, name := range names(cells[0]) {
				got[name] = true
			}
		}
		compare(t, part, got, want)
	}
}

// The reference of maps names the keys of a map, and its example imports as the
// text under it says.
func TestImportReference(t *testing.T) {
	doc := document{"docs/import.md", read(t, "docs/import.md")}
	want, got := map[string]bool{}, map[string]bool{}
	form := reflect.TypeFor[intake.Map]()
	for i := range form.NumField() {
		if name := form.Field(i).Tag.Get("yaml"); name != "" {
			want[name] = true
		}
	}
	all := rows(section(t, doc, "## A map of your own"))
	for _, cells := range all {
		got[names(cells[0])[0]] = true
	}
	compare(t, "a map", got, want)
	rule := map[string]reflect.Type{
		"identifiers": reflect.TypeFor[intake.IdentifierRule](), "fields": reflect.TypeFor[intake.FieldRule](),
		"consents": reflect.TypeFor[intake.ConsentRule](),
	}
	for _, cells := range all {
		form, ok := rule[names(cells[0])[0]]
		for i := 0; ok && i < form.NumField(); i++ {
			name := form.Field(i).Tag.Get("yaml")
			if name != ",inline" && !slices.Contains(names(cells[1]), name) {
				t.Errorf("%s: nothing about %s", cells[0], name)
			}
		}
	}
	ready := map[string]bool{}
	for _, name := range intake.Maps() {
		ready[name] = true
	}
	listed := map[string]bool{}
	for _, cells := range rows(section(t, doc, "## Ready-made maps")) {
		for _, name := range names(cells[0]) {
			listed[name] = true
		}
	}
	compare(t, "ready-made maps", listed, ready)
}

func TestImportExample(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "organisation.yaml", example(t, "docs/organisation.md", "yaml"))
	put(t, dir, "club.yaml", example(t, "docs/import.md", "yaml"))
	put(t, dir, "club.csv", example(t, "docs/import.md", "csv"))
	if _, status := run(t, dir, "apply", "organisation.yaml"); status != 0 {
		t.Fatalf("apply: got status %d", status)
	}
	out, status := run(t, dir, "import", "club.csv", "--name", "shop", "--map", "club.yaml", "--quiet")
	if status != 1 || !strings.Contains(out, "2 created, 0 merged, 0 changed, 0 unchanged, 1 refused") || !strings.Contains(out, "refused line 4") {
		t.Errorf("got status %d and %q, want the last row refused", status, out)
	}
}

// compare reports what is only in one of two sets.
func compare(t *testing.T, what string, got, want map[string]bool) {
	t.Helper()
	if len(want) == 0 {
		t.Errorf("%s: found nothing to compare with", what)
	}
	for name := range want {
		if !got[name] {
			t.Errorf("%s: nothing about %s", what, name)
		}
	}
	for name := range got {
		if !want[name] {
			t.Errorf("%s: %s is named, and there is none", what, name)
		}
	}
}
