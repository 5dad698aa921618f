package testkit_test

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func decimal(n int) string { return strconv.Itoa(n) }

var (
	table  = regexp.MustCompile(`(?s)create table (?:keystore\.)?(\w+) \((.*?)\n\) strict;`)
	column = regexp.MustCompile(`(?m)^    (\w+) +(text|bigint|bytea)\b`)
	added  = regexp.MustCompile(`(?i)alter table (?:keystore\.)?(\w+)\s+(add|drop|rename) (?:column )?(\w+)(?: (text|bigint|bytea))?`)
	sealed = regexp.MustCompile(`Place\{Table: "(\w+)",`)
)

// schema returns the columns of every table, with their types.
func schema(t *testing.T) map[string]map[string]string {
	t.Helper()
	tables := map[string]map[string]string{}
	walk(t, func(name string) {
		if path.Ext(name) != ".sql" {
			return
		}
		text := read(t, name)
		for _, m := range table.FindAllStringSubmatch(text, -1) {
			columns := map[string]string{}
			for _, c := range column.FindAllStringSubmatch(m[2], -1) {
				columns[c[1]] = c[2]
			}
			tables[m[1]] = columns
		}
		for _, m := range added.FindAllStringSubmatch(text, -1) {
			if m[2] != "add" || m[4] == "" || tables[m[1]] == nil {
				t.Fatalf("%s: teach this test about %q", name, m[0])
			}
			tables[m[1]][m[3]] = m[4]
		}
		if got, want := len(table.FindAllString(text, -1)), strings.Count(text, "create table"); got != want {
			t.Fatalf("%s: got %d tables, want %d", name, got, want)
		}
	})
	return tables
}

// recorded returns what privacy.md says of each column of each table.
func recorded(t *testing.T) map[string]map[string]string {
	t.Helper()
	d := document{"docs/privacy.md", read(t, "docs/privacy.md")}
	tables := map[string]map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^### `(\\w+)`$").FindAllStringSubmatch(d.text, -1) {
		columns := map[string]string{}
		for _, cells := range rows(section(t, d, "### `"+m[1]+"`")) {
			if len(cells) != 4 {
				t.Errorf("%s: got %d cells, want 4: %q", m[1], len(cells), cells)
				continue
			}
			for i, cell := range cells {
				if cell == "" {
					t.Errorf("%s: cell %d of %q is empty", m[1], i+1, cells)
				}
			}
			for _, name := range names(cells[0]) {
				if _, twice := columns[name]; twice {
					t.Errorf("%s.%s is there twice", m[1], name)
				}
				columns[name] = cells[2]
			}
		}
		tables[m[1]] = columns
	}
	return tables
}

// Our record of processing names every column there is and none besides, and
// says how it lies on disk.
func TestPrivacyFollowsTheSchema(t *testing.T) {
	want, got := schema(t), recorded(t)
	if len(want) < 15 {
		t.Fatalf("got %d tables in the migrations, which is too few to be all of them", len(want))
	}
	for name, columns := range want {
		if got[name] == nil {
			t.Errorf("privacy.md says nothing about the table %s", name)
			continue
		}
		for c, kind := range columns {
			rest, ok := got[name][c]
			hidden := strings.HasPrefix(rest, "sealed") || rest == "keyed"
			switch {
			case !ok:
				t.Errorf("privacy.md says nothing about %s.%s", name, c)
			case !hidden && rest != "plain":
				t.Errorf("%s.%s: got %q at rest, want sealed, keyed or plain", name, c, rest)
			case hidden && kind != "bytea":
				t.Errorf("%s.%s is %s and cannot be %s", name, c, kind, rest)
			}
		}
	}
	for name, columns := range got {
		for c := range columns {
			if _, ok := want[name][c]; !ok {
				t.Errorf("privacy.md names %s.%s, and the schema has none", name, c)
			}
		}
		if want[name] == nil {
			t.Errorf("privacy.md names the table %s, and the schema has none", name)
		}
	}
}

// A table that the store seals something in has a sealed column in the record,
// and no other has.
func TestPrivacyFollowsTheSeals(t *testing.T) {
	var want []string
	walk(t, func(name string) {
		if path.Dir(name) != "store" || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return
		}
		for _, m := range sealed.FindAllStringSubmatch(read(t, name), -1) {
			want = append(want, m[1])
		}
	})
	var got []string
	for name, columns := range recorded(t) {
		for _, rest := range columns {
			if strings.HasPrefix(rest, "sealed") && name != "data_keys" { // which the keyring wraps
				got = append(got, name)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if got, want := slices.Compact(got), slices.Compact(want); !slices.Equal(got, want) {
		t.Errorf("got seals in %v, want %v", got, want)
	}
}
