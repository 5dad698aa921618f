package i18n_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/i18n"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

const english = `
portal:
  title: My data
  only: Only English
  greeting: "Hello {{.name}}, {{.name}}"
  values:
    one: "{{.count}} value from {{.from}}"
    other: "{{.count}} values from {{.from}}"
  rich: "{{if .late}}late{{else}}in time{{end}}"
format:
  months: January February March April May June July August September October November December
  day: "{{.day}} {{.month}}"
  date: "{{.day}} {{.month}} {{.year}}"
  moment: "{{.date}}, {{.clock}}"
  group: ","
  next: ", "
  last: " and "
  name: "{{.given}} {{.family}}"
`

const arabic = `
portal:
  title: بياناتي
  greeting: "مرحبًا {{.name}}، {{.name}}"
  values:
    zero: "لا قيم من {{.from}}"
    one: "قيمة من {{.from}}"
    two: "قيمتان من {{.from}}"
    few: "{{.count}} قيم من {{.from}}"
    many: "{{.count}} قيمة من {{.from}}"
    other: "{{.count}} قيمة من {{.from}}"
`

const japanese = `
portal:
  title: わたしのデータ
  greeting: "{{.name}}さん、{{.name}}さん"
  values: "{{.from}}から{{.count}}件"
`

func files() fstest.MapFS {
	return fstest.MapFS{
		"portal.en.yaml": {Data: []byte(english)},
		"portal.ar.yaml": {Data: []byte(arabic)},
		"portal.ja.yaml": {Data: []byte(japanese)},
	}
}

func load(t testing.TB) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load(files())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func in(b *i18n.Bundle, tag string) context.Context {
	return i18n.With(context.Background(), b.Localizer(tag))
}

func TestT(t *testing.T) {
	b := load(t)
	for _, test := range []struct {
		name, tag, id string
		kv            []any
		want          string
	}{
		{"plain words", "ja", "portal.title", nil, "わたしのデータ"},
		{"an argument twice", "ja", "portal.greeting", []any{"name", "愛子"}, "愛子さん、愛子さん"},
		{"one", "en", "portal.values", []any{"count", 1, "from", "us"}, "1 value from us"},
		{"none is many in English", "en", "portal.values", []any{"count", 0, "from", "us"}, "0 values from us"},
		{"digits are grouped", "en", "portal.values", []any{"count", 12345, "from", "us"}, "12,345 values from us"},
		{"two in Arabic, the Latin name isolated", "ar", "portal.values", []any{"count", 2, "from", "Hibiki"}, "قيمتان من \u2068Hibiki\u2069"},
		{"few in Arabic", "ar", "portal.values", []any{"count", 103, "from", "Hibiki"}, "103 قيم من \u2068Hibiki\u2069"},
		{"an Arabic name in English is isolated", "en", "portal.greeting", []any{"name", "ليلى"}, "Hello \u2068ليلى\u2069, \u2068ليلى\u2069"},
		{"a name that turns the direction round is isolated", "en", "portal.greeting", []any{"name", "\u202eA"}, "Hello \u2068\u202eA\u2069, \u2068\u202eA\u2069"},
		{"more than arguments goes through go-i18n", "en", "portal.rich", []any{"late", "yes"}, "late"},
		{"words missing in Japanese are English", "ja", "portal.only", nil, "Only English"},
		{"words that nobody has", "ja", "portal.nowhere", nil, "⟦portal.nowhere⟧"},
		{"an argument that was not given", "en", "portal.values", []any{"count", 1}, "1 value from ⟦from⟧"},
		{"an argument without its value", "en", "portal.greeting", []any{"name"}, "Hello ⟦name⟧, ⟦name⟧"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := i18n.T(in(b, test.tag), test.id, test.kv...); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("without a localizer the id is shown", func(t *testing.T) {
		if got, want := i18n.T(context.Background(), "portal.title"), "⟦portal.title⟧"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("arguments in a map", func(t *testing.T) {
		got := i18n.Message(in(b, "en"), "portal.values", map[string]any{"count": 2, "from": "us"})
		if want := "2 values from us"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("what is missing is counted", func(t *testing.T) {
		want := map[string]int{
			"ja portal.only": 1, "ja portal.nowhere": 1,
			"en portal.values from": 1, "en portal.greeting name": 1,
		}
		if diff := cmp.Diff(b.Missing(), want); diff != "" {
			t.Errorf("got -, want +\n%s", diff)
		}
	})
}

// The messages are cut at load instead of being run as templates. That must
// not be seen: go-i18n is the reference for every language and count.
func TestTAgreesWithGoI18n(t *testing.T) {
	b := load(t)
	reference := goi18n.NewBundle(language.English)
	reference.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	for name, f := range files() {
		if _, err := reference.ParseMessageFileBytes(f.Data, name); err != nil {
			t.Fatal(err)
		}
	}
	isolates := strings.NewReplacer("\u2068", "", "\u2069", "")
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.SampledFrom([]string{"en", "ja", "ar"}).Draw(t, "tag")
		id := rapid.SampledFrom([]string{"portal.values", "portal.greeting"}).Draw(t, "id")
		n := rapid.IntRange(0, 999).Draw(t, "count")
		name := rapid.StringMatching(`[A-Za-z]{1,8}`).Draw(t, "name")
		got := i18n.T(in(b, tag), id, "count", n, "name", name, "from", name)
		want, err := goi18n.NewLocalizer(reference, tag).Localize(&goi18n.LocalizeConfig{
			MessageID: id, PluralCount: n,
			TemplateData: map[string]any{"count": n, "name": name, "from": name},
		})
		if id == "portal.greeting" {
			// go-i18n knows no plural form for it and says so beside the words.
			err = nil
		}
		if err != nil {
			t.Fatal(err)
		}
		if isolates.Replace(got) != want {
			t.Errorf("%s %s: got %q, want %q", tag, id, got, want)
		}
	})
}

func TestMissingIsBounded(t *testing.T) {
	b := load(t)
	ctx := in(b, "en")
	for i := range 2000 {
		i18n.T(ctx, "nowhere."+strings.Repeat("x", i))
	}
	if got, want := len(b.Missing()), 1000; got != want {
		t.Errorf("got %d ids, want %d", got, want)
	}
}

func TestLoad(t *testing.T) {
	for _, test := range []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"no English", fstest.MapFS{"a.ja.yaml": {Data: []byte("a: b")}}, `no file in "en"`},
		{"a name without a language", fstest.MapFS{"a.yaml": {}}, "name is not AREA.LOCALE.yaml"},
		{"a language that is none", fstest.MapFS{"a.nowhere-at-all.yaml": {}}, "language"},
		{"an id in two files", fstest.MapFS{
			"a.en.yaml": {Data: []byte("x: {y: one}")}, "b.en.yaml": {Data: []byte("x: {y: two}")},
		}, "x.y: is there twice"},
		{"an id twice in one file", fstest.MapFS{"a.en.yaml": {Data: []byte("x: one\nx: two")}}, "already defined"},
		{"a message without words", fstest.MapFS{"a.en.yaml": {Data: []byte(`x: ""`)}}, "x: has no words"},
		{"a message among messages", fstest.MapFS{"a.en.yaml": {Data: []byte("x: {other: a, next: b}")}}, "other"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := i18n.Load(test.files)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestGaps(t *testing.T) {
	fsys := fstest.MapFS{
		"a.en.yaml": {Data: []byte("a: words\nb: \"{{.name}}\"\nc: {one: \"{{.count}} day\", other: \"{{.count}} days\"}")},
		"a.ar.yaml": {Data: []byte("b: \"{{.nom}}\"\nc: {one: يوم, two: يومان, other: \"{{.count}}\"}\nd: more")},
		"a.ja.yaml": {Data: []byte("a: 言葉\nb: \"{{.name}}\"\nc: \"{{.count}}日\"")},
	}
	b, err := i18n.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ar d: is not there in en",
		"ar a: is missing",
		"ar b: has the arguments (nom) where en has (name)",
		`ar c: has no plural form "zero"`,
		`ar c: has no plural form "few"`,
		`ar c: has no plural form "many"`,
	}
	if diff := cmp.Diff(b.Gaps(), want); diff != "" {
		t.Errorf("got -, want +\n%s", diff)
	}
}

func TestBundleLocales(t *testing.T) {
	b := load(t)
	if diff := cmp.Diff(b.Locales(), []string{"en", "ar", "ja"}); diff != "" {
		t.Errorf("got -, want +\n%s", diff)
	}
	for tag, want := range map[string]string{"ja": "ja", "ja-JP": "ja", "fr": "en", "": "en", "☃": "en"} {
		if got := b.Localizer(tag).Locale(); got != want {
			t.Errorf("Localizer(%q) is for %q, want %q", tag, got, want)
		}
	}
}

func BenchmarkT(b *testing.B) {
	bundle := load(b)
	ctx := in(bundle, "ja")
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			i18n.T(ctx, "portal.title")
		}
	})
	b.Run("plural", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			i18n.T(ctx, "portal.values", "count", 31, "from", "Hibiki")
		}
	})
	b.Run("rich", func(b *testing.B) {
		ctx := in(bundle, "en")
		b.ReportAllocs()
		for b.Loop() {
			i18n.T(ctx, "portal.rich", "late", "yes")
		}
	})
}

// A page asks for hundreds of plain messages; each must stay a map lookup.
func TestPlainMessagesAllocateNothing(t *testing.T) {
	ctx := in(load(t), "ja")
	got := testing.AllocsPerRun(100, func() { i18n.T(ctx, "portal.title") })
	if got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
